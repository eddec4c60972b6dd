// Front ends against librosa, PyTorch, torchaudio and transformers in f64, against sums by definition, and by what is
// known of them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "audio/front_ends/features.h"
#include "audio/front_ends/frames.h"
#include "audio/front_ends/mel_filters.h"
#include "audio/front_ends/recipes.h"
#include "audio/front_ends/spectrum.h"
#include "tests/error_checks.h"
#include "tests/golden.h"

using namespace emograd;
using namespace emograd::audio;

namespace {

constexpr double pi = std::numbers::pi;
// Both relative to the largest value. The maps are f64, and so are the references; recipes are rounded to f32.
constexpr double tolerance = 1e-11, of_f32 = 0x1p-24 + tolerance;

std::vector<double> numbers(const std::string& key) { return golden("front_ends").at(key).to_vector<double>(); }
Tensor wide(std::initializer_list<double> values) { return tensor(values, DType::f64); }
Tensor wide(std::initializer_list<std::initializer_list<double>> rows) { return tensor(rows, DType::f64); }
Tensor signal() { return from_values<double>({8000}, numbers("x")); }
Sound sound(std::vector<float> samples, double rate) { return {.samples = std::move(samples), .rate = rate}; }
Sound signal_at(double rate) { return sound(signal().to_vector<float>(), rate); }

/// The largest difference of x from the first values expected, of the shape they have there.
double furthest(const Tensor& x, const std::vector<double>& expected) {
  const std::vector<double> values = x.to_vector<double>();
  REQUIRE(values.size() >= expected.size());
  double most = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) most = std::max(most, std::abs(values[i] - expected[i]));
  return most;
}
double absolute(const Tensor& x, const std::string& key) {
  CHECK(x.shape() == golden("front_ends").at(key).shape());
  return furthest(x, numbers(key));
}
double largest(const std::vector<double>& values) {
  double most = 0;
  for (const double v : values) most = std::max(most, std::abs(v));
  return most;
}
double relative(const Tensor& x, const std::string& key) { return absolute(x, key) / largest(numbers(key)); }

/// Values around 0 without a pattern, the same everywhere.
Tensor invented(const Shape& shape) {
  Tensor out = empty(shape, DType::f64);
  for (std::int64_t i = 0; i < out.numel(); ++i)
    out.mutable_data<double>()[i] = std::sin(static_cast<double>(i * i) * 0.7 + 0.3);
  return out;
}

}  // namespace

TEST_CASE("front ends: frames, mirrored ends, means, pre-emphasis, windows") {
  const Tensor x = wide({1, 2, 4, 8, 16, 32});
  CHECK(reflected(x, 2).to_vector<double>() == std::vector<double>{4, 2, 1, 2, 4, 8, 16, 32, 16, 8});
  CHECK(bitwise_equal(reflected(x, 0), x));
  CHECK(bitwise_equal(frames(x, 3, 2), wide({{1, 2, 4}, {4, 8, 16}})));
  CHECK(frames(x, 6, 100).shape() == Shape{1, 6});
  CHECK(frames(x, 1, 1).shape() == Shape{6, 1});
  CHECK(without_mean(wide({{1, 2, 6}, {5, 5, 5}})).to_vector<double>() == std::vector<double>{-2, -1, 3, 0, 0, 0});
  CHECK(pre_emphasised(wide({{1, 2, 6}}), 0.5).to_vector<double>() == std::vector<double>{0.5, 1.5, 5});
  CHECK(windowed(wide({{1, 2, 6}, {1, 1, 1}}), wide({0, 1, 2})).to_vector<double>() ==
        std::vector<double>{0, 2, 12, 0, 1, 2});
  CHECK(furthest(hann(4, Hann::periodic), {0, 0.5, 1, 0.5}) < tolerance);
  CHECK(furthest(hann(5, Hann::symmetric), {0, 0.5, 1, 0.5, 0}) < tolerance);

  CHECK_ERROR(reflected(x, 6), "6 samples mirrored at the ends of 6");
  CHECK_ERROR(frames(x, 7, 1), "6 samples; one frame needs 7");
  CHECK_ERROR(frames(x, 3, 0), "hop 0");
  CHECK_ERROR(windowed(frames(x, 3, 2), x), "needs one length");
  CHECK_ERROR(hann(1, Hann::symmetric), "at least 2");
}

