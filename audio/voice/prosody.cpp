#include "audio/voice/prosody.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "audio/augmentation/noise.h"
#include "audio/voice/frames.h"
#include "audio/voice/loudness.h"
#include "audio/voice/lowered.h"

namespace emograd::audio::voice {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double reach = 0.025;  // s, of jitter and shimmer around a frame's middle

/// The pulses within reach of a frame's middle.
std::span<const Pulse> near(const std::vector<Pulse>& pulses, double time) {
  const auto at = [&](double t) {
    return std::lower_bound(pulses.begin(), pulses.end(), t, [](const Pulse& p, double s) { return p.time < s; });
  };
  return {at(time - reach), at(time + reach)};
}

}  // namespace

Prosody prosody(const Sound& sound, const PitchRange& range) {
  const Lowered lowered(sound.samples, sound.rate, range.highest);  // once for all but formants, which lower it further
  const std::span<const float> x = lowered.samples();
  const double rate = lowered.rate();
  Prosody p;
  // First: where the rate is too low for formants, no range of F0 would help.
  p.formants = formants(sound.samples, sound.rate);
  Pitch of_voice = pitch(x, rate, range);
  Loudness loud = loudness(x, rate);
  p.seconds = static_cast<double>(sound.samples.size()) / sound.rate;
  p.equivalent_level = 10 * std::log10(mean_power(sound.samples));
  p.f0 = std::move(of_voice.f0);
  p.periodicity = std::move(of_voice.periodicity);
  p.level = std::move(loud.level);
  p.loudness = std::move(loud.loudness);
  p.pulses = pulses(x, rate, p.f0);
  for (std::size_t i = 0; i < p.f0.size(); ++i) {
    const bool voiced = !std::isnan(p.f0[i]);
    const auto around = near(p.pulses, centre(static_cast<std::int64_t>(i)));
    p.hnr.push_back(voiced ? hnr(p.periodicity[i]) : none);
    p.jitter.push_back(voiced ? jitter(around) : none);
    p.shimmer.push_back(voiced ? shimmer(around) : none);
  }
  p.balance = spectral_balance(x, rate);
  p.harmonics = harmonics(x, rate, p.f0, p.formants);
  return p;
}

}  // namespace emograd::audio::voice
