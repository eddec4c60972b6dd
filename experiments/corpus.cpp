#include "audio/corpora/corpus.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>
#include <set>

#include "audio/corpora/durations.h"
#include "audio/corpora/layout.h"
#include "experiments/report/options.h"
#include "experiments/report/text_table.h"
#include "tensor/io/bytes.h"

/// Corpora of emotional speech: what is in a folder, whether that is the whole corpus, and its labels as a table.

using namespace emograd;
using namespace emograd::audio::corpora;

namespace {

struct Options {
  std::string folder, as, classes = "four", out;
  Classes which() const { return classes == "four" ? Classes::four : Classes::own; }
};

std::string listed(const Counts& counts) {
  std::vector<std::string> parts;
  for (const auto& [name, count] : counts) parts.push_back(fmt::format("{} {}", name, count));
  return fmt::format("{}", fmt::join(parts, ", "));
}

const std::string unknown_gender = "gender unknown";

/// What there is of one class, or of all.
struct Sum {
  std::int64_t utterances = 0;
  Counts genders, speakers, sessions;
  double seconds = 0;

  void add(const Utterance& u, double length) {
    ++utterances;
    ++genders[u.gender.empty() ? unknown_gender : u.gender];
    ++speakers[u.speaker];
    ++sessions[u.session];
    seconds += length;
  }
  std::vector<std::string> row(const std::string& name, const Counts& columns) const {
    std::vector<std::string> out{name, std::to_string(utterances)};
    for (const auto& [gender, all] : columns)
      out.push_back(std::to_string(genders.contains(gender) ? genders.at(gender) : 0));
    out.push_back(std::to_string(speakers.size() - speakers.count("")));
    out.push_back(fmt::format("{:.1f}", seconds / 60));
    return out;
  }
};

struct Survey {
  std::map<std::string, Sum> classes;
  Sum all;
  Counts left_out, formats;
  std::vector<Skipped> unreadable;
  double shortest = 0, longest = 0;  // seconds

