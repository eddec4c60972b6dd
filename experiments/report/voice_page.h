#pragma once

#include <optional>
#include <string>

#include "audio/sound_file.h"
#include "audio/voice/pitch.h"
#include "experiments/report/page.h"

namespace emograd::report {

/// A sound file, or a part of it.
struct Excerpt {
  std::string name;
  audio::Sound sound;           // the part
  double begin = 0, whole = 0;  // s: where the part begins, how long the file is
};

/// Reads from `from` to `to` seconds, or to the end where that is nothing; the rest passes by, block by block. Warnings
/// are of the whole file. SoundReader's errors; Error where the part is none, or lasts longer than longest_excerpt.
constexpr double longest_excerpt = 600;  // s
Excerpt read_excerpt(const std::string& file, double from, std::optional<double> to);

/// A picture of it: waveform, spectrogram, formants, F0 and loudness over one time axis, the prosody summary, what the
/// file is, and the sound itself, of long ones the first two minutes. Error as voice::prosody has it.
Page voice_page(const Excerpt&, const audio::voice::PitchRange&);

}  // namespace emograd::report
