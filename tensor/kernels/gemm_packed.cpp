// A matrix product for AVX-512 in the manner of Goto & van de Geijn, "Anatomy of High-Performance Matrix
// Multiplication" (ACM TOMS 34(3), 2008): C is cut into register tiles of up to 14 rows and two vectors; for a block of
// k, the rows of A are packed for the L2 cache and the columns of B, one tile's width at a time, for the L1 cache.
//
// Every element of C is the same sum whatever tile it falls into: over a block of k a chain of fused multiply-adds from
// zero, then the blocks' sums added in order. The blocks depend on k alone. So any cut of C over threads gives the same
// bits, and the cut is free to follow the number of threads.

#include "tensor/kernels/gemm_packed.h"

#include "tensor/kernels/isa.h"
#include "tensor/parallel.h"

#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // GCC bug 105593: inside immintrin.h
#endif
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <utility>

// Compiles one function for AVX-512 in a file compiled for any x86-64.
#define AVX512 __attribute__((target("avx512f,prfchw")))
#define AVX512_INLINE __attribute__((target("avx512f,prfchw"), always_inline)) inline

namespace emograd::kernels {

namespace {

constexpr int64_t kMaxRows = 14;       // 14 x 2 sums, 2 vectors of B and a broadcast element of A fill the 32 registers
constexpr int64_t kBlockBytes = 1024;  // of k: a sliver of A takes 14 KB of the L1 cache, a tile of B 32 KB
constexpr int64_t kBlockRows = 32 * kMaxRows;  // of A, or more of a shorter k: 448 KB of a 1 or 2 MB L2 cache
constexpr int64_t kBlockTiles = 8;             // of B, likewise: another 256 KB

// The lanes of one vector, for each type. Masked lanes are neither read nor written.
struct F32 {
  using Element = float;
  using Vector = __m512;
  using Mask = __mmask16;
  static constexpr int64_t lanes = 16;
  AVX512_INLINE static Mask first(int64_t n) { return n >= lanes ? Mask(0xffff) : Mask((1u << n) - 1); }
  AVX512_INLINE static Vector zero() { return _mm512_setzero_ps(); }
  AVX512_INLINE static Vector load(const float* p) { return _mm512_loadu_ps(p); }
  AVX512_INLINE static Vector load(Mask mask, const float* p) { return _mm512_maskz_loadu_ps(mask, p); }
  AVX512_INLINE static void store(float* p, Vector v) { _mm512_storeu_ps(p, v); }
  AVX512_INLINE static void store(float* p, Mask mask, Vector v) { _mm512_mask_storeu_ps(p, mask, v); }
  AVX512_INLINE static Vector fill(float x) { return _mm512_set1_ps(x); }
  AVX512_INLINE static Vector multiply_add(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }
  AVX512_INLINE static Vector add(Vector a, Vector b) { return _mm512_add_ps(a, b); }
  AVX512_INLINE static Vector leaky_relu(Vector x, float slope) {
    const Mask negative = _mm512_cmp_ps_mask(x, zero(), _CMP_LT_OQ);
    return slope == 0 ? _mm512_mask_mov_ps(x, negative, zero()) : _mm512_mask_mul_ps(x, negative, x, fill(slope));
  }
  AVX512_INLINE static void transpose(Vector (&v)[lanes]) {
    Vector t[lanes];
    for (int i = 0; i < 16; i += 2) {
      t[i] = _mm512_unpacklo_ps(v[i], v[i + 1]);
      t[i + 1] = _mm512_unpackhi_ps(v[i], v[i + 1]);
    }
    for (int i = 0; i < 16; i += 4)
      for (int j = 0; j < 2; ++j) {
        v[i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(t[i + j]), _mm512_castps_pd(t[i + j + 2])));
        v[i + 2 * j + 1] =
            _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(t[i + j]), _mm512_castps_pd(t[i + j + 2])));
      }
    // v[4 i + j] holds in its quarter q the elements 4 q + j of the rows 4 i to 4 i + 3.
    for (int j = 0; j < 4; ++j) {
      const Vector low02 = _mm512_shuffle_f32x4(v[j], v[4 + j], 0x88),
                   low13 = _mm512_shuffle_f32x4(v[j], v[4 + j], 0xdd);
      const Vector high02 = _mm512_shuffle_f32x4(v[8 + j], v[12 + j], 0x88);
      const Vector high13 = _mm512_shuffle_f32x4(v[8 + j], v[12 + j], 0xdd);
      t[j] = _mm512_shuffle_f32x4(low02, high02, 0x88);
      t[8 + j] = _mm512_shuffle_f32x4(low02, high02, 0xdd);
      t[4 + j] = _mm512_shuffle_f32x4(low13, high13, 0x88);
      t[12 + j] = _mm512_shuffle_f32x4(low13, high13, 0xdd);
    }
    for (int i = 0; i < 16; ++i) v[i] = t[i];
  }
};

