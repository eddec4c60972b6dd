// The program augment.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>

#include "audio/augmentation/chain.h"
#include "audio/sound_file.h"
#include "audio/sound_files.h"
#include "experiments/report/team.h"
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

TEST_CASE("a team that an interrupt finds at its last item has finished") {
  const auto finished = [](std::size_t interrupted_at) {
    const pid_t child = ::fork();  // an interrupt is not forgotten
    if (child == 0) {
      const bool all = report::by_a_team(3, 1, [&](std::size_t i) {
        if (i == interrupted_at) std::raise(SIGINT);
      });
      _exit(all ? 1 : 0);
    }
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status) == 1;
  };
  CHECK(finished(2));
  CHECK_FALSE(finished(1));
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

    // Dithered, a sample is two steps at most from what it would be: one by the noise, one by rounding; some differ.
    REQUIRE(altered("dithered", {"--seed", "5", "--dither"}).exit_code == 0);
    const std::vector<float> plain = audio::read_sound(folder / "one/a_aug1.wav").samples,
                             dithered = audio::read_sound(folder / "dithered/a_aug1.wav").samples;
    REQUIRE(plain.size() == dithered.size());
    CHECK(plain != dithered);
    for (std::size_t i = 0; i < plain.size(); ++i) CHECK(std::abs(plain[i] - dithered[i]) <= 2 * 0x1p-15);
    CHECK(altered("both", {"--dither", "--f32"}).err.find("--dither is for 16 bits") != std::string::npos);

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
    for (const std::string input : {"wav", "wav/a.wav"}) {  // the latter is its own last item
      const fs::path out = folder / "out" / input;
      const Finished cut = run_program(
          "augment", {(folder / input).string(), "--copies", "300", "--threads", "1", "--out", out.string()},
          {.signal = SIGINT, .signal_when = (out / "a_aug1.wav").string()});
      CHECK(cut.exit_code == 130);
      CHECK(cut.err.find("augmented.csv lists what was written") != std::string::npos);
      const CsvTable table = read_csv(out / "augmented.csv");
      CHECK(table.rows() < 300);
      for (std::size_t row = 0; row < table.rows(); ++row) CHECK(fs::exists(out / std::string(table.cell(row, 0))));
      CHECK(std::distance(fs::directory_iterator(out), {}) == static_cast<std::ptrdiff_t>(table.rows() + 1));
    }
  }

  TEST_CASE("augment: after an error, too, it leaves the table of what is there") {
    const TemporaryFolder folder;
    for (const char* name : {"p/x.wav", "p/x_aug2.wav/y.wav", "q/x_aug2.wav/y.wav", "r/x.wav"}) {
      fs::create_directories((folder / name).parent_path());
      audio::write_wav(folder / name, hum(120, 0.3), 16000);
    }
    const auto failed = [&](std::vector<std::string> inputs, const std::string& out, const Surroundings& s = {}) {
      for (std::string& input : inputs) input = (folder / input).string();
      inputs.insert(inputs.end(), {"--copies", "2", "--threads", "1", "--out", (folder / out).string()});
      const Finished run = run_program("augment", inputs, s);
      CHECK(run.exit_code == 1);
      return run.err;
    };
    const auto listed = [&](const std::string& out) {
      const CsvTable table = read_csv(folder / out / "augmented.csv");
      std::vector<std::string> names;
      for (std::size_t row = 0; row < table.rows(); ++row) names.emplace_back(table.cell(row, 0));
      return names;
    };
    using Names = std::vector<std::string>;
    // A copy where a folder should be, and a folder where a copy should be.
    const std::string error = failed({"p"}, "one");
    CHECK(error.find((folder / "one/x_aug2.wav").string() + ": cannot be made a folder (") != std::string::npos);
    CHECK(error.find("alter its sound by itself") != std::string::npos);
    CHECK(listed("one") == Names{"x_aug1.wav", "x_aug2.wav"});
    CHECK(failed({"q", "r"}, "two").find("x_aug2.wav") != std::string::npos);
    CHECK(listed("two") == Names{"x_aug2.wav/y_aug1.wav", "x_aug2.wav/y_aug2.wav", "x_aug1.wav"});
    // No room for a copy, but for a table.
    CHECK(failed({"r"}, "three", {.file_bytes = 4000}).find("x_aug1.wav") != std::string::npos);
    CHECK(listed("three").empty());
    // Nor for a table: the first error stands.
    CHECK(failed({"r"}, "four", {.file_bytes = 10}).find("x_aug1.wav") != std::string::npos);
    write_text(folder / "five", "a file");
    CHECK(failed({"r"}, "five/six").find("name another one with --out") != std::string::npos);
  }

  TEST_CASE("augment: what was odd about the source is said of the source") {
    const TemporaryFolder folder;
    audio::write_wav(folder / "square.wav", std::vector<float>(4000, 1.0F), 16000);
    REQUIRE(run_program("augment", {(folder / "square.wav").string(), "--out", (folder / "out").string()}).exit_code ==
            0);
    const CsvTable table = read_csv(folder / "out/augmented.csv");
    REQUIRE(table.rows() == 1);
    CHECK(table.cell(0, 5).starts_with("source: "));
  }
}