TEST_CASE("front ends: rfft is the sum that defines it") {
  for (const auto& [length, fft] : {std::pair{32, 32}, {20, 32}, {128, 128}}) {
    const Tensor x = invented({3, length});
    const Spectrum X = rfft(x, fft);
    REQUIRE(X.real.shape() == Shape{3, fft / 2 + 1});
    std::vector<double> real, imag;
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k <= fft / 2; ++k) {
        std::complex<double> sum;
        for (int n = 0; n < length; ++n)
          sum += x.data<double>()[j * length + n] * std::polar(1.0, -2 * pi * k * n / fft);
        real.push_back(sum.real()), imag.push_back(sum.imag());
      }
    CHECK(furthest(X.real, real) < tolerance * largest(real));
    CHECK(furthest(X.imag, imag) < tolerance * largest(real));
  }
  CHECK_ERROR(rfft(invented({2, 48}), 48), "power of two");
  CHECK_ERROR(rfft(invented({2, 65}), 64), "at most 64");
}

TEST_CASE("front ends: the STFT of a tone is three bins wide and turns by its frequency") {
  constexpr std::int64_t fft = 256, hop = 40, k = 21;
  constexpr double amplitude = 0.8;
  Tensor x = empty({1000}, DType::f64);
  for (int n = 0; n < 1000; ++n)
    x.mutable_data<double>()[n] = amplitude * std::cos(2 * pi * k * n / static_cast<double>(fft));
  const Spectrum X = stft(x, hann(fft, Hann::periodic), fft, hop);
  REQUIRE(X.real.shape() == Shape{(1000 - fft) / hop + 1, fft / 2 + 1});
  const Tensor size = magnitude(X), squared = power(X), raised = magnitude(X, 1);
  for (std::int64_t j = 0; j < size.dim(0); ++j)
    for (std::int64_t bin = 0; bin <= fft / 2; ++bin) {
      const std::int64_t at = j * size.dim(1) + bin;
      const double expected = amplitude * fft * (bin == k ? 0.25 : std::abs(bin - k) == 1 ? 0.125 : 0);
      CHECK(std::abs(size.data<double>()[at] - expected) < tolerance * amplitude * fft / 4);
      CHECK(squared.data<double>()[at] == doctest::Approx(expected * expected).epsilon(tolerance).scale(1));
      CHECK(raised.data<double>()[at] == doctest::Approx(std::sqrt(expected * expected + 1)).epsilon(tolerance));
      if (bin != k) continue;
      const std::complex<double> turn = std::polar(expected, 2 * pi * static_cast<double>(k * hop * j) / fft);
      CHECK(X.real.data<double>()[at] == doctest::Approx(turn.real()).epsilon(tolerance).scale(50));
      CHECK(X.imag.data<double>()[at] == doctest::Approx(turn.imag()).epsilon(tolerance).scale(50));
    }
}

TEST_CASE("front ends: STFT as librosa and PyTorch compute it, with a window shorter than the transform") {
  const Tensor x = signal().view_as({1000}, {1}, 0), window = hann(200, Hann::periodic);
  const Spectrum plain = stft(x, window, 256, 100), centred = stft(reflected(x, 128), window, 256, 100);
  CHECK(relative(plain.real, "stft/plain/real") < tolerance);
  CHECK(relative(plain.imag, "stft/plain/imag") < tolerance);
  CHECK(relative(centred.real, "stft/centred/real") < tolerance);
  CHECK(relative(centred.imag, "stft/centred/imag") < tolerance);
  CHECK_ERROR(stft(x, hann(300, Hann::periodic), 256, 100), "at most 256");
}

TEST_CASE("front ends: mel scales and filters as librosa's") {
  for (const auto& [name, scale] : {std::pair{"htk", MelScale::htk}, {"slaney", MelScale::slaney}}) {
    const std::vector<double> hertz = numbers("scale/hertz"), mels = numbers("scale/mels");
    const std::string key = std::string("scale/") + name;
    for (std::size_t i = 0; i < hertz.size(); ++i) {
      CHECK(mel_of(hertz[i], scale) == doctest::Approx(numbers(key + "/hertz")[i]).epsilon(1e-14));
      CHECK(hertz_of(mel_of(hertz[i], scale), scale) == doctest::Approx(hertz[i]).epsilon(1e-13));
    }
    for (std::size_t i = 0; i < mels.size(); ++i)
      CHECK(hertz_of(mels[i], scale) == doctest::Approx(numbers(key + "/mels")[i]).epsilon(1e-13));
    MelFilters filters{.rate = 16000, .fft = 256, .bands = 20, .low = 50, .high = 7000, .scale = scale};
    CHECK(relative(mel_matrix(filters), std::string("mel/") + name + "/peak") < tolerance);
    filters.size = MelFilters::Size::area;
    CHECK(relative(mel_matrix(filters), std::string("mel/") + name + "/area") < tolerance);
  }
  const auto matrix = [](double low, double high, std::int64_t bands) {
    return mel_matrix({.rate = 16000, .fft = 256, .bands = bands, .low = low, .high = high});
  };
  CHECK_ERROR(matrix(20, 8001, 20), "bands from 20 to 8001 Hz at 16000 Hz");
  CHECK_ERROR(matrix(300, 300, 20), "low < high");
  CHECK_ERROR(matrix(-1, 300, 20), "0 ≤ low");
  CHECK_ERROR(matrix(20, 8000, 0), "0 bands");
}

