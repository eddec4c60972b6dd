#include "autograd/ops/index.h"
#include "tests/op_cases.h"

namespace emograd::cases {
namespace {

OpCase indexed(std::string name, std::string variant, std::vector<Shapes> shapes, std::int64_t high, Function f,
               Reference reference) {
  OpCase row;
  row.name = std::move(name);
  row.variant = std::move(variant);
  row.inputs = {{}, {Input::index, 0, static_cast<double>(high), false, false}};
  row.shapes = std::move(shapes);
  row.f = std::move(f);
  row.reference = std::move(reference);
  row.linear = {{0}};
  row.ulps = 8;
  return row;
}

std::int64_t whole(double v) { return static_cast<std::int64_t>(v); }

Shape with(Shape s, int axis, std::int64_t extent) {
  s[axis] = extent;
  return s;
}

/// y[…, i, …] = x[…, index[i], …] (select) or its transpose into extent `size` (add).
Reference select(int axis) {
  return [axis](const std::vector<Array>& in) {
    Array y(with(in[0].shape, axis, in[1].shape[0]));
    each_index(y.shape, [&](const Index& at) {
      Index from = at;
      from[static_cast<std::size_t>(axis)] = whole(in[1]({at[static_cast<std::size_t>(axis)]}));
      y.add(at, in[0](from));
    });
    return y;
  };
}
Reference add_at(int axis, std::int64_t size) {
  return [axis, size](const std::vector<Array>& in) {
    Array y(with(in[0].shape, axis, size));
    each_index(in[0].shape, [&](const Index& at) {
      Index to = at;
      to[static_cast<std::size_t>(axis)] = whole(in[1]({at[static_cast<std::size_t>(axis)]}));
      y.add(to, in[0](at));
    });
    return y;
  };
}
Reference gather_along(int axis) {
  return [axis](const std::vector<Array>& in) {
    Array y(in[1].shape);
    each_index(y.shape, [&](const Index& at) {
      Index from = at;
      from[static_cast<std::size_t>(axis)] = whole(in[1](at));
      y.add(at, in[0](from));
    });
    return y;
  };
}
Reference scatter_along(int axis, std::int64_t size) {
  return [axis, size](const std::vector<Array>& in) {
    Array y(with(in[0].shape, axis, size));
    each_index(in[0].shape, [&](const Index& at) {
      Index to = at;
      to[static_cast<std::size_t>(axis)] = whole(in[1](at));
      y.add(to, in[0](at));
    });
    return y;
  };
}

OpCase any(OpCase row) {
  row.dtypes = any_type;
  row.ulps = 0;
  return row;
}

OpCase splitting(OpCase row, std::vector<Shapes> large, std::vector<Shapes> refused) {
  row.large = std::move(large);
  row.refused = std::move(refused);
  return row;
}

OpCase one_hot_case() {
  OpCase row;
  row.name = "one_hot";
  row.inputs = {{Input::index, 0, 5, false, false}};
  row.shapes = {{{4}}, {{7, 11}}, {{}}, {{1}}, {{0}}};
  row.large = {{{20011}}};
  row.f = [](const auto& in) { return one_hot(in[0], 5, DType::f64); };
  row.reference = [](const std::vector<Array>& in) {
    Shape s = in[0].shape;
    s.push_back(5);
    Array y(s);
    each_index(in[0].shape, [&](const Index& at) {
      Index to = at;
      to.push_back(whole(in[0](at)));
      y(to) = 1;
    });
    return y;
  };
  row.order = 0;
  row.tracked = false;
  row.ulps = 0;
  return row;
}

}  // namespace

std::vector<OpCase> index_cases() {
  return {
      splitting(
          any(indexed(
              "index_select", "axis 0", {{{4, 3}, {6}}, {{7, 11}, {13}}, {{3, 1}, {1}}, {{3, 0}, {2}}, {{3, 2}, {0}}},
              3, [](const auto& in) { return index_select(in[0], 0, in[1]); }, select(0))),
          {{{131, 257}, {300}}}, {{{4, 3}, {2, 2}}}),
      splitting(any(indexed(
                    "index_select", "axis 1 of 3", {{{2, 4, 3}, {5}}, {{1, 3, 1}, {7}}, {{7, 5, 11}, {13}}}, 3,
                    [](const auto& in) { return index_select(in[0], -2, in[1]); }, select(1))),
                {{{31, 7, 257}, {11}}}, {}),
      splitting(
          indexed(
              "index_add", "axis 0", {{{6, 3}, {6}}, {{13, 11}, {13}}, {{1, 1}, {1}}, {{0, 3}, {0}}, {{2, 0}, {2}}}, 5,
              [](const auto& in) { return index_add(in[0], 0, in[1], 5); }, add_at(0, 5)),
          {{{300, 257}, {300}}, {{2, 40000}, {2}}}, {{{6, 3}, {5}}}),
      splitting(indexed(
                    "index_add", "axis 1 of 3", {{{2, 6, 3}, {6}}, {{7, 5, 11}, {5}}}, 5,
                    [](const auto& in) { return index_add(in[0], 1, in[1], 5); }, add_at(1, 5)),
                {{{31, 11, 257}, {11}}}, {}),
      splitting(any(indexed(
                    "gather", "axis 0",
                    {{{3, 4}, {5, 4}}, {{7, 11}, {3, 11}}, {{3, 1}, {1, 1}}, {{3, 0}, {2, 0}}, {{3, 2}, {0, 2}}}, 3,
                    [](const auto& in) { return gather(in[0], 0, in[1]); }, gather_along(0))),
                {{{131, 257}, {300, 257}}}, {{{3, 4}, {5, 3}}, {{3, 4}, {3}}}),
      splitting(any(indexed(
                    "gather", "axis 1 of 3", {{{2, 3, 4}, {2, 5, 4}}, {{7, 5, 3}, {7, 1, 3}}}, 3,
                    [](const auto& in) { return gather(in[0], 1, in[1]); }, gather_along(1))),
                {{{131, 5, 257}, {131, 3, 257}}}, {}),
      splitting(indexed(
                    "scatter_add", "axis 0", {{{5, 4}, {5, 4}}, {{7, 11}, {7, 11}}, {{1, 1}, {1, 1}}, {{0, 3}, {0, 3}}},
                    3, [](const auto& in) { return scatter_add(in[0], 0, in[1], 3); }, scatter_along(0, 3)),
                {{{300, 257}, {300, 257}}}, {{{5, 4}, {5, 3}}}),
      splitting(indexed(
                    "scatter_add", "axis 1 of 3", {{{2, 5, 4}, {2, 5, 4}}, {{7, 3, 2}, {7, 3, 2}}}, 3,
                    [](const auto& in) { return scatter_add(in[0], 1, in[1], 3); }, scatter_along(1, 3)),
                {{{131, 5, 257}, {131, 5, 257}}}, {}),
      one_hot_case(),
  };
}

}  // namespace emograd::cases
