// Programs about sound: extract, agreement, speak.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <numbers>

#include "audio/feature_sets/feature_set.h"
#include "audio/sound_file.h"
#include "audio/sound_files.h"
#include "experiments/protocol/table_files.h"
#include "tensor/io/npy.h"
#include "tests/environment.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

using namespace emograd;
namespace fs = std::filesystem;

namespace {

std::vector<float> hum(double f0, double seconds) {
  std::vector<float> x;
  for (int i = 0; i < static_cast<int>(16000 * seconds); ++i)
    x.push_back(
        static_cast<float>(0.3 * std::sin(2 * std::numbers::pi * f0 * i / 16000) + 0.1 * std::sin(i * i * 1e-3)));
  return x;
}

/// Two voices, anger and neutral each, as EmoDB names them; in a folder of their own a file that is no sound, one that
/// is too short and one that macOS left behind.
void make_corpus(const TemporaryFolder& folder) {
  fs::create_directories(folder / "wav/odd");
  double f0 = 110;
  for (const char* name : {"03a01Wa", "03a01Nb", "08a02Wa", "08a02Na"})
    audio::write_wav(folder / "wav" / (std::string(name) + ".wav"), hum(f0 += 20, 0.5), 16000);
  audio::write_wav(folder / "wav" / "odd" / "short.wav", hum(100, 0.05), 16000);
  write_text(folder / "wav" / "odd" / "text.WAV", "this is no sound");
  write_text(folder / "wav" / "odd" / "._03a01Wa.wav", "hidden");
  write_text(folder / "wav" / "odd" / "name\xff.wav", "no text");
  write_text(folder / "wav" / "readme.txt", "no sound, either");
}

}  // namespace

TEST_CASE("sound files are found by their endings, in order, each once") {
  const TemporaryFolder folder;
  make_corpus(folder);
  const auto found = audio::sound_files({folder / "wav", folder / "wav/08a02Na.wav"});
  REQUIRE(found.size() == 7);
  CHECK(found[0].filename() == "03a01Nb.wav");
  CHECK(found[6].filename() == "text.WAV");
  const fs::path again = folder / "wav/./08a02Na.wav";
  const auto spelled = audio::sound_files({again, folder / "wav", folder / "wav/."});
  CHECK(spelled.size() == 7);
  CHECK(std::any_of(spelled.begin(), spelled.end(), [&](const fs::path& p) { return p.string() == again.string(); }));
  CHECK_FILE_ERROR(audio::sound_files({folder / "absent"}), "does not exist");
}

