#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiments/protocol/metrics.h"
#include "experiments/report/page.h"
#include "experiments/report/summary.h"

namespace emograd::report {

/// What was run.
struct RunDescription {
  std::string title, lead;
  nlohmann::json config;  // as in config.json: options, data, build
  std::string command;    // that runs it again
};

/// report.html of any run: what was run, these sections, and how to run it again. It follows from these alone.
Page run_page(const RunDescription&, std::vector<Section>);

/// A method of a comparison: where its synthetic rows come from ("none": nowhere), its classifier, and its answers.
struct MethodResult {
  std::string title, augmenter, classifier;
  protocol::Answers by_fold;                                   // [seed][fold]
  std::optional<std::pair<double, double>> uar_interval = {};  // in [0, 1], where one is known
};

struct Results {
  std::vector<std::string> classes = {};
  std::vector<MethodResult> methods = {};
  std::vector<HtmlTable> tables = {};  // what the page begins with
  std::vector<HtmlTable> confusions = {};
  std::string remarks = {};  // "" or a sentence that belongs to the tables
};
/// A method per condition.
Results results_of(const Summary&);

/// Scores, a bar per method behind the first table, what each class gains and loses, confusion matrices.
std::vector<Section> comparison_sections(const Results&);
/// The losses of augmenters; no parts where none was trained, and then run_page leaves it out.
Section loss_section(const Summary&);
/// Both.
std::vector<Section> comparison_sections(const Summary&);

}  // namespace emograd::report
