#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "experiments/protocol/feature_table.h"
#include "experiments/protocol/splits.h"
#include "tensor/philox.h"

/// Severe class imbalance on demand (yi2020, section V-D): training rows of some classes are taken away. Test rows
/// stay.
namespace emograd::protocol {

/// By class of the table: how many training rows of it are left.
using Thinning = std::map<std::int64_t, std::int64_t>;

/// Of "class:rows" each; what precedes the last colon is the class. Error for a class that the table does not have or
/// that comes twice, and unless rows are a number from 1.
Thinning parse_thinning(const std::vector<std::string>&, const FeatureTable&);
/// The rarer half of the table's classes, rounded down, with so many rows each; of classes as frequent the first.
Thinning rarer_half(const FeatureTable&, std::int64_t rows);

/// The split without the training rows that are too many; those that remain are drawn by the stream, each class by one
/// of its own, and of fewer rows by the same stream are among them. A class with no more than its rows keeps all.
Split thinned(const FeatureTable&, const Split&, const Thinning&, const Rng&);

}  // namespace emograd::protocol