TEST_CASE("front ends: mel filters are positive, share out every bin, or have area 1") {
  for (const MelScale scale : {MelScale::htk, MelScale::slaney})
    for (const MelFilters::Sides sides : {MelFilters::Sides::hertz, MelFilters::Sides::mel}) {
      MelFilters f{.rate = 16000, .fft = 4096, .bands = 30, .low = 100, .high = 7000, .scale = scale, .sides = sides};
      const double bin = f.rate / static_cast<double>(f.fft), low = mel_of(f.low, scale),
                   step = (mel_of(f.high, scale) - low) / 31;
      const auto weights = mel_matrix(f).to_vector<double>();
      const std::size_t bins = 2049;
      CHECK(*std::min_element(weights.begin(), weights.end()) >= 0);
      std::size_t shared = 0;
      for (std::size_t k = 0; k < bins; ++k) {
        double sum = 0;
        for (std::size_t band = 0; band < 30; ++band) sum += weights[band * bins + k];
        const double hertz = static_cast<double>(k) * bin;
        const bool between = hertz_of(low + step, scale) <= hertz && hertz <= hertz_of(low + 30 * step, scale);
        if (between) CHECK(sum == doctest::Approx(1).epsilon(tolerance));
        if (hertz <= f.low || hertz >= f.high) CHECK(sum < tolerance);
        shared += between;
      }
      CHECK(shared > 1000);

      f.size = MelFilters::Size::area;
      if (sides == MelFilters::Sides::mel) continue;  // there the sides are bent over Hz
      const auto sized = mel_matrix(f).to_vector<double>();
      for (std::size_t band = 0; band < 30; ++band) {
        double area = 0;
        for (std::size_t k = 0; k < bins; ++k) area += bin * sized[band * bins + k];
        CHECK(area == doctest::Approx(1).epsilon(0.01));  // a triangle of ten bins or more, as a sum
      }
    }
}

TEST_CASE("front ends: log-mel, MFCC and CMVN as librosa and scipy compute them") {
  const Tensor filters =
      mel_matrix({.rate = 16000, .fft = 512, .bands = 40, .low = 0, .high = 8000, .size = MelFilters::Size::area});
  const Spectrum spectrum = stft(reflected(signal(), 256), hann(400, Hann::periodic), 512, 160);
  const Tensor logs = log_mel(power(spectrum), filters, 1e-10);
  CHECK(relative(logs, "log_mel") < tolerance);
  const Tensor coefficients = mfcc(logs, 13);
  CHECK(relative(coefficients, "mfcc") < tolerance);
  CHECK(relative(cmvn(coefficients), "cmvn") < tolerance);
}

TEST_CASE("front ends: projections, logarithms and the DCT by definition") {
  const Tensor x = invented({5, 7}), matrix = invented({3, 7});
  std::vector<double> expected;
  for (int i = 0; i < 5; ++i)
    for (int m = 0; m < 3; ++m) {
      double sum = 0;
      for (int k = 0; k < 7; ++k) sum += x.data<double>()[i * 7 + k] * matrix.data<double>()[m * 7 + k];
      expected.push_back(sum);
    }
  CHECK(furthest(projected(x, matrix), expected) < tolerance);
  CHECK(furthest(logarithms(wide({1, 0, 1e-3, -4}), 1e-2), {0, std::log(1e-2), std::log(1e-2), std::log(1e-2)}) <
        tolerance);

  const Tensor all = dct_matrix(24, 24);
  std::vector<double> identity(24 * 24);
  for (std::size_t i = 0; i < 24; ++i) identity[i * 25] = 1;
  CHECK(furthest(projected(all, all), identity) < tolerance);
  CHECK(furthest(all, dct_matrix(13, 24).to_vector<double>()) == 0);  // fewer coefficients are the first ones
  CHECK(furthest(mfcc(full({2, 24}, 3, DType::f64), 4), {3 * std::sqrt(24), 0, 0, 0, 3 * std::sqrt(24), 0, 0, 0}) <
        tolerance);

  CHECK_ERROR(projected(x, all), "needs (n, k) and (m, k)");
  CHECK_ERROR(logarithms(x, 0), "floor 0");
  CHECK_ERROR(mfcc(x, 8), "8 coefficients of 7 bands");
}

