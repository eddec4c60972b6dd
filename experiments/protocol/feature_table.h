#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tensor/tensor.h"

/// What an experiment is: a table of feature rows, split by speaker, with everything fitted on training rows only.
namespace emograd::protocol {

/// One row per utterance.
struct FeatureTable {
  std::string source;                 // what it is, for reports; a generated table says "synthetic" here
  Tensor x;                           // (N, F) f32, finite
  std::vector<std::string> features;  // F names
  std::vector<std::string> ids;       // N names of utterances, distinct
  Tensor labels;                      // (N,) i64, indices into classes
  std::vector<std::string> classes;   // K names
  std::vector<std::string> speakers;  // N
  std::vector<std::string> sessions;  // N; "" where unknown

  std::int64_t rows() const { return x.dim(0); }
  std::int64_t class_count() const { return static_cast<std::int64_t>(classes.size()); }
};

/// Who said it, how, and, if known, in which recording session.
struct Annotation {
  std::string label, speaker, session = {};
};

/// A table of these parts, one annotation per row; classes in alphabetical order. Error unless check_table accepts it.
FeatureTable make_table(std::string source, Tensor x, std::vector<std::string> features, std::vector<std::string> ids,
                        const std::vector<Annotation>&);

/// What a copy was made from, of a name as the program augment makes them: 03a01Fa_aug2 → 03a01Fa; "" of other names.
std::string original_of(const std::string& id);
/// Row by row, whether it is an altered copy of another one. Copies train where their originals do, and are never
/// tested nor validated on.
std::vector<bool> altered_copies(const FeatureTable&);

/// Of rows of the table, in the order given.
std::vector<std::int64_t> labels_of(const FeatureTable&, const std::vector<std::int64_t>& rows);

/// Error naming row, column and fix for: counts that differ, no rows or features, a value that is not finite, an id
/// that comes twice, an empty name, a copy by another speaker than its original's, fewer than two classes or speakers,
/// a class without rows.
void check_table(const FeatureTable&);

/// 16 hexadecimal digits that depend on every value, name and label (XXH64), not on `source`.
std::string table_hash(const FeatureTable&);

}  // namespace emograd::protocol
