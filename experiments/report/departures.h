#pragma once

#include <string>
#include <vector>

#include "experiments/report/experiment.h"
#include "experiments/report/table.h"

/// What the departures of the authors' program (models/yi2020/as_coded.h) are worth: each alone, and all together. A
/// variant is named after its method and the departure, "adan:tanh-latents", and draws what the method draws.
namespace emograd::report {

/// Adds to a plan of methods and classifiers as in the paper, made from these options: for every departure the method
/// or the classifier that it changes, and as "all" those with all departures. A method's variant is classified as in
/// the paper, that with all of them also by classifiers with all of them.
void add_departures(Plan&, const ExperimentOptions&, const std::vector<std::string>& names);

/// A row per departure, a column per method and classifier of the paper: by how many points the departure changes the
/// pooled UAR, with the interval of that difference (protocol::Bootstrap); the paper's UAR above.
Table departures_table(const Summary&, const std::vector<std::string>& names);

}  // namespace emograd::report
