#include "experiments/protocol/splits.h"

#include <map>
#include <set>

#include "tensor/error.h"

namespace emograd::protocol {

std::vector<Split> leave_one_speaker_out(const FeatureTable& table) {
  std::map<std::string, std::vector<std::int64_t>> rows_of;
  for (std::int64_t i = 0; i < table.rows(); ++i) rows_of[table.speakers[static_cast<std::size_t>(i)]].push_back(i);
  std::vector<Split> splits;
  for (const auto& [speaker, test] : rows_of) {
    Split split{speaker, {}, test};
    for (std::int64_t i = 0; i < table.rows(); ++i)
      if (table.speakers[static_cast<std::size_t>(i)] != speaker) split.train.push_back(i);
    check_split(table, split);
    splits.push_back(std::move(split));
  }
  return splits;
}

void check_split(const FeatureTable& table, const Split& split) {
  const std::vector<std::int64_t> labels = table.labels.to_vector<std::int64_t>();
  std::set<std::int64_t> used;
  std::map<std::string, const char*> part_of;  // of a speaker
  std::vector<bool> present(table.classes.size(), false);
  for (const auto* rows : {&split.test, &split.validation, &split.train}) {
    const char* part = rows == &split.test ? "test" : rows == &split.train ? "training" : "validation";
    check(!rows->empty() || rows == &split.validation, "split '{}': no {} rows", split.name, part);
    for (const std::int64_t row : *rows) {
      check(row >= 0 && row < table.rows(), "split '{}': row {} is not in a table of {} rows", split.name, row,
            table.rows());
      check(used.insert(row).second, "split '{}': row {} is used twice", split.name, row);
      const std::string& speaker = table.speakers[static_cast<std::size_t>(row)];
      const char* other = part_of.try_emplace(speaker, part).first->second;
      check(other == part, "split '{}': speaker '{}' is in {} and {}", split.name, speaker, part, other);
      if (rows == &split.train) present[static_cast<std::size_t>(labels[static_cast<std::size_t>(row)])] = true;
    }
  }
  for (std::size_t k = 0; k < present.size(); ++k)
    check(present[k],
          "split '{}': class '{}' is spoken by the left-out speakers only, so nothing can learn it; drop that class",
          split.name, table.classes[k]);
}

}  // namespace emograd::protocol
