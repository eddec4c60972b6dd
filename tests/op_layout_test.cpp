#include <cstring>

#include "autograd/grad.h"
#include "tensor/memory/pool.h"
#include "tensor/parallel.h"
#include "tests/op_checks.h"

using namespace emograd;
using namespace emograd::cases;

namespace {

enum Layout { permuted, stepped, flipped, shifted, one_first, one_last, layout_count };
constexpr const char* layout_names[] = {"permuted", "stepped",           "flipped",
                                        "shifted",  "stride 0 in front", "stride 0 at the end"};

/// x under other strides, in a larger buffer of garbage. Where strides are 0, x changes: the first element is repeated.
Tensor laid_out(const Tensor& x, Layout layout) {
  const int rank = x.rank();
  Strides strides = contiguous_strides(x.shape());
  std::int64_t offset = layout == shifted ? 3 : 0, step = 1;
  const auto reversed = [&](std::int64_t factor) {
    for (int i = 0; i < rank; ++i) strides[i] = step * factor, step *= std::max<std::int64_t>(1, x.shape()[i]) * factor;
  };
  if (layout == permuted) reversed(1);
  if (layout == stepped) reversed(2);
  if (layout == flipped)
    for (int i = 0; i < rank; ++i) {
      offset += std::max<std::int64_t>(0, x.shape()[i] - 1) * strides[i];
      strides[i] = -strides[i];
    }
  if (rank && layout == one_first) strides[0] = 0;
  if (rank && layout == one_last) strides[rank - 1] = 0;
  std::int64_t size = 8;
  for (int i = 0; i < rank; ++i) size += std::abs(strides[i]) * x.shape()[i];
  Tensor buffer = full({std::max(size, offset + 1)},
                       x.dtype() == DType::i64 ? 1e15 : std::numeric_limits<double>::quiet_NaN(), x.dtype());
  Tensor out = buffer.view_as(x.shape(), strides, offset);
  dispatch(x.dtype(), [&]<class T>() {
    const T* from = x.data<T>();
    T* to = static_cast<T*>(out.raw());
    each_index(x.shape(), [&](const Index& at) {
      std::int64_t position = 0;
      for (int i = 0; i < rank; ++i) position += at[static_cast<std::size_t>(i)] * strides[i];
      to[position] = *from++;
    });
  });
  return out;
}

/// Random integers must stay in range under repetition; all else may repeat.
std::vector<Tensor> with_layout(const std::vector<Tensor>& inputs, Layout layout, std::size_t which) {
  std::vector<Tensor> out;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    out.push_back(which == i || which == inputs.size() ? laid_out(inputs[i], layout) : inputs[i]);
  return out;
}

std::vector<Tensor> packed_copies(const std::vector<Tensor>& inputs) {
  std::vector<Tensor> out;
  for (const Tensor& x : inputs) {
    const Array a = array_of(x);
    Tensor copy = empty(x.shape(), x.dtype());
    dispatch(x.dtype(), [&]<class T>() {
      for (std::size_t i = 0; i < a.v.size(); ++i) copy.mutable_data<T>()[i] = static_cast<T>(a.v[i]);
    });
    out.push_back(copy);
  }
  return out;
}

}  // namespace