TEST_SUITE("programs") {
  TEST_CASE("extract: a row per file, bad ones passed over, the same for any number of threads") {
    const TemporaryFolder folder;
    make_corpus(folder);
    const std::string wav = (folder / "wav").string();
    const auto made = [&](const std::string& out) { return (folder / out).string(); };
    const Finished one =
        run_program("extract", {wav, "--set", "is10", "--out", made("one"), "--threads", "1", "--also", "csv,arff"});
    CAPTURE(one.err);
    REQUIRE(one.exit_code == 0);
    CHECK(one.out.find("1582 features of 4 files, 2 s of sound") != std::string::npos);
    CHECK(one.out.find("3 of 7 files were passed over") != std::string::npos);
    const std::string remarks = content(folder / "one/remarks.csv");
    CHECK(remarks.find("odd/short.wav;passed over;\"is10: 800 samples at 16000 Hz; needs 70 ms at least\"") !=
          std::string::npos);
    CHECK(remarks.find("odd/text.WAV;passed over;") != std::string::npos);

    CHECK(remarks.find("name\\xff.wav;passed over;") != std::string::npos);
    CHECK(content(folder / "one/files.txt") == "03a01Nb.wav\n03a01Wa.wav\n08a02Na.wav\n08a02Wa.wav\n");
    audio::Samples sound(folder / "wav/03a01Nb.wav");
    const auto first = audio::is10_features(sound);
    const auto rows = read_npy(folder / "one/features.npy").to_vector<float>();
    CHECK(std::equal(first.begin(), first.end(), rows.begin()));

    const std::string hash = protocol::table_hash(protocol::read_feature_table({folder / "one", {}, {}, {}}));
    for (const char* file : {"one/features.csv", "one/features.arff"})
      CHECK(protocol::table_hash(protocol::read_feature_table({folder / file, {}, {}, {}})) == hash);

    CHECK(run_program("extract", {wav, "--set", "is10", "--out", made("two"), "--threads", "3"}).exit_code == 0);
    CHECK(content(folder / "two/features.npy") == content(folder / "one/features.npy"));

    // Of what is there nothing is measured again; a corpus that has changed is refused.
    fs::remove(folder / "one/features.npy");
    CHECK(run_program("extract", {wav, "--set", "is10", "--out", made("one"), "--resume"}).exit_code == 0);
    CHECK(content(folder / "one/features.npy") == content(folder / "two/features.npy"));
    audio::write_wav(folder / "wav/08a02Wa.wav", hum(300, 0.5), 16000);  // as long as it was
    const Finished changed = run_program("extract", {wav, "--set", "is10", "--out", made("one"), "--resume"});
    CHECK(changed.exit_code == 1);
    CHECK(changed.err.find("cannot be resumed, it was made otherwise: sounds/3/2 is") != std::string::npos);
  }

  TEST_CASE("extract: interrupted or killed after the first file and resumed, the same bytes") {
    const TemporaryFolder folder;
    make_corpus(folder);
    const std::string wav = (folder / "wav").string();
    REQUIRE(run_program("extract", {wav, "--out", (folder / "whole").string(), "--threads", "1"}).exit_code == 0);
    const auto expected = run_content(folder / "whole");
    for (const int signal : {SIGINT, SIGKILL}) {
      const std::string out = (folder / ("cut" + std::to_string(signal))).string();
      check_goes_on("extract", {wav, "--threads", "1", "--resume", "--out", out}, out, signal, "units/00000000.json",
                    expected);
    }
  }

  TEST_CASE("extract: a machine without room for temporary files fails no sound; the run goes on where there is some") {
    const TemporaryFolder folder;
    audio::write_wav(folder / "long.wav", hum(100, 85), 8000);  // 170 s: frames of more than are kept in memory
    const std::string sound = (folder / "long.wav").string(), out = (folder / "out").string();
    Finished failed;
    {
      const EnvironmentVariable nowhere("TMPDIR", "/proc");
      failed = run_program("extract", {sound, "--set", "is10", "--out", out});
    }
    CHECK(failed.exit_code == 1);
    CHECK(failed.err.find("no temporary file can be created there") != std::string::npos);
    const Finished gone_on = run_program("extract", {sound, "--set", "is10", "--out", out, "--resume"});
    CAPTURE(gone_on.err);
    CHECK(gone_on.exit_code == 0);
    CHECK(gone_on.out.find("features of 1 files") != std::string::npos);
  }

  TEST_CASE("from a corpus whose file names repeat, and of which a part is wanted, to a table of features") {
    const TemporaryFolder folder;
    double f0 = 100;
    for (const char* speaker : {"s1", "s2"})
      for (const char* emotion : {"angry", "neutral", "disgust"}) {
        fs::create_directories(folder / "speech" / speaker / emotion);
        audio::write_wav(folder / "speech" / speaker / emotion / "1.wav", hum(f0 += 20, 0.4), 16000);
      }
    const std::string speech = (folder / "speech").string(), labels = (folder / "labels.csv").string();
    REQUIRE(run_program("corpus", {"table", speech, "--out", labels}).exit_code == 0);
    const std::string made = (folder / "made").string();
    const Finished some = run_program("extract", {speech, "--table", labels, "--set", "is10", "--out", made});
    CAPTURE(some.err);
    REQUIRE(some.exit_code == 0);
    const auto table = protocol::read_feature_table({made, {}, {}, labels});
    CHECK(table.classes == std::vector<std::string>{"anger", "neutral"});
    CHECK(table.ids.size() == 4);
    // Without the table there would be four files of one name.
    CHECK(run_program("extract", {speech + "/s1/angry", speech + "/s2/angry", "--out", made})
              .err.find("would both be 1.wav") != std::string::npos);
    CHECK(run_program("extract", {speech, speech, "--table", labels, "--out", made}).err.find("needs one input") !=
          std::string::npos);
    fs::remove(folder / "speech/s1/angry/1.wav");
    const Finished less =
        run_program("extract", {speech, "--table", labels, "--set", "is10", "--out", (folder / "less").string()});
    CHECK(less.exit_code == 0);
    CHECK(less.out.find("1 of 4 files were passed over") != std::string::npos);
  }

  TEST_CASE("extract: samples beyond measure, links in circles, line breaks in names") {
    const TemporaryFolder folder;
    fs::create_directories(folder / "wav/more");
    audio::write_wav(folder / "wav/good.wav", hum(120, 0.4), 16000);
    std::vector<float> loud = hum(120, 0.4);
    for (float& x : loud) x *= 1e25F;
    audio::write_wav(folder / "wav/loud.wav", loud, 16000, audio::WavSamples::f32);
    audio::write_wav(folder / "wav/two\nlines.wav", hum(120, 0.4), 16000);
    fs::create_directory_symlink(folder / "wav", folder / "wav/more/again");
    fs::create_symlink("not fetched", folder / "wav/nothing.wav");
    fs::create_symlink("itself.wav", folder / "wav/itself.wav");
    const Finished one =
        run_program("extract", {(folder / "wav").string(), "--set", "is10", "--out", (folder / "out").string()});
    CAPTURE(one.err);
    CHECK(one.exit_code == 0);
    CHECK(content(folder / "out/files.txt") == "good.wav\n");
    for (const char* line : {"loud.wav;passed over;is10: its samples are so large", "nothing.wav;passed over;",
                             "is a link to nothing; fetch what it stands for", "itself.wav;passed over;",
                             "cannot be reached: Too many levels of symbolic links"})
      CHECK(content(folder / "out/remarks.csv").find(line) != std::string::npos);
  }

  TEST_CASE("extract: a folder that cannot be written to is no fault of the sound") {
    const TemporaryFolder folder;
    make_corpus(folder);
    const std::string wav = (folder / "wav").string(), out = (folder / "out").string();
    fs::create_directories(folder / "out/rows/00000000.npy");
    write_text(folder / "out/lock", "");
    const Finished blocked = run_program("extract", {wav, "--set", "is10", "--out", out, "--resume"});
    CHECK(blocked.exit_code == 1);
    CHECK(blocked.err.find("add --resume to the same command") != std::string::npos);
    fs::remove(folder / "out/rows/00000000.npy");
    const Finished again = run_program("extract", {wav, "--set", "is10", "--out", out, "--resume"});
    CHECK(again.exit_code == 0);
    CHECK(again.out.find("features of 4 files") != std::string::npos);
  }

  TEST_CASE("extract: errors") {
    const TemporaryFolder folder;
    fs::create_directories(folder / "empty");
    const std::string out = (folder / "out").string();
    CHECK(run_program("extract", {(folder / "empty").string(), "--out", out}).err.find("no sound file in") !=
          std::string::npos);
    CHECK(run_program("extract", {(folder / "empty").string(), "--set", "is12", "--out", out})
              .err.find("there are is10, is11") != std::string::npos);
    write_text(folder / "empty" / "a.wav", "x");
    const Finished none = run_program("extract", {(folder / "empty").string(), "--out", out});
    CHECK(none.exit_code == 1);
    CHECK(none.err.find("none of 1 files could be measured") != std::string::npos);
  }

  TEST_CASE("agreement: of features with themselves, and with others") {
    const TemporaryFolder folder;
    make_corpus(folder);
    const std::string wav = (folder / "wav").string(), made = (folder / "made").string();
    REQUIRE(run_program("extract", {wav, "--out", made}).exit_code == 0);
    const auto compare = [&](const std::string& reference, const std::string& files) {
      return run_program("agreement",
                         {"--sounds", wav, "--reference", reference, "--names", made + "/names.txt", "--files", files});
    };
    const Finished same = compare(made + "/features.npy", made + "/files.txt");
    CHECK(same.exit_code == 0);
    CHECK(same.out.find("No value is apart.") != std::string::npos);
    Tensor x = read_npy(made + "/features.npy");
    std::vector<float> values = x.to_vector<float>();
    values[4368 + 9] += 0.5F;
    write_npy(folder / "other.npy", from_values<float>(x.shape(), values));
    const Finished other = compare((folder / "other.npy").string(), made + "/files.txt");
    CHECK(other.out.find("Apart:\naudspec_lengthL1norm_sma_amean of 03a01Wa.wav") != std::string::npos);
    const fs::path three = folder.file("three.txt", "03a01Nb.wav\n03a01Wa.wav\n08a02Na.wav\n");
    CHECK(compare(made + "/features.npy", three.string()).err.find("3 files and 4368 names need") != std::string::npos);
    CHECK(run_program("agreement", {"--sounds", wav}).err.find("nothing to compare with") != std::string::npos);
  }

  TEST_CASE("speak: sounds and labels that the experiments take") {
    const TemporaryFolder folder;
    const std::string out = (folder / "speech").string();
    const Finished made = run_program("speak", {"--out", out});
    if (made.err.find("espeak-ng is not there") != std::string::npos) {
      MESSAGE("SKIPPED: no espeak-ng");
      return;
    }
    REQUIRE(made.exit_code == 0);
    CHECK(audio::sound_files({folder / "speech"}).size() == 320);
    const audio::Sound sound = audio::read_sound(folder / "speech/wav/f1_1_anger.wav");
    CHECK(sound.rate == 16000);
    CHECK(sound.samples.size() > 16000);
    CHECK(sound.warnings.empty());
    CHECK(run_program("speak", {"--out", out}).err.find("is not empty; name another folder") != std::string::npos);
    const std::string few = (folder / "few").string();
    fs::create_directories(few);
    for (const char* name : {"f1_1_anger", "f1_1_sadness", "m1_1_anger", "m1_1_sadness"})
      fs::copy_file(fs::path(out) / "wav" / (std::string(name) + ".wav"), fs::path(few) / (std::string(name) + ".wav"));
    REQUIRE(run_program("extract", {few, "--set", "is10", "--out", (folder / "made").string()}).exit_code == 0);
    const auto table = protocol::read_feature_table({folder / "made", {}, {}, folder / "speech/labels.csv"});
    CHECK(table.classes == std::vector<std::string>{"anger", "sadness"});
    CHECK(table.speakers == std::vector<std::string>{"f1", "f1", "m1", "m1"});
  }
}
