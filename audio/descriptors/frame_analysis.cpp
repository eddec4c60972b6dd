#include "audio/descriptors/frame_analysis.h"

#include <array>
#include <cmath>
#include <utility>

namespace emograd::audio {

Spectra::Spectra(const Framing& framing, std::vector<float> window, float pre_emphasis, Padding padding)
    : window_(std::move(window)),
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
  x[0] = (1 - pre_emphasis_) * frame[0] * window_[0];
  for (std::size_t i = 1; i < frame.size(); ++i) x[i] = (frame[i] - pre_emphasis_ * frame[i - 1]) * window_[i];
  fft_(padded_, spectrum_);
  const std::size_t last = spectrum_.size() - 1;
  for (std::size_t k = 0; k <= last; ++k) {
    const float re = spectrum_[k].real(), im = spectrum_[k].imag();
    magnitude_[k] = k == 0 || k == last ? std::abs(re) : std::sqrt(re * re + im * im);
    power_[k] = magnitude_[k] * magnitude_[k];
  }
}

FrameTable voice_descriptors(Samples& sound, const PitchRules& rules, double period_range, Definition definition) {
  const Framing frames = framing(sound.rate(), 0.060, definition);
  Spectra spectra(frames, gauss(frames.length, rules.window_sigma), 0,
                  rules.zeros_around ? Spectra::Padding::around : Spectra::Padding::behind);
  SubharmonicSummation summation(frames, rules);
  PitchSmoother smoother(definition);
  VoicePeriods periods(sound, period_range, definition);
  FrameTable table({"F0final", "voicingFinalUnclipped", "jitterLocal", "jitterDDP", "shimmerLocal"});
  bool first = true;
  float voicing = 0;  // of the frame before
  const auto follow = [&](const PitchCandidate& candidate) {
    smoother.next(candidate);
    if (std::exchange(first, false)) {
      if (frames.textbook()) voicing = candidate.voicing;  // Quirk: the first frame's is 0
      return;
    }
    const float f0 = smoother.f0();
    const VoiceQuality quality = periods(f0);
    table.append(std::array{f0, voicing, quality.jitter, quality.jitter_ddp, quality.shimmer});
    voicing = candidate.voicing;
  };
  std::vector<float> magnitudes;  // of the frames to be looked at together
  std::array<PitchCandidate, frames_together> candidates;
  std::size_t waiting = 0;
  const auto look = [&] {
    const auto best = std::span(candidates).first(std::exchange(waiting, 0));
    summation(magnitudes, best);
    magnitudes.clear();
    for (const PitchCandidate& candidate : best) follow(candidate);
  };
  each_frame(sound, frames, [&](std::span<const float> frame) {
    spectra.analyse(frame);
    magnitudes.insert(magnitudes.end(), spectra.magnitude().begin(), spectra.magnitude().end());
    if (++waiting == frames_together) look();
  });
  look();
  return table;
}

}  // namespace emograd::audio
