#include "audio/descriptors/frame_analysis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace emograd::audio {

Spectra::Spectra(const Framing& framing, std::vector<float> window, float pre_emphasis, Padding padding)
    : framing_(framing),
      window_(std::move(window)),
      pre_emphasis_(pre_emphasis),
      before_(padding == Padding::around ? (framing.fft - framing.length) / 2 : 0),
      fft_(framing.fft),
      padded_(static_cast<std::size_t>(framing.fft)),
      magnitude_(static_cast<std::size_t>(framing.bins())),
      power_(magnitude_.size()),
      spectrum_(magnitude_.size()) {}

void Spectra::analyse(std::span<const float> frame) {
  float* x = padded_.data() + before_;
  // The first sample has no one before it: as if it were its own.
  if (pre_emphasis_ == 0) std::copy(frame.begin(), frame.end(), x);
  else x[0] = (1 - pre_emphasis_) * frame[0];
  for (std::size_t i = 1; pre_emphasis_ != 0 && i < frame.size(); ++i) x[i] = frame[i] - pre_emphasis_ * frame[i - 1];
  for (std::size_t i = 0; i < frame.size(); ++i) x[i] *= window_[i];
  fft_(padded_, spectrum_);
  for (std::size_t k = 0; k < spectrum_.size(); ++k) {
    const float re = spectrum_[k].real(), im = spectrum_[k].imag();
    magnitude_[k] = std::sqrt(re * re + im * im);
    power_[k] = magnitude_[k] * magnitude_[k];
  }
  magnitude_.front() = std::abs(spectrum_.front().real());
  magnitude_.back() = std::abs(spectrum_.back().real());
  power_.front() = magnitude_.front() * magnitude_.front();
  power_.back() = magnitude_.back() * magnitude_.back();
}

Columns::Columns(const std::vector<std::string>& names) {
  for (const std::string& name : names) series_.push_back({name, {}});
}

void Columns::append(std::span<const float> values) {
  for (std::size_t i = 0; i < series_.size(); ++i) series_[i].values.push_back(values[i]);
}

AllSeries voice_descriptors(const std::vector<float>& samples, double rate, const PitchRules& rules,
                            double period_range) {
  const Framing frames = framing(rate, 0.060);
  Spectra spectra(frames, gauss(frames.length, rules.window_sigma), 0,
                  rules.zeros_around ? Spectra::Padding::around : Spectra::Padding::behind);
  SubharmonicSummation summation(frames, rules);
  PitchSmoother smoother;
  VoicePeriods periods(samples, rate, period_range);
  Columns columns({"F0final", "voicingFinalUnclipped", "jitterLocal", "jitterDDP", "shimmerLocal"});
  bool first = true;
  float voicing = 0;  // of the frame before. Quirk: the first frame's is 0
  each_frame(samples, frames, [&](std::span<const float> frame) {
    spectra.analyse(frame);
    const PitchCandidate candidate = summation(spectra.magnitude());
    smoother.next(candidate);
    if (std::exchange(first, false)) return;
    const float f0 = smoother.f0();
    const VoiceQuality quality = periods(f0);
    columns.append(std::array{f0, voicing, quality.jitter, quality.jitter_ddp, quality.shimmer});
    voicing = candidate.voicing;
  });
  return columns.take();
}

}  // namespace emograd::audio
