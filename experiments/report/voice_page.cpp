#include "experiments/report/voice_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "audio/front_ends/mel_filters.h"
#include "audio/voice/frames.h"
#include "audio/voice/lowered.h"
#include "audio/voice/prosody.h"
#include "audio/voice/spectrogram.h"
#include "experiments/report/data_uri.h"
#include "tensor/error.h"

namespace emograd::report {
namespace {

namespace voice = audio::voice;

constexpr std::size_t most_columns = 1000;  // of drawings: as many as there are pixels, roughly
constexpr double longest_playback = 120;    // s
constexpr double shown_decibels = 70;

/// A line that goes through every sample, or, of many, through the lowest and the highest of each of its columns.
Series waveform(const Excerpt& e) {
  const std::vector<float>& x = e.sound.samples;
  Series out;
  const auto add = [&](double sample, float value) {
    out.x.push_back(e.begin + sample / e.sound.rate);
    out.y.push_back(static_cast<double>(value));
  };
  const std::size_t columns = std::min(most_columns, x.size() / 4);
  for (std::size_t i = 0; columns < most_columns && i < x.size(); ++i) add(static_cast<double>(i), x[i]);
  for (std::size_t c = 0; columns == most_columns && c < columns; ++c) {
    const auto begin = static_cast<std::ptrdiff_t>(c * x.size() / columns),
               end = static_cast<std::ptrdiff_t>((c + 1) * x.size() / columns);
    const auto [low, high] = std::minmax_element(x.begin() + begin, x.begin() + end);
    const double middle = static_cast<double>(begin + end) / 2;
    add(middle, *low), add(middle, *high);
  }
  return out;
}

/// A contour as long as there are frames, or every n-th of it.
Series contour(const Excerpt& e, const std::string& name, const std::vector<double>& values) {
  Series out{.name = name};
  const std::size_t step = (values.size() + most_columns - 1) / most_columns;
  for (std::size_t i = 0; i < values.size(); i += step) {
    out.x.push_back(e.begin + voice::centre(static_cast<std::int64_t>(i)));
    out.y.push_back(values[i]);
  }
  return out;
}

/// The formants where there is a voice.
std::vector<Series> formants(const Excerpt& e, const voice::Prosody& p) {
  std::vector<Series> out;
  for (std::size_t k = 0; k < voice::Formants::count; ++k) {
    const Series all = contour(e, fmt::format("F{}", k + 1), p.formants.frequency[k]), f0 = contour(e, "", p.f0);
    out.push_back({.name = all.name});
    for (std::size_t i = 0; i < all.y.size(); ++i)
      if (std::isfinite(all.y[i]) && std::isfinite(f0.y[i]))
        out.back().x.push_back(all.x[i]), out.back().y.push_back(all.y[i]);
  }
  return out;
}

Picture picture(const voice::MelSpectrogram& s) {
  const auto columns = static_cast<std::size_t>(s.decibels.dim(0)), bands = static_cast<std::size_t>(s.decibels.dim(1));
  std::vector<std::uint8_t> grey(columns * bands);
  const double* d = s.decibels.data<double>();
  for (std::size_t c = 0; c < columns; ++c)
    for (std::size_t b = 0; b < bands; ++b)
      grey[(bands - 1 - b) * columns + c] =
          static_cast<std::uint8_t>(std::lround(255 * std::clamp(1 + *d++ / shown_decibels, 0.0, 1.0)));
  return {grey_png(grey, columns, bands),
          fmt::format("Behind it the spectrogram, from {:g} to {:g} Hz.", s.lowest, s.highest)};
}

double mel(double hertz) { return audio::mel_of(hertz, audio::MelScale::htk); }

Plot spectrogram(const Excerpt& e, const voice::Prosody& p) {
  constexpr std::int64_t bands = 96;
  const auto s = voice::mel_spectrogram(e.sound.samples, e.sound.rate, bands, static_cast<std::int64_t>(most_columns));
  Plot plot{.kind = Plot::Kind::points,
            .title = "Spectrogram and formants",
            .y_label = "Hz, on a mel scale",
            .series = formants(e, p),
            .y_range = {{s.lowest, s.highest}},
            .height = 260,
            .picture = picture(s),
            .y_axis = mel};
  for (const double f : {0.0, 500.0, 1000.0, 2000.0, 3000.0, 4000.0, 6000.0, 8000.0})
    if (f <= s.highest) plot.y_tics.emplace_back(f, fmt::format("{:g}", f));
  return plot;
}

Figure tracks(const Excerpt& e, const voice::Prosody& p) {
  Figure f{
      .title = "The sound over time",
      .caption = fmt::format(
          "Waveform, as a part of full scale; spectrogram, {:g} dB from the strongest band (full ink) to none, with "
          "the formants of voiced frames; F0; loudness.{}",
          shown_decibels,
          p.f0.size() > most_columns
              ? fmt::format(" Of the frames of 10 ms every {}th is drawn, of the waveform its extremes.",
                            (p.f0.size() + most_columns - 1) / most_columns)
              : ""),
      .panels = {{.title = "Waveform", .series = {waveform(e)}, .height = 100},
                 spectrogram(e, p),
                 {.kind = p.f0.size() > most_columns ? Plot::Kind::points : Plot::Kind::lines,
                  .title = "F0",
                  .y_label = "Hz",
                  .series = {contour(e, "", p.f0)},
                  .height = 140},
                 {.title = "Loudness",
                  .x_label = "time (s)",
                  .y_label = "sum of an auditory spectrum",
                  .series = {contour(e, "", p.loudness)},
                  .y_range = {{0, 0.1}},
                  .height = 100}},
      .tracks = true};
  for (Plot& panel : f.panels) panel.x_range = {e.begin, e.begin + p.seconds};
  return f;
}

std::string value_of(const voice::Measure& m) {
  if (!std::isfinite(m.value)) return "–";
  const double size = std::abs(m.value);
  return fmt::format("{:.{}f}", m.value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

Tables summary(const voice::Prosody& p) {
  const std::vector<voice::Measure> all = voice::prosody_summary(p);
  Tables out;
  for (auto first = all.begin(), last = first; first != all.end(); first = last) {
    last = std::find_if(first, all.end(), [&](const voice::Measure& m) { return m.group != first->group; });
    const bool units = std::any_of(first, last, [](const voice::Measure& m) { return !m.unit.empty(); });
    HtmlTable table{.rows = {{"", "value"}}, .caption = first->group};
    if (units) table.rows[0].push_back("unit");
    for (; first != last; ++first) {
      table.rows.push_back({first->name, value_of(*first)});
      if (units) table.rows.back().push_back(first->unit);
    }
    out.tables.push_back(std::move(table));
  }
  return out;
}

std::string time(double seconds) {
  const double tenths = std::round(10 * seconds);
  return std::round(100 * seconds) < 6000
             ? fmt::format("{:.2f} s", seconds)
             : fmt::format("{:.0f} min {:.1f} s", std::floor(tenths / 600), std::fmod(tenths, 600) / 10);
}

Facts facts(const Excerpt& e, const voice::Prosody& p) {
  Facts out{{{"rate", fmt::format("{:.0f} Hz", e.sound.rate)},
             {"channels", e.sound.channels == 1 ? "1" : fmt::format("{}, their mean is shown", e.sound.channels)},
             {"samples", e.sound.bits > 0 ? fmt::format("{} bits", e.sound.bits) : "floats, or compressed"},
             {"length", time(e.whole)}}};
  if (p.seconds < e.whole)
    out.items.emplace_back("shown", fmt::format("{:.2f} to {:.2f} s", e.begin, e.begin + p.seconds));
  const auto voiced = std::count_if(p.f0.begin(), p.f0.end(), [](double f) { return std::isfinite(f); });
  std::vector<double> f0;
  std::copy_if(p.f0.begin(), p.f0.end(), std::back_inserter(f0), [](double f) { return std::isfinite(f); });
  if (voiced > 0) {
    std::nth_element(f0.begin(), f0.begin() + voiced / 2, f0.end());
    out.items.emplace_back("median F0", fmt::format("{:.0f} Hz", f0[static_cast<std::size_t>(voiced / 2)]));
  }
  if (std::isfinite(p.equivalent_level))
    out.items.emplace_back("level", fmt::format("{:.1f} dB re full scale", p.equivalent_level));
  return out;
}

/// A WAV file of at most 192 kHz; no browser need know more.
std::string playback(const Excerpt& e) {
  const std::span<const float> x = e.sound.samples;
  const auto most = static_cast<std::size_t>(longest_playback * e.sound.rate);
  const voice::Lowered lowered(x.first(std::min(most, x.size())), e.sound.rate);
  std::vector<float> out(lowered.samples().begin(), lowered.samples().end());
  for (float& v : out) v = std::clamp(v, -1.0F, 1.0F);
  return audio::wav_bytes(out, std::llround(lowered.rate()));
}

}  // namespace

Excerpt read_excerpt(const std::string& file, double from, std::optional<double> to) {
  check(from >= 0 && (!to || *to > from), "from {} to {} s is no part of a sound: give --from below --to", from,
        to.value_or(0));
  audio::SoundReader reader(file);
  const auto rate = static_cast<double>(reader.rate());
  const auto too_long = [&](double seconds) {
    return fmt::format("{}: {} are more than the {:g} s that a page shows; choose a part with --from and --to", file,
                       time(seconds), longest_excerpt);
  };
  if (const auto length = reader.length(); length || to) {
    const double end = length ? static_cast<double>(*length) / rate : *to;
    const double seconds = std::min(end, to.value_or(end)) - from;
    check(seconds <= longest_excerpt, "{}", too_long(seconds));
  }
  const auto begin = static_cast<std::int64_t>(std::llround(std::min(from * rate, 9e18))),
             end = to ? static_cast<std::int64_t>(std::llround(std::min(*to * rate, 9e18)))
                      : std::numeric_limits<std::int64_t>::max();
  Excerpt e{
      .name = std::filesystem::path(file).filename().string(), .sound = {}, .begin = static_cast<double>(begin) / rate};
  std::int64_t at = 0;
  for (auto block = reader.next(); !block.empty(); block = reader.next()) {
    const std::int64_t size = std::ssize(block), first = std::clamp<std::int64_t>(begin - at, 0, size),
                       last = std::clamp<std::int64_t>(end - at, first, size);
    e.sound.samples.insert(e.sound.samples.end(), block.begin() + first, block.begin() + last);
    const double kept = static_cast<double>(e.sound.samples.size()) / rate;
    check(kept <= longest_excerpt, "{}", too_long(kept));
    at += size;
  }
  e.whole = static_cast<double>(at) / rate;
  check(!e.sound.samples.empty(), "{}: --from {} s is behind its end, {}", file, from, time(e.whole));
  e.sound.rate = rate, e.sound.channels = reader.channels(), e.sound.bits = reader.bits();
  e.sound.warnings = reader.warnings();
  return e;
}

Page voice_page(const Excerpt& e, const voice::PitchRange& range) {
  // At rates below the least nothing helps, and prosody() says so.
  check(e.sound.rate < voice::Formants::least_rate || e.sound.rate >= 4 * range.highest,
        "{}: F0 up to {} Hz needs a rate of {} Hz at least, not {}; give a lower --highest", e.name, range.highest,
        4 * range.highest, e.sound.rate);
  const voice::Prosody p = voice::prosody(e.sound, range);
  Page page{.title = e.name,
            .lead = fmt::format("{} of sound: what a voice does in it, as it was measured.", time(p.seconds)),
            .head = {},
            .sections = {}};
  for (const std::string& warning : e.sound.warnings) page.head.push_back(Note{"The file is odd: " + warning + "."});
  page.head.push_back(facts(e, p));
  page.head.push_back(Player{"The sound of " + e.name, playback(e)});
  if (p.seconds > longest_playback)
    page.head.push_back(Text{fmt::format("Of this sound the first {:g} s can be played here.", longest_playback)});
  page.head.push_back(tracks(e, p));
  page.sections.push_back(
      {"Prosody summary",
       {Text{fmt::format(
            "F0 was looked for between {:g} and {:g} Hz. Variation is the standard deviation as a part of "
            "the mean; a dash stands where there is nothing to measure. All that eGeMAPS describes is here, by "
            "definitions that follow it in spirit; the numbers are not openSMILE's.",
            range.lowest, range.highest)},
        summary(p)}});
  return page;
}

}  // namespace emograd::report
