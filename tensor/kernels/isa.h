#pragma once

/// The level of the processor's instruction set that kernels run at, chosen once, at first use.
namespace emograd::kernels {

enum class Isa { v2, v3, v4 };  // x86-64-v2 (SSE4.2), -v3 (AVX2, FMA), -v4 (AVX-512); elsewhere v2 means "as compiled"

/// The best level that this processor has and this build contains, or the one EMOGRAD_ISA names (v2, v3, v4). An
/// unknown name, or a level the processor lacks, is an Error.
Isa active_isa();
const char* name_of(Isa);

/// What one level provides for a family of kernels: a struct of function pointers, returned by a specialisation of this
/// function in the one source file that is compiled once per level, with EMOGRAD_ISA naming the level.
template <class Table, Isa level>
const Table& table_at();

template <class Table>
const Table& active_table() {
  static const Table& table = []() -> const Table& {
#if defined(__x86_64__)
    if (active_isa() == Isa::v4) return table_at<Table, Isa::v4>();
    if (active_isa() == Isa::v3) return table_at<Table, Isa::v3>();
#endif
    return table_at<Table, Isa::v2>();
  }();
  return table;
}

}  // namespace emograd::kernels
