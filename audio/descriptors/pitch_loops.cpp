// Compiled once per instruction level.
#include "audio/descriptors/pitch_loops.h"

#include "audio/descriptors/registers.h"
#include "tensor/kernels/isa.h"

namespace emograd::audio {
inline namespace EMOGRAD_ISA {
namespace {

constexpr std::size_t lanes = register_bytes / sizeof(double), columns = frames_together / lanes;

/// The rows' numbers of as many frames as a register of doubles takes.
template <class T>
struct Column {
  typedef T Lanes __attribute__((vector_size(lanes * sizeof(T)), may_alias));
  Column(Row<T>* rows, std::size_t number) : first(reinterpret_cast<Lanes*>(rows) + number) {}
  Lanes& operator[](std::size_t row) const { return first[row * columns]; }
  Lanes* first;
};
using Doubles = Column<double>::Lanes;
using Floats = Column<float>::Lanes;
using Marks = Column<std::int32_t>::Lanes;  // 0 or −1

/// Sets to zero what is more than two bins away from every maximum, between maxima; where there is but one, all but
/// three bins. Then smooths with ¼, ½, ¼.
void enhance_peaks(const SummationLoop& l, std::size_t column) {
  const Column x(l.spectrum, column);
  const Column y(l.smooth, column);
  const Column maximum(l.maxima + 2, column), around(l.maxima, column);
  const std::size_t last = l.bins - 1;
  for (std::size_t i = 1; i < last; ++i) maximum[i] = (x[i] > x[i - 1]) & (x[i] >= x[i + 1]);
  maximum[0] = x[0] > x[1], maximum[last] = x[last] > x[last - 1];
  around[0] = around[1] = maximum[last + 1] = maximum[last + 2] = Marks{};
  Marks count{}, passed{};
  for (std::size_t i = 0; i <= last; ++i) count -= maximum[i];
  const Marks single = count == 1;
  for (std::size_t i = 0; i <= last; ++i) {
    passed -= maximum[i];
    const Marks near = around[i] | around[i + 1] | around[i + 2] | around[i + 3] | around[i + 4];
    const Marks kept = near | (passed == 0) | (passed == count);
    x[i] = (i < 3 ? kept | single : kept & ~single) ? x[i] : Floats{};
  }
  Doubles before{}, here = __builtin_convertvector(x[0], Doubles);
  for (std::size_t i = 0; i < last; ++i) {
    const Doubles after = __builtin_convertvector(x[i + 1], Doubles);
    y[i] = (before + 2 * here + after) / 4;
    before = here, here = after;
  }
  y[last] = here;
}

/// The spline's second derivatives, M_i = γ_i M_{i+1} + rest_i, and its values, weighted, where they are positive.
void octave_scale(const SummationLoop& l, std::size_t column) {
  const Column y(l.smooth, column), second(l.second, column);
  const Column octave(l.octave, column);
  const std::size_t last = l.bins - 1;
  second[0] = second[last] = Doubles{};
  Doubles slope = (y[1] - y[0]) / (l.at[1] - l.at[0]), rest{}, next{};
  for (std::size_t i = 1; i < last; ++i) {
    const Doubles after = (y[i + 1] - y[i]) / (l.at[i + 1] - l.at[i]);
    const Doubles bend = 6 * (after - slope) / (l.at[i + 1] - l.at[i - 1]);
    second[i] = rest = (bend - l.ratio[i] * rest) / l.pivot[i];
    slope = after;
  }
  for (std::size_t i = last; i-- > 1;) second[i] = next = l.gamma[i] * next + second[i];
  for (std::size_t i = 0; i <= last; ++i) {
    const SummationLoop::Reading& r = l.readings[i];
    const Doubles value = r.a * y[r.left] + r.b * y[r.left + 1] + (r.a3 * second[r.left] + r.b3 * second[r.left + 1]);
    const Floats spline = __builtin_convertvector(value, Floats);
    const Doubles weighted = __builtin_convertvector(spline, Doubles) * l.sensitivity[i];
    octave[i] = spline > 0 ? __builtin_convertvector(weighted, Floats) : Floats{};
  }
}

void sum_harmonics(const SummationLoop& l, std::size_t column) {
  const Column octave(l.octave, column), sums(l.sums, column);
  Doubles total{};
  for (std::size_t i = 0; i < l.bins; ++i) {
    Floats z = octave[i];
    for (std::size_t h = 1; h < SummationLoop::harmonics && i + l.shift[h] < l.bins; ++h)
      z += l.weight[h] * octave[i + l.shift[h]];
    z /= static_cast<float>(SummationLoop::harmonics);
    sums[i] = z = z < 0 ? Floats{} : z;
    total += __builtin_convertvector(z, Doubles);
  }
  Column(l.total, column)[0] = total;
}

void sum_subharmonics(const SummationLoop& l) {
  for (std::size_t column = 0; column < columns; ++column) {
    enhance_peaks(l, column);
    octave_scale(l, column);
    sum_harmonics(l, column);
  }
}

}  // namespace
}  // namespace EMOGRAD_ISA
}  // namespace emograd::audio

template <>
const emograd::audio::PitchTable&
emograd::kernels::table_at<emograd::audio::PitchTable, emograd::kernels::Isa::EMOGRAD_ISA>() {
  static constexpr audio::PitchTable table{&audio::sum_subharmonics};
  return table;
}
