#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiments/protocol/feature_table.h"
#include "experiments/protocol/splits.h"

namespace emograd::protocol {

/// What classifiers are concerned with where models learn more: yi2020, section V-D, trains networks on a whole corpus
/// and classifiers on four emotions of its improvised part.
struct Classified {
  FeatureTable table;                  // these rows and classes alone, in their order
  std::vector<Split> splits;           // of its rows
  std::vector<std::int64_t> class_of;  // of a class of the whole table: its number here, or −1
  std::vector<std::int64_t> row_of;    // of a row of the whole table: likewise
  std::string in_names;                // what the names of its rows contain
};

/// Of rows of these classes whose name contains `in_names`. Error, naming what is there, for a class that the table
/// lacks or that comes twice, for what check_table refuses, and where a split would train without one of the classes or
/// test nothing.
Classified classified_part(const FeatureTable&, const std::vector<Split>&, const std::vector<std::string>& classes,
                           const std::string& in_names);

/// Error where the training rows of a split of the whole table, thinned, have none of a class of the part.
void check_classified(const Classified&, const Split&);

/// Of these rows of the whole table those that are in the part, in their order.
std::vector<std::int64_t> rows_in(const Classified&, const std::vector<std::int64_t>& rows);

}  // namespace emograd::protocol
