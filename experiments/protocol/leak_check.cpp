#include "experiments/protocol/leak_check.h"

#include <map>

#include "tensor/error.h"

namespace emograd::protocol {

FeatureTable with_altered_rows(const FeatureTable& table, const std::vector<std::int64_t>& rows) {
  std::vector<float> x = table.x.to_vector<float>();
  std::vector<std::int64_t> labels = table.labels.to_vector<std::int64_t>();
  const auto columns = static_cast<std::size_t>(table.x.dim(1));
  for (const std::int64_t row : rows) {
    const auto i = static_cast<std::size_t>(row);
    for (std::size_t j = 0; j < columns; ++j)
      x[i * columns + j] = 1000.f + static_cast<float>((i + j) % 7) - x[i * columns + j];
    labels[i] = (labels[i] + 1) % table.class_count();
  }
  FeatureTable altered = table;
  altered.x = from_values<float>(table.x.shape(), x);
  altered.labels = from_values<std::int64_t>(table.labels.shape(), labels);
  return altered;
}

std::vector<std::string> leaking_artefacts(const FeatureTable& table, const Split& split, const Train& train) {
  std::map<std::string, Tensor> first, second;
  train(table, [&](const std::string& name, const Tensor& value) { first[name] = packed(value); });
  train(with_altered_rows(table, split.test),
        [&](const std::string& name, const Tensor& value) { second[name] = packed(value); });
  check(!first.empty(), "leaking_artefacts: the training showed nothing, so there is nothing to compare");
  std::vector<std::string> leaks;
  for (const auto& [name, value] : first) {
    const auto other = second.find(name);
    if (other == second.end() || !bitwise_equal(value, other->second)) leaks.push_back(name);
  }
  for (const auto& [name, value] : second)
    if (!first.contains(name)) leaks.push_back(name);
  return leaks;
}

}  // namespace emograd::protocol
