#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "audio/descriptors/frame_table.h"
#include "audio/descriptors/samples.h"
#include "audio/functionals/functionals.h"

/// A feature set is a table of descriptors × functionals, with the descriptors' slopes ("deltas") beside them.
namespace emograd::audio {

/// Descriptors that are smoothed alike and summed up by the same functionals.
struct Block {
  std::vector<std::string> descriptors;
  std::vector<std::string> functionals;
  enum class Smoothing { all, without_zeros } smoothing = Smoothing::all;
  enum class Slopes { all, without_zeros } slopes = Slopes::all;
  bool drop_zeros = false;                 // before functionals are taken
  std::vector<float> segment_levels = {};  // see Contour
  std::string suffix = {};                 // of the smoothed descriptor's name
};

/// "mfcc[3]" → "mfcc_sma[3]", and its slope "mfcc_sma_de[3]".
std::string contour_name(const Block&, const std::string& descriptor, bool slope);
std::vector<std::string> feature_names(const Block&);

/// What a set sees of a sound: its descriptors, and of each block the first so many frames.
struct Analysis {
  struct View {
    Block block;
    std::int64_t frames;
  };
  Descriptors descriptors;
  std::vector<View> views;
  Definition definition;
};

/// f(block, name, values) of every contour that functionals see, in the order of the set: a block's descriptors,
/// smoothed, then their slopes. They are smoothed anew for their slopes, so that not all are in memory at a time.
void each_contour(const Analysis&, const std::function<void(const Block&, const std::string&, std::vector<float>)>& f);

/// One number per contour and functional, the functionals of a contour side by side; 0 where a contour has no values.
std::vector<float> summed_up(const Analysis&);

/// A set by name. Error where there are too few samples.
struct FeatureSet {
  std::string name, about;
  std::vector<std::string> (*names)();
  Analysis (*analyse)(Samples&, Definition);
  std::vector<float> (*features)(Samples&, Definition);
};
const std::vector<FeatureSet>& feature_sets();
/// Error naming those there are.
const FeatureSet& feature_set(const std::string& name);

std::vector<std::string> is10_names();
std::vector<std::string> is11_names();
Analysis is10_analysis(Samples&, Definition = Definition::opensmile);
Analysis is11_analysis(Samples&, Definition = Definition::opensmile);
std::vector<float> is10_features(Samples&, Definition = Definition::opensmile);
std::vector<float> is11_features(Samples&, Definition = Definition::opensmile);

}  // namespace emograd::audio
