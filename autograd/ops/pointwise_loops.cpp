// Compiled once per instruction level.
#include "autograd/ops/pointwise_loops.h"

namespace emograd::kernels {
namespace {

template <class... Ops>
void fill_unary(PointwiseTable& t, TypeList<Ops...>) {
  int i = 0;
  ((t.unary[i][0] = &map1<Ops, float, float>, t.unary[i][1] = &map1<Ops, double, double>, ++i), ...);
}

template <class... Ops>
void fill_binary(PointwiseTable& t, TypeList<Ops...>) {
  int i = 0;
  ((t.binary[i][0] = &map2<Ops, float, float>, t.binary[i][1] = &map2<Ops, double, double>, ++i), ...);
}

template <class... Ops>
void fill_comparison(PointwiseTable& t, TypeList<Ops...>) {
  int i = 0;
  ((t.comparison[i][0] = &map2<Ops, float, bool>, t.comparison[i][1] = &map2<Ops, double, bool>,
    t.comparison[i][2] = &map2<Ops, std::int64_t, bool>, ++i),
   ...);
}

template <class... Ops>
void fill_logical(PointwiseTable& t, TypeList<Ops...>) {
  int i = 0;
  ((t.logical[i++] = &map2<Ops, bool, bool>), ...);
}

template <class From>
void fill_cast(MapFn (&to)[4]) {
  to[0] = &map1<Cast<float>, From, float>;
  to[1] = &map1<Cast<double>, From, double>;
  to[2] = &map1<Cast<std::int64_t>, From, std::int64_t>;
  to[3] = &map1<Cast<bool>, From, bool>;
}

}  // namespace

template <>
const PointwiseTable& table_at<PointwiseTable, Isa::EMOGRAD_ISA>() {
  static const PointwiseTable table = [] {
    PointwiseTable t{};
    fill_unary(t, Unary{});
    fill_binary(t, Binary{});
    fill_comparison(t, Comparisons{});
    fill_logical(t, Logical{});
    fill_cast<float>(t.cast[0]);
    fill_cast<double>(t.cast[1]);
    fill_cast<std::int64_t>(t.cast[2]);
    fill_cast<bool>(t.cast[3]);
    t.where[0] = &map_where<float>;
    t.where[1] = &map_where<double>;
    t.where[2] = &map_where<std::int64_t>;
    t.where[3] = &map_where<bool>;
    return t;
  }();
  return table;
}

}  // namespace emograd::kernels
