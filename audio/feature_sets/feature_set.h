#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audio/descriptors/series.h"
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

/// What functionals see: the first `frames` frames of the block's descriptors, smoothed, then of their slopes.
AllSeries smooth(const Block&, const AllSeries&, std::int64_t frames);
std::vector<std::string> feature_names(const Block&);

/// What a block's functionals see of a sound.
struct BlockContours {
  Block block;
  AllSeries contours;
};

/// One number per contour and functional, the functionals of a contour side by side; 0 where a contour has no values.
std::vector<float> summed_up(const std::vector<BlockContours>&);

/// A set by name. Samples are as openSMILE scales them (scaled_as_opensmile); Error where there are too few.
struct FeatureSet {
  std::string name, about;
  std::vector<std::string> (*names)();
  std::vector<float> (*features)(const std::vector<float>& samples, double rate);
  std::vector<BlockContours> (*contours)(const std::vector<float>& samples, double rate);
};
const std::vector<FeatureSet>& feature_sets();
/// Error naming those there are.
const FeatureSet& feature_set(const std::string& name);

/// The descriptors of every frame before smoothing.
AllSeries is10_descriptors(const std::vector<float>& samples, double rate);
AllSeries is11_descriptors(const std::vector<float>& samples, double rate);
std::vector<std::string> is10_names();
std::vector<std::string> is11_names();
std::vector<float> is10_features(const std::vector<float>& samples, double rate);
std::vector<float> is11_features(const std::vector<float>& samples, double rate);
std::vector<BlockContours> is10_contours(const std::vector<float>& samples, double rate);
std::vector<BlockContours> is11_contours(const std::vector<float>& samples, double rate);

}  // namespace emograd::audio
