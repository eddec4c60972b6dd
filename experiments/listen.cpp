#include <fmt/format.h>

#include <filesystem>

#include "experiments/report/options.h"
#include "experiments/report/voice_page.h"
#include "tensor/error.h"
#include "tensor/io/atomic_file.h"
#include "tensor/io/bytes.h"

/// A page about one sound file: what it looks like, and the sound itself.

using namespace emograd;

int main(int argc, char** argv) {
  report::CommandLine line{
      "Draws a sound file as one page that needs nothing else: waveform, mel spectrogram, formants, F0 and loudness\n"
      "over time, a summary of its prosody, and the sound, to be played."};
  std::string file, out;
  double from = 0;
  std::optional<double> to;
  audio::voice::PitchRange range;
  line.positional("file", &file, "Sound file").required();
  line.option("--out", &out, "The page; without it NAME.html in this folder, of a file NAME.wav");
  line.option("--from", &from, "Where to begin, in seconds", report::not_negative());
  line.option("--to", &to, "Where to end, in seconds; without it at the end of the file");
  line.option("--lowest", &range.lowest, "F0 is looked for from here, in Hz");
  line.option("--highest", &range.highest, "… to here");
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;
  return report::guarded("listen", [&] {
    if (out.empty()) out = std::filesystem::path(file).stem().string() + ".html";
    std::error_code absent;
    check(!std::filesystem::equivalent(file, out, absent), "{} is the sound itself; name a page with --out", out);
    const std::string page = report::html(report::voice_page(report::read_excerpt(file, from, to), range));
    write_file(out, io::as_bytes(page));
    fmt::print("{}\n", out);
    return 0;
  });
}
