#include "audio/augmentation/chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "audio/augmentation/draws.h"
#include "audio/augmentation/noise.h"
#include "audio/augmentation/reverb.h"
#include "audio/augmentation/speed.h"
#include "audio/resample.h"
#include "audio/sound_file.h"
#include "audio/sound_files.h"
#include "tensor/error.h"
#include "tensor/io/bytes.h"

namespace emograd::audio {
namespace {

const EffectInfo& info_of(Effect effect) { return effects()[static_cast<std::size_t>(effect)]; }

std::string effect_names() {
  std::string names;
  for (const EffectInfo& e : effects()) names += (names.empty() ? "" : ", ") + e.name;
  return names;
}

std::string_view trimmed(std::string_view s) {
  while (s.starts_with(' ')) s.remove_prefix(1);
  while (s.ends_with(' ')) s.remove_suffix(1);
  return s;
}

/// What stands before the separator, which goes, too; everything where there is none.
std::string_view take_until(std::string_view separator, std::string_view& rest) {
  const std::size_t at = rest.find(separator);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + separator.size());
  return trimmed(part);
}

double number_of(std::string_view text, const char* what) {
  double value = 0;
  check(io::read_number(text, value) == nullptr && std::isfinite(value), "'{}' is no {}", io::printable(text), what);
  return value;
}

void check_step(const Step& s) {
  const EffectInfo& e = info_of(s.effect);
  check(s.probability >= 0 && s.probability <= 1, "a probability of {}; must lie in 0 … 1", s.probability);
  check(s.file.empty() || e.file, "'{}' takes no file such as '{}'", e.name, io::printable(s.file));
  check(!s.file.empty() || !e.file, "'{}' needs a file or a folder of sounds: {}{}:FILE", e.name, e.name,
        e.number.empty() ? "" : ":NUMBER");
  check(s.file.find(',') == std::string::npos, "the file's name '{}' has a comma, which would end the step",
        io::printable(s.file));
  check(s.low <= s.high, "from {} to {} there is nothing; the lower number comes first", s.low, s.high);
  check(s.low >= e.lowest && s.high <= e.highest, "the {} is {}; must lie in {} … {}", e.number,
        s.low < e.lowest ? s.low : s.high, e.lowest, e.highest);
}

Step parse_step(std::string_view text) {
  check(!text.empty(), "there is nothing; write NAME:NUMBER, or NAME:LOW..HIGH");
  Step step;
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    step.probability = number_of(text.substr(at + 1), "probability");
    text = trimmed(text.substr(0, at));
  }
  const std::string_view name = take_until(":", text);
  const auto found = std::find_if(effects().begin(), effects().end(), [&](const auto& e) { return e.name == name; });
  check(found != effects().end(), "there is no '{}'; there are {}", io::printable(name), effect_names());
  step.effect = static_cast<Effect>(found - effects().begin());
  if (!found->number.empty()) {
    std::string_view range = take_until(":", text);
    check(!range.empty(), "'{}' needs the {}: {}:NUMBER, or {}:LOW..HIGH", name, found->number, name, name);
    const bool single = range.find("..") == std::string_view::npos;
    step.low = number_of(take_until("..", range), "number");
    step.high = single ? step.low : number_of(range, "number");
  }
  step.file = trimmed(text);
  check_step(step);
  return step;
}

/// action(step), and what it complains about under the number and the name of the step.
void about_step(std::size_t number, std::string_view name, const auto& action) {
  const auto message = [&](const Error& e) {
    return fmt::format("chain, step {} ({}): {}", number, io::printable(name), e.what());
  };
  try {
    action();
  } catch (const FileError& e) { throw FileError(message(e)); } catch (const Error& e) {
    fail(message(e));
  }
}

double drawn_number(const Step& s, Rng& rng) {
  const double x = draw(s.low, s.high, rng);
  return std::clamp(std::round(1e4 * x) / 1e4, s.low, s.high);
}

/// A piece of the noise as long as the sound, at the sound's rate.
std::vector<float> background(std::span<const float> noise, std::int64_t from, std::size_t count, std::int64_t to,
                              Rng& rng) {
  const auto needed = std::ceil(static_cast<double>(count) * static_cast<double>(from) / static_cast<double>(to));
  std::vector<float> piece = resampled(random_piece(noise, static_cast<std::int64_t>(needed), rng), from, to);
  piece.resize(count);
  return piece;
}

}  // namespace

