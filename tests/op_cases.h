#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tensor/tensor.h"

/// The matrix: one row per operation and way of calling it, with everything tests and benches want to know. Tests
/// generate their checks from it, benches time it. No test framework in here.
namespace emograd::cases {

using Index = std::vector<std::int64_t>;
using Shapes = std::vector<Shape>;

/// A dense row-major array of plain doubles: what references compute on, with loops anyone can read.
struct Array {
  Shape shape;
  std::vector<double> v;
  std::vector<double>
      scale;  // sum of the magnitudes an element was added up from; rounding errors are some ulp of this

  explicit Array(const Shape& s, double value = 0);
  double& operator()(const Index& at);
  double operator()(const Index& at) const;
  void add(const Index& at, double term);  // term to the element, |term| to its scale
};
std::size_t flat(const Index& at, const Shape&);
/// Calls visit(index) for every index of the shape, in row-major order.
void each_index(const Shape&, const std::function<void(const Index&)>& visit);
/// The elements, read one by one through the strides.
Array array_of(const Tensor&);

/// How an input is drawn.
struct Input {
  enum Kind {
    real,
    whole,
    index,
    mask
  };  // whole: integers in a real tensor, so that ties happen; index: i64 in [0, high)
  Kind kind = real;
  double low = -2, high = 2;
  bool mirrored = false;  // with a random sign: both sides of a kink at 0, never within `low` of it
  bool differentiable = true;
};

using Function = std::function<Tensor(const std::vector<Tensor>&)>;
using Reference = std::function<Array(const std::vector<Array>&)>;

inline const std::vector<DType> floats = {DType::f32, DType::f64};
inline const std::vector<DType> numbers = {DType::f32, DType::f64, DType::i64};
inline const std::vector<DType> any_type = {DType::f32, DType::f64, DType::i64, DType::boolean};

struct OpCase {
  std::string name;     // as on the tape, of the functor, or of the function
  std::string variant;  // what is special about this row
  std::vector<Input> inputs;
  std::vector<Shapes> shapes;   // one shape per input; the first is for gradcheck, then primes, ones, zeros
  std::vector<Shapes> large;    // where the kernel splits the work over threads, and around its chunk boundaries
  std::vector<Shapes> refused;  // an Error that names the operation and every shape of the list
  Function f;
  Reference reference;                        // of a call with f64 inputs of any values
  int order = 2;                              // highest order of derivative that is checked against differences
  bool tracked = true;                        // whether a tracked input makes the result tracked
  std::vector<std::vector<int>> linear = {};  // groups of inputs in which f is jointly linear
  std::vector<DType> dtypes = floats;         // accepted for real inputs; any other is an Error
  double ulps = 4;                            // allowed error, in units of epsilon · scale
  bool fused = false;
  std::string said_by = {};  // who complains, where a composite leaves it to its first part
  bool refuses_undefined = true;
  double flops = 1;  // per element of the output, times `depth` of the shapes
  std::function<double(const Shapes&)> depth = {};

  std::string title() const { return variant.empty() ? name : name + " (" + variant + ")"; }
  bool accepts(DType) const;
  double flop_count(const Shapes&, std::int64_t outputs) const;
};

/// "name (variant) f32 (3, 5) (5,)", for messages.
std::string describe(const OpCase&, const Shapes&, DType);

/// Bytes that a call must move: every input read once, the output written once.
double byte_count(const std::vector<Tensor>& inputs, const Tensor& output);

Tensor draw(const Input&, const Shape&, DType, std::mt19937_64&);
/// Inputs of a row; `type` is that of the real ones.
std::vector<Tensor> draw_inputs(const OpCase&, const Shapes&, DType type, std::uint64_t seed = 1);

std::vector<OpCase> pointwise_cases();
std::vector<OpCase> binary_cases();
std::vector<OpCase> reduce_cases();
std::vector<OpCase> movement_cases();
std::vector<OpCase> index_cases();
std::vector<OpCase> linalg_cases();
std::vector<OpCase> random_cases();
/// All of them.
const std::vector<OpCase>& op_cases();

}  // namespace emograd::cases
