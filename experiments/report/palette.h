#pragma once

#include <array>
#include <cstdint>

namespace emograd::report {

struct Rgb {
  std::uint8_t r, g, b;
};

/// What a page is drawn with, in light and in dark surroundings. ink and faint are for text on background and on panel.
struct Theme {
  Rgb background, panel, ink, faint, rule;
};
inline constexpr Theme light{{255, 255, 255}, {244, 246, 248}, {27, 31, 36}, {87, 96, 106}, {208, 215, 222}};
inline constexpr Theme dark{{18, 21, 26}, {28, 32, 39}, {230, 233, 237}, {159, 168, 179}, {58, 65, 75}};

/// Colours that colour-blind people tell apart, too: Okabe and Ito, "Color universal design" (2008), without yellow and
/// black, which need one background. The first four stand out (3 : 1 and more) from both backgrounds; a curve differs
/// from its neighbours by its dashes and marks as well.
inline constexpr std::array<Rgb, 6> series_colours{
    {{0, 114, 178}, {213, 94, 0}, {0, 158, 115}, {204, 121, 167}, {230, 159, 0}, {86, 180, 233}}};
inline constexpr Rgb much = series_colours[0], little = series_colours[1];  // shading of cells
inline constexpr double strongest_shade = 0.6;                              // opacity of it, under text

}  // namespace emograd::report
