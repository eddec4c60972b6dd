#include <algorithm>

#include "autograd/ops/shape.h"
#include "tests/op_cases.h"

namespace emograd::cases {
namespace {

/// Movement: the output's shape, and which input element (of which input) lands on each output index; −1: a zero.
struct Source {
  int input;
  Index at;
};
using ShapeRule = std::function<Shape(const std::vector<Array>&)>;
using SourceRule = std::function<Source(const std::vector<Array>&, const Index&)>;

OpCase movement(std::string name, std::string variant, std::vector<Shapes> shapes, Function f, ShapeRule shape,
                SourceRule source) {
  OpCase row;
  row.name = std::move(name);
  row.variant = std::move(variant);
  row.inputs.resize(shapes.front().size());
  row.shapes = std::move(shapes);
  row.f = std::move(f);
  row.reference = [shape, source](const std::vector<Array>& in) {
    Array y(shape(in));
    each_index(y.shape, [&](const Index& at) {
      const Source s = source(in, at);
      if (s.input >= 0) y.add(at, in[static_cast<std::size_t>(s.input)](s.at));
    });
    return y;
  };
  row.linear = {{}};
  for (std::size_t i = 0; i < row.inputs.size(); ++i) row.linear[0].push_back(static_cast<int>(i));
  row.dtypes = any_type;
  row.ulps = 0;  // elements move unchanged
  row.flops = 0;
  return row;
}

OpCase refusing(OpCase row, std::vector<Shapes> shapes) {
  row.refused = std::move(shapes);
  return row;
}
OpCase splitting(OpCase row, std::vector<Shapes> shapes) {
  row.large = std::move(shapes);
  return row;
}

Index unravel(std::size_t at, const Shape& shape) {
  Index out(static_cast<std::size_t>(shape.rank()));
  for (int i = shape.rank() - 1; i >= 0; --i) {
    const auto extent = static_cast<std::size_t>(shape[i]);
    out[static_cast<std::size_t>(i)] = static_cast<std::int64_t>(at % extent);
    at /= extent;
  }
  return out;
}

/// The same row-major position under another shape.
OpCase relabelled(std::string name, std::string variant, std::vector<Shapes> shapes, Function f,
                  std::function<Shape(const Shape&)> to) {
  return movement(
      std::move(name), std::move(variant), std::move(shapes), std::move(f),
      [to](const auto& in) { return to(in[0].shape); },
      [to](const auto& in, const Index& at) {
        return Source{0, unravel(flat(at, to(in[0].shape)), in[0].shape)};
      });
}

OpCase permuted(std::string name, std::string variant, std::vector<Shapes> shapes, Function f, std::vector<int> axes) {
  return movement(
      std::move(name), std::move(variant), std::move(shapes), std::move(f),
      [axes](const auto& in) {
        Shape s;
        for (const int a : axes) s.push_back(in[0].shape[a]);
        return s;
      },
      [axes](const auto&, const Index& at) {
        Index from(at.size());
        for (std::size_t i = 0; i < axes.size(); ++i) from[static_cast<std::size_t>(axes[i])] = at[i];
        return Source{0, from};
      });
}

OpCase broadcast_case() {
  return refusing(splitting(movement(
                                "broadcast_to", "", {{{3, 1}}, {{1, 1}}, {{}}, {{5}}, {{1}}, {{3, 5}}},
                                [](const auto& in) {
                                  return broadcast_to(in[0], {2, 3, 5});
                                },
                                [](const auto&) {
                                  return Shape{2, 3, 5};
                                },
                                [](const auto& in, const Index& at) {
                                  const int rank = in[0].shape.rank();
                                  Index from(at.end() - rank, at.end());
                                  for (int i = 0; i < rank; ++i)
                                    if (in[0].shape[i] == 1) from[static_cast<std::size_t>(i)] = 0;
                                  return Source{0, from};
                                }),
                            {}),
                  {{{4}}, {{3, 2}}, {{1, 2, 3, 5}}});
}

OpCase sum_to_case() {
  OpCase row = movement(
      "sum_to", "", {{{2, 3, 5}}, {{3, 5}}, {{1, 3, 1}}, {{7, 3, 11}}, {{2, 3, 0}}, {{3, 1}}},
      [](const auto& in) {
        return sum_to(in[0], {3, 1});
      },
      nullptr, nullptr);
  row.reference = [](const std::vector<Array>& in) {
    Array y(Shape{3, 1});
    each_index(in[0].shape, [&](const Index& at) { y.add({at[at.size() - 2], 0}, in[0](at)); });
    return y;
  };
  row.large = {{{130, 3, 257}}};
  row.refused = {{{2, 4, 5}}};
  row.dtypes = floats;
  row.ulps = 8;
  row.said_by = "sum";
  return row;
}

OpCase slice_case(std::string variant, std::vector<Shapes> shapes, std::int64_t axis, std::int64_t start,
                  std::int64_t stop, std::int64_t step, std::function<std::int64_t(std::int64_t)> first,
                  std::function<std::int64_t(std::int64_t)> count) {
  const int at_axis = static_cast<int>(axis);
  return movement(
      "slice", std::move(variant), std::move(shapes),
      [=](const auto& in) { return slice(in[0], axis, start, stop, step); },
      [=](const auto& in) {
        Shape s = in[0].shape;
        s[at_axis] = count(s[at_axis]);
        return s;
      },
      [=](const auto& in, Index at) {
        auto& k = at[static_cast<std::size_t>(axis)];
        k = first(in[0].shape[at_axis]) + k * step;
        return Source{0, at};
      });
}

OpCase embed_case(std::string name, std::string variant, std::vector<Shapes> shapes, Function f, int axis,
                  std::int64_t start, std::int64_t step, std::function<std::int64_t(std::int64_t)> size) {
  return movement(
      std::move(name), std::move(variant), std::move(shapes), std::move(f),
      [=](const auto& in) {
        Shape s = in[0].shape;
        s[axis] = size(s[axis]);
        return s;
      },
      [=](const auto& in, Index at) {
        auto& k = at[static_cast<std::size_t>(axis)];
        const bool hit = k >= start && (k - start) % step == 0 && (k - start) / step < in[0].shape[axis];
        k = (k - start) / step;
        return Source{hit ? 0 : -1, at};
      });
}

OpCase joined(std::string name, std::vector<Shapes> shapes, Function f, int axis, bool new_axis) {
  return movement(
      std::move(name), "axis " + std::to_string(axis), std::move(shapes), std::move(f),
      [=](const auto& in) {
        Shape s = in[0].shape;
        if (new_axis) s.insert(axis, 1);
        s[axis] = 0;
        for (const Array& x : in) s[axis] += new_axis ? 1 : x.shape[axis];
        return s;
      },
      [=](const auto& in, Index at) {
        auto& k = at[static_cast<std::size_t>(axis)];
        int which = 0;
        while (k >= (new_axis ? 1 : in[static_cast<std::size_t>(which)].shape[axis]))
          k -= new_axis ? 1 : in[static_cast<std::size_t>(which)].shape[axis], ++which;
        if (new_axis) at.erase(at.begin() + axis);
        return Source{which, at};
      });
}

}  // namespace

std::vector<OpCase> movement_cases() {
  const auto same = [](std::int64_t n) { return n; };
  const std::vector<Shapes> cubes = {{{2, 3, 4}}, {{7, 11, 13}}, {{1, 1, 1}}, {{1, 5, 1}}, {{0, 3, 2}}, {{3, 0, 2}}};
  const std::vector<Shapes> big = {{{131, 257, 3}}, {{3, 131, 257}}, {{2, 3, 32768}}};
  const Function to_rows = [](const auto& in) { return reshape(in[0], {4, -1}); };
  std::vector<OpCase> rows = {
      broadcast_case(),
      sum_to_case(),
      refusing(splitting(relabelled("reshape", "", {{{2, 3, 4}}, {{8}}, {{4, 1, 3}}, {{28, 11}}, {{4, 0}}, {{2, 1, 2}}},
                                    to_rows,
                                    [](const Shape& s) {
                                      return Shape{4, numel(s) / 4};
                                    }),
                         {{{132, 257, 3}}}),
               {{{3, 5}}}),
      splitting(relabelled(
                    "flatten", "", cubes, [](const auto& in) { return flatten(in[0]); },
                    [](const Shape& s) { return Shape{numel(s)}; }),
                big),
      refusing(relabelled(
                   "squeeze", "", {{{3, 1, 4}}, {{7, 1, 11}}, {{1, 1}}, {{0, 1}}},
                   [](const auto& in) { return squeeze(in[0], 1); },
                   [](Shape s) {
                     s.erase(1);
                     return s;
                   }),
               {{{3, 2}}, {{3}}}),
      relabelled(
          "unsqueeze", "axis 1", {{{3, 4}}, {{7}}, {{0, 2}}}, [](const auto& in) { return unsqueeze(in[0], 1); },
          [](Shape s) {
            s.insert(1, 1);
            return s;
          }),
      relabelled(
          "unsqueeze", "axis -1", {{{3, 4}}, {{7}}, {{}}}, [](const auto& in) { return unsqueeze(in[0], -1); },
          [](Shape s) {
            s.push_back(1);
            return s;
          }),
      refusing(splitting(permuted("permute", "2 0 1", cubes,
                                  [](const auto& in) {
                                    return permute(in[0], {2, 0, 1});
                                  },
                                  {2, 0, 1}),
                         big),
               {{{3, 5}}}),
      splitting(permuted("permute", "-1 1 0", cubes,
                         [](const auto& in) {
                           return permute(in[0], {-1, 1, 0});
                         },
                         {2, 1, 0}),
                big),
      refusing(permuted("transpose", "last two", cubes, [](const auto& in) { return transpose(in[0]); }, {0, 2, 1}),
               {{{3}}}),
      refusing(
          permuted("transpose", "0 and -1", cubes, [](const auto& in) { return transpose(in[0], 0, -1); }, {2, 1, 0}),
          {}),
      splitting(permuted("contiguous", "", cubes, [](const auto& in) { return contiguous(in[0]); }, {0, 1, 2}), big),
      splitting(permuted("contiguous", "of a permuted view", cubes,
                         [](const auto& in) {
                           return contiguous(permute(in[0], {1, 2, 0}));
                         },
                         {1, 2, 0}),
                big),
      refusing(slice_case(
                   "1:, axis 0", {{{3, 4}}, {{7, 11}}, {{1, 2}}, {{1, 0}}}, 0, 1, 1 << 30, 1, [](auto) { return 1; },
                   [](auto n) { return n - 1; }),
               {{{0, 4}}}),
      slice_case(
          "0:5:2, axis 1", {{{3, 6}}, {{7, 11}}, {{2, 1}}, {{2, 0}}}, 1, 0, 5, 2, [](auto) { return 0; },
          [](auto n) { return (std::min<std::int64_t>(n, 5) + 1) / 2; }),
      refusing(slice_case(
                   "-3:-1, axis 1", {{{3, 6}}, {{7, 11}}, {{2, 3}}, {{0, 3}}}, 1, -3, -1, 1,
                   [](auto n) { return n - 3; }, [](auto) { return 2; }),
               {{{2, 2}}}),
      embed_case(
          "embed", "at 2 in steps of 3", {{{3, 4}}, {{7, 4}}, {{1, 1}}, {{2, 0}}},
          [](const auto& in) { return embed(in[0], 1, 2, 3, 13); }, 1, 2, 3, [](auto) { return 13; }),
      refusing(embed_case(
                   "embed", "axis 0", {{{3, 4}}, {{5, 7}}, {{0, 4}}, {{2}}},
                   [](const auto& in) { return embed(in[0], 0, 0, 1, 5); }, 0, 0, 1, [](auto) { return 5; }),
               {}),
      splitting(embed_case(
                    "pad", "axis 1", {{{3, 4}}, {{7, 11}}, {{1, 1}}, {{2, 0}}},
                    [](const auto& in) { return pad(in[0], 1, 1, 2); }, 1, 1, 1, [](auto n) { return n + 3; }),
                {{{131, 257}}}),
      embed_case(
          "pad", "axis 0, nothing", {{{3, 4}}, {{0, 4}}}, [](const auto& in) { return pad(in[0], 0, 0, 0); }, 0, 0, 1,
          same),
      movement(
          "flip", "axis 1", cubes, [](const auto& in) { return flip(in[0], 1); },
          [](const auto& in) { return in[0].shape; },
          [](const auto& in, Index at) {
            at[1] = in[0].shape[1] - 1 - at[1];
            return Source{0, at};
          }),
      refusing(splitting(joined(
                             "cat",
                             {{{2, 3}, {2, 2}, {2, 1}},
                              {{7, 11}, {7, 13}, {7, 2}},
                              {{1, 1}, {1, 1}, {1, 1}},
                              {{2, 3}, {2, 0}, {2, 2}},
                              {{0, 3}, {0, 2}, {0, 1}}},
                             [](const auto& in) { return cat(in, 1); }, 1, false),
                         {{{131, 257}, {131, 1}, {131, 100}}}),
               {{{2, 3}, {3, 3}, {2, 3}}, {{2, 3}, {2, 3, 1}, {2, 3}}}),
      refusing(joined(
                   "cat", {{{2, 3}, {1, 3}}, {{7, 3}, {0, 3}}}, [](const auto& in) { return cat(in, -2); }, 0, false),
               {{{2, 3}, {2, 2}}}),
      refusing(joined(
                   "stack", {{{2, 3}, {2, 3}}, {{7, 11}, {7, 11}}, {{0, 2}, {0, 2}}},
                   [](const auto& in) { return stack(in, 0); }, 0, true),
               {{{2, 3}, {3, 3}}}),
      joined(
          "stack", {{{2, 3}, {2, 3}, {2, 3}}, {{1, 1}, {1, 1}, {1, 1}}}, [](const auto& in) { return stack(in, 1); }, 1,
          true),
      joined(
          "stack", {{{4}, {4}}, {{5}, {5}}}, [](const auto& in) { return stack(in, -1); }, 1, true),
  };
  for (OpCase& row : rows) {
    if (row.title() == "contiguous (of a permuted view)") row.said_by = "permute";
    if (row.name == "flatten") row.said_by = "reshape";
  }
  return rows;
}

}  // namespace emograd::cases
