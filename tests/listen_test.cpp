// `listen`: what of a file it reads, what is in its page, and what it says where there is nothing to show.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <zlib.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "audio/front_ends/mel_filters.h"
#include "audio/sound_file.h"
#include "audio/voice/spectrogram.h"
#include "experiments/report/data_uri.h"
#include "experiments/report/figure.h"
#include "experiments/report/voice_page.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::report;
namespace fs = std::filesystem;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::vector<float> hum(double seconds, double rate = 16000) {
  std::vector<float> x;
  for (int i = 0; i < static_cast<int>(rate * seconds); ++i) {
    double sum = 0;
    for (int k = 1; k <= 10; ++k) sum += std::sin(2 * std::numbers::pi * 140 * k * i / rate) / k;
    x.push_back(static_cast<float>(0.3 * sum));
  }
  return x;
}

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
  std::uint32_t n = 0;
  for (std::size_t i = 0; i < 4; ++i) n = n << 8 | static_cast<unsigned char>(bytes.at(at + i));
  return n;
}

}  // namespace

TEST_CASE("listen: bytes as a part of a page") {
  // The examples of RFC 4648, section 10.
  const std::pair<const char*, const char*> examples[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : examples) CHECK(data_uri("a/b", bytes) == std::string("data:a/b;base64,") + text);
  CHECK(data_uri("a/b", "\xff\xfe\xfd") == "data:a/b;base64,//79");
}

TEST_CASE("listen: a PNG file, chunk by chunk") {
  const std::vector<std::uint8_t> values{0, 1, 2, 253, 254, 255};
  const std::string png = grey_png(values, 3, 2);
  CHECK(png.starts_with("\x89PNG\r\n\x1A\n"));
  std::string order, data;
  for (std::size_t at = 8; at < png.size();) {
    const std::uint32_t size = number_at(png, at);
    const std::string name = png.substr(at + 4, 4), content = png.substr(at + 8, size), checked = name + content;
    order += name + ' ';
    CHECK(number_at(png, at + 8 + size) == crc32_z(0, reinterpret_cast<const Bytef*>(checked.data()), checked.size()));
    if (name == "IHDR") CHECK(content == std::string("\0\0\0\x03\0\0\0\x02\x08\0\0\0\0", 13));
    if (name == "IDAT") data = content;
    at += 12 + size;
  }
  CHECK(order == "IHDR IDAT IEND ");
  std::string rows(8, '?');
  uLongf size = rows.size();
  REQUIRE(uncompress(reinterpret_cast<Bytef*>(rows.data()), &size, reinterpret_cast<const Bytef*>(data.data()),
                     data.size()) == Z_OK);
  CHECK(size == 8);
  CHECK(rows == std::string("\0\0\x01\x02\0\xFD\xFE\xFF", 8));
  CHECK_ERROR(grey_png(values, 3, 3), "6 values for 3 × 3");
}

TEST_CASE("listen: a tone is at its place in the spectrogram, and columns are bounded") {
  for (const double rate : {8000.0, 44100.0}) {
    std::vector<float> x;
    for (int i = 0; i < static_cast<int>(rate); ++i)  // silence, then 1500 Hz
      x.push_back(i < rate / 2 ? 0.0F : static_cast<float>(std::sin(2 * std::numbers::pi * 1500 * i / rate)));
    for (const std::int64_t most : {10, 50, 1000}) {
      const auto s = audio::voice::mel_spectrogram(x, rate, 96, most);
      CHECK(s.highest == std::min(8000.0, rate / 2));
      const std::int64_t columns = s.decibels.dim(0);
      CHECK(columns <= most);
      CHECK(columns >= std::min<std::int64_t>(most, 500) * 9 / 10);
      const double* last = s.decibels.data<double>() + (columns * 3 / 4) * 96;
      const auto at = static_cast<double>(std::max_element(last, last + 96) - last);
      // Band b has its middle at (b + 1)/97 of the scale.
      const auto mel = [](double f) { return audio::mel_of(f, audio::MelScale::htk); };
      CHECK(std::abs((at + 1) / 97 * mel(s.highest) - mel(1500)) <= mel(s.highest) / 97);
      CHECK(s.decibels.data<double>()[0] == -std::numeric_limits<double>::infinity());
    }
  }
}

