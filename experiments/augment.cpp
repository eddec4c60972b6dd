#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <new>
#include <optional>

#include "audio/augmentation/chain.h"
#include "audio/augmentation/noise.h"
#include "audio/sound_file.h"
#include "audio/sound_files.h"
#include "experiments/protocol/unit.h"
#include "experiments/report/interrupt.h"
#include "experiments/report/options.h"
#include "experiments/report/progress.h"
#include "experiments/report/team.h"
#include "tensor/error.h"
#include "tensor/io/bytes.h"
#include "tensor/io/csv.h"

/// From sound files to altered copies of them.

using namespace emograd;
namespace fs = std::filesystem;

namespace {

struct Options {
  std::vector<std::string> inputs;
  std::string chain = "speed:0.9..1.1,noise:10..30", out = "augmented";
  std::int64_t copies = 1;
  std::uint64_t seed = 0;
  int threads = 0;
  bool f32 = false, dither = false;
};

struct Item {
  fs::path file;
  std::string name;  // of the input
  fs::path stem;     // of the copies, below the folder for them
  std::int64_t bytes = 0;
};

using Row = std::vector<std::string>;
const Row columns{"file", "source", "outcome", "seconds", "drawn", "remark"};

std::vector<Item> items_of(const Options& o) {
  const std::vector<fs::path> inputs(o.inputs.begin(), o.inputs.end());
  std::vector<Item> items;
  std::map<fs::path, fs::path> stems;
  for (const fs::path& file : audio::sound_files(inputs)) {
    Item item{file, audio::sound_name(file, inputs), {}};
    item.stem = fs::path(item.name).replace_extension();
    const auto [other, fresh] = stems.emplace(item.stem, file);
    check(fresh, "copies of {} and {} would both be {}_aug1.wav; alter them one by one", other->second.string(),
          file.string(), item.stem.string());
    std::error_code unknown;
    const auto bytes = fs::file_size(file, unknown);
    item.bytes = unknown ? 0 : static_cast<std::int64_t>(bytes);
    items.push_back(std::move(item));
  }
  check(!items.empty(), "there is no sound file in {}", fmt::format("{}", fmt::join(o.inputs, ", ")));
  return items;
}

/// To 16 bits nothing beyond ±1 can be written: the whole copy is made softer, and that is said.
std::string fitted(std::vector<float>& samples) {
  float most = 0;
  for (const float v : samples) most = std::max(most, std::abs(v));
  if (most <= 1) return "";
  for (float& v : samples) v /= most;
  return fmt::format("scaled by {:.2f} dB to fit 16 bits", -20 * std::log10(most));
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  io::check_file(!error, folder.string(),
                 "cannot be made a folder ({}); name another one with --out, or, where a copy has that name, alter its "
                 "sound by itself",
                 error.message());
}

/// Makes one copy; the row that tells of it.
Row altered(const audio::Sound& sound, const audio::Chain& chain, const Rng& rng, const Options& o,
            const std::string& name) {
  const fs::path folder = o.out;
  const std::int64_t rate = std::llround(sound.rate);
  audio::Chain::Result result = chain(sound.samples, rate, rng);
  std::vector<std::string> remarks;
  for (const std::string& warning : sound.warnings) remarks.push_back("source: " + warning);
  if (const std::string scaled = o.f32 ? "" : fitted(result.samples); !scaled.empty()) remarks.push_back(scaled);
  if (Rng own = protocol::stream(rng, "dither"); o.dither) result.samples = audio::dithered(result.samples, 16, own);
  make_folder((folder / name).parent_path());
  audio::write_wav(folder / name, result.samples, rate, o.f32 ? audio::WavSamples::f32 : audio::WavSamples::int16);
  return {name,
          "",
          "written",
          fmt::format("{:.3f}", static_cast<double>(result.samples.size()) / sound.rate),
          audio::chain_text(result.taken),
          fmt::format("{}", fmt::join(remarks, "; "))};
}

/// All copies of one file, a row each as soon as it is there; what is wrong with the sound is in a row, too, but a
/// folder that cannot be written to ends the program. False where an interrupt left some out.
bool all_copies(const Item& item, const audio::Chain& chain, const Options& o, std::vector<Row>& rows) {
  const Rng rng = protocol::stream({o.seed, 0}, item.name);
  const auto tell = [&](Row row) {
    row[0] = io::printable(row[0], 1000), row[1] = io::printable(item.name, 1000);
    rows.push_back(std::move(row));
  };
  std::optional<audio::Sound> sound;
  const auto unless_bad = [&](const std::string& copy, const auto& action) {
    std::string why;
    try {
      return action();
    } catch (const FileError& e) {
      if (sound) throw;
      why = e.what();
    } catch (const Error& e) { why = e.what(); } catch (const std::bad_alloc&) {
      why = "needs more memory than there is";
    }
    tell({copy, "", "passed over", "", "", why});
  };
  unless_bad("", [&] { sound = audio::read_sound(item.file); });
  for (std::int64_t copy = 1; sound && copy <= o.copies; ++copy) {
    if (report::interrupted()) return false;
    const std::string name = fmt::format("{}_aug{}.wav", item.stem.generic_string(), copy);
    unless_bad(name, [&] { tell(altered(*sound, chain, rng.split(static_cast<std::uint64_t>(copy)), o, name)); });
  }
  return true;
}

void write_table(const std::string& file, const std::vector<std::vector<Row>>& rows) {
  CsvTable table;
  table.columns = columns;
  for (const std::vector<Row>& some : rows)
    for (const Row& row : some) table.add_row(row);
  write_csv(file, table);
}

int run(const Options& o) {
  check(!o.dither || !o.f32, "--dither is for 16 bits: leave it out with --f32");
  const fs::path out = o.out;
  const audio::Chain chain(o.chain);
  const std::vector<Item> items = items_of(o);
  check(!fs::exists(out) || (fs::is_directory(out) && fs::is_empty(out)),
        "{} is not an empty folder; name another one with --out", o.out);
  make_folder(out);

  std::int64_t bytes = 0, written = 0;
  for (const Item& item : items) bytes += item.bytes;
  report::Progress progress(bytes);
  std::mutex one_at_a_time;
  std::vector<std::vector<Row>> rows(items.size());
  bool whole = true;
  const auto one = [&](std::size_t i) {
    const bool all = all_copies(items[i], chain, o, rows[i]);
    const std::lock_guard keep(one_at_a_time);
    whole = whole && all;
    progress.label(items[i].name);
    for (const Row& row : rows[i])
      if (row[2] == "written") ++written;
      else progress.line(fmt::format("passed over {}: {}", row[0].empty() ? row[1] : row[0], row[5]));
    progress.advance(items[i].bytes);
  };
  const std::string listed = (out / "augmented.csv").string();
  try {
    whole = report::by_a_team(items.size(), o.threads, one) && whole;
  } catch (...) {
    try {
      write_table(listed, rows);
    } catch (const FileError&) {  // the disk is full for it, too: the first error says more
    }
    throw;
  }
  write_table(listed, rows);
  if (!whole) {
    fmt::print(stderr, "Interrupted; {} lists what was written.\n", listed);
    return report::interrupted_exit_code;
  }
  check(written > 0, "none of {} files could be altered; {} says why", items.size(), listed);
  const std::int64_t wanted = o.copies * std::ssize(items);
  fmt::print("{} copies of {} files, by {} with seed {}\n", written, items.size(), audio::chain_text(chain.steps()),
             o.seed);
  if (written < wanted) fmt::print("{} copies were not made; {} says why\n", wanted - written, listed);
  fmt::print("Folder: {} (augmented.csv: what was drawn for each)\n", o.out);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::string effects;
  for (const audio::EffectInfo& e : audio::effects())
    effects +=
        fmt::format("\n  {}{}{}: {}", e.name, e.number.empty() ? "" : ":NUMBER", e.file ? ":FILE" : "", e.about) +
        (e.number.empty() ? "" : fmt::format(" ({}, {} … {})", e.number, e.lowest, e.highest));
  report::CommandLine line{
      "Altered copies of sound files, as mono WAV, for training on more than there is. A file that cannot be read is "
      "passed over, and said so."};
  Options o;
  line.positional("inputs", &o.inputs, "Sound files, and folders with them").required();
  line.option("--chain", &o.chain,
              "Steps, separated by commas; LOW..HIGH for a number is drawn from, @0.5 behind a step is its "
              "probability:" +
                  effects);
  line.option("--copies", &o.copies, "Of each file: NAME_aug1.wav, NAME_aug2.wav, …", report::positive());
  line.option("--seed", &o.seed, "Of everything that is drawn");
  line.option("--out", &o.out, "Folder for the copies; it must be empty or new");
  line.option("--threads", &o.threads, "Files at a time; 0: OMP_NUM_THREADS, or all processors",
              report::not_negative());
  line.flag("--f32", &o.f32, "Write floats; otherwise 16 bits, where copies beyond ±1 are made softer");
  line.flag("--dither", &o.dither, "Dither before rounding to 16 bits: triangular noise of ±1 step");
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;
  return report::guarded("augment", [&] { return run(o); });
}