struct F64 {
  using Element = double;
  using Vector = __m512d;
  using Mask = __mmask8;
  static constexpr int64_t lanes = 8;
  AVX512_INLINE static Mask first(int64_t n) { return n >= lanes ? Mask(0xff) : Mask((1u << n) - 1); }
  AVX512_INLINE static Vector zero() { return _mm512_setzero_pd(); }
  AVX512_INLINE static Vector load(const double* p) { return _mm512_loadu_pd(p); }
  AVX512_INLINE static Vector load(Mask mask, const double* p) { return _mm512_maskz_loadu_pd(mask, p); }
  AVX512_INLINE static void store(double* p, Vector v) { _mm512_storeu_pd(p, v); }
  AVX512_INLINE static void store(double* p, Mask mask, Vector v) { _mm512_mask_storeu_pd(p, mask, v); }
  AVX512_INLINE static Vector fill(double x) { return _mm512_set1_pd(x); }
  AVX512_INLINE static Vector multiply_add(Vector a, Vector b, Vector c) { return _mm512_fmadd_pd(a, b, c); }
  AVX512_INLINE static Vector add(Vector a, Vector b) { return _mm512_add_pd(a, b); }
  AVX512_INLINE static Vector leaky_relu(Vector x, double slope) {
    const Mask negative = _mm512_cmp_pd_mask(x, zero(), _CMP_LT_OQ);
    return slope == 0 ? _mm512_mask_mov_pd(x, negative, zero()) : _mm512_mask_mul_pd(x, negative, x, fill(slope));
  }
  AVX512_INLINE static void transpose(Vector (&v)[lanes]) {
    Vector t[lanes];
    for (int i = 0; i < 8; i += 2) {
      t[i] = _mm512_unpacklo_pd(v[i], v[i + 1]);
      t[i + 1] = _mm512_unpackhi_pd(v[i], v[i + 1]);
    }
    // t[2 i + j] holds in its quarter q the elements 2 q + j of the rows 2 i and 2 i + 1.
    for (int j = 0; j < 2; ++j) {
      const Vector low02 = _mm512_shuffle_f64x2(t[j], t[2 + j], 0x88),
                   low13 = _mm512_shuffle_f64x2(t[j], t[2 + j], 0xdd);
      const Vector high02 = _mm512_shuffle_f64x2(t[4 + j], t[6 + j], 0x88);
      const Vector high13 = _mm512_shuffle_f64x2(t[4 + j], t[6 + j], 0xdd);
      v[j] = _mm512_shuffle_f64x2(low02, high02, 0x88);
      v[4 + j] = _mm512_shuffle_f64x2(low02, high02, 0xdd);
      v[2 + j] = _mm512_shuffle_f64x2(low13, high13, 0x88);
      v[6 + j] = _mm512_shuffle_f64x2(low13, high13, 0xdd);
    }
  }
};

