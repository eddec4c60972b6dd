#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "experiments/protocol/data.h"
#include "experiments/protocol/unit.h"
#include "experiments/report/page.h"
#include "experiments/report/summary.h"
#include "experiments/report/table.h"
#include "tensor/io/csv.h"

/// Real rows beside those that a model makes of them (yi2020, Figs. 4, 5 and 9), in the space of features and, where
/// the model has one, in its latent space: pictures, and numbers, since a picture is no evidence.
namespace emograd::report {

struct SpaceOptions {
  std::vector<std::string> projections{"tsne", "pca"};  // pictures of rows
  double perplexity = 30;                               // of t-SNE, as are iterations
  std::int64_t iterations = 1000;
  std::int64_t rows = 1000;           // real rows in a picture, at most, and as many synthetic ones
  std::vector<std::string> features;  // with histograms; none: one is drawn
  std::uint64_t feature_seed = 0;     // with this
};
void to_json(nlohmann::json&, const SpaceOptions&);

/// What is asked of every trained model, about one synthetic set. Error where the data have no such feature, or one
/// that does not vary, or too few rows for the perplexity.
protocol::Measure space_measure(const SpaceOptions&, const protocol::Data&);

/// A row per model and space: how far single features are apart, whose rows are near whose; then the same by class.
/// Means over folds, of seeds that were averaged first; over seeds where there is one fold.
std::vector<Table> space_tables(const Summary&);
/// model;seed;split;space;projection;row;kind;class;x;y of every row in a picture, with leak at the end where units
/// have one. `row` is the utterance, or the number of a synthetic row in its set.
CsvTable space_csv(const Summary&);
/// The tables, then the pictures of the first seed's first fold.
std::vector<Section> space_sections(const Summary&, const SpaceOptions&);

}  // namespace emograd::report
