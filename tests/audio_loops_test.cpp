// Loops of the audio room that are compiled once per instruction level: the same bits as naive loops at each.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "audio/descriptors/pitch_loops.h"
#include "audio/descriptors/voice_quality_loops.h"
#include "tensor/kernels/isa.h"

using namespace emograd::audio;
namespace kernels = emograd::kernels;

namespace {

/// The tables of all levels that this processor, or EMOGRAD_ISA, allows.
template <class Table>
std::vector<const Table*> tables() {
  using kernels::Isa;
  std::vector<const Table*> all{&kernels::table_at<Table, Isa::v2>()};
#if defined(__x86_64__)
  if (kernels::active_isa() >= Isa::v3) all.push_back(&kernels::table_at<Table, Isa::v3>());
  if (kernels::active_isa() >= Isa::v4) all.push_back(&kernels::table_at<Table, Isa::v4>());
#endif
  return all;
}

template <class T>
bool same_bits(T a, T b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

/// Pearson's correlation of x[0 … q) and x[q … 2q), every sum in the order of its index.
double correlation(const std::vector<double>& x, std::size_t q) {
  double mean_u = 0, mean_v = 0, uv = 0, uu = 0, vv = 0;
  for (std::size_t n = 0; n < q; ++n) mean_u += x[n], mean_v += x[q + n];
  mean_u /= static_cast<double>(q), mean_v /= static_cast<double>(q);
  for (std::size_t n = 0; n < q; ++n) {
    const double du = x[n] - mean_u, dv = x[q + n] - mean_v;
    uv += du * dv, uu += du * du, vv += dv * dv;
  }
  return uv / (std::sqrt(uu) * std::sqrt(vv));
}

/// What SummationLoop computes, of one spectrum.
std::vector<float> summed(const SummationLoop& l, std::vector<float> x) {
  const std::size_t last = l.bins - 1;
  std::vector<std::size_t> maxima;
  for (std::size_t i = 0; i <= last; ++i)
    if (i == 0 ? x[0] > x[1] : x[i] > x[i - 1] && (i == last || x[i] >= x[i + 1])) maxima.push_back(i);
  for (std::size_t m = 1; m < maxima.size(); ++m)
    for (std::size_t j = maxima[m - 1] + 3; j + 3 <= maxima[m]; ++j) x[j] = 0;
  if (maxima.size() == 1) std::fill(x.begin() + 3, x.end(), 0.0F);
  std::vector<double> y(x.begin(), x.end()), second(l.bins);
  for (std::size_t i = 0; i < last; ++i) {
    const auto at = [&](std::size_t n) { return static_cast<double>(x[n]); };
    y[i] = ((i > 0 ? at(i - 1) : 0) + 2 * at(i) + at(i + 1)) / 4;
  }
  const auto slope = [&](std::size_t i) { return (y[i + 1] - y[i]) / (l.at[i + 1] - l.at[i]); };
  for (std::size_t i = 1; i < last; ++i) {
    const double bend = 6 * (slope(i) - slope(i - 1)) / (l.at[i + 1] - l.at[i - 1]);
    second[i] = (bend - l.ratio[i] * second[i - 1]) / l.pivot[i];
  }
  for (std::size_t i = last; i-- > 1;) second[i] = l.gamma[i] * second[i + 1] + second[i];
  std::vector<float> octave, sums;
  for (std::size_t i = 0; i <= last; ++i) {
    const SummationLoop::Reading& r = l.readings[i];
    const auto spline =
        static_cast<float>(r.a * y[r.left] + r.b * y[r.left + 1] + (r.a3 * second[r.left] + r.b3 * second[r.left + 1]));
    octave.push_back(spline > 0 ? static_cast<float>(static_cast<double>(spline) * l.sensitivity[i]) : 0);
  }
  for (std::size_t i = 0; i <= last; ++i) {
    float z = octave[i];
    for (std::size_t h = 1; h < SummationLoop::harmonics; ++h)
      if (i + l.shift[h] < l.bins) z += l.weight[h] * octave[i + l.shift[h]];
    sums.push_back(std::max(z / static_cast<float>(SummationLoop::harmonics), 0.0F));
  }
  return sums;
}

}  // namespace

TEST_CASE("audio loops: correlations of neighbouring stretches, bit for bit") {
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  for (const std::size_t first : {1U, 2U, 5U, 8U, 61U, 100U}) {
    constexpr std::size_t lags = 3 * lags_together;
    std::vector<double> x(2 * (first + lags)), r(lags);
    for (double& v : x) v = 0.3 + normal(random);
    for (const PeriodTable* table : tables<PeriodTable>()) {
      table->correlate(x.data(), first, lags, r.data());
      for (std::size_t i = 0; i < lags; ++i) {
        CAPTURE(first + i);
        const double naive = correlation(x, first + i);
        CHECK((same_bits(r[i], naive) || (std::isnan(r[i]) && std::isnan(naive))));
      }
    }
  }
}

TEST_CASE("audio loops: subharmonic sums of frames together, bit for bit those of each alone") {
  std::mt19937 random(2);
  std::uniform_real_distribution<double> unit(0.1, 0.9);
  for (const std::size_t bins : {17U, 33U, 257U}) {
    const auto draw = [&] {
      std::vector<double> v(bins);
      for (double& x : v) x = unit(random);
      return v;
    };
    std::vector<double> at(bins);
    for (std::size_t i = 0; i < bins; ++i) at[i] = std::log2(static_cast<double>(i + 1));
    const std::vector<double> ratio = draw(), pivot = draw(), gamma = draw(), sensitivity = draw();
    std::vector<SummationLoop::Reading> readings;
    for (std::size_t i = 0; i < bins; ++i)
      readings.push_back({std::min(i / 2 + i / 3, bins - 2), unit(random), unit(random), unit(random), -unit(random)});
    std::vector<std::size_t> shift;
    std::vector<float> weight;
    for (std::size_t h = 0; h < SummationLoop::harmonics; ++h)
      shift.push_back(h * bins / 12), weight.push_back(static_cast<float>(unit(random)));

    // Noise, plateaus, a rise, a single maximum at the foot, one in the middle, silence, a constant, sparse peaks.
    std::vector<std::vector<float>> frames(frames_together, std::vector<float>(bins));
    for (std::size_t i = 0; i < bins; ++i) {
      const auto n = static_cast<float>(i);
      const auto noise = static_cast<float>(unit(random));
      const float values[]{noise,
                           std::floor(4 * noise),
                           n,
                           1 / (n + 1),
                           i == bins / 2 ? 1.0F : 0.25F,
                           0,
                           2,
                           i % 11 == 4 ? 1 + noise : 0.01F * (i % 11 < 4 ? n : -n) + 4};
      for (std::size_t f = 0; f < frames_together; ++f) frames[f][i] = values[f];
    }
    for (const PitchTable* table : tables<PitchTable>()) {
      std::vector<Row<float>> spectrum(bins), octave(bins), sums(bins);
      std::vector<Row<std::int32_t>> maxima(bins + 4);
      std::vector<Row<double>> smooth(bins), second(bins);
      Row<double> total;
      for (std::size_t f = 0; f < frames_together; ++f)
        for (std::size_t i = 0; i < bins; ++i) spectrum[i].of[f] = frames[f][i];
      const SummationLoop loop{bins,          at.data(),       ratio.data(),       pivot.data(),
                               gamma.data(),  readings.data(), sensitivity.data(), shift.data(),
                               weight.data(), spectrum.data(), maxima.data(),      smooth.data(),
                               second.data(), octave.data(),   sums.data(),        &total};
      table->sum_subharmonics(loop);
      for (std::size_t f = 0; f < frames_together; ++f) {
        CAPTURE(f);
        const std::vector<float> naive = summed(loop, frames[f]);
        double sum = 0;
        for (std::size_t i = 0; i < bins; ++i) {
          CAPTURE(i);
          CHECK(same_bits(sums[i].of[f], naive[i]));
          sum += static_cast<double>(naive[i]);
        }
        CHECK(same_bits(total.of[f], sum));
      }
    }
  }
}