// Walks over the cache lines of some rows of memory, row by row.
template <class T>
struct Walk {
  const T *line, *row_end;
  int64_t length, stride;
};

// What later blocks of the operands read, to be fetched into the L2 cache beside the multiplications: a few lines with
// every tile, along the rows of each operand's memory.
template <class T>
class Ahead {
 public:
  // Fetches `resting`, over and over, when nothing else is left.
  explicit Ahead(const T* resting) : resting_{resting, resting, 0, 0} {}
  // Adds the rows x columns elements of an operand from x on; one stride is 1.
  void add(const T* x, const GemmOperand& operand, int64_t rows, int64_t columns) {
    if (operand.col_stride != 1) std::swap(rows, columns);
    const int64_t stride = operand.col_stride == 1 ? operand.row_stride : operand.col_stride;
    areas_[end_++] = {{x, x + columns, columns, stride}, x + rows * stride};
  }
  Walk<T>& walk() {
    while (now_ < end_ && areas_[now_].walk.line >= areas_[now_].end) ++now_;
    return now_ < end_ ? areas_[now_].walk : resting_;
  }

 private:
  struct Area {
    Walk<T> walk;
    const T* end;
  };
  std::array<Area, 2> areas_{};
  size_t now_ = 0, end_ = 0;
  Walk<T> resting_;
};

// The addends of C's elements that a call of multiply_tile has: one block of k among others.
template <class T>
struct Block {
  int64_t k;
  bool first, last;  // overwrite C; apply the epilogue
  const T* bias;     // of the tile's first column, or null
  T slope;
  Walk<T>* ahead;
  int64_t b_stride;  // of B where it lies, and where it is to be packed
  T* packed;
};

// C (Rows, columns) += A·B, columns ≤ Vectors·lanes. The Rows elements of A that share a k lie a_stride from the next
// ones, those of B two vectors. Where it Packs, B is read from the operand's own memory, and left packed for the tiles
// below this one: the multiplications take as long as without.
template <class F, int Rows, int Vectors, bool Packs>
AVX512 void multiply_tile(const typename F::Element* a, int64_t a_stride, const typename F::Element* b,
                          typename F::Element* c, int64_t row_stride, int64_t columns,
                          const Block<typename F::Element>& block) {
  typename F::Vector sum[Rows][Vectors];
#pragma GCC unroll 14
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) sum[i][v] = F::zero();
    // A first block of k needs no line of C before its store, and a store waits for its line on its own.
    if (!block.first) {
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) __builtin_prefetch(c + i * row_stride + v * F::lanes, 1);
      __builtin_prefetch(c + i * row_stride + columns - 1, 1);
    }
  }
  typename F::Mask present[Vectors];
#pragma GCC unroll 2
  for (int v = 0; v < Vectors; ++v) present[v] = F::first(columns - v * F::lanes);
  const int64_t b_stride = Packs ? block.b_stride : 2 * F::lanes;
  typename F::Element* packed = block.packed;
  Walk<typename F::Element> ahead = *block.ahead;
  for (int64_t p = 0; p < block.k; ++p, a += a_stride, b += b_stride) {
    _mm_prefetch(reinterpret_cast<const char*>(ahead.line), _MM_HINT_T1);
    if ((ahead.line += F::lanes) >= ahead.row_end) {
      ahead.row_end += ahead.stride;
      ahead.line = ahead.row_end - ahead.length;
    }
    typename F::Vector row[Vectors];
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v)
      row[v] = Packs ? F::load(present[v], b + v * F::lanes) : F::load(b + v * F::lanes);
    if constexpr (Packs) {
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) F::store(packed + v * F::lanes, row[v]);
      packed += 2 * F::lanes;
    }
#pragma GCC unroll 14
    for (int i = 0; i < Rows; ++i) {
      const typename F::Vector element = F::fill(a[i]);
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) sum[i][v] = F::multiply_add(element, row[v], sum[i][v]);
    }
  }
  *block.ahead = ahead;
