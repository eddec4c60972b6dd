#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "experiments/protocol/data.h"
#include "models/yi2020/aae.h"
#include "models/yi2020/adan.h"
#include "models/yi2020/classifiers.h"
#include "models/yi2020/gan.h"

/// Every field of a config struct under its name, as config.json keeps it (nlohmann::json finds these by itself).
namespace emograd::yi2020 {
void to_json(nlohmann::json&, const TrainingConfig&);
void to_json(nlohmann::json&, const AdanConfig&);
void to_json(nlohmann::json&, const GanConfig&);
void to_json(nlohmann::json&, const AaeConfig&);
void to_json(nlohmann::json&, const DnnConfig&);
void to_json(nlohmann::json&, const SvmConfig&);
}  // namespace emograd::yi2020

namespace emograd::protocol {
void to_json(nlohmann::json&, const Data&);  // hash, sizes, protocol and the manifest's hash, scaling; not the rows
}  // namespace emograd::protocol

namespace emograd::report {
/// Sentences on what a reader of any result must know: that data are invented, that they leak, that rows were taken
/// away, that training departs from the paper. From config.json; none where it says nothing of it.
std::vector<std::string> warnings(const nlohmann::json& config);
}  // namespace emograd::report
