#include "audio/descriptors/samples.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace emograd::audio {

Samples::Samples(std::vector<float> values, double rate)
    : rate_(rate), kept_(std::move(values)), count_(std::ssize(kept_)) {}

Samples::Samples(std::filesystem::path file, Definition definition)
    : file_(std::move(file)), definition_(definition), reader_(std::make_unique<SoundReader>(file_)) {
  rate_ = static_cast<double>(reader_->rate());
}

void Samples::rewind() {
  reader_ = std::make_unique<SoundReader>(file_);
  kept_.clear();
  first_ = 0;
}

void Samples::read_block() {
  const std::span<const float> block = reader_->next();
  if (block.empty()) {
    count_ = first_ + std::ssize(kept_);
    warnings_ = reader_->warnings();
    reader_.reset();
    return;
  }
  const std::int64_t bits = definition_ == Definition::opensmile ? reader_->bits() : 0;
  for (const float x : block) kept_.push_back(scaled_as_opensmile(x, bits));
}

std::span<const float> Samples::at(std::int64_t begin, std::int64_t count) {
  constexpr std::int64_t most = 1 << 20;
  const auto second = static_cast<std::int64_t>(rate_);
  if (begin < first_) rewind();
  while (reader_ && first_ + std::ssize(kept_) < begin + count) {
    const std::int64_t behind = std::clamp<std::int64_t>(begin - second - first_, 0, std::ssize(kept_));
    if (std::ssize(kept_) > most && behind > most / 2) {
      kept_.erase(kept_.begin(), kept_.begin() + behind);
      first_ += behind;
    }
    read_block();
  }
  const std::int64_t from = std::min<std::int64_t>(begin - first_, std::ssize(kept_));
  const std::int64_t there = std::min(count, std::ssize(kept_) - from);
  return std::span<const float>(kept_).subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(there));
}

float scaled_as_opensmile(float x, std::int64_t bits) {
  if (bits == 0) return x;
  const int magnitude = bits == 32 ? 31 : bits == 8 ? 7 : 15;  // 24 bits are 15 and a fraction
  const auto whole = static_cast<float>(std::int64_t{1} << magnitude);
  const auto most = static_cast<float>((std::int64_t{1} << magnitude) - 1);
  return x * whole / most;
}

}  // namespace emograd::audio