#pragma GCC unroll 2
  for (int v = 0; v < Vectors; ++v) {
    const typename F::Vector bias =
        block.last && block.bias ? F::load(present[v], block.bias + v * F::lanes) : F::zero();
#pragma GCC unroll 14
    for (int i = 0; i < Rows; ++i) {
      typename F::Element* y = c + i * row_stride + v * F::lanes;
      typename F::Vector x = sum[i][v];
      if (!block.first) x = F::add(F::load(present[v], y), x);
      if (block.last && block.bias) x = F::add(x, bias);
      if (block.last && block.slope != 1) x = F::leaky_relu(x, block.slope);
      F::store(y, present[v], x);
    }
  }
}

template <class F>
using Tile = decltype(&multiply_tile<F, 1, 1, false>);

// By the number of rows, less one.
template <class F>
using Tiles = std::array<Tile<F>, kMaxRows>;

template <class F, int Vectors, bool Packs, size_t... I>
constexpr Tiles<F> tiles(std::index_sequence<I...>) {
  return {multiply_tile<F, int(I) + 1, Vectors, Packs>...};
}

template <class F, bool Packs>
constexpr std::array<Tiles<F>, 2> tiles() {  // narrow and wide ones
  using Rows = std::make_index_sequence<kMaxRows>;
  return {tiles<F, 1, Packs>(Rows{}), tiles<F, 2, Packs>(Rows{})};
}

// Packs `lanes` rows of A or columns of B, of which one stride must be 1, for k elements each: lane l, element p goes
// from x[l·lane_stride + p·k_stride] to packed[s·width·k + p·width + l − s·width], s = l / width. Up to the end of
// their vector, missing lanes get 0.
template <class F>
AVX512 void pack(const typename F::Element* x, int64_t lane_stride, int64_t k_stride, int64_t lanes, int64_t width,
                 int64_t k, typename F::Element* packed) {
  if (lane_stride == 1) {
    constexpr int64_t strip = 8;  // short enough to walk along the rows of x, long enough to pay for the masks
    for (int64_t p0 = 0; p0 < k; p0 += strip)
      for (int64_t sliver = 0; sliver < lanes; sliver += width)
        for (int64_t l = sliver; l < std::min(lanes, sliver + width); l += F::lanes) {
          const typename F::Mask present = F::first(lanes - l), wanted = F::first(sliver + width - l);
          const typename F::Element* from = x + p0 * k_stride + l;
          typename F::Element* to = packed + sliver * k + p0 * width + l - sliver;
          for (int64_t p = p0; p < std::min(k, p0 + strip); ++p, from += k_stride, to += width)
            F::store(to, wanted, F::load(present, from));
        }
    return;
  }
  for (int64_t sliver = 0; sliver < lanes; sliver += width)
    for (int64_t l = sliver; l < std::min(lanes, sliver + width); l += F::lanes) {
      const int64_t used = std::min(std::min(lanes, sliver + width) - l, F::lanes);
      const typename F::Mask mask = F::first(sliver + width - l);
      for (int64_t p = 0; p < k; p += F::lanes) {
        const int64_t count = std::min(k - p, F::lanes);
        typename F::Vector v[F::lanes];
#pragma GCC unroll 16
        for (int64_t i = 0; i < F::lanes; ++i)
          v[i] = i < used ? F::load(F::first(count), x + (l + i) * lane_stride + p) : F::zero();
        F::transpose(v);
        typename F::Element* to = packed + sliver * k + p * width + l - sliver;
        if (count == F::lanes) {
#pragma GCC unroll 16
          for (int64_t i = 0; i < F::lanes; ++i) F::store(to + i * width, mask, v[i]);
        } else {
          for (int64_t i = 0; i < count; ++i) F::store(to + i * width, mask, v[i]);
        }
      }
    }
}

