#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "audio/descriptors/framing.h"
#include "audio/descriptors/pitch_loops.h"

namespace emograd::audio {

struct PitchCandidate {
  float f0, voicing, score;  // Hz; 1 − (mean of the sums)/score; height of the peak
};

/// Where the feature sets differ in how they look for pitch.
struct PitchRules {
  double window_sigma, lowest;  // of the Gaussian window; Hz, the foot of the octave scale
  std::size_t candidates;       // how many peaks are kept
  /// The highest ones. Quirk where false: a peak counts only if it is higher than the last one that counted, and the
  /// last ones are kept.
  bool highest;
  /// Where the zeros go that fill a frame to a power of two: half of them before it, which changes last bits alone.
  bool zeros_around;
};

/// Fundamental frequency by subharmonic summation (Hermes, JASA 83(1), 1988): on an octave scale harmonics of a tone
/// lie at fixed distances, so the spectrum is added to itself shifted by log₂ 1, log₂ 2, …, log₂ 15.
class SubharmonicSummation {
 public:
  SubharmonicSummation(const Framing&, const PitchRules&);
  /// The best candidate of each frame; all 0 where there is none between 52 and 620 Hz. magnitudes: (frames, bins).
  /// Frames are independent of each other, and cheaper frames_together at a time.
  void operator()(std::span<const float> magnitudes, std::span<PitchCandidate> best);

 private:
  static constexpr std::size_t harmonics = SummationLoop::harmonics;
  PitchCandidate best_candidate(std::size_t lane);

  PitchRules rules_;
  std::size_t bins_;
  float log_low_, log_step_;  // of the octave scale: log₂ of its foot in Hz, and per point
  // The natural cubic spline through the spectrum over log₂ f: its tridiagonal system, eliminated, and where it is
  // read.
  std::vector<double> at_, ratio_, pivot_, gamma_;
  std::vector<SummationLoop::Reading> readings_;
  std::vector<double> sensitivity_;
  std::size_t shift_[harmonics];
  float weight_[harmonics];

  std::vector<Row<float>> spectrum_, octave_, sums_;
  std::vector<Row<std::int32_t>> maxima_;
  std::vector<Row<double>> smooth_, second_;
  Row<double> total_;
  std::vector<std::size_t> peaks_;
};

/// Takes away single voiced frames and one-frame octave jumps; gives every frame when the next one is there.
class PitchSmoother {
 public:
  explicit PitchSmoother(Definition definition = Definition::opensmile) : definition_(definition) {}
  /// The best candidate of the next frame. From the second frame on there is a value for the one before.
  void next(const PitchCandidate&);
  float f0() const { return emitted_; }

 private:
  static constexpr float voiced_from = 0.7F;
  Definition definition_;
  std::int64_t frame_ = 0;
  float previous_ = 0, emitted_ = 0;
  int onset_ = 0, jump_ = 0;
};

}  // namespace emograd::audio
