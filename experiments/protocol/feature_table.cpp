#include "experiments/protocol/feature_table.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>

#include "tensor/error.h"

namespace emograd::protocol {

FeatureTable make_table(std::string source, Tensor x, std::vector<std::string> features, std::vector<std::string> ids,
                        const std::vector<Annotation>& annotations) {
  check(annotations.size() == ids.size(), "{}: {} utterances, {} annotations", source, ids.size(), annotations.size());
  std::map<std::string, std::int64_t> index;
  for (const Annotation& a : annotations) index[a.label] = 0;
  FeatureTable t{std::move(source), std::move(x), std::move(features), std::move(ids), {}, {}, {}, {}};
  for (auto& [label, i] : index) {
    i = t.class_count();
    t.classes.push_back(label);
  }
  std::vector<std::int64_t> labels;
  for (const Annotation& a : annotations) {
    labels.push_back(index.at(a.label));
    t.speakers.push_back(a.speaker);
    t.sessions.push_back(a.session);
  }
  t.labels = from_values<std::int64_t>({static_cast<std::int64_t>(labels.size())}, labels);
  check_table(t);
  return t;
}

void check_table(const FeatureTable& t) {
  check(t.x.rank() == 2 && t.x.dtype() == DType::f32,
        "{}: features must be an array (utterances, features) of f32, got {}{}", t.source, t.x.dtype(), t.x.shape());
  const auto rows = static_cast<std::size_t>(t.rows()), columns = static_cast<std::size_t>(t.x.dim(1));
  check(rows > 0 && columns > 0, "{}: there is nothing in a table of {} utterances and {} features", t.source, rows,
        columns);
  check(t.features.size() == columns, "{}: {} columns, {} feature names", t.source, columns, t.features.size());
  check(t.ids.size() == rows && t.speakers.size() == rows && t.sessions.size() == rows &&
            t.labels.shape() == Shape{t.rows()},
        "{}: {} rows of features, {} utterance names, {} speakers, {} sessions, {} labels", t.source, rows,
        t.ids.size(), t.speakers.size(), t.sessions.size(), t.labels.numel());

  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < rows; ++i) {
    check(!t.ids[i].empty() && !t.speakers[i].empty(), "{}: row {} lacks an utterance name or a speaker", t.source,
          i + 1);
    const auto [before, fresh] = seen.try_emplace(t.ids[i], i);
    check(fresh, "{}: utterance '{}' comes twice, in rows {} and {}", t.source, t.ids[i], before->second + 1, i + 1);
  }
  for (std::size_t i = 0; i < rows; ++i)
    if (const auto original = seen.find(original_of(t.ids[i])); original != seen.end())
      check(t.speakers[i] == t.speakers[original->second],
            "{}: '{}' is by speaker '{}', but '{}', of which it is a copy, by '{}'", t.source, t.ids[i], t.speakers[i],
            original->first, t.speakers[original->second]);
  const float* value = t.x.data<float>();
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j)
      check(std::isfinite(value[i * columns + j]),
            "{}: feature '{}' (column {}) of utterance '{}' (row {}) is {}; remove the row or the column", t.source,
            t.features[j], j + 1, t.ids[i], i + 1, value[i * columns + j]);

  check(t.classes.size() >= 2, "{}: all utterances are of one class; a classifier needs two", t.source);
  std::vector<std::int64_t> count(t.classes.size(), 0);
  for (const std::int64_t y : t.labels.to_vector<std::int64_t>()) {
    check(y >= 0 && y < t.class_count(), "{}: label {} is not in 0 … {}", t.source, y, t.class_count() - 1);
    ++count[static_cast<std::size_t>(y)];
  }
  for (std::size_t k = 0; k < count.size(); ++k)
    check(count[k] > 0, "{}: class '{}' has no utterance", t.source, t.classes[k]);
  check(std::set<std::string>(t.speakers.begin(), t.speakers.end()).size() >= 2,
        "{}: all utterances are by speaker '{}'; leaving one speaker out needs two", t.source, t.speakers.front());
}

std::string original_of(const std::string& id) {
  const std::size_t digits = id.find_last_not_of("0123456789") + 1;
  const std::string_view stem = std::string_view(id).substr(0, digits);
  return digits < id.size() && stem.ends_with("_aug") ? id.substr(0, digits - 4) : "";
}

std::vector<bool> altered_copies(const FeatureTable& t) {
  const std::set<std::string> ids(t.ids.begin(), t.ids.end());
  std::vector<bool> copies;
  for (const std::string& id : t.ids) copies.push_back(ids.contains(original_of(id)));
  return copies;
}

std::string table_hash(const FeatureTable& t) {
  struct Free {
    void operator()(XXH64_state_t* s) const { XXH64_freeState(s); }
  };
  const std::unique_ptr<XXH64_state_t, Free> state(XXH64_createState());
  XXH64_reset(state.get(), 0);
  const auto add = [&](const void* data, std::size_t bytes) {
    const std::uint64_t length = bytes;  // before the bytes, so that what is where cannot be confused
    XXH64_update(state.get(), &length, sizeof length);
    XXH64_update(state.get(), data, bytes);
  };
  const Tensor x = packed(t.x), labels = packed(t.labels);
  add(x.raw(), static_cast<std::size_t>(x.numel()) * sizeof(float));
  add(labels.raw(), static_cast<std::size_t>(labels.numel()) * sizeof(std::int64_t));
  for (const auto* names : {&t.features, &t.ids, &t.classes, &t.speakers, &t.sessions}) {
    // A table without sessions keeps the hash that it had before there were any.
    if (names == &t.sessions && std::all_of(names->begin(), names->end(), [](const auto& s) { return s.empty(); }))
      continue;
    for (const std::string& name : *names) add(name.data(), name.size());
  }
  return fmt::format("{:016x}", XXH64_digest(state.get()));
}

std::vector<std::int64_t> labels_of(const FeatureTable& table, const std::vector<std::int64_t>& rows) {
  const std::int64_t* label = table.labels.data<std::int64_t>();
  std::vector<std::int64_t> labels;
  for (const std::int64_t row : rows) labels.push_back(label[row]);
  return labels;
}

}  // namespace emograd::protocol