// Room for the packed operands of one thread, kept for its next call.
template <class F>
struct Workspace {
  static constexpr int64_t k = kBlockBytes / int64_t{sizeof(typename F::Element)};
  static constexpr int64_t width = 2 * F::lanes;
  alignas(64) typename F::Element a[kBlockRows * k];
  alignas(64) typename F::Element b[kBlockTiles * width * k];

  static Workspace& of_this_thread() {
    thread_local const std::unique_ptr<Workspace> workspace{new Workspace};
    return *workspace;
  }
};

// One batch's operands, and C.
template <class T>
struct Product {
  const T *a, *b;
  T* c;
};

// The part of C with rows from i0 to i1 and columns from j0 to j1.
struct Part {
  int64_t i0, i1, j0, j1;
};

template <class F>
void multiply_part(const Gemm& g, const Product<typename F::Element>& x, const Part& part) {
  using T = typename F::Element;
  static constexpr std::array<Tiles<F>, 2> of_packed = tiles<F, false>(), packing = tiles<F, true>();
  const bool packs_itself = g.b.col_stride == 1;  // the first sliver's tiles do
  Workspace<F>& packed = Workspace<F>::of_this_thread();
  const auto* bias = static_cast<const T*>(g.epilogue.bias);
  const auto slope = static_cast<T>(g.epilogue.slope);

  const int64_t k_blocks = std::max<int64_t>(1, (g.k + packed.k - 1) / packed.k);
  const int64_t most_k = std::max<int64_t>(1, (g.k + k_blocks - 1) / k_blocks);
  const int64_t most_rows = kBlockRows * packed.k / most_k / kMaxRows * kMaxRows;  // whole slivers, as pack() pads them
  const int64_t width = packed.width;
  const int64_t most_tiles = kBlockTiles * packed.k / most_k, tiles_across = (part.j1 - part.j0 + width - 1) / width;
  const int64_t panels = (tiles_across + most_tiles - 1) / most_tiles;
  const int64_t row_blocks = (part.i1 - part.i0 + most_rows - 1) / most_rows;
  // Where block number n begins, and where n − 1 ends. All are about equally large: a small one would not last as long
  // as it takes to fetch the next.
  const auto k_at = [&](int64_t n) { return g.k * n / k_blocks; };
  const auto row_at = [&](int64_t n) { return part.i0 + (part.i1 - part.i0) * n / row_blocks; };
  const auto a_at = [&](int64_t i, int64_t p) { return x.a + i * g.a.row_stride + p * g.a.col_stride; };
  const auto b_at = [&](int64_t p, int64_t j) { return x.b + p * g.b.row_stride + j * g.b.col_stride; };
  const auto column_at = [&](int64_t n) { return std::min(part.j1, part.j0 + tiles_across * n / panels * width); };

  for (int64_t n = 0; n < k_blocks * row_blocks; ++n) {
    const int64_t kb = n / row_blocks, rb = n % row_blocks;
    const int64_t p = k_at(kb), k = k_at(kb + 1) - p, i0 = row_at(rb), rows = row_at(rb + 1) - i0;
    const int64_t tiles_down = (rows + kMaxRows - 1) / kMaxRows, height = (rows + tiles_down - 1) / tiles_down;
    pack<F>(a_at(i0, p), g.a.row_stride, g.a.col_stride, rows, height, k, packed.a);
    for (int64_t panel = 0; panel < panels; ++panel) {
      const int64_t j0 = column_at(panel), j1 = column_at(panel + 1);
      if (!packs_itself) pack<F>(b_at(p, j0), g.b.col_stride, g.b.row_stride, j1 - j0, width, k, packed.b);
      Ahead<T> ahead(packed.a);
      if (j1 < part.j1) {
        ahead.add(b_at(p, j1), g.b, k, column_at(panel + 2) - j1);
      } else if (n + 1 < k_blocks * row_blocks) {
        const int64_t kb1 = (n + 1) / row_blocks, rb1 = (n + 1) % row_blocks, p1 = k_at(kb1), k1 = k_at(kb1 + 1) - p1;
        ahead.add(b_at(p1, part.j0), g.b, k1, column_at(1) - part.j0);
        ahead.add(a_at(row_at(rb1), p1), g.a, row_at(rb1 + 1) - row_at(rb1), k1);
      }
      Block<T> block{k, kb == 0, kb + 1 == k_blocks, nullptr, slope, nullptr, g.b.row_stride, nullptr};
      // Along a sliver of A, since C's rows lie in as many pages of memory as there are rows: few at a time.
      for (int64_t i = 0; i < rows; i += height) {
        const auto last_row = static_cast<size_t>(std::min(rows - i, height) - 1);
        const bool packs = packs_itself && i == 0;
        for (int64_t j = j0; j < j1; j += width) {
          const int64_t columns = std::min(j1 - j, width);
          block.bias = bias ? bias + j : nullptr;
          block.ahead = &ahead.walk();
          block.packed = packed.b + (j - j0) * k;
          (packs ? packing : of_packed)[columns > F::lanes][last_row](packed.a + i * k, height,
                                                                      packs ? b_at(p, j) : block.packed,
                                                                      x.c + (i0 + i) * g.n + j, g.n, columns, block);
        }
      }
    }
  }
}

