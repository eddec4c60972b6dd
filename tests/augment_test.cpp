// The program augment.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <csignal>

#include "audio/augmentation/chain.h"
#include "audio/sound_file.h"
#include "audio/sound_files.h"
#include "tensor/io/csv.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

using namespace emograd;
namespace fs = std::filesystem;

namespace {

std::vector<float> hum(double f0, double level) {
  std::vector<float> x;
  for (int i = 0; i < 4000; ++i) x.push_back(static_cast<float>(level * std::sin(2 * 3.14159265 * f0 * i / 16000)));
  return x;
}

void make_sounds(const TemporaryFolder& folder) {
  fs::create_directories(folder / "wav/more");
  audio::write_wav(folder / "wav/a.wav", hum(120, 0.3), 16000);
  audio::write_wav(folder / "wav/more/a.wav", hum(150, 0.3), 8000);
  audio::write_wav(folder / "wav/more/loud.wav", hum(150, 0.9), 16000);
  write_text(folder / "wav/more/bad.wav", "this is no sound");
}

}  // namespace

TEST_CASE("sounds are called by their path in the folder given, or by their file name") {
  const TemporaryFolder folder;
  make_sounds(folder);
  const auto name = [&](const std::string& file, const std::string& input) {
    return audio::sound_name(folder / file, {folder / input});
  };
  CHECK(name("wav/more/a.wav", "wav") == "more/a.wav");
  CHECK(name("wav/more/a.wav", "wav/more") == "a.wav");
  CHECK(name("wav/more/a.wav", "wav/more/a.wav") == "a.wav");
}

TEST_SUITE("programs") {
  TEST_CASE("augment: copies with sub-folders, a table of what was drawn, the same for any number of threads") {
    const TemporaryFolder folder;
    make_sounds(folder);
    const std::string wav = (folder / "wav").string(), chain = "speed:0.9..1.1,gain:3..6@0.999999,noise:10..30";
    const auto altered = [&](const std::string& out, std::vector<std::string> more) {
      more.insert(more.begin(), {wav, "--chain", chain, "--copies", "2", "--out", (folder / out).string()});
      return run_program("augment", more);
    };
    const Finished one = altered("one", {"--seed", "5", "--threads", "1"});
    CAPTURE(one.err);
    REQUIRE(one.exit_code == 0);
    CHECK(one.out.find("6 copies of 4 files, by " + chain + " with seed 5") != std::string::npos);
    CHECK(one.out.find("2 copies were not made") != std::string::npos);
    CHECK(one.err.find("passed over more/bad.wav") != std::string::npos);

    const CsvTable table = read_csv(folder / "one/augmented.csv");
    REQUIRE(table.rows() == 7);
    CHECK(table.cell(0, 0) == "a_aug1.wav");
    CHECK(table.cell(3, 0) == "more/a_aug2.wav");
    CHECK(table.cell(4, 2) == "passed over");
    CHECK(table.cell(5, 5).find("dB to fit 16 bits") != std::string_view::npos);
    for (std::size_t row = 0; row < 4; ++row) {
      const audio::Sound sound = audio::read_sound(folder / "one" / std::string(table.cell(row, 0)));
      const auto drawn = audio::parse_chain(table.cell(row, 4));
      REQUIRE(drawn.size() == 3);
      CHECK(sound.rate == (row < 2 ? 16000 : 8000));
      CHECK(std::abs(static_cast<double>(sound.samples.size()) * drawn[0].low - 4000) < 4000 * 0.001 + 2);
    }
    CHECK(table.cell(0, 4) != table.cell(1, 4));
    CHECK(table.cell(0, 4) != table.cell(2, 4));

    REQUIRE(altered("two", {"--seed", "5", "--threads", "3"}).exit_code == 0);
    CHECK(run_content(folder / "two") == run_content(folder / "one"));
    REQUIRE(altered("other", {"--seed", "6"}).exit_code == 0);
    CHECK(content(folder / "other/a_aug1.wav") != content(folder / "one/a_aug1.wav"));
    // Of one file alone, the same as among others.
    REQUIRE(
        run_program("augment", {wav + "/a.wav", "--chain", chain, "--seed", "5", "--out", (folder / "sole").string()})
            .exit_code == 0);
    CHECK(content(folder / "sole/a_aug1.wav") == content(folder / "one/a_aug1.wav"));
    // As floats nothing is made softer.
    REQUIRE(run_program("augment",
                        {wav + "/more/loud.wav", "--chain", "gain:20", "--f32", "--out", (folder / "floats").string()})
                .exit_code == 0);
    const audio::Sound floats = audio::read_sound(folder / "floats/loud_aug1.wav");
    CHECK(*std::max_element(floats.samples.begin(), floats.samples.end()) == doctest::Approx(9).epsilon(0.001));

    const Finished again = altered("one", {});
    CHECK(again.exit_code == 1);
    CHECK(again.err.find("is not an empty folder; name another one with --out") != std::string::npos);
  }

  TEST_CASE("augment: what is wrong is said before anything is written") {
    const TemporaryFolder folder;
    make_sounds(folder);
    const std::string wav = (folder / "wav").string(), out = (folder / "out").string();
    const auto error_of = [&](std::vector<std::string> arguments) {
      arguments.insert(arguments.end(), {"--out", out});
      const Finished finished = run_program("augment", arguments);
      CHECK(finished.exit_code == 1);
      CHECK(!fs::exists(out));
      return finished.err;
    };
    CHECK(error_of({wav, "--chain", "speed:1,echo:3"}).find("chain, step 2 (echo:3): there is no 'echo'; there are") !=
          std::string::npos);
    CHECK(error_of({wav, "--chain", "room:" + wav}).find("bad.wav") != std::string::npos);
    audio::write_wav(folder / "wav/a.WAV", hum(100, 0.1), 16000);
    CHECK(error_of({wav}).find("would both be a_aug1.wav") != std::string::npos);
    fs::create_directory(folder / "empty");
    CHECK(error_of({(folder / "empty").string()}).find("there is no sound file in") != std::string::npos);

    const Finished none = run_program("augment", {wav + "/more/bad.wav", "--out", out});
    CHECK(none.exit_code == 1);
    CHECK(none.err.find("none of 1 files could be altered") != std::string::npos);
    CHECK(fs::exists(folder / "out/augmented.csv"));
  }

  TEST_CASE("augment: interrupted, it leaves the table of what is there") {
    const TemporaryFolder folder;
    make_sounds(folder);
    const std::string out = (folder / "out").string();
    const Finished cut =
        run_program("augment", {(folder / "wav").string(), "--copies", "300", "--threads", "1", "--out", out},
                    {.signal = SIGINT, .signal_when = out + "/a_aug1.wav"});
    CHECK(cut.exit_code == 130);
    CHECK(cut.err.find("augmented.csv lists what was written") != std::string::npos);
    const CsvTable table = read_csv(folder / "out/augmented.csv");
    CHECK(table.rows() < 300);
    for (std::size_t row = 0; row < table.rows(); ++row)
      CHECK(fs::exists(folder / "out" / std::string(table.cell(row, 0))));
    CHECK(std::distance(fs::directory_iterator(out), {}) == static_cast<std::ptrdiff_t>(table.rows() + 1));
  }
}