TEST_CASE("front ends: CMVN gives mean 0 and variance 1, and 0 where nothing varies") {
  Tensor x = invented({50, 4});
  for (int j = 0; j < 50; ++j) {
    x.mutable_data<double>()[4 * j + 1] = 1e4 + x.data<double>()[4 * j];
    x.mutable_data<double>()[4 * j + 2] = 0.1;  // the sum of many is not a whole multiple
  }
  const auto y = cmvn(x).to_vector<double>();
  for (const std::size_t column : {0U, 1U, 3U}) {
    double sum = 0, squares = 0;
    for (std::size_t j = 0; j < 50; ++j) sum += y[4 * j + column], squares += y[4 * j + column] * y[4 * j + column];
    CHECK(std::abs(sum / 50) < tolerance);
    CHECK(squares / 50 == doctest::Approx(1).epsilon(tolerance));
  }
  for (std::size_t j = 0; j < 50; ++j) CHECK(y[4 * j + 2] == 0);
  CHECK(bitwise_equal(cmvn(invented({1, 3})), zeros({1, 3}, DType::f64)));
  const double part = 2 / std::sqrt(7);  // 2/√(4 + 3); beside it 1/√(1 + 3)
  CHECK(furthest(cmvn(wide({{1, 1}, {3, 5}}), 3), {-0.5, -part, 0.5, part}) < tolerance);
  CHECK_ERROR(cmvn(zeros({0, 3}, DType::f64)), "needs (frames, columns) and a frame");
}

TEST_CASE("front ends: hifigan as its authors compute it") {
  const Tensor mel = hifigan(signal_at(22050));
  CHECK(relative(mel, "hifigan") < of_f32);
  CHECK(numbers("hifigan/of_f32")[0] < 1e-5);  // as far as the authors' program in f32 is from it
  for (const std::int64_t samples : {385, 511, 512, 5000})
    CHECK(hifigan(sound(std::vector<float>(static_cast<std::size_t>(samples)), 22050)).shape() ==
          Shape{80, samples / 256});
  // Silence lies at the floor.
  CHECK(furthest(hifigan(sound(std::vector<float>(600), 22050)), std::vector<double>(160, std::log(1e-5))) <
        of_f32 * 12);
}

TEST_CASE("front ends: malik2023 is hifigan's spectrogram in segments, in [-1, 1]") {
  const Tensor one = malik2023(signal_at(22050));
  REQUIRE(one.shape() == Shape{1, 80, 256});
  const Tensor begin = packed(one.view_as({80, 36}, {256, 1}, 0));
  CHECK(relative(begin, "malik2023") < of_f32);
  for (std::int64_t band = 0; band < 80; ++band) CHECK(one.data<float>()[band * 256 + 255] == -1);  // of the padding

  const std::vector<float> voice = signal().to_vector<float>();
  std::vector<float> samples(65536 + 300);  // a second segment of 300 samples and silence
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = voice[i % 5000];
  const Tensor two = malik2023(sound(samples, 22050));
  REQUIRE(two.shape() == Shape{2, 80, 256});
  const std::vector<float> first(samples.begin(), samples.begin() + 65536);
  std::vector<float> second(samples.begin() + 65536, samples.end());
  second.resize(65536);
  std::vector<double> both;
  for (const std::vector<float>& segment : {first, second})
    for (const double v : hifigan(sound(segment, 22050)).to_vector<double>())
      both.push_back(2 * (v - malik2023_lowest) / (malik2023_highest - malik2023_lowest) - 1);
  CHECK(furthest(two, both) < 3 * of_f32);  // both are rounded, one of them around 11
  CHECK(malik2023(sound({0.5F}, 22050)).shape() == Shape{1, 80, 256});
  CHECK(malik2023(sound(first, 22050)).shape() == Shape{1, 80, 256});

  for (float& v : samples) v = v > 0 ? 8.0F : -8.0F;  // louder than −1 … 1
  const auto loud = malik2023(sound(samples, 22050)).to_vector<float>();
  CHECK(*std::max_element(loud.begin(), loud.end()) == 1);
  CHECK(*std::min_element(loud.begin(), loud.end()) >= -1);
}

