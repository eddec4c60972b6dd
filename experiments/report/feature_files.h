#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tensor/tensor.h"

/// Feature rows as files that experiments, and others' programs, read.
namespace emograd::report {
class RunFolder;

struct FeatureRows {
  Tensor x;                        // (rows, features) f32
  std::vector<std::string> names;  // of features
  std::vector<std::string> files;  // one per row
};

/// features.npy, names.txt and files.txt; also features.csv (separated by ';', the first column is the file) and
/// features.arff where `formats` has csv and arff. Numbers are written so that they read back equal.
void write_feature_files(const RunFolder&, const FeatureRows&, const std::vector<std::string>& formats);

}  // namespace emograd::report
