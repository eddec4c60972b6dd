// Sounds are measured by several threads at a time.
#include <doctest/doctest.h>

#include <cmath>
#include <thread>

#include "audio/augmentation/chain.h"
#include "audio/feature_sets/feature_set.h"
#include "audio/sound_file.h"
#include "tests/temporary_folder.h"

using namespace emograd::audio;

TEST_CASE("sounds read and measured by several threads at once are the same as one by one") {
  const TemporaryFolder folder;
  std::vector<float> x;
  for (int i = 0; i < 8000; ++i) x.push_back(static_cast<float>(0.3 * std::sin(0.06 * i + 3 * std::sin(1e-3 * i))));
  write_wav(folder / "a.wav", x, 16000);
  const std::filesystem::path bad = folder.file("bad.wav", "no sound");
  const auto measured = [&] {
    std::vector<std::vector<float>> features;
    Samples sound(folder / "a.wav");
    for (const FeatureSet& set : feature_sets()) features.push_back(set.features(sound, Definition::opensmile));
    CHECK_FILE_ERROR(read_sound(bad), "Format not recognised");
    return features;
  };
  std::vector<std::vector<std::vector<float>>> all(4);
  {
    std::vector<std::jthread> team;
    for (auto& mine : all) team.emplace_back([&] { mine = measured(); });
  }
  const auto alone = measured();
  for (const auto& features : all) CHECK(features == alone);
}

TEST_CASE("a chain of augmentations serves several threads at once, and gives each the same bits") {
  std::vector<float> x;
  for (int i = 0; i < 5000; ++i) x.push_back(static_cast<float>(0.3 * std::sin(0.06 * i)));
  const Chain chain(
      "speed:0.9..1.1,tempo:0.9..1.1,pitch:-1..1,noise:10..30,pink:10..30,reverb:0.3..0.8,gain:-3..3@0.5");
  const auto altered = [&](std::uint64_t seed) { return chain(x, 16000, emograd::Rng{seed, 0}).samples; };
  std::vector<std::vector<float>> all(4);
  {
    std::vector<std::jthread> team;
    for (auto& mine : all) team.emplace_back([&] { mine = altered(3); });
  }
  for (const auto& samples : all) CHECK(samples == altered(3));
  CHECK(altered(4) != altered(3));
}