TEST_CASE("listen: a part of a file") {
  const TemporaryFolder folder;
  const std::string file = folder / "hum.wav";
  const std::vector<float> x = hum(3);
  audio::write_wav(file, x, 16000, audio::WavSamples::f32);
  const Excerpt all = read_excerpt(file, 0, {});
  CHECK(all.sound.samples == x);
  CHECK(all.whole == 3);
  CHECK(all.name == "hum.wav");
  const Excerpt part = read_excerpt(file, 1.25, 2.5);
  CHECK(part.begin == 1.25);
  CHECK(part.whole == 3);
  CHECK(part.sound.samples == std::vector<float>(x.begin() + 20000, x.begin() + 40000));
  CHECK(read_excerpt(file, 2.5, 99).sound.samples.size() == 8000);
  CHECK_ERROR(read_excerpt(file, 3, {}), "--from 3 s is behind its end, 3.00 s");
  CHECK_ERROR(read_excerpt(file, 1, 1), "give --from below --to");
  CHECK_ERROR(read_excerpt(file, std::nan(""), {}), "is no part of a sound");

  audio::write_wav(file, std::vector<float>(601 * 100), 100);
  CHECK_ERROR(read_excerpt(file, 0, {}),
              "10 min 1.0 s are more than the 600 s that a page shows; choose a part with --from and --to");
  CHECK(read_excerpt(file, 1, {}).sound.samples.size() == 60000);
  // Times are rounded before they are split.
  const std::pair<int, const char*> times[] = {{59'994, "59.99 s"},
                                               {59'997, "1 min 0.0 s"},
                                               {60'000, "1 min 0.0 s"},
                                               {119'940, "1 min 59.9 s"},
                                               {119'970, "2 min 0.0 s"}};
  for (const auto& [milliseconds, told] : times) {
    audio::write_wav(file, std::vector<float>(static_cast<std::size_t>(milliseconds)), 1000);
    CHECK_ERROR(read_excerpt(file, 300, {}), std::string("behind its end, ") + told);
  }
}

TEST_CASE("listen: the page has the sound, its picture in words, and what is odd about it") {
  Excerpt e{.name = "<b>.wav", .sound = {.samples = hum(1), .rate = 16000, .warnings = {"clipped: much"}}, .whole = 1};
  const std::string page = html(voice_page(e, {}));
  CHECK(has(page, "<h1>&lt;b&gt;.wav</h1>"));
  CHECK(has(page, "The file is odd: clipped: much."));
  CHECK(has(page, "img-src data:; media-src data:\""));
  CHECK(has(page, data_uri("audio/wav", audio::wav_bytes(e.sound.samples, 16000)).substr(0, 4000)));
  CHECK(has(page, ">F1<"));
  CHECK(has(page, "median F0</dt><dd>140 Hz"));
  CHECK_FALSE(has(page, "<script"));
  CHECK_FALSE(has(html({"Without sound", "", {}, {}}), "media-src"));

  // Of long sound two minutes are played; beyond full scale it is cut.
  e.sound = {.samples = std::vector<float>(121 * 2000, 1.5F), .rate = 2000};
  const std::string longer = html(voice_page(e, {60, 500}));
  CHECK(has(longer, "the first 120 s can be played here"));
  CHECK(has(longer, data_uri("audio/wav", audio::wav_bytes(std::vector<float>(240000, 1), 2000))));
  CHECK(has(longer, "every 13th is drawn"));

  // Sound of more than 192 kHz is played at less.
  e.sound = {.samples = hum(0.1, 1e6), .rate = 1e6};
  const std::string fast = html(voice_page(e, {}));
  CHECK(has(fast, "rate</dt><dd>1000000 Hz"));
  CHECK(has(fast, "median F0</dt><dd>140 Hz"));
  const std::string lowered = audio::wav_bytes(std::vector<float>(16666), 166667);
  CHECK(has(fast, data_uri("audio/wav", lowered.substr(0, 42))));  // the header

  // Silence has no voice: dashes, and no drawing that gnuplot could not make.
  e.sound = {.samples = std::vector<float>(16000), .rate = 16000};
  const std::string silent = html(voice_page(e, {}));
  CHECK_FALSE(has(silent, "median F0"));
  CHECK_FALSE(has(silent, "inf"));
  CHECK_FALSE(has(silent, "exit code"));
  e.sound.samples.resize(1);
  CHECK_FALSE(has(html(voice_page(e, {})), "exit code"));
}

TEST_SUITE("programs") {
  TEST_CASE("listen: a page beside the reader, and one line where there can be none") {
    const TemporaryFolder folder;
    const std::string wav = folder / "hum.wav", out = folder / "page.html";
    audio::write_wav(wav, hum(0.5), 16000);
    const Finished made = run_program("listen", {wav, "--out", out, "--from", "0.1"});
    CAPTURE(made.err);
    CHECK(made.exit_code == 0);
    CHECK(made.out == out + "\n");
    CHECK(has(content(out), "0.10 to 0.50 s"));

    const auto refused = [&](const std::vector<std::string>& arguments, const std::string& part) {
      const Finished bad = run_program("listen", arguments);
      CAPTURE(bad.err);
      CHECK(bad.exit_code == 1);
      CHECK(has(bad.err, part));
      CHECK(std::count(bad.err.begin(), bad.err.end(), '\n') == 1);
    };
    refused({folder / "absent.wav"}, "does not exist");
    refused({folder.file("text.wav", "no sound"), "--out", out}, "is no sound file");
    refused({wav, "--out", out, "--lowest", "300", "--highest", "200"}, "lowest below the highest");
    refused({wav, "--out", out, "--from", "7"}, "behind its end");
    refused({wav, "--out", out, "--highest", "4001"},
            "needs a rate of 16004 Hz at least, not 16000; give a lower --highest");
    audio::write_wav(folder / "slow.wav", hum(0.5, 1800), 1800);
    refused({folder / "slow.wav", "--out", out}, "a rate of 1800 Hz; needs 2000 at least");
    const std::string sound = content(wav);
    refused({wav, "--out", wav}, "hum.wav is the sound itself; name a page with --out");
    refused({wav, "--out", folder / "." / "hum.wav"}, "is the sound itself");
    CHECK(content(wav) == sound);
    refused({wav, "--out", folder / "absent" / "page.html"}, "absent");
  }
}
