#include "tensor/io/scratch_file.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "audio/descriptors/frame_table.h"
#include "audio/descriptors/samples.h"
#include "tests/environment.h"
#include "tests/temporary_folder.h"

using namespace emograd;

TEST_CASE("a scratch file gives back what was written, leaves no name behind, and can be moved") {
  const TemporaryFolder folder;
  std::optional<ScratchFile> made;
  {
    const EnvironmentVariable here("TMPDIR", folder.path.string());
    made.emplace();
  }
  {
    const EnvironmentVariable nowhere("TMPDIR", "/proc");
    CHECK_ERROR_OF(ScratchFileError, ScratchFile(), "/proc: no temporary file can be created there");
  }
  ScratchFile& first = *made;
  CHECK(std::filesystem::is_empty(folder.path));

  first.write(10, io::as_bytes("one"));
  first.write(1 << 20, io::as_bytes("two"));
  ScratchFile second = std::move(first);
  std::array<std::byte, 3> back;
  second.read(1 << 20, back);
  CHECK(io::as_text(back) == "two");
  second.read(10, back);
  CHECK(io::as_text(back) == "one");
  CHECK_FILE_ERROR(second.read((1 << 20) + 1, back), "cannot be read: it has become shorter");
}

TEST_CASE("a table of frames is the same in memory and on the disk") {
  audio::FrameTable table({"a", "b"});
  constexpr std::int64_t frames = 2 * audio::FrameTable::most_in_memory + 5;
  for (std::int64_t i = 0; i < frames; ++i) {
    const auto x = static_cast<float>(i);
    table.append(std::array{x, -2 * x});
  }
  CHECK(table.frames() == frames);
  const std::vector<float> a = table.values(0), b = table.values(1);
  REQUIRE(std::ssize(a) == frames);
  REQUIRE(std::ssize(b) == frames);
  std::int64_t wrong = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != static_cast<float>(i) || b[i] != -2 * a[i]) ++wrong;
  CHECK(wrong == 0);
  std::vector<audio::FrameTable> all;
  all.push_back(std::move(table));
  CHECK(audio::values(all, "b") == b);
  CHECK_THROWS_WITH_AS(audio::values(all, "c"), doctest::Contains("no descriptor 'c'"), Error);
}

TEST_CASE("samples of a long file: stretch by stretch, back a little, and from the beginning again") {
  const TemporaryFolder folder;
  std::vector<float> x;
  for (int i = 0; i < 3'000'000; ++i) x.push_back(static_cast<float>(i % 30011) / 30011);
  audio::write_wav(folder / "long.wav", x, 8000, audio::WavSamples::f32);
  audio::Samples sound(folder / "long.wav");
  const auto same = [&](std::int64_t begin, std::int64_t count) {
    const auto have = sound.at(begin, count);
    const std::int64_t there = std::clamp<std::int64_t>(std::ssize(x) - begin, 0, count);
    return std::ssize(have) == there &&
           std::equal(have.begin(), have.end(), x.begin() + std::min(begin, std::ssize(x)));
  };
  for (int pass = 0; pass < 2; ++pass)
    for (std::int64_t begin = 0; begin < std::ssize(x) + 2000; begin += 997) {
      if (!same(begin, 1500)) FAIL("at " << begin);
      if (begin > 6000 && !same(begin - 6000, 40)) FAIL("back from " << begin);
    }
  CHECK(sound.count() == std::ssize(x));
  CHECK(same(0, 100));
  CHECK(same(2'999'999, 5));
}