const std::vector<EffectInfo>& effects() {
  static const std::vector<EffectInfo> all{
      {"speed", "tempo and pitch together", "factor", 0.25, 4, false},
      {"tempo", "so many times as fast, at the same pitch", "factor", 0.25, 4, false},
      {"pitch", "higher at the same length", "number of semitones", -24, 24, false},
      {"noise", "white noise", "signal-to-noise ratio in dB", -60, 120, false},
      {"pink", "pink noise", "signal-to-noise ratio in dB", -60, 120, false},
      {"background", "a piece of a recorded noise", "signal-to-noise ratio in dB", -60, 120, true},
      {"reverb", "an invented room", "reverberation time in seconds", 0.05, 10, false},
      {"room", "a recorded impulse response", "", 0, 0, true},
      {"gain", "louder, or softer", "gain in dB", -120, 120, false},
  };
  return all;
}

std::vector<Step> parse_chain(std::string_view text) {
  std::vector<Step> steps;
  const auto count = static_cast<std::size_t>(std::count(text.begin(), text.end(), ',')) + 1;
  while (steps.size() < count) {
    const std::string_view step = take_until(",", text);
    about_step(steps.size() + 1, step, [&] { steps.push_back(parse_step(step)); });
  }
  return steps;
}

std::string chain_text(const std::vector<Step>& steps) {
  std::string text;
  for (const Step& s : steps) {
    const EffectInfo& e = info_of(s.effect);
    if (!text.empty()) text += ',';
    text += e.name;
    if (!e.number.empty()) text += fmt::format(":{}", s.low);
    if (s.low != s.high) text += fmt::format("..{}", s.high);
    if (!s.file.empty()) text += ":" + s.file;
    if (s.probability != 1 || s.file.find('@') != std::string::npos) text += fmt::format("@{}", s.probability);
  }
  return text;
}

Chain::Chain(std::vector<Step> steps) : steps_(std::move(steps)), sources_(steps_.size()) {
  check(!steps_.empty(), "chain: there is no step");
  for (std::size_t i = 0; i < steps_.size(); ++i)
    about_step(i + 1, info_of(steps_[i].effect).name, [&] {
      check_step(steps_[i]);
      if (steps_[i].file.empty()) return;
      for (const auto& file : sound_files({steps_[i].file})) {
        Sound sound = read_sound(file);
        const bool silent = mean_power(sound.samples) == 0;
        io::check_file(!silent, file.string(), "all of it is silence");
        sources_[i].push_back({file.string(), std::move(sound.samples), std::llround(sound.rate)});
      }
      check(!sources_[i].empty(), "there is no sound file in {}", steps_[i].file);
    });
}

std::vector<float> Chain::applied(Step& step, const std::vector<Source>& sources, std::span<const float> x,
                                  std::int64_t rate, Rng rng) const {
  const auto hertz = static_cast<double>(rate);
  const std::int64_t n = std::ssize(x);
  step.low = step.high = drawn_number(step, rng);
  const Source* source = nullptr;
  if (!sources.empty()) {
    source = &sources[static_cast<std::size_t>(draw_below(std::ssize(sources), rng))];
    step.file = source->file;
  }
  switch (step.effect) {
    case Effect::speed: return with_speed(x, step.low);
    case Effect::tempo: return with_tempo(x, hertz, step.low);
    case Effect::pitch: return with_pitch(x, hertz, step.low);
    case Effect::noise: return with_noise(x, white_noise(n, rng), step.low);
    case Effect::pink: return with_noise(x, pink_noise(n, hertz, rng), step.low);
    case Effect::background:
      return with_noise(x, background(source->samples, source->rate, x.size(), rate, rng), step.low);
    case Effect::reverb: return reverberated(x, decaying_response(step.low, hertz, rng));
    case Effect::room: return reverberated(x, recorded_response(resampled(source->samples, source->rate, rate)));
    case Effect::gain: return with_gain(x, step.low);
  }
  fail("chain: an effect that there is not");
}

Chain::Result Chain::operator()(std::span<const float> samples, std::int64_t rate, const Rng& rng) const {
  check(!samples.empty() && rate >= 1, "chain: {} samples at {} Hz; needs one at least, and a positive rate",
        samples.size(), rate);
  Result result{{samples.begin(), samples.end()}, {}};
  std::array<std::uint64_t, 64> before{};  // of each effect
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    Step step = steps_[i];
    const auto effect = static_cast<std::size_t>(step.effect);
    Rng own = rng.split(effect + before.size() * before[effect]++);
    if (draw(own) >= step.probability) continue;
    step.probability = 1;
    result.samples = applied(step, sources_[i], result.samples, rate, own);
    result.taken.push_back(std::move(step));
  }
  return result;
}

}  // namespace emograd::audio
