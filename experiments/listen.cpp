#include <fmt/format.h>

#include <filesystem>

#include "experiments/report/command_line.h"
#include "experiments/report/voice_page.h"
#include "tensor/io/atomic_file.h"
#include "tensor/io/bytes.h"

/// A page about one sound file: what it looks like, and the sound itself.

using namespace emograd;

int main(int argc, char** argv) {
  CLI::App app{
      "Draws a sound file as one page that needs nothing else: waveform, mel spectrogram, formants, F0 and loudness\n"
      "over time, a summary of its prosody, and the sound, to be played."};
  std::string file, out;
  double from = 0;
  std::optional<double> to;
  audio::voice::PitchRange range;
  app.add_option("file", file, "Sound file")->required();
  app.add_option("--out", out, "The page; without it NAME.html in this folder, of a file NAME.wav");
  app.add_option("--from", from, "Where to begin, in seconds")->check(CLI::NonNegativeNumber);
  app.add_option("--to", to, "Where to end, in seconds; without it at the end of the file");
  app.add_option("--lowest", range.lowest, "F0 is looked for from here, in Hz")->capture_default_str();
  app.add_option("--highest", range.highest, "… to here")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return report::guarded("listen", [&] {
    if (out.empty()) out = std::filesystem::path(file).stem().string() + ".html";
    const std::string page = report::html(report::voice_page(report::read_excerpt(file, from, to), range));
    write_file(out, io::as_bytes(page));
    fmt::print("{}\n", out);
    return 0;
  });
}