TEST_SUITE("op layouts") {
  TEST_CASE("permuted, stepped, flipped, shifted and repeated inputs give the reference's values") {
    for (const OpCase& c : op_cases())
      for (const DType type : c.dtypes)
        for (const Shapes& s : c.shapes) {
          const auto plain = draw_inputs(c, s, type, 21);
          for (int layout = 0; layout < layout_count; ++layout)
            for (std::size_t which = plain.size() == 1 ? 1 : 0; which <= plain.size(); ++which) {
              const auto inputs = with_layout(plain, static_cast<Layout>(layout), which);
              INFO(describe(c, s, type) << ": " << layout_names[layout] << ", input " << which);
              CHECK(difference(c.f(inputs), c.reference(arrays_of(inputs)), c.ulps) == "");
            }
        }
  }

  TEST_CASE("derivatives do not depend on the layout of inputs and seed") {
    for (const OpCase& c : op_cases()) {
      if (!c.tracked || !c.accepts(DType::f64)) continue;
      for (const Shapes& s : c.shapes)
        for (int layout = 0; layout < layout_count; ++layout) {
          const auto inputs =
              with_layout(draw_inputs(c, s, DType::f64, 22), static_cast<Layout>(layout), c.inputs.size());
          INFO(describe(c, s, DType::f64) << ": " << layout_names[layout]);
          const auto derivatives = [&](const std::vector<Tensor>& in, bool lay) {
            const Tracked t(c, in);
            const Tensor y = c.f(t.inputs);
            Tensor seed = laid_out(seed_like(y, 23), static_cast<Layout>(layout));
            if (!lay) seed = packed_copies({seed})[0];
            return grad(y, t.variables, {.allow_unused = true, .seed = seed});
          };
          const auto got = derivatives(inputs, true), want = derivatives(packed_copies(inputs), false);
          for (std::size_t i = 0; i < got.size(); ++i) {
            Array expected = array_of(want[i]);
            double largest = 1;
            for (const double v : expected.v) largest = std::max(largest, std::abs(v));
            for (double& v : expected.scale) v = largest;
            CHECK(difference(got[i], expected, 64) == "");
          }
        }
    }
  }

  TEST_CASE("nothing is written beyond the output or into an input") {
    int guarded = 0;
    for (const OpCase& c : op_cases())
      for (const DType type : c.dtypes) {
        std::vector<Shapes> shapes = c.shapes;
        shapes.insert(shapes.end(), c.large.begin(), c.large.end());
        for (const Shapes& s : shapes) {
          INFO(describe(c, s, type));
          const auto inputs = draw_inputs(c, s, type, 24);
          const auto before = packed_copies(inputs);
          const std::size_t bytes = pool::alignment + c.f(inputs).storage()->bytes;
          // The next blocks of this size class are handed out with a known pattern in all their bytes.
          const std::size_t live = pool::stats().live_bytes;
          std::vector<void*> blocks;
          for (int i = 0; i < 32; ++i) blocks.push_back(pool::allocate(bytes));
          const std::size_t block = (pool::stats().live_bytes - live) / 32;
          for (void* b : blocks) std::memset(b, 0xff, block);
          for (void* b : blocks) pool::release(b, bytes);
          const Tensor y = c.f(inputs);
          bool is_view = false;
          for (const Tensor& x : inputs) is_view |= x.storage().get() == y.storage().get();
          if (is_view) continue;
          if (pool::stats().cached_bytes > 0) {  // the pool is off under AddressSanitizer, which sees this itself
            const auto* data = static_cast<const unsigned char*>(y.storage()->data);
            std::size_t touched = 0;
            for (std::size_t i = y.storage()->bytes; i + pool::alignment < block; ++i) touched += data[i] != 0xff;
            CHECK(touched == 0);
            guarded += block > bytes && y.storage()->bytes + pool::alignment == bytes;
          }
          for (std::size_t i = 0; i < inputs.size(); ++i) CHECK(bitwise_equal(inputs[i], before[i]));
        }
      }
    if (pool::stats().cached_bytes > 0) CHECK(guarded > 500);
  }

  TEST_CASE("the same bits again, and with one, two and three threads, values and derivatives") {
    const int before = thread_count();
    int split = 0;
    for (const OpCase& c : op_cases())
      for (const DType type : c.dtypes)
        for (const Shapes& s : c.large) {
          INFO(describe(c, s, type));
          const auto inputs = draw_inputs(c, s, type, 25);
          std::vector<std::vector<Tensor>> runs;
          for (const int threads : {1, 1, 2, 3}) {
            set_thread_count(threads);
            runs.push_back({c.f(inputs)});
            if (c.tracked)
              for (Tensor& g : gradients(c, inputs)) runs.back().push_back(g);
          }
          for (std::size_t r = 1; r < runs.size(); ++r)
            for (std::size_t i = 0; i < runs[0].size(); ++i) {
              CAPTURE(r);
              CAPTURE(i);
              CHECK(bitwise_equal(runs[0][i], runs[r][i]));
              ++split;
            }
        }
    set_thread_count(before);
    CHECK(split > 1000);
  }
}

TEST_SUITE("op errors") {
  TEST_CASE("shapes that do not fit are refused by name, with the shapes") {
    int refused = 0;
    for (const OpCase& c : op_cases())
      for (const Shapes& s : c.refused) {
        const auto inputs = draw_inputs(c, s, c.accepts(DType::f64) ? DType::f64 : c.dtypes[0]);
        const std::string message = complaint([&] { c.f(inputs); });
        INFO(c.title() << ": \"" << message << "\"");
        CHECK((contains(message, c.name + ":") || contains(message, c.said_by + ":")));
        std::vector<std::string> texts, missing;
        for (const Shape& shape : s)
          if (const auto text = to_string(shape); std::find(texts.begin(), texts.end(), text) == texts.end())
            texts.push_back(text);
        int mentioned = 0;
        for (const std::string& text : texts) mentioned += contains(message, text);
        CHECK(mentioned >= std::min<int>(2, static_cast<int>(texts.size())));
        ++refused;
      }
    CHECK(refused > 60);
  }

  TEST_CASE("types that are not accepted, mixed types, wrong index types and undefined tensors are refused by name") {
    for (const OpCase& c : op_cases()) {
      const auto named = [&](const std::string& message) {
        INFO(c.title() << ": \"" << message << "\"");
        CHECK((contains(message, c.name + ":") || contains(message, c.said_by + ":")));
      };
      const auto good = draw_inputs(c, c.shapes[0], c.dtypes[0]);
      bool has_real = false;
      int real = 0;
      for (const Input& in : c.inputs) real += in.kind == Input::real || in.kind == Input::whole;
      has_real = real > 0;
      for (const DType type : any_type)
        if (has_real && !c.accepts(type)) named(complaint([&] { c.f(draw_inputs(c, c.shapes[0], type)); }));
      for (std::size_t i = 0; i < good.size(); ++i) {
        auto bad = good;
        const bool is_real = c.inputs[i].kind == Input::real || c.inputs[i].kind == Input::whole;
        if (real >= 2 && is_real) {
          std::mt19937_64 rng(1);
          for (const DType other : any_type) {
            if (other == good[i].dtype()) continue;
            bad[i] = draw(c.inputs[i], good[i].shape(), other, rng);
            named(complaint([&] { c.f(bad); }));
          }
        }
        if (c.inputs[i].kind == Input::index) {
          bad[i] = zeros(good[i].shape(), DType::f64);
          named(complaint([&] { c.f(bad); }));
          bad[i] = full(good[i].shape(), 1e6, DType::i64);
          named(complaint([&] { c.f(bad); }));
          bad[i] = full(good[i].shape(), -1, DType::i64);
          named(complaint([&] { c.f(bad); }));
        }
        if (c.refuses_undefined) {
          bad[i] = Tensor();
          named(complaint([&] { c.f(bad); }));
        }
      }
    }
  }
}
