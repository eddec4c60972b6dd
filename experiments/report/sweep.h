#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "experiments/report/figure.h"
#include "experiments/report/summary.h"

/// UAR against the number of synthetic sets: yi2020, Figs. 6 to 8 and 10.
namespace emograd::report {

struct Sweep {
  std::vector<std::string> augmenters, classifiers;
  std::set<std::int64_t> sets;  // 0: real rows only, the same for all augmenters, whose units have the name "none"
};

/// The first n sets for every n but 0, with the real rows or alone.
std::vector<protocol::Mix> mixes(const Sweep&, bool real);

/// A table per classifier: one row per number of sets, one column per augmenter, with the intervals of
/// Summary::comparison, whose notes say what they are.
std::vector<Table> uar_tables(const Summary&, const Sweep&, bool real);
/// A plot per augmenter with a curve per classifier; error bars are the same intervals.
Figure uar_figure(const Summary&, const Sweep&, bool real);
/// seed;augmenter;classifier;sets;real;wa;uar;macro_f1, labelled (summary.h)
std::string sweep_csv(const Summary&);

}  // namespace emograd::report