  void add_sound(const SoundInfo& s) {
    shortest = longest > 0 ? std::min(shortest, s.seconds()) : s.seconds();
    longest = std::max(longest, s.seconds());
    ++formats[fmt::format("{} Hz {}:", s.rate, s.channels == 1 ? "mono" : fmt::format("{} channels", s.channels))];
  }
};

/// Seconds that the file's header tells; a file that tells none is added to the unreadable ones, with the reason.
double length_of(const Utterance& u, const Corpus& corpus, Survey& survey) {
  const std::string path = (corpus.root / u.path).string();
  try {
    const SoundInfo sound = sound_info(path);
    survey.add_sound(sound);
    return sound.seconds();
  } catch (const FileError& e) {
    survey.unreadable.push_back({u.path, std::string(std::string_view(e.what()).substr(path.size() + 2))});
    return 0;
  }
}

Survey survey_of(const Corpus& corpus, Classes classes) {
  Survey survey;
  for (const Utterance& u : corpus.utterances) {
    const std::string name = class_of(corpus, u.emotion, classes);
    if (name.empty()) {
      ++survey.left_out[u.emotion];
      continue;
    }
    const double seconds = length_of(u, corpus, survey);
    survey.classes[name].add(u, seconds);
    survey.all.add(u, seconds);
  }
  return survey;
}

std::string class_table(const Survey& survey) {
  Counts genders = survey.all.genders;
  if (genders.size() == 1 && genders.contains(unknown_gender)) genders.clear();
  std::vector<std::vector<std::string>> rows{{"class", "utterances"}};
  for (const auto& each : genders) rows[0].push_back(each.first);
  rows[0].insert(rows[0].end(), {"speakers", "minutes"});
  for (const auto& [name, sum] : survey.classes) rows.push_back(sum.row(name, genders));
  rows.push_back({});
  rows.push_back(survey.all.row("all", genders));
  return report::text_table(rows);
}

/// "Speakers: 10 (03 35, 08 38, …)", or, of many, how many utterances each has.
std::string groups(const char* title, Counts counts) {
  const std::int64_t unknown = counts[""];
  counts.erase("");
  if (counts.empty()) return fmt::format("{}: unknown\n", title);
  std::set<std::int64_t> sizes;
  for (const auto& each : counts) sizes.insert(each.second);
  const std::string detail =
      counts.size() <= 24 ? listed(counts) : fmt::format("{} to {} utterances each", *sizes.begin(), *sizes.rbegin());
  return fmt::format("{}: {} ({}){}\n", title, counts.size(), detail,
                     unknown ? fmt::format("; unknown of {} utterances", unknown) : "");
}

/// How many files there are, why, and the first of each kind.
std::string reasons(const char* title, const std::vector<Skipped>& files) {
  std::map<std::string, std::vector<std::string>> by_why;
  for (const Skipped& file : files) by_why[file.why].push_back(io::printable(file.path, 120));
  std::string out = fmt::format("{}: {}\n", title, files.empty() ? "nothing" : std::to_string(files.size()));
  for (auto& [why, paths] : by_why) {
    const std::size_t count = paths.size();
    paths.resize(std::min<std::size_t>(count, 3));
    out += fmt::format("  {} × {}: {}{}\n", count, why, fmt::join(paths, ", "), count > 3 ? ", …" : "");
  }
  return out;
}

/// "✔ …" where there are as many utterances of each class as are published of the whole corpus.
std::string count_check(const Corpus& corpus, const std::string& title, Classes classes) {
  const Counts published = published_counts(corpus, classes);
  if (published.empty()) return fmt::format("Counts that hold for every copy of {} are not published.\n", title);
  Counts found = count_classes(corpus, classes);
  std::int64_t together = 0, expected = 0;
  std::vector<std::string> differ;
  for (const auto& [name, count] : published) {
    expected += count;
    together += found[name];
    if (found[name] != count) differ.push_back(fmt::format("{} {} of {}", name, found[name], count));
  }
  if (differ.empty())
    return fmt::format("✔ {} {}-class: {}, as expected ({})\n", title, published.size(), together, listed(published));
  return fmt::format("✘ {} {}-class: {}, expected {}: {}\n", title, published.size(), together, expected,
                     fmt::join(differ, ", "));
}

int info(const Options& o) {
  const Corpus corpus = read_corpus(o.folder, o.as);
  const std::string title = layout_named(corpus.layout).title;
  const Survey survey = survey_of(corpus, o.which());
  std::cout << fmt::format("{} in {}\n\n", title, o.folder) << class_table(survey) << '\n'
            << groups("Speakers", survey.all.speakers) << groups("Sessions", survey.all.sessions);
  if (survey.longest > 0)
    std::cout << fmt::format("Sound: {:.2f} to {:.2f} s ({})\n", survey.shortest, survey.longest,
                             listed(survey.formats));
  if (!survey.left_out.empty()) std::cout << "Of none of the four classes: " << listed(survey.left_out) << '\n';
  if (!survey.unreadable.empty()) std::cout << reasons("Counted, but unreadable", survey.unreadable);
  std::cout << reasons("Skipped", corpus.skipped) << count_check(corpus, title, o.which());
  return 0;
}

int table(const Options& o) {
  const Corpus corpus = read_corpus(o.folder, o.as);
  const std::string title = layout_named(corpus.layout).title;
  const CsvTable labels = label_table(corpus, o.which());
  write_csv(o.out, labels, ',');
  std::cout << fmt::format("{}: {} of {} utterances, those of these classes and of known speakers\n", o.out,
                           labels.rows(), corpus.utterances.size())
            << count_check(corpus, title, o.which());
  return 0;
}

void add_options(report::CommandLine& line, Options& o) {
  std::string known;
  for (const Layout& layout : layouts()) known += fmt::format("\n  {:<12} {}", layout.name, layout.looks);
  line.positional("folder", &o.folder,
                  "The corpus as it was unpacked, or a CSV file with columns file, emotion, speaker",
                  report::existing_path())
      .required();
  line.option("--as", &o.as, "What it is, where names do not tell:" + known).type_name("NAME");
  line.option("--classes", &o.classes,
              "four: anger, happiness, neutral, sadness, as most papers merge them; own: all, in the corpus' words",
              report::one_of({"four", "own"}));
}

}  // namespace

int main(int argc, char** argv) {
  report::CommandLine line{"What a corpus of emotional speech holds, read from the folders in which it is published."};
  Options o;
  report::CommandLine show = line.subcommand(
      "info", "Classes, speakers, sessions, minutes, what was skipped and why, and whether that is the whole corpus");
  report::CommandLine write = line.subcommand(
      "table",
      "Writes name, label, speaker, session, gender, text, partition, path (below the folder) as CSV, which "
      "--labels of the experiments reads");
  for (report::CommandLine* each : {&show, &write}) add_options(*each, o);
  write.option("--out", &o.out, "The CSV file; one of that name is replaced").required();
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;
  return report::guarded("corpus", [&] { return show.parsed() ? info(o) : table(o); });
}
