#include "audio/feature_sets/feature_set.h"

#include <algorithm>
#include <utility>

#include "audio/by_name.h"
#include "audio/descriptors/smoothing.h"

namespace emograd::audio {

std::string contour_name(const Block& block, const std::string& descriptor, bool slope) {
  const std::size_t index = std::min(descriptor.find('['), descriptor.size());
  return descriptor.substr(0, index) + "_sma" + block.suffix + (slope ? "_de" : "") + descriptor.substr(index);
}

namespace {

std::vector<float> whole_contour(const Block& block, const Descriptors& all, const std::string& name) {
  const std::vector<float> raw = values(all, name);
  return block.smoothing == Block::Smoothing::all ? smoothed(raw) : smoothed_without_zeros(raw);
}

/// Of all the block's descriptors, whose slopes depend on each other where zeros are left out.
std::vector<std::vector<float>> slopes_without_zeros(const Analysis& a, const Analysis::View& view) {
  std::vector<std::vector<float>> whole;
  for (const std::string& name : view.block.descriptors)
    whole.push_back(whole_contour(view.block, a.descriptors, name));
  return deltas_without_zeros(whole, view.frames, a.definition);
}

}  // namespace

void each_contour(const Analysis& a,
                  const std::function<void(const Block&, const std::string&, std::vector<float>)>& f) {
  for (const Analysis::View& view : a.views) {
    const Block& block = view.block;
    for (const std::string& name : block.descriptors) {
      std::vector<float> x = whole_contour(block, a.descriptors, name);
      x.resize(static_cast<std::size_t>(view.frames));
      f(block, contour_name(block, name, false), std::move(x));
    }
    std::vector<std::vector<float>> slopes;
    if (block.slopes == Block::Slopes::without_zeros) slopes = slopes_without_zeros(a, view);
    for (std::size_t i = 0; i < block.descriptors.size(); ++i) {
      const std::string& name = block.descriptors[i];
      f(block, contour_name(block, name, true),
        slopes.empty() ? deltas(whole_contour(block, a.descriptors, name), view.frames) : std::move(slopes[i]));
    }
  }
}

std::vector<float> summed_up(const Analysis& a) {
  std::vector<float> features;
  const Block* last = nullptr;
  std::vector<Functional> wanted;
  each_contour(a, [&](const Block& block, const std::string&, std::vector<float> x) {
    if (std::exchange(last, &block) != &block) wanted = functionals(block.functionals);
    if (block.drop_zeros) std::erase(x, 0.0F);
    Contour contour(x, block.segment_levels, a.definition);
    for (const Functional& f : wanted) features.push_back(x.empty() ? 0.0F : f.value(contour));
  });
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
      {"is10", "Interspeech 2010 Paralinguistic Challenge, 1582 features", is10_names, is10_analysis, is10_features},
      {"is11", "Interspeech 2011 Speaker State Challenge, 4368 features", is11_names, is11_analysis, is11_features},
  };
  return all;
}

const FeatureSet& feature_set(const std::string& name) { return by_name(feature_sets(), name, "feature set"); }

}  // namespace emograd::audio
