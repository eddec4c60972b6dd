#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <iostream>

#include "audio/resample.h"
#include "audio/sound_file.h"
#include "autograd/ops/random.h"
#include "experiments/report/filter.h"
#include "experiments/report/options.h"
#include "experiments/report/progress.h"
#include "tensor/error.h"
#include "tensor/io/csv.h"

/// A small corpus of synthetic speech: ten voices of espeak-ng say eight sentences in four emotions.

using namespace emograd;
namespace fs = std::filesystem;

namespace {

/// How a voice differs from its neutral one. Mean and range of F0, rate and intensity go the way that Murray & Arnott
/// (JASA 93(2), 1993, table I) and Scherer (Speech Communication 40, 2003, table 2) report for anger, joy and sadness;
/// how far, and jitter, which Bachorowski & Owren (Psychological Science 6(4), 1995) saw change with emotion, was
/// chosen here.
struct Emotion {
  const char* name;
  double pitch, range, rate;  // factors
  double decibels, jitter;    // jitter: deviation of a period, relative to it
};
constexpr Emotion emotions[]{{"anger", 1.30, 1.7, 1.12, 6, 0.020},
                             {"happiness", 1.35, 1.9, 1.05, 4, 0.010},
                             {"neutral", 1, 1, 1, 0, 0.005},
                             {"sadness", 0.93, 0.6, 0.85, -5, 0.012}};

constexpr const char* sentences[]{
    "The parcel is on the kitchen table.",       "We can leave the keys with the neighbour.",
    "There are seven chairs in the other room.", "He said that the train stops here at nine.",
    "I have put the letters into the drawer.",   "They are going to paint the door on Monday.",
    "The bag is still lying under the bench.",   "She will bring the papers back tonight."};

struct Voice {
  const char* name;
  double period;  // s, of its neutral speech
};
constexpr Voice voices[]{{"m1", 0.010},  {"m2", 0.010},  {"m3", 0.010},  {"m4", 0.010},  {"m5", 0.010},
                         {"f1", 0.0055}, {"f2", 0.0055}, {"f3", 0.0055}, {"f4", 0.0055}, {"f5", 0.0055}};

constexpr std::int64_t rate = 16000;

/// An emotion as one voice has it in one utterance: more or less of it, and never quite the same.
Emotion performed(const Emotion& e, double strength, Rng rng) {
  const std::vector<float> random = normal({5}, rng).to_vector<float>();
  const auto factor = [&](double f, double spread, std::size_t i) {
    return std::exp(strength * std::log(f) + spread * static_cast<double>(random[i]));
  };
  return {e.name,
          factor(e.pitch, 0.05, 0),
          factor(e.range, 0.20, 1),
          factor(e.rate, 0.06, 2),
          strength * e.decibels + 1.5 * static_cast<double>(random[3]),
          factor(e.jitter, 0.3, 4)};
}

/// Every stretch as long as a period gets a length of its own.
std::vector<float> with_jitter(const std::vector<float>& x, double jitter, double period_samples, Rng rng) {
  const auto periods = static_cast<std::int64_t>(static_cast<double>(x.size()) / period_samples) + 2;
  const std::vector<float> random = normal({periods}, rng).to_vector<float>();
  std::vector<float> y;
  for (double at = 0; at + 1 < static_cast<double>(x.size());) {
    const auto i = static_cast<std::size_t>(at);
    const double part = at - static_cast<double>(i);
    y.push_back(static_cast<float>((1 - part) * static_cast<double>(x[i]) + part * static_cast<double>(x[i + 1])));
    at += 1 / (1 + jitter * static_cast<double>(random[static_cast<std::size_t>(at / period_samples)]));
  }
  return y;
}

std::vector<float> spoken(const Voice& voice, const char* sentence, const Emotion& e, const fs::path& scratch,
                          Rng rng) {
  const auto percent = [](double factor) { return std::lround(100 * factor); };
  const std::string text = fmt::format("<prosody pitch=\"{:+}%\" range=\"{}%\" rate=\"{}%\">{}</prosody>",
                                       percent(e.pitch) - 100, percent(e.range), percent(e.rate), sentence);
  const int status =
      report::filtered({"espeak-ng", "-m", "-v", std::string("en+") + voice.name, "-w", scratch.string(), text}, "")
          .status;
  check(status != 127, "espeak-ng is not there; on Debian: apt install espeak-ng");
  check(status == 0, "espeak-ng ended with status {} on voice {}", status, voice.name);
  const audio::Sound sound = audio::read_sound(scratch);
  std::vector<float> x = audio::resampled(sound.samples, static_cast<std::int64_t>(sound.rate), rate);
  x = with_jitter(x, e.jitter, voice.period * static_cast<double>(rate), rng);
  float most = 0;
  for (const float v : x) most = std::max(most, std::abs(v));
  const auto gain = static_cast<float>(0.25 * std::pow(10, e.decibels / 20)) / std::max(most, 1e-9F);
  for (float& v : x) v = std::clamp(v * gain, -1.0F, 1.0F);
  return x;
}

int run(const fs::path& out, std::uint64_t seed) {
  check(!fs::exists(out) || fs::is_empty(out), "{} is not empty; name another folder with --out", out.string());
  fs::create_directories(out / "wav");
  CsvTable labels;
  labels.columns = {"name", "label", "speaker", "session", "gender", "text"};
  report::Progress progress(static_cast<std::int64_t>(std::size(voices) * std::size(emotions) * std::size(sentences)));
  const Rng rng{seed, 0};
  std::uint64_t number = 0;
  for (const Voice& voice : voices) {
    Rng of_voice = rng.split(1000 + number);
    const double strength = 0.5 + 0.6 * uniform({}, of_voice).item();
    for (const Emotion& emotion : emotions)
      for (std::size_t s = 0; s < std::size(sentences); ++s) {
        const std::string name = fmt::format("{}_{}_{}", voice.name, s + 1, emotion.name);
        progress.label(name);
        const Rng own = rng.split(++number);
        const Emotion e = performed(emotion, strength, own.split(0));
        audio::write_wav(out / "wav" / (name + ".wav"),
                         spoken(voice, sentences[s], e, out / "scratch.wav", own.split(1)), rate);
        labels.add_row({name, emotion.name, voice.name, "", voice.name[0] == 'f' ? "female" : "male", sentences[s]});
        progress.advance(1);
      }
  }
  fs::remove(out / "scratch.wav");
  write_csv(out / "labels.csv", labels, ',');
  fmt::print(
      "{} utterances of synthetic speech: {} voices, {} emotions, {} sentences, seed {}\nFolder: {} (wav, "
      "labels.csv)\n",
      labels.rows(), std::size(voices), std::size(emotions), std::size(sentences), seed, out.string());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  report::CommandLine line{
      "A small corpus of synthetic speech, for trying things out: ten voices of espeak-ng say eight sentences in four\n"
      "emotions, told apart by mean and range of pitch, rate, loudness and jitter. What is learnt from it says "
      "nothing\n"
      "about people."};
  std::string out = "synthetic_speech";
  std::uint64_t seed = 0;
  line.option("--out", &out, "Folder for sounds and labels.csv");
  line.option("--seed", &seed, "Of what differs between utterances");
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;
  return report::guarded("speak", [&] { return run(out, seed); });
}
