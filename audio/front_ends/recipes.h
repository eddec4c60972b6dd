#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audio/sound_file.h"
#include "tensor/tensor.h"

/// What the models of the literature read, each with the numbers of its authors. Samples are in −1 … 1, as read_sound
/// gives them. Error for another rate, for sound shorter than the recipe can take and for samples that are no finite
/// numbers.
namespace emograd::audio {

/// The log-mel spectrogram of HiFi-GAN (Kong et al. 2020; github.com/jik876/hifi-gan, meldataset.py): (80, frames), a
/// frame for each whole 256 samples. 22,050 Hz; Slaney mel bands of 0–8 kHz, of area 1; magnitudes √(|X|² + 1e-9),
/// natural logarithm, floor 1e-5. 384 samples are mirrored at each end, so at least 385 are needed.
Tensor hifigan(const Sound&);

/// Mel-spectrograms as in Malik et al. 2023, section 4.2: (segments, 80, 256), in [−1, 1].
///
/// The paper has FFT, window and hop of 1024, 1024 and 256 samples, 80 bands of 0–8 kHz "scaled linearly in the range
/// of [−1, 1]", segments of three seconds, shorter ones padded with zeros, 80 × 256 each, and HiFi-GAN as the vocoder.
/// It is silent on the rest, for which we decide:
/// - The rate is HiFi-GAN's 22,050 Hz (the paper writes 22.5 kHz). Only there do 256 hops last three seconds, 2.97 s;
///   at 16 kHz they last 4.1 s.
/// - Bands and their logarithm are those of hifigan(), which a vocoder can read. Each segment is a sound of its own.
/// - The line from [malik2023_lowest, malik2023_highest] to [−1, 1] is the same for every sound, so that it can be
///   undone and nothing of other sounds leaks in. What is louder is cut off at 1.
/// - Sound is cut into consecutive segments of 65,536 samples. Zeros fill the last one: silence, which becomes −1. One
///   sample is enough.
Tensor malik2023(const Sound&);
constexpr double malik2023_lowest = -11.512925464970229;  // ln 1e-5, the floor
constexpr double malik2023_highest = 2.3143386840820312;  // as in Tortoise (Betker 2023), which scales the same mel

/// The filter bank of the Audio Spectrogram Transformer (Gong et al. 2021) as its feature extractor in transformers
/// computes it with torchaudio's Kaldi fbank: (1024, 128), frames × bands.
///
/// 16 kHz. Frames of 25 ms every 10 ms, whole ones only, so at least 400 samples; each less its mean, pre-emphasis
/// 0.97, symmetric Hann window, FFT of 512, powers, 128 HTK bands of 20–8000 Hz, natural logarithm, floor 2^−23. No
/// dither, no energy. Rows of 0 fill up to 1024, later frames are cut; then all, padding too, become
/// (x − mean)/(2·deviation), with −4.2677393 and 4.5689974 of AudioSet. The lowest bands are narrower than a bin, and
/// some see none: they stay at the floor. The extractor itself, in f32, was up to 5e-5 away from this in our test.
Tensor ast(const Sound&);

/// wav2vec 2.0 (Baevski et al. 2020) as its feature extractor in transformers prepares it: (1, samples), the waveform
/// of mean 0 and variance 1: (x − mean)/√(variance + 1e-7). 16 kHz; at least 400 samples, what its first output sees.
Tensor wav2vec2(const Sound&);

/// A recipe by name.
struct FrontEnd {
  std::string name, about;
  Tensor (*apply)(const Sound&);
};
const std::vector<FrontEnd>& front_ends();
/// Error naming those there are.
const FrontEnd& front_end(const std::string& name);

}  // namespace emograd::audio