// C cut into rows x columns parts.
struct Cut {
  int64_t rows, columns;
};

// The cut into at most `parts` parts whose largest part takes the least time.
Cut best_cut(int64_t m, int64_t n, int64_t lanes, int64_t parts) {
  const int64_t n_vectors = (n + lanes - 1) / lanes;
  Cut best{1, 1};
  double best_cost = 0;
  for (int64_t rows = 1; rows <= std::min(parts, m); ++rows) {
    const int64_t columns = std::min(parts / rows, n_vectors);
    const auto part_rows = static_cast<double>((m + rows - 1) / rows);
    const auto part_columns = static_cast<double>((n_vectors + columns - 1) / columns * lanes);
    const double cost = part_rows * part_columns + 10 * (part_rows + part_columns);  // multiplying + packing, about
    if (rows == 1 || cost < best_cost) best = {rows, columns}, best_cost = cost;
  }
  return best;
}

template <class F>
void multiply(const Gemm& g) {
  using T = typename F::Element;
  // Below a quarter of a million multiplications a thread costs more than it brings.
  const int64_t worthwhile = std::max<int64_t>(1, g.batch * g.m * g.n * std::max<int64_t>(g.k, 1) >> 18);
  const int64_t threads = std::min<int64_t>(available_threads(), worthwhile);
  const bool whole = g.batch % threads == 0 || g.batch >= 8 * threads;
  const Cut cut = whole ? Cut{1, 1} : best_cut(g.m, g.n, F::lanes, threads);
  const int64_t n_vectors = (g.n + F::lanes - 1) / F::lanes;
  const int64_t parts = cut.rows * cut.columns;

  const auto run = [&](std::int64_t begin, std::int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t batch = task / parts, row = task % parts / cut.columns, column = task % cut.columns;
      const Product<T> x{static_cast<const T*>(g.a.data) + batch * g.a.batch_stride,
                         static_cast<const T*>(g.b.data) + batch * g.b.batch_stride,
                         static_cast<T*>(g.c) + batch * g.m * g.n};
      multiply_part<F>(g, x,
                       {g.m * row / cut.rows, g.m * (row + 1) / cut.rows, n_vectors * column / cut.columns * F::lanes,
                        std::min(n_vectors * (column + 1) / cut.columns * F::lanes, g.n)});
    }
  };
  const int64_t tasks = g.batch * parts;
  parallel_for(tasks, (tasks + threads - 1) / threads, run);
}

}  // namespace

bool gemm_packed_runs_here() { return active_isa() == Isa::v4; }

void gemm_packed(const Gemm& product) {
  if (product.f64) multiply<F64>(product);
  else multiply<F32>(product);
}

}  // namespace emograd::kernels
