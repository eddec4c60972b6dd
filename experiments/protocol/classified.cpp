#include "experiments/protocol/classified.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "autograd/ops/index.h"
#include "tensor/error.h"
#include "tensor/io/bytes.h"

namespace emograd::protocol {
namespace {

/// The classes of the table that are asked for, in its order.
std::vector<std::int64_t> class_numbers(const FeatureTable& table, const std::vector<std::string>& classes) {
  const std::string known = fmt::format("{}", fmt::join(table.classes, ", "));
  std::set<std::int64_t> chosen;
  for (const std::string& name : classes) {
    const auto found = std::find(table.classes.begin(), table.classes.end(), name);
    check(found != table.classes.end(), "there is no class '{}' to be classified; {} has {}", io::printable(name),
          table.source, known);
    check(chosen.insert(found - table.classes.begin()).second, "class '{}' is to be classified twice", name);
  }
  check(chosen.size() >= 2, "'{}' alone is no choice for classifiers; name two classes at least",
        io::printable(fmt::format("{}", fmt::join(classes, ", "))));
  return {chosen.begin(), chosen.end()};
}

}  // namespace

std::vector<std::int64_t> rows_in(const Classified& part, const std::vector<std::int64_t>& rows) {
  std::vector<std::int64_t> kept;
  for (const std::int64_t row : rows)
    if (part.row_of[static_cast<std::size_t>(row)] >= 0) kept.push_back(row);
  return kept;
}

void check_classified(const Classified& part, const Split& training) {
  std::vector<std::int64_t> count(part.table.classes.size(), 0);
  const std::int64_t* label = part.table.labels.data<std::int64_t>();
  for (const std::int64_t row : rows_in(part, training.train))
    ++count[static_cast<std::size_t>(label[part.row_of[static_cast<std::size_t>(row)]])];
  for (std::size_t k = 0; k < count.size(); ++k)
    check(count[k] > 0,
          "fold '{}': thinned as it is, no row of the class '{}' is left for classifiers; leave more of that class",
          io::printable(training.name), io::printable(part.table.classes[k]));
}

Classified classified_part(const FeatureTable& whole, const std::vector<Split>& splits,
                           const std::vector<std::string>& classes, const std::string& in_names) {
  check(io::valid_utf8(in_names), "names of rows are UTF-8, '{}' is not", io::printable(in_names));
  Classified part{.table = {},
                  .splits = {},
                  .class_of = std::vector<std::int64_t>(whole.classes.size(), -1),
                  .row_of = std::vector<std::int64_t>(whole.ids.size(), -1),
                  .in_names = in_names};
  for (const std::int64_t k : class_numbers(whole, classes)) {
    part.class_of[static_cast<std::size_t>(k)] = part.table.class_count();
    part.table.classes.push_back(whole.classes[static_cast<std::size_t>(k)]);
  }
  const std::vector<std::int64_t> label = whole.labels.to_vector<std::int64_t>();
  std::vector<std::int64_t> rows, labels;
  FeatureTable& table = part.table;
  for (std::size_t i = 0; i < label.size(); ++i) {
    const std::int64_t k = part.class_of[static_cast<std::size_t>(label[i])];
    if (k < 0 || whole.ids[i].find(in_names) == std::string::npos) continue;
    part.row_of[i] = std::ssize(rows);
    rows.push_back(static_cast<std::int64_t>(i));
    labels.push_back(k);
    table.ids.push_back(whole.ids[i]);
    table.speakers.push_back(whole.speakers[i]);
    table.sessions.push_back(whole.sessions[i]);
  }
  const std::string wanted = fmt::format("{}{}", fmt::join(table.classes, ", "),
                                         in_names.empty() ? "" : " in names with '" + io::printable(in_names) + "'");
  check(!rows.empty(), "{} has no utterance of {} to be classified", whole.source, wanted);
  table.source = whole.source;
  table.features = whole.features;
  table.x = index_select(whole.x, 0, from_values<std::int64_t>({std::ssize(rows)}, rows));
  table.labels = from_values<std::int64_t>({std::ssize(labels)}, labels);
  check_table(table);

  for (const Split& split : splits) {
    const auto renumbered = [&](std::vector<std::int64_t> some) {
      some = rows_in(part, some);
      for (std::int64_t& row : some) row = part.row_of[static_cast<std::size_t>(row)];
      return some;
    };
    part.splits.push_back({split.name, renumbered(split.train), renumbered(split.test), renumbered(split.validation)});
    const Split& own = part.splits.back();
    check(split.test.empty() || !own.test.empty(), "fold '{}' tests no utterance of {}: nothing to classify there",
          io::printable(split.name), wanted);
    check(split.validation.empty() || !own.validation.empty(),
          "fold '{}' has no utterance of {} for validation; take more speakers for it", io::printable(split.name),
          wanted);
    check_split(table, own);
  }
  return part;
}

}  // namespace emograd::protocol