TEST_CASE("front ends: ast as torchaudio computes it and transformers normalises it") {
  const Tensor features = ast(signal_at(16000));
  REQUIRE(features.shape() == Shape{1024, 128});
  const std::int64_t whole = (8000 - 400) / 160 + 1;
  const Tensor of_sound = features.view_as({whole, 128}, {128, 1}, 0),
               padding = features.view_as({1024 - whole, 128}, {128, 1}, whole * 128);
  CHECK(relative(of_sound, "ast") < of_f32);
  CHECK(numbers("ast/of_f32")[0] < 1e-4);  // likewise
  CHECK(furthest(padding, std::vector<double>(static_cast<std::size_t>((1024 - whole) * 128),
                                              numbers("ast/padding")[0])) < of_f32);

  // Longer sound is cut, and the end that is cut off does not matter.
  const std::vector<float> voice = signal().to_vector<float>();
  std::vector<float> samples(1100 * 160);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = voice[i % 5000];
  const Tensor all = ast(sound(samples, 16000));
  CHECK(all.shape() == Shape{1024, 128});
  samples.resize(1023 * 160 + 400);
  CHECK(bitwise_equal(ast(sound(samples, 16000)), all));
  const Tensor last = ast(sound({samples.end() - 400, samples.end()}, 16000));
  CHECK(bitwise_equal(all.view_as({128}, {1}, 1023 * 128), last.view_as({128}, {1}, 0)));
  CHECK(ast(sound(std::vector<float>(400), 16000)).shape() == Shape{1024, 128});
}

TEST_CASE("front ends: wav2vec2 as transformers prepares it") {
  const Tensor wave = wav2vec2(signal_at(16000));
  CHECK(wave.shape() == Shape{1, 8000});
  CHECK(furthest(wave, numbers("wav2vec2")) < of_f32 * largest(numbers("wav2vec2")));
  Sound quiet = signal_at(16000);
  for (float& v : quiet.samples) v = static_cast<float>(1e-3 * v);
  CHECK(furthest(wav2vec2(quiet), numbers("wav2vec2/quiet")) < of_f32 * largest(numbers("wav2vec2/quiet")));
  CHECK(bitwise_equal(wav2vec2(sound(std::vector<float>(400, 0.25F), 16000)), zeros({1, 400})));
}

TEST_CASE("front ends: by name, and what they cannot take") {
  std::vector<std::string> names;
  for (const FrontEnd& recipe : front_ends()) names.push_back(recipe.name);
  CHECK(names == std::vector<std::string>{"malik2023", "hifigan", "ast", "wav2vec2"});
  CHECK(bitwise_equal(front_end("hifigan").apply(signal_at(22050)), hifigan(signal_at(22050))));
  CHECK_ERROR(front_end("hubert"), "there is no front end 'hubert'; there are malik2023, hifigan, ast, wav2vec2");

  struct Needs {
    const char* name;
    double rate;
    int least;  // samples
  };
  for (const Needs& recipe :
       {Needs{"malik2023", 22050, 1}, {"hifigan", 22050, 385}, {"ast", 16000, 400}, {"wav2vec2", 16000, 400}}) {
    const double rate = recipe.rate;
    const int least = recipe.least;
    const std::string name = recipe.name;
    const auto applied = [apply = front_end(name).apply](const std::vector<float>& x, double at) {
      return apply(sound(x, at));
    };
    std::vector<float> samples(static_cast<std::size_t>(least));
    CHECK_NOTHROW(applied(samples, rate));
    CHECK_ERROR(applied(samples, 8000),
                name + ": sound at 8000 Hz; needs " + std::to_string(int(rate)) + " Hz: resample");
    for (const float odd : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      samples.back() = odd;
      CHECK_ERROR(applied(samples, rate), name + ": sample " + std::to_string(least - 1) + " is no finite number");
    }
    samples.pop_back();
    CHECK_ERROR(applied(samples, rate), name + ": " + std::to_string(least - 1) + " samples; needs at least");
  }
}
