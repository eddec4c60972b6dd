#include "tensor/kernels/copy.h"

#include <cstring>

#include "tensor/parallel.h"
#include "tensor/trace.h"

namespace emograd::kernels {
namespace {

/// Calls visit(offset in the strided side, position in the packed side, length) for every row of `loop`.
template <class Visit>
void for_each_row(const MapLoop& loop, std::int64_t begin_row, std::int64_t end_row, const Visit& visit) {
  const int last = loop.rank - 1;
  for (std::int64_t row = begin_row; row < end_row; ++row) {
    std::int64_t offset = 0, rest = row;
    for (int axis = last - 1; axis >= 0; --axis) {
      offset += rest % loop.extent[axis] * loop.stride[0][axis];
      rest /= loop.extent[axis];
    }
    visit(offset, row * loop.extent[last]);
  }
}

template <class Word, bool gather>
void move(const MapLoop& loop, void* strided, void* packed_side, std::int64_t n) {
  const int last = loop.rank - 1;
  const std::int64_t width = loop.extent[last], step = loop.stride[0][last];
  Word* far = static_cast<Word*>(strided);
  Word* near = static_cast<Word*>(packed_side);
  const std::int64_t rows_per_task = 1 + 32768 / width;
  parallel_for(n / width, rows_per_task, [&](std::int64_t begin, std::int64_t end) {
    for_each_row(loop, begin, end, [&](std::int64_t offset, std::int64_t at) {
      Word* f = far + offset;
      Word* p = near + at;
      if (step == 1) std::memcpy(gather ? p : f, gather ? f : p, static_cast<std::size_t>(width) * sizeof(Word));
      else
        for (std::int64_t i = 0; i < width; ++i) {
          if constexpr (gather) p[i] = f[i * step];
          else f[i * step] = p[i];
        }
    });
  });
}

template <bool gather>
void run(const View& strided, void* packed_side) {
  const std::int64_t n = numel(strided.shape);
  if (n == 0) return;
  const std::size_t size = size_of(strided.dtype);
  const trace::Kernel traced("copy", 0, 2.0 * static_cast<double>(n) * static_cast<double>(size));
  const View* views[] = {&strided};
  const MapLoop loop = map_loop(views, 1, nullptr);
  if (size == 4) move<std::uint32_t, gather>(loop, strided.data, packed_side, n);
  else if (size == 8) move<std::uint64_t, gather>(loop, strided.data, packed_side, n);
  else move<std::uint8_t, gather>(loop, strided.data, packed_side, n);
}

}  // namespace

void copy(const View& in, void* out) { run<true>(in, out); }

void copy_into(const void* in, const View& out) { run<false>(out, const_cast<void*>(in)); }

}  // namespace emograd::kernels
