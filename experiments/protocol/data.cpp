#include "experiments/protocol/data.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "experiments/protocol/manifest.h"
#include "tensor/error.h"
#include "tensor/io/bytes.h"

namespace emograd::protocol {
namespace {

constexpr std::size_t most_named = 10;  // folds, in a line

std::size_t constant_features(const FeatureTable& t) {
  const auto rows = static_cast<std::size_t>(t.rows()), columns = static_cast<std::size_t>(t.x.dim(1));
  const Tensor x = packed(t.x);
  const float* value = x.data<float>();
  std::vector<bool> varies(columns, false);
  for (std::size_t i = 1; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j)
      if (value[i * columns + j] != value[j]) varies[j] = true;
  return static_cast<std::size_t>(std::count(varies.begin(), varies.end(), false));
}

/// "08 (disgust), 10 (fear, joy)"; "" where every fold tests every class.
std::string folds_without_class(const Data& d) {
  const FeatureTable& table = d.tested_table();
  const std::int64_t* label = table.labels.data<std::int64_t>();
  std::vector<std::string> named;
  for (const Split& split : d.tested_splits()) {
    if (split.test.empty()) continue;
    std::set<std::int64_t> tested;
    for (const std::int64_t row : split.test) tested.insert(label[row]);
    std::vector<std::string> absent;
    for (std::int64_t k = 0; k < table.class_count(); ++k)
      if (!tested.contains(k)) absent.push_back(table.classes[static_cast<std::size_t>(k)]);
    if (!absent.empty()) named.push_back(fmt::format("{} ({})", io::printable(split.name), fmt::join(absent, ", ")));
  }
  if (named.size() <= most_named) return fmt::format("{}", fmt::join(named, ", "));
  const std::size_t more = named.size() - most_named;
  named.resize(most_named);
  return fmt::format("{} and {} more", fmt::join(named, ", "), more);
}

/// "in every training fold: 3 of anger, 90 of sadness (2 folds have no more, which keep all)"
std::string what_is_left(const Data& d) {
  std::vector<std::string> parts;
  for (const auto& [label, rows] : d.thinning) {
    std::size_t no_more = 0;
    for (const Split& split : d.splits) {
      const std::vector<std::int64_t> labels = labels_of(d.table, split.train);
      no_more += std::count(labels.begin(), labels.end(), label) <= rows;
    }
    parts.push_back(fmt::format("{} of {}", rows, d.table.classes[static_cast<std::size_t>(label)]));
    if (no_more > 0)
      parts.back() +=
          fmt::format(" ({} no more, and keep{} all)",
                      no_more == 1 ? "one fold has" : fmt::format("{} folds have", no_more), no_more == 1 ? "s" : "");
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

Data make_data(FeatureTable table, const Folds& folds, const Scaling& scaling) {
  check(constant_features(table) < table.features.size(), "{}: none of the {} features varies between utterances",
        table.source, table.features.size());
  Data d{std::move(table), folds.protocol, {}, scaling, {}};
  d.splits = splits_of(d.table, folds);
  d.manifest = manifest_of(d.table, folds);
  return d;
}

std::string describe(const Data& d) {
  const FeatureTable& t = d.table;
  const std::size_t speakers = std::set(t.speakers.begin(), t.speakers.end()).size();
  std::string out = fmt::format("{}: {} utterances × {} features, {} classes, {} speakers; {}", t.source, t.rows(),
                                t.x.dim(1), t.classes.size(), speakers, d.protocol);
  std::size_t tested = 0;
  for (const Split& split : d.splits) tested += split.test.size();
  out += tested > 0 ? fmt::format(": {} folds\n", d.splits.size()) : "\n";
  if (const std::string leak = leak_of(d.scaling); !leak.empty()) out += fmt::format("LEAK: features are {}\n", leak);
  if (d.scaling.max_abs) out += "Features are then divided by their largest magnitude in the training fold\n";
  if (const std::size_t constant = constant_features(t); constant > 0)
    out += fmt::format("The same in every utterance, so left out: {} features\n", constant);
  if (const std::string folds = folds_without_class(d); !folds.empty())
    out += fmt::format("Folds that test no utterance of a class (recalls are pooled over folds): {}\n", folds);
  const std::vector<bool> altered = altered_copies(t);
  const auto copies = static_cast<std::size_t>(std::count(altered.begin(), altered.end(), true));
  if (copies > 0) out += fmt::format("Of these, altered copies, which train and are never tested: {}\n", copies);
  if (const std::size_t rows = static_cast<std::size_t>(t.rows()) - copies; tested > 0 && tested < rows)
    out += fmt::format("In every training set and never tested: {} utterances\n", rows - tested);
  if (!d.thinning.empty())
    out += fmt::format("THINNED: training rows left in every fold, drawn by the seed: {}; no test row is taken away\n",
                       what_is_left(d));
  if (d.classified)
    out += fmt::format(
        "PART: models learn everything; classifiers learn, and are tested on, {}{}: {} of {} utterances, and "
        "synthetic rows of these classes, made from all training rows\n",
        fmt::join(d.classified->table.classes, ", "),
        d.classified->in_names.empty()
            ? ""
            : fmt::format(" where the name contains '{}'", io::printable(d.classified->in_names)),
        d.classified->table.rows(), t.rows());
  return out;
}

}  // namespace emograd::protocol
