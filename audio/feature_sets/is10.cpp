#include <algorithm>
#include <cmath>
#include <numeric>

#include "audio/descriptors/frame_analysis.h"
#include "audio/descriptors/lsp.h"
#include "audio/descriptors/mel.h"
#include "audio/feature_sets/feature_set.h"
#include "audio/feature_sets/lists.h"
#include "tensor/error.h"

/// The feature set of the Interspeech 2010 Paralinguistic Challenge (Schuller et al., Interspeech 2010): 38
/// descriptors.
namespace emograd::audio {
namespace {

constexpr std::int64_t cepstrum_bands = 26, log_bands = 8, cepstra = 15;

const Names spectral = joined({{"pcm_loudness"},
                               numbered("mfcc", 0, cepstra - 1),
                               numbered("logMelFreqBand", 0, log_bands - 1),
                               numbered("lspFreq", 0, LineSpectrum::order - 1)});
const Names voiced{"F0final", "jitterLocal", "jitterDDP", "shimmerLocal"};

const Names up_to_quartiles{"maxPos",     "minPos", "amean",    "linregc1", "linregc2",  "linregerrA",
                            "linregerrQ", "stddev", "skewness", "kurtosis", "quartile1", "quartile2",
                            "quartile3",  "iqr1-2", "iqr2-3",   "iqr1-3"};
const Names times{"upleveltime75", "upleveltime90"};

struct Blocks {
  Block all, voiced;
};

Blocks blocks() {
  Blocks b;
  b.all = {.descriptors = joined({spectral, {"F0finEnv", "voicingFinalUnclipped"}}),
           .functionals = joined({up_to_quartiles, {"percentile1.0", "percentile99.0", "pctlrange0-1"}, times})};
  b.voiced = {.descriptors = voiced,
              .functionals = joined({up_to_quartiles, {"percentile99.0"}, times}),
              .smoothing = Block::Smoothing::without_zeros,
              .slopes = Block::Slopes::without_zeros,
              .drop_zeros = true};
  return b;
}

/// (mean power/10⁻⁶)^0.3, weighted by the window. Quirk: of the windowed frame's first sample alone.
float loudness(std::span<const float> frame, std::span<const float> window, double window_sum, Definition definition) {
  constexpr double window_begins = 0.08;  // Hamming's
  const auto first = static_cast<double>(frame[0]);
  double power = window_begins * (first * first);
  if (definition == Definition::textbook) {
    power = 0;
    for (std::size_t i = 0; i < window.size(); ++i) {
      const auto x = static_cast<double>(frame[i]);
      power += static_cast<double>(window[i]) * (x * x);
    }
  }
  return static_cast<float>(std::pow(power / window_sum / 1e-6, 0.3));
}

/// F0 as it was last, smoothed over voiced frames.
FrameTable pitch_envelope(const std::vector<float>& f0) {
  FrameTable envelope({"F0finEnv"});
  float e = 0;
  for (const float f : f0) {
    if (f > 0) e = e == 0 ? f : 0.75F * e + 0.25F * f;
    envelope.append({&e, 1});
  }
  return envelope;
}

FrameTable spectral_descriptors(Samples& sound, Definition definition) {
  const Framing frames = framing(sound.rate(), 0.025, definition);
  const std::vector<float> window = hamming(frames.length);
  Spectra spectra(frames, window, 0.97F, Spectra::Padding::around);
  const MelBank bank(frames, cepstrum_bands, 20, 8000), wide_bank(frames, log_bands, 20, 6500);
  const Cepstrum cepstrum(cepstrum_bands, 0, cepstra - 1);
  const LineSpectrum line_spectrum(frames, sound.rate());
  const double window_sum = std::accumulate(window.begin(), window.end(), 0.0);

  FrameTable table(spectral);
  std::vector<float> mel(cepstrum_bands), wide(log_bands), mfcc(cepstra), lsp(LineSpectrum::order), row;
  each_frame(sound, frames, [&](std::span<const float> frame) {
    spectra.analyse(frame);
    bank(spectra.power(), mel);
    for (float& e : mel) e = std::log(std::max(e, 1e-8F));
    cepstrum(mel, mfcc);
    wide_bank(spectra.power(), wide);
    for (float& e : wide) e = std::log(std::max(e, 1e-12F));
    line_spectrum(spectra.spectrum(), lsp);
    row = {loudness(frame, window, window_sum, definition)};
    for (const auto& part : {mfcc, wide, lsp}) row.insert(row.end(), part.begin(), part.end());
    table.append(row);
  });
  return table;
}

}  // namespace

std::vector<std::string> is10_names() {
  const Blocks b = blocks();
  return joined({feature_names(b.all), feature_names(b.voiced), {"F0final__Turn_onsetRate", "F0final__Turn_duration"}});
}

Analysis is10_analysis(Samples& sound, Definition definition) {
  const PitchRules rules{.window_sigma = 0.25, .lowest = 20, .candidates = 6, .highest = true, .zeros_around = true};
  Analysis a{{}, {}, definition};
  a.descriptors.push_back(spectral_descriptors(sound, definition));
  a.descriptors.push_back(voice_descriptors(sound, rules, 0.20, definition));
  const std::int64_t voiced_frames = a.descriptors.back().frames();
  check(voiced_frames >= 1, "is10: {} samples at {} Hz; needs 70 ms at least", sound.count(), sound.rate());
  a.descriptors.push_back(pitch_envelope(values(a.descriptors, "F0final")));
  // Quirk: the last two frames are not looked at.
  const std::int64_t last = definition == Definition::textbook ? 0 : 2;
  const std::int64_t frames = std::max<std::int64_t>(1, voiced_frames - last);
  const Blocks b = blocks();
  a.views = {{b.all, frames}, {b.voiced, frames}};
  return a;
}

std::vector<float> is10_features(Samples& sound, Definition definition) {
  const Analysis a = is10_analysis(sound, definition);
  std::vector<float> features = summed_up(a);
  // Of the unsmoothed pitch: how often it sets in per second, and how long it is followed.
  const std::vector<float> f0 = values(a.descriptors, "F0final");
  std::int64_t onsets = 0;
  for (std::size_t i = 1; i < f0.size(); ++i)
    if (f0[i - 1] == 0 && f0[i] > 0) ++onsets;
  const float seconds = static_cast<float>(f0.size()) * static_cast<float>(hop_seconds);
  features.push_back(static_cast<float>(onsets) / seconds);
  features.push_back(seconds);
  return features;
}

}  // namespace emograd::audio
