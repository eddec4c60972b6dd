#pragma once

#include <cstddef>
#include <cstdint>

namespace emograd::audio {

/// Of how many frames pitch is looked for at a time. Each has a lane of its own, so that divisions which wait for each
/// other within a frame do not wait for those of other frames.
constexpr std::size_t frames_together = 8;

/// The same number of each of the frames.
template <class T>
struct alignas(frames_together * sizeof(T)) Row {
  T of[frames_together];
};

/// Subharmonic summation of frames_together spectra. Plain data, shared by loops of all instruction levels.
struct SummationLoop {
  /// Where the spline is read: weights of values and second derivatives on the left and on the right.
  struct Reading {
    std::size_t left;
    double a, b, a3, b3;
  };
  static constexpr std::size_t harmonics = 15;

  std::size_t bins;
  const double *at, *ratio, *pivot, *gamma;  // abscissae of the bins; the spline's eliminated tridiagonal system
  const Reading* readings;                   // by point of the octave scale, as everything below
  const double* sensitivity;
  const std::size_t* shift;  // of harmonics, in points, rising
  const float* weight;

  Row<float>* spectrum;       // magnitudes; used up
  Row<std::int32_t>* maxima;  // scratch: bins + 4
  Row<double>*smooth, *second;
  Row<float>* octave;
  Row<float>* sums;    // the result: sums over harmonics
  Row<double>* total;  // one row: what they add up to
};

struct PitchTable {
  void (*sum_subharmonics)(const SummationLoop&);
};

}  // namespace emograd::audio
