#include "experiments/report/as_coded.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>

#include "models/yi2020/as_coded.h"
#include "tensor/error.h"

namespace emograd::report {
namespace {

std::string systems(const yi2020::Departure& d) {
  std::vector<std::string> names;
  const std::vector<std::string> one{d.name};
  if (yi2020::as_coded(yi2020::adan_config(), one) != yi2020::adan_config()) names.emplace_back("ADAN");
  if (yi2020::as_coded(yi2020::wadan_config(), one) != yi2020::wadan_config()) names.emplace_back("WADAN");
  if (d.svm) names.emplace_back("SVM");
  if (d.dnn) names.emplace_back("DNN");
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::string departures_text() {
  std::string text =
      "Where the program of the authors (github.com/Louisa-Luyi/adan, commit ee58fa5) departs from their paper:\n\n";
  for (const yi2020::Departure& d : yi2020::departures())
    text += fmt::format("{} ({})\n  paper:   {}\n  program: {}\n", d.name, systems(d), d.paper, d.program);
  return text +
         "\nThe program's values that are defaults here, because the paper gives none: Adam's β1 = 0.5 and ε = 1e-5 "
         "for ADAN and WADAN.\n"
         "Both alike: batches of 128, M = 100, 1500 epochs of WADAN, ten synthetic sets, the saturating loss of "
         "ADAN's G, no\n"
         "adversarial loss for E, pooled UAR.\n"
         "Other options: normalisation by the whole corpus (--normalise corpus); reporting the highest result on the "
         "test folds\n"
         "(yi2020_selection shows what that is worth; it does without early-stop: --adan-epochs 1500).\n"
         "Without effect on what is computed here: a row of zeros for a class that a fold lacks (recalls are pooled), "
         "class weights of the\n"
         "DNN that are computed and not used, a checkpoint of the DNN's best epoch on its own training rows that is "
         "not "
         "evaluated, no seed.\n";
}

Check departure_name() {
  return {"NAME", [](const std::string& name) {
            if (name == "list") {
              std::cout << departures_text() << std::flush;
              throw Answered();
            }
            yi2020::departures_named({name});
          }};
}

}  // namespace emograd::report
