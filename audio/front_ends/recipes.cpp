#include "audio/front_ends/recipes.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "audio/by_name.h"
#include "audio/front_ends/features.h"
#include "audio/front_ends/frames.h"
#include "audio/front_ends/mel_filters.h"
#include "audio/front_ends/spectrum.h"
#include "tensor/error.h"

namespace emograd::audio {
namespace {

Tensor samples_of(const Sound& sound, const char* recipe, double rate, std::size_t least) {
  check(sound.rate == rate, "{}: sound at {} Hz; needs {} Hz: resample it first", recipe, sound.rate, rate);
  const std::vector<float>& x = sound.samples;
  check(x.size() >= least, "{}: {} samples; needs at least {}: pad with zeros, or leave the sound out", recipe,
        x.size(), least);
  const auto odd = std::find_if(x.begin(), x.end(), [](float v) { return !std::isfinite(v); });
  check(odd == x.end(), "{}: sample {} is no finite number: repair the file, or leave the sound out", recipe,
        odd - x.begin());
  return from_values<double>({static_cast<std::int64_t>(x.size())}, std::vector<double>(x.begin(), x.end()));
}

/// (r, c) → (c, r).
Tensor transposed(const Tensor& x) { return packed(x.view_as({x.dim(1), x.dim(0)}, {1, x.dim(1)}, x.offset())); }

/// f(x) of every element, rounded to f32.
template <class F>
Tensor rounded(const Tensor& x, F f) {
  Tensor out = empty(x.shape());
  std::transform(x.data<double>(), x.data<double>() + x.numel(), out.mutable_data<float>(),
                 [&](double v) { return static_cast<float>(f(v)); });
  return out;
}
Tensor rounded(const Tensor& x) {
  return rounded(x, [](double v) { return v; });
}

/// Rows of zeros behind, up to `n`.
Tensor with_rows(const Tensor& x, std::int64_t n) {
  Tensor out = zeros({n, x.dim(1)}, DType::f64);
  std::copy_n(x.data<double>(), x.numel(), out.mutable_data<double>());
  return out;
}

constexpr double vocoder_rate = 22050, speech_rate = 16000;
constexpr std::int64_t hop = 256, bands = 80;

Tensor hifigan_mel(const Tensor& samples) {
  constexpr std::int64_t fft = 1024;
  static const Tensor window = hann(fft, Hann::periodic);
  static const Tensor filters = mel_matrix(
      {.rate = vocoder_rate, .fft = fft, .bands = bands, .low = 0, .high = 8000, .size = MelFilters::Size::area});
  const Spectrum spectrum = stft(reflected(samples, (fft - hop) / 2), window, fft, hop);
  return transposed(log_mel(magnitude(spectrum, 1e-9), filters, 1e-5));
}

}  // namespace

Tensor hifigan(const Sound& sound) { return rounded(hifigan_mel(samples_of(sound, "hifigan", vocoder_rate, 385))); }

Tensor malik2023(const Sound& sound) {
  constexpr std::int64_t width = 256, length = width * hop;
  const Tensor x = samples_of(sound, "malik2023", vocoder_rate, 1);
  const std::int64_t segments = (x.numel() + length - 1) / length;
  Tensor padded = zeros({segments * length}, DType::f64);
  std::copy_n(x.data<double>(), x.numel(), padded.mutable_data<double>());
  Tensor out = empty({segments, bands, width});
  for (std::int64_t s = 0; s < segments; ++s) {
    const Tensor mel = hifigan_mel(padded.view_as({length}, {1}, s * length));
    const Tensor scaled = rounded(mel, [](double v) {
      return std::clamp(2 * (v - malik2023_lowest) / (malik2023_highest - malik2023_lowest) - 1, -1.0, 1.0);
    });
    std::copy_n(scaled.data<float>(), scaled.numel(), out.mutable_data<float>() + s * scaled.numel());
  }
  return out;
}

Tensor ast(const Sound& sound) {
  constexpr std::int64_t length = 400, step = 160, fft = 512, most = 1024;
  constexpr double mean = -4.2677393, deviation = 4.5689974;  // of AudioSet
  static const Tensor window = hann(length, Hann::symmetric);
  static const Tensor filters = mel_matrix({.rate = speech_rate,
                                            .fft = fft,
                                            .bands = 128,
                                            .low = 20,
                                            .high = speech_rate / 2,
                                            .scale = MelScale::htk,
                                            .sides = MelFilters::Sides::mel});
  const Tensor x = samples_of(sound, "ast", speech_rate, length);
  const std::int64_t used = std::min(x.numel(), (most - 1) * step + length);
  const Tensor rows =
      windowed(pre_emphasised(without_mean(frames(x.view_as({used}, {1}, 0), length, step)), 0.97), window);
  const Tensor mel = log_mel(power(rfft(rows, fft)), filters, 0x1p-23);
  return rounded(with_rows(mel, most), [](double v) { return (v - mean) / (2 * deviation); });
}

Tensor wav2vec2(const Sound& sound) {
  const Tensor x = samples_of(sound, "wav2vec2", speech_rate, 400);
  const std::int64_t n = x.numel();
  return rounded(cmvn(x.view_as({n, 1}, {1, 1}, 0), 1e-7)).view_as({1, n}, {n, 1}, 0);
}

const std::vector<FrontEnd>& front_ends() {
  static const std::vector<FrontEnd> all{
      {"malik2023", "Malik et al. 2023: segments of 80 mel bands × 256 frames, 22.05 kHz, in [−1, 1]", malik2023},
      {"hifigan", "HiFi-GAN: log-mel spectrogram, 80 bands × frames, 22.05 kHz", hifigan},
      {"ast", "Audio Spectrogram Transformer: filter bank, 1024 frames × 128 bands, 16 kHz", ast},
      {"wav2vec2", "wav2vec 2.0: the waveform of mean 0 and variance 1, 16 kHz", wav2vec2},
  };
  return all;
}

const FrontEnd& front_end(const std::string& name) { return by_name(front_ends(), name, "front end"); }

}  // namespace emograd::audio
