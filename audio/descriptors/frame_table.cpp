#include "audio/descriptors/frame_table.h"

#include <algorithm>
#include <utility>

#include "tensor/error.h"

namespace emograd::audio {

FrameTable::FrameTable(std::vector<std::string> names) : names_(std::move(names)), columns_(names_.size()) {}

std::uint64_t FrameTable::place(std::int64_t block, std::size_t column) const {
  const std::size_t index = static_cast<std::size_t>(block) * names_.size() + column;
  return index * static_cast<std::size_t>(most_in_memory) * sizeof(float);
}

void FrameTable::append(std::span<const float> frame) {
  if (std::ssize(columns_.front()) == most_in_memory) {
    if (!scratch_) scratch_.emplace();
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      scratch_->write(place(written_ / most_in_memory, c), std::as_bytes(std::span(columns_[c])));
      columns_[c].clear();
    }
    written_ += most_in_memory;
  }
  for (std::size_t c = 0; c < columns_.size(); ++c) columns_[c].push_back(frame[c]);
}

std::vector<float> FrameTable::values(std::size_t column) const {
  std::vector<float> all(static_cast<std::size_t>(written_));
  for (std::int64_t begin = 0; begin < written_; begin += most_in_memory)
    scratch_->read(place(begin / most_in_memory, column),
                   std::as_writable_bytes(std::span(all).subspan(static_cast<std::size_t>(begin),
                                                                 static_cast<std::size_t>(most_in_memory))));
  all.insert(all.end(), columns_[column].begin(), columns_[column].end());
  return all;
}

std::vector<float> values(const Descriptors& all, const std::string& name) {
  for (const FrameTable& table : all)
    for (std::size_t c = 0; c < table.names().size(); ++c)
      if (table.names()[c] == name) return table.values(c);
  fail("there is no descriptor '" + name + "'");
}

}  // namespace emograd::audio
