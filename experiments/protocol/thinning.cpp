#include "experiments/protocol/thinning.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "autograd/ops/random.h"
#include "tensor/error.h"
#include "tensor/io/bytes.h"

namespace emograd::protocol {

Thinning parse_thinning(const std::vector<std::string>& specifications, const FeatureTable& table) {
  const std::string known = fmt::format("{}", fmt::join(table.classes, ", "));
  Thinning thinning;
  for (const std::string& specification : specifications) {
    const std::size_t colon = specification.rfind(':');
    const std::string name = specification.substr(0, colon),
                      rows = colon == std::string::npos ? "" : specification.substr(colon + 1);
    check(!rows.empty() && rows.size() <= 9 && rows.find_first_not_of("0123456789") == std::string::npos,
          "'{}' is not CLASS:ROWS, as sadness:3 is", io::printable(specification));
    const auto found = std::find(table.classes.begin(), table.classes.end(), name);
    check(found != table.classes.end(), "there is no class '{}' to be thinned; {} has {}", io::printable(name),
          table.source, known);
    check(std::stoll(rows) >= 1, "class '{}' thinned to 0 rows could not be learnt; leave one at least", name);
    check(thinning.emplace(found - table.classes.begin(), std::stoll(rows)).second, "class '{}' is thinned twice",
          name);
  }
  return thinning;
}

Thinning rarer_half(const FeatureTable& table, std::int64_t rows) {
  std::vector<std::int64_t> count(table.classes.size(), 0), order(table.classes.size());
  for (const std::int64_t k : table.labels.to_vector<std::int64_t>()) ++count[static_cast<std::size_t>(k)];
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return count[static_cast<std::size_t>(a)] < count[static_cast<std::size_t>(b)];
  });
  Thinning thinning;
  for (std::size_t i = 0; i < order.size() / 2; ++i) thinning[order[i]] = rows;
  return thinning;
}

Split thinned(const FeatureTable& table, const Split& split, const Thinning& thinning, const Rng& rng) {
  const std::vector<std::int64_t> labels = labels_of(table, split.train);
  std::set<std::int64_t> gone;
  for (const auto& [label, rows] : thinning) {
    std::vector<std::int64_t> of_class;
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (labels[i] == label) of_class.push_back(split.train[i]);
    Rng draw = rng.split(static_cast<std::uint64_t>(label));
    const std::vector<std::int64_t> order = permutation(std::ssize(of_class), draw).to_vector<std::int64_t>();
    for (std::size_t i = static_cast<std::size_t>(rows); i < order.size(); ++i)
      gone.insert(of_class[static_cast<std::size_t>(order[i])]);
  }
  Split left = split;
  std::erase_if(left.train, [&](std::int64_t row) { return gone.contains(row); });
  return left;
}

}  // namespace emograd::protocol
