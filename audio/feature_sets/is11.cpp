#include <algorithm>
#include <cmath>

#include "audio/descriptors/auditory.h"
#include "audio/descriptors/frame_analysis.h"
#include "audio/descriptors/mel.h"
#include "audio/descriptors/spectral.h"
#include "audio/feature_sets/feature_set.h"
#include "audio/feature_sets/lists.h"
#include "tensor/error.h"

/// The feature set of the Interspeech 2011 Speaker State Challenge (Schuller et al., Interspeech 2011): 59 descriptors.
namespace emograd::audio {
namespace {

constexpr std::int64_t mel_bands = 26;

const Names energy{"audspec_lengthL1norm", "audspecRasta_lengthL1norm", "pcm_RMSenergy", "pcm_zcr"};
const Names spectral =
    joined({numbered("audSpec_Rfilt", 0, mel_bands - 1),
            {"pcm_fftMag_fband25-650", "pcm_fftMag_fband1000-4000", "pcm_fftMag_spectralRollOff25.0",
             "pcm_fftMag_spectralRollOff50.0", "pcm_fftMag_spectralRollOff75.0", "pcm_fftMag_spectralRollOff90.0",
             "pcm_fftMag_spectralFlux", "pcm_fftMag_spectralEntropy", "pcm_fftMag_spectralVariance",
             "pcm_fftMag_spectralSkewness", "pcm_fftMag_spectralKurtosis", "pcm_fftMag_spectralSlope"},
            numbered("pcm_fftMag_mfcc", 1, 12)});
const Names voice{"F0final", "voicingFinalUnclipped", "jitterLocal", "jitterDDP", "shimmerLocal"};

const Names up_to_means{"quartile1", "quartile2",     "quartile3",      "iqr1-2",       "iqr2-3",
                        "iqr1-3",    "percentile1.0", "percentile99.0", "pctlrange0-1", "amean"};
const Names moments_and_peaks{"stddev",   "skewness",         "kurtosis",      "meanPeakDist",
                              "peakMean", "peakMeanMeanDist", "peakDistStddev"};
const Names segments{"meanSegLen", "maxSegLen", "minSegLen", "segLenStddev"};
const Names regression_and_times{"linregc1", "linregerrQ",      "qregc1",        "qregc2",   "qregerrQ",
                                 "centroid", "downleveltime25", "upleveltime90", "risetime", "falltime"};
const Names predictor{"lpgain", "lpc0", "lpc1", "lpc2", "lpc3", "lpc4"};

const Names of_spectra = joined({up_to_means, moments_and_peaks, segments, regression_and_times, predictor});

struct Blocks {
  Block energy, spectral, voice, runs;
};

Blocks blocks() {
  Blocks b;
  b.energy = {.descriptors = energy, .functionals = of_spectra, .segment_levels = {0.25F}};
  b.spectral = {.descriptors = spectral, .functionals = of_spectra, .segment_levels = {0.25F, 0.75F}};
  b.voice = {
      .descriptors = voice,
      .functionals = joined(
          {up_to_means, {"qmean"}, moments_and_peaks, regression_and_times, {"leftctime", "rightctime"}, predictor}),
      .smoothing = Block::Smoothing::without_zeros,
      .drop_zeros = true};
  b.runs = {.descriptors = {"F0final"},
            .functionals = joined({{"nnz"}, segments, {"duration"}}),
            .smoothing = Block::Smoothing::without_zeros,
            .suffix = "_ff0"};
  return b;
}

/// Of frames as long as the challenge's paper says. Quirk: they are of 20 ms.
FrameTable spectral_descriptors(Samples& sound, Definition definition) {
  const Framing frames = framing(sound.rate(), definition == Definition::textbook ? 0.025 : 0.020, definition);
  Spectra spectra(frames, hamming(frames.length));
  const MelBank bank(frames, mel_bands, 20, 8000);
  const AuditorySpectrum auditory(bank);
  RastaSpectrum rasta(auditory);
  SpectralShapes shapes(frames);
  const Cepstrum cepstrum(mel_bands, 1, 12);
  constexpr float full_scale = 32767.0F * 32767.0F;  // cepstra are of integer samples, their energies at least 1

  FrameTable table(joined({energy, spectral}));
  std::vector<float> mel(mel_bands), plain(mel_bands), filtered(mel_bands), logarithms(mel_bands), mfcc(12), row;
  each_frame(sound, frames, [&](std::span<const float> frame) {
    spectra.analyse(frame);
    bank(spectra.power(), mel);
    auditory(mel, plain);
    rasta(mel, filtered);
    const SpectralShape s = shapes(spectra.magnitude(), spectra.power());
    for (std::size_t b = 0; b < mel.size(); ++b) logarithms[b] = std::log(std::max(mel[b] * full_scale, 1.0F));
    cepstrum(logarithms, mfcc);
    row = {f32_mean(plain), f32_mean(filtered), root_mean_square(frame), zero_crossing_rate(frame, definition)};
    row.insert(row.end(), filtered.begin(), filtered.end());
    row.insert(row.end(), {s.low_band, s.mid_band, s.roll_off[0], s.roll_off[1], s.roll_off[2], s.roll_off[3], s.flux,
                           s.entropy, s.variance, s.skewness, s.kurtosis, s.slope});
    row.insert(row.end(), mfcc.begin(), mfcc.end());
    table.append(row);
  });
  return table;
}

}  // namespace

std::vector<std::string> is11_names() {
  const Blocks b = blocks();
  return joined({feature_names(b.energy), feature_names(b.spectral), feature_names(b.voice), feature_names(b.runs)});
}

Analysis is11_analysis(Samples& sound, Definition definition) {
  const PitchRules rules{.window_sigma = 0.4, .lowest = 25, .candidates = 4, .highest = false, .zeros_around = false};
  Analysis a{{}, {}, definition};
  a.descriptors.push_back(spectral_descriptors(sound, definition));
  a.descriptors.push_back(voice_descriptors(sound, rules, 0.25, definition));
  const std::int64_t spectral_frames = a.descriptors[0].frames(), voiced_frames = a.descriptors[1].frames();
  check(voiced_frames >= 1, "is11: {} samples at {} Hz; needs 70 ms at least", sound.count(), sound.rate());
  // Quirk: the last two frames are not looked at.
  const std::int64_t last = definition == Definition::textbook ? 0 : 2;
  const std::int64_t voiced = std::max<std::int64_t>(1, voiced_frames - last);
  const Blocks b = blocks();
  a.views = {
      {b.energy, spectral_frames - last}, {b.spectral, spectral_frames - last}, {b.voice, voiced}, {b.runs, voiced}};
  return a;
}

std::vector<float> is11_features(Samples& sound, Definition definition) {
  return summed_up(is11_analysis(sound, definition));
}

}  // namespace emograd::audio
