#pragma once

#include <string>
#include <vector>

#include "models/yi2020/adan.h"
#include "models/yi2020/classifiers.h"

/// Where the authors' own program (github.com/Louisa-Luyi/adan, commit ee58fa5) departs from their paper, each
/// departure under a name of its own. The paper is the default everywhere.
namespace emograd::yi2020 {

struct Departure {
  const char* name;
  const char *paper, *program;  // what the one says and the other does
  // What it changes; null where it does not concern a system. The first is for ADAN and WADAN, which the config tells.
  void (*adan)(AdanConfig&) = nullptr;
  void (*dnn)(DnnConfig&) = nullptr;
  void (*svm)(SvmConfig&) = nullptr;
};
const std::vector<Departure>& departures();

/// Names as a user gives them, "all" for every one: in the order of departures(), each once. Error for a name that is
/// none, with those that are.
std::vector<std::string> departures_named(const std::vector<std::string>&);

/// The config with these departures, named as departures_named() does.
AdanConfig as_coded(AdanConfig, const std::vector<std::string>& names);
DnnConfig as_coded(DnnConfig, const std::vector<std::string>& names);
SvmConfig as_coded(SvmConfig, const std::vector<std::string>& names);

}  // namespace emograd::yi2020
