#include "audio/feature_sets/feature_set.h"

#include <algorithm>

#include "audio/descriptors/smoothing.h"
#include "tensor/error.h"

namespace emograd::audio {

std::string contour_name(const Block& block, const std::string& descriptor, bool slope) {
  const std::size_t index = std::min(descriptor.find('['), descriptor.size());
  return descriptor.substr(0, index) + "_sma" + block.suffix + (slope ? "_de" : "") + descriptor.substr(index);
}

AllSeries smooth(const Block& block, const AllSeries& all, std::int64_t frames) {
  std::vector<std::vector<float>> whole;
  for (const std::string& name : block.descriptors) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Series& s) { return s.name == name; });
    check(found != all.end(), "there is no descriptor '{}'", name);
    whole.push_back(block.smoothing == Block::Smoothing::all ? smoothed(found->values)
                                                             : smoothed_without_zeros(found->values));
  }
  std::vector<std::vector<float>> slopes;
  if (block.slopes == Block::Slopes::without_zeros) {
    slopes = deltas_without_zeros(whole, frames);
  } else {
    for (const std::vector<float>& x : whole) slopes.push_back(deltas(x, frames));
  }
  for (std::vector<float>& x : whole) x.resize(static_cast<std::size_t>(frames));
  AllSeries contours;
  for (const bool slope : {false, true})
    for (std::size_t i = 0; i < whole.size(); ++i)
      contours.push_back({contour_name(block, block.descriptors[i], slope), std::move((slope ? slopes : whole)[i])});
  return contours;
}

std::vector<float> summed_up(const std::vector<BlockContours>& blocks) {
  std::vector<float> features;
  for (const auto& [block, contours] : blocks) {
    const std::vector<Functional> wanted = functionals(block.functionals);
    for (const Series& series : contours) {
      std::vector<float> x = series.values;
      if (block.drop_zeros) std::erase(x, 0.0F);
      Contour contour(x, block.segment_levels);
      for (const Functional& f : wanted) features.push_back(x.empty() ? 0.0F : f.value(contour));
    }
  }
  return features;
}

std::vector<std::string> feature_names(const Block& block) {
  std::vector<std::string> names;
  for (const bool slope : {false, true})
    for (const std::string& descriptor : block.descriptors)
      for (const std::string& functional : block.functionals)
        names.push_back(contour_name(block, descriptor, slope) + "_" + functional);
  return names;
}

const std::vector<FeatureSet>& feature_sets() {
  static const std::vector<FeatureSet> all{
      {"is10", "Interspeech 2010 Paralinguistic Challenge, 1582 features", is10_names, is10_features, is10_contours},
      {"is11", "Interspeech 2011 Speaker State Challenge, 4368 features", is11_names, is11_features, is11_contours},
  };
  return all;
}

const FeatureSet& feature_set(const std::string& name) {
  std::string known;
  for (const FeatureSet& set : feature_sets()) {
    if (set.name == name) return set;
    known += (known.empty() ? "" : ", ") + set.name;
  }
  fail("there is no feature set '" + name + "'; there are " + known);
}

}  // namespace emograd::audio
