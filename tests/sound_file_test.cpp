#include "audio/sound_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sndfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::audio;
using namespace std::string_literals;
using Warnings = std::vector<std::string>;

namespace {

constexpr double tau = 6.283185307179586;

template <class T>
std::string raw(const std::vector<T>& values) {
  return std::string(io::as_text(std::as_bytes(std::span(values))));
}

/// A WAV of 44 bytes and its data, true or not.
struct Wav {
  std::string data = raw<std::int16_t>({0, 1, -1, 2, -2});
  std::uint16_t tag = 1, channels = 1;
  std::uint32_t rate = 16000;
  std::uint16_t bits = 16;
  std::optional<std::uint32_t> promised = {};  // bytes of samples, where not those of data
  std::string between = {};                    // chunks before the samples

  operator std::string() const {
    const auto frame = static_cast<std::uint16_t>(channels * (bits / 8));
    std::string out = "RIFF";
    io::append(out, static_cast<std::uint32_t>(36 + between.size() + data.size()));
    out += "WAVEfmt ";
    io::append(out, std::uint32_t{16});
    io::append(out, tag);
    io::append(out, channels);
    io::append(out, rate);
    io::append(out, rate * frame);
    io::append(out, frame);
    io::append(out, bits);
    out += between + "data";
    io::append(out, promised.value_or(static_cast<std::uint32_t>(data.size())));
    return out + data;
  }
};
constexpr std::uint16_t floats = 3;

/// What libsndfile writes: frames of one or more channels, of integers at the upper end of 32 bits.
std::filesystem::path written(const std::filesystem::path& path, int format, const std::vector<int>& values,
                              int channels = 1, int rate = 16000) {
  SF_INFO info{};
  info.samplerate = rate, info.channels = channels, info.format = format;
  SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
  INFO(path.string() << ": " << sf_strerror(nullptr));
  REQUIRE(file != nullptr);
  const int depth = format & SF_FORMAT_SUBMASK;
  if (depth == SF_FORMAT_FLOAT || depth == SF_FORMAT_DOUBLE) {  // libsndfile would not scale integers
    std::vector<double> fractions;
    for (const int v : values) fractions.push_back(std::ldexp(v, -31));
    REQUIRE(sf_write_double(file, fractions.data(), std::ssize(fractions)) == std::ssize(values));
  } else {
    REQUIRE(sf_write_int(file, values.data(), std::ssize(values)) == std::ssize(values));
  }
  REQUIRE(sf_close(file) == 0);
  return path;
}

/// Numbers that take all of 31 bits, below the limits of any format.
std::vector<int> noise(std::size_t count) {
  std::vector<int> values(count);
  std::uint32_t state = 1;
  for (int& v : values) v = static_cast<int>(state = state * 1664525 + 1013904223) / 2;
  return values;
}

std::vector<int> tone(std::size_t count) {
  std::vector<int> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = static_cast<int>(std::lrint(std::ldexp(0.5 * std::sin(tau * 0.01 * static_cast<double>(i)), 31)));
  return values;
}

bool starts(const Warnings& warnings, std::initializer_list<const char*> beginnings) {
  return std::equal(warnings.begin(), warnings.end(), beginnings.begin(), beginnings.end(),
                    [](const std::string& warning, const char* beginning) { return warning.starts_with(beginning); });
}
#define CHECK_WARNINGS(sound, ...)                                                    \
  do {                                                                                \
    INFO(fmt::format("{}", fmt::join((sound).warnings, "; ")));                       \
    CHECK(starts((sound).warnings, std::initializer_list<const char*>{__VA_ARGS__})); \
  } while (false)

struct Files {
  TemporaryFolder folder;

  std::filesystem::path file(const std::string& bytes) const { return folder.file("x.wav", bytes); }
  Sound read(const std::string& bytes) const { return read_sound(file(bytes)); }
  Sound read16(const std::vector<std::int16_t>& values, std::uint16_t channels = 1) const {
    return read(Wav{.data = raw(values), .channels = channels});
  }
  Sound read_floats(const std::vector<float>& values, std::uint16_t channels = 1) const {
    return read(Wav{.data = raw(values), .tag = floats, .channels = channels, .bits = 32});
  }
};

}  // namespace

TEST_CASE("sound files: every format, depth and number of channels, exactly") {
  const TemporaryFolder folder;
  constexpr std::size_t count = 5006;  // even: libsndfile fills up an AIFF of 8 bits with a sample
  struct Depth {
    int code, bits;
  };
  const Depth i16{SF_FORMAT_PCM_16, 16}, i24{SF_FORMAT_PCM_24, 24}, i32{SF_FORMAT_PCM_32, 32}, s8{SF_FORMAT_PCM_S8, 8},
      u8{SF_FORMAT_PCM_U8, 8}, f32{SF_FORMAT_FLOAT, 0}, f64{SF_FORMAT_DOUBLE, 0};
  const struct {
    int code;
    std::vector<Depth> depths;
  } formats[] = {{SF_FORMAT_WAV, {u8, i16, i24, i32, f32, f64}},
                 {SF_FORMAT_WAV | SF_ENDIAN_BIG, {u8, i16, i24, i32, f32, f64}},
                 {SF_FORMAT_WAVEX, {u8, i16, i24, i32, f32, f64}},
                 {SF_FORMAT_RF64, {u8, i16, i24, i32, f32, f64}},
                 {SF_FORMAT_AIFF, {s8, u8, i16, i24, i32, f32, f64}},
                 {SF_FORMAT_AIFF | SF_ENDIAN_LITTLE, {i16, i24, i32}},
                 {SF_FORMAT_FLAC, {s8, i16, i24}},
                 {SF_FORMAT_AU, {s8, i16, i24, i32, f32, f64}},
                 {SF_FORMAT_CAF, {s8, i16, i24, i32, f32, f64}}};
  for (const auto& format : formats)
    for (const Depth& depth : format.depths)
      for (const int channels : {1, 2, 3, 6, 8}) {
        CAPTURE(fmt::format("{:x}, {} bits, {} channels", format.code, depth.bits, channels));
        const std::vector<int> values = noise(static_cast<std::size_t>(channels) * count);
        const Sound sound =
            read_sound(written(folder / "x", format.code | depth.code, values, channels, 8000 * channels));
        CHECK(sound.rate == 8000 * channels);
        CHECK(sound.channels == channels);
        CHECK(sound.bits == depth.bits);
        CHECK(sound.warnings.empty());
        REQUIRE(sound.samples.size() == count);
        // of 32 bits the upper ones are written
        const int dropped = depth.bits == 0 ? 0 : 32 - depth.bits;
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < sound.samples.size(); ++i) {
          float sum = 0;
          for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c)
            sum += std::ldexp(static_cast<float>(values[i * static_cast<std::size_t>(channels) + c] >> dropped),
                              dropped - 31);
          wrong += sound.samples[i] != sum / static_cast<float>(channels);
        }
        CHECK(wrong == 0);
      }
}

TEST_CASE("sound files: values, means and floats as they are") {
  const Files f;
  CHECK(f.read16({0, 1, -1, 2, 32767, -32768, 0}).samples ==
        std::vector<float>{0, 1 / 32768.f, -1 / 32768.f, 2 / 32768.f, 32767 / 32768.f, -1, 0});
  CHECK(f.read(Wav{.data = "\x80\x81\x7f\xff\x01\x80"s, .bits = 8}).samples ==
        std::vector<float>{0, 1 / 128.f, -1 / 128.f, 127 / 128.f, -127 / 128.f, 0});
  CHECK(f.read16({100, 300, -5, 6, 32767, -32768, -32768, 32767}, 2).samples ==
        std::vector<float>{200 / 32768.f, 0.5f / 32768, -0.5f / 32768, -0.5f / 32768});
  CHECK(f.read_floats({0.1f, -0.3f, 1.5f, -1e-40f, 0}).samples == std::vector<float>{0.1f, -0.3f, 1.5f, -1e-40f, 0});
  CHECK(f.read(Wav{.data = raw<double>({0.1, -0.1}), .tag = floats, .bits = 64}).samples ==
        std::vector<float>{0.1f, -0.1f});
  for (const std::uint32_t rate : {1u, 7999u, 8000u, 11025u, 44100u, 192000u, 1000000u})
    CHECK(f.read(Wav{.rate = rate}).rate == rate);
  CHECK(f.read16(std::vector<std::int16_t>(255 * 3, 7), 255).samples == std::vector<float>(3, 7 / 32768.f));
}

TEST_CASE("sound files: Vorbis and companded samples") {
  const TemporaryFolder folder;
  const std::vector<int> values = tone(16000);
  const auto error = [&](int format, std::int64_t bits) {
    const Sound sound = read_sound(written(folder / "x", format, values));
    CHECK(sound.bits == bits);
    CHECK(sound.rate == 16000);
    CHECK(sound.warnings.empty());
    REQUIRE(sound.samples.size() == values.size());
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += std::pow(sound.samples[i] - std::ldexp(values[i], -31), 2);
    return std::sqrt(sum / static_cast<double>(values.size())) / (0.5 / std::sqrt(2));
  };
  CHECK(error(SF_FORMAT_OGG | SF_FORMAT_VORBIS, 0) < 0.02);
  CHECK(error(SF_FORMAT_WAV | SF_FORMAT_ULAW, 16) < 0.02);  // G.711: about 38 dB
  CHECK(error(SF_FORMAT_WAV | SF_FORMAT_ALAW, 16) < 0.02);
}

TEST_CASE("sound files: block by block") {
  const TemporaryFolder folder;
  const std::vector<int> values = noise(3 * 50000);
  const auto path = written(folder / "x.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, values, 3, 44100);
  SoundReader first(path), reader = std::move(first);
  CHECK(reader.rate() == 44100);
  CHECK(reader.channels() == 3);
  CHECK(reader.bits() == 16);
  CHECK(reader.length() == 50000);
  std::vector<float> all;
  std::vector<std::size_t> sizes;
  for (auto samples = reader.next(); !samples.empty(); samples = reader.next()) {
    sizes.push_back(samples.size());
    all.insert(all.end(), samples.begin(), samples.end());
  }
  CHECK(sizes == std::vector<std::size_t>{16384, 16384, 16384, 50000 - 3 * 16384});
  CHECK(all == read_sound(path).samples);
  CHECK(reader.next().empty());
  CHECK(reader.warnings().empty());

  std::string piped = content(path);  // 36 bits of the 22nd byte's half to the 26th: 0 where the length was not known
  piped[21] &= static_cast<char>(0xF0);
  piped.replace(22, 4, 4, '\0');
  SoundReader endless(folder.file("piped.flac", piped));
  CHECK_FALSE(endless.length());
  const Sound sound = read_sound(folder / "piped.flac");
  CHECK(sound.samples == all);
  CHECK_WARNINGS(sound);
}

TEST_CASE("bad sound files: no file to read") {
  const TemporaryFolder folder;
  CHECK_FILE_ERROR(read_sound(folder / "absent.wav"), "absent.wav: does not exist");
  CHECK_FILE_ERROR(read_sound(folder / "absent/x.wav"), "absent/x.wav: does not exist");
  CHECK_FILE_ERROR(read_sound(folder.path), "is a folder, not a sound file");
  std::filesystem::create_symlink("not fetched", folder / "link.wav");
  CHECK_FILE_ERROR(read_sound(folder / "link.wav"), "link.wav: is a link to nothing; fetch what it stands for");
  CHECK_FILE_ERROR(read_sound(folder.file("x.wav", "") / "y.wav"), "does not exist");
  CHECK_FILE_ERROR(read_sound(folder / "x.wav"), "x.wav: is empty");
  REQUIRE(::mkfifo((folder / "pipe.wav").c_str(), 0600) == 0);
  CHECK_FILE_ERROR(read_sound(folder / "pipe.wav"), "pipe.wav: is no regular file");
  if (::geteuid() != 0) {
    REQUIRE(::chmod(folder.file("secret.wav", std::string(Wav{})).c_str(), 0) == 0);
    CHECK_FILE_ERROR(read_sound(folder / "secret.wav"), "secret.wav: cannot be opened: Permission denied");
  }
}

TEST_CASE("bad sound files: no sound, or no samples") {
  const TemporaryFolder folder;
  const auto bad = [&](const std::string& bytes, const std::string& part, const std::string& name = "x.wav") {
    CAPTURE(name);
    CAPTURE(io::printable(bytes.size() < 40 ? bytes : bytes.substr(20, 20)));
    CHECK_FILE_ERROR(read_sound(folder.file(name, bytes)), name + ": " + part);
  };
  const std::string none = "is no sound file that libsndfile reads", good = Wav{}, noises(5000, '\x55');
  bad("name,label\nu1,A\n", none);
  bad(std::string(1000, '\0'), none);
  bad("\x89PNG\r\n\x1a\n" + noises, none);
  bad("RIFF\x24\0\0\0AVI LIST"s + noises, none);
  bad("R", none);
  bad(good.substr(0, 12), none);
  bad(good.substr(0, 30), none);                    // cut within the format
  bad(good.substr(0, 36), none);                    // no samples announced
  bad(good.substr(0, 12) + good.substr(36), none);  // no format
  bad(Wav{.tag = 0x1234}, none);                    // a codec of nobody
  bad(Wav{.bits = 40}, none);
  bad(Wav{.channels = 0}, none);
  bad(Wav{.channels = 65535}, none);
  for (const char* name : {"x.vox", "x.gsm", "x.raw", "x.au", "x.txt"})
    bad(noises, none, name);  // rate and depth unknown
  bad(Wav{.data = ""}, "holds no samples");
  bad(Wav{.data = "", .promised = 32000},
      "holds no samples; truncated: its header promises 32000 bytes in the chunk of samples, 0 are there");
  bad(Wav{.data = "x"}, "holds no samples");
  bad(Wav{.rate = 0}, none);
  bad(Wav{.rate = 1000001}, "says that its rate is 1000001 Hz");
  bad(Wav{.rate = 0xFFFFFFFF}, none);
  bad(Wav{.data = std::string(5120, '\1'), .channels = 256}, "says that it has 256 channels, not 1 … 255");

  const auto path = folder / "x";
  const std::string aiff = content(written(path, SF_FORMAT_AIFF | SF_FORMAT_PCM_16, tone(50)));
  bad(aiff.substr(0, 40), none);
  bad(content(written(path, SF_FORMAT_AIFF | SF_FORMAT_PCM_16, {})), "holds no samples");
  const std::string flac = content(written(path, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, tone(500)));
  bad(flac.substr(0, 30), "");
  bad(flac.substr(0, flac.find("\xff\xf8")), "holds no samples");
  const std::string ogg = content(written(path, SF_FORMAT_OGG | SF_FORMAT_VORBIS, tone(5000)));
  bad(ogg.substr(0, 40), none);  // cut soon after, too, but there libsndfile 1.2 leaks what it has read
}

TEST_CASE("bad sound files: samples that are no numbers, frames that cannot be decoded") {
  const Files f;
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  const auto bad = [&](const std::vector<float>& values, std::uint16_t channels, int number) {
    CHECK_FILE_ERROR(f.read_floats(values, channels),
                     fmt::format("x.wav: holds a sample that is no finite number: number {}", number));
  };
  bad({0, 0.5f, nan, 0}, 1, 2);
  bad({inf}, 1, 0);
  bad({0, -inf}, 1, 1);
  bad({0, 0, 0, nan}, 2, 1);
  bad({0, 0, inf, -inf}, 2, 1);
  std::vector<float> late(40000, 0.1f);
  late[39999] = nan;
  bad(late, 1, 39999);
  CHECK_FILE_ERROR(f.read(Wav{.data = raw<double>({0, 1e300}), .tag = floats, .bits = 64}),
                   "holds a sample that is no finite number: number 1");

  std::string flac = content(written(f.folder / "x.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, noise(100000)));
  flac[flac.size() / 2] ^= 0x10;
  CHECK_FILE_ERROR(read_sound(f.folder.file("x.flac", flac)), "x.flac: is damaged, sample 49152 or one soon after it");
}

TEST_CASE("odd sound files: truncated") {
  const Files f;
  const std::string good = Wav{};
  const auto whole = f.read(good).samples;
  CHECK_WARNINGS(f.read(good));
  const auto cut = [&](const std::string& bytes, std::size_t there, const std::string& warning) {
    const Sound sound = f.read(bytes);
    CAPTURE(fmt::format("{}", fmt::join(sound.warnings, "; ")));
    CHECK(sound.warnings == Warnings{"truncated: " + warning});
    CHECK(sound.samples == std::vector<float>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(there)));
  };
  cut(good.substr(0, good.size() - 2), 4, "its header promises 10 bytes in the chunk of samples, 8 are there");
  cut(good.substr(0, good.size() - 3), 3, "its header promises 10 bytes in the chunk of samples, 7 are there");
  cut(Wav{.promised = 11}, 5, "its header promises 11 bytes in the chunk of samples, 10 are there");
  cut(Wav{.promised = 0x7FFFFFFF}, 5, "its header promises 2147483647 bytes in the chunk of samples, 10 are there");
  cut(Wav{.promised = 11, .between = "LIST\3\0\0\0abc\0"s}, 5,
      "its header promises 11 bytes in the chunk of samples, 10 are there");
  CHECK_WARNINGS(f.read(Wav{.between = "junk\4\0\0\0data"s}));
  CHECK_WARNINGS(f.read(Wav{.promised = 0xFFFFFFFF}));  // what is written to a pipe; nothing is promised
  CHECK_WARNINGS(f.read(Wav{.promised = 0x7FFFF000}));  // likewise, by SoX
  CHECK(f.read(Wav{.promised = 0xFFFFFFFF}).samples == whole);
  CHECK_WARNINGS(f.read(std::string(Wav{}) + "LIST\4\0\0\0abcd"s));

  const std::vector<int> values = noise(100000);
  for (const int format :
       {SF_FORMAT_WAV | SF_FORMAT_PCM_24, SF_FORMAT_WAV | SF_ENDIAN_BIG | SF_FORMAT_PCM_16,
        SF_FORMAT_RF64 | SF_FORMAT_PCM_16, SF_FORMAT_AIFF | SF_FORMAT_PCM_16, SF_FORMAT_W64 | SF_FORMAT_PCM_16,
        SF_FORMAT_AU | SF_FORMAT_PCM_16, SF_FORMAT_AU | SF_ENDIAN_LITTLE | SF_FORMAT_PCM_16,
        SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_OGG | SF_FORMAT_VORBIS}) {
    CAPTURE(format);
    const std::string bytes = content(written(f.folder / "x", format, values));
    const Sound all = f.read(bytes);
    CHECK_WARNINGS(all);
    for (const std::size_t size : {bytes.size() - 1, bytes.size() * 6 / 10}) {
      const Sound sound = f.read(bytes.substr(0, size));
      CHECK_WARNINGS(sound, "truncated: ");
      CHECK(sound.samples.size() >= (size == bytes.size() - 1 ? 80000 : 30000));
      CHECK(sound.samples.size() < all.samples.size());
      CHECK(std::equal(sound.samples.begin(), sound.samples.end(), all.samples.begin()));
    }
  }
  // Between two pages nothing is cut but the last page's mark.
  const std::string pages = content(written(f.folder / "x", SF_FORMAT_OGG | SF_FORMAT_VORBIS, values));
  CHECK_WARNINGS(f.read(pages.substr(0, pages.rfind("OggS"))), "truncated: the page is missing that ends its stream");
}

TEST_CASE("odd sound files: clipped, silent, with an offset") {
  const Files f;
  CHECK_WARNINGS(f.read16({0, 32767, 32767, 0, -32768, -32768, 0, 32767, -32768, 32767, -32768}));
  CHECK(f.read16({0, 32767, 32767, 32767, 32767, 0, -32768, -32768, -32768, -32767, 0}).warnings ==
        Warnings{"clipped: 8 samples in 2 runs of 3 or more at full scale, the first at 0.000 s"});
  CHECK_WARNINGS(f.read16({0, 32766, 32766, 32766, -32766, -32766, -32766}));
  std::vector<std::int16_t> late(16000);
  std::fill(late.begin() + 8000, late.begin() + 8005, static_cast<std::int16_t>(32767));
  std::fill(late.begin() + 9000, late.begin() + 9005, static_cast<std::int16_t>(-32768));
  CHECK(f.read16(late).warnings ==
        Warnings{"clipped: 10 samples in 2 runs of 3 or more at full scale, the first at 0.500 s"});
  CHECK_WARNINGS(f.read16({5, 32767, -5, 32767, 5, 32767, -9, 5, -5, -32767, 5, -32767, -5, -32767}, 2), "clipped: 6");
  CHECK_WARNINGS(f.read(Wav{.data = "\x80\xff\xff\xff\x80\x00\x00\x01"s, .bits = 8}), "clipped: 6");
  CHECK_WARNINGS(f.read(Wav{.data = "\0\0\0\xff\xff\x7f\xff\xff\x7f\xff\xff\x7f\0\0\x80\0\0\x80\0\0\x80"s, .bits = 24}),
                 "clipped: 6");
  CHECK_WARNINGS(f.read_floats({0, 1, 1.5f, 1.2f, 0, -1, -1, -1.7f}), "clipped: 6");
  CHECK_WARNINGS(f.read_floats({0, 0.9999f, 0.9999f, 0.9999f, 0, -0.9999f, -0.9999f, -0.9999f}));

  CHECK_WARNINGS(f.read16({0, 0, 0}), "silent: ");
  CHECK_WARNINGS(f.read16({5, -5, 7, -7}, 2), "silent: ");
  CHECK_WARNINGS(f.read16({0, 0, 1, -1}));

  const auto offset = [&](double by, double amplitude) {
    std::vector<float> values;
    for (int i = 0; i < 16000; ++i) values.push_back(static_cast<float>(by + amplitude * std::sin(tau * i / 160)));
    return f.read_floats(values);
  };
  CHECK(offset(0.05, 0.5).warnings == Warnings{"DC offset: the mean is 0.0500, the RMS 0.3571"});
  CHECK_WARNINGS(offset(-0.05, 0.5), "DC offset: the mean is -0.0500");
  CHECK_WARNINGS(offset(0.03, 0.5));  // 0.085 of the RMS
  CHECK_WARNINGS(offset(0.0011, 0), "DC offset: ");
  CHECK_WARNINGS(offset(0.0009, 0));
  CHECK_WARNINGS(f.read16({32767, 32767, 32767, 32767}), "clipped: 4", "DC offset: ");
}

TEST_CASE("wav: what is written is read") {
  const TemporaryFolder folder;
  std::vector<float> every;
  for (int v = -32768; v < 32768; ++v) every.push_back(static_cast<float>(v) / 32768);
  write_wav(folder / "x.wav", every, 22050);
  const Sound sound = read_sound(folder / "x.wav");
  CHECK(sound.samples == every);
  CHECK(sound.rate == 22050);
  CHECK(sound.channels == 1);
  CHECK(sound.bits == 16);
  CHECK_WARNINGS(sound);
  const std::string bytes = content(folder / "x.wav");
  write_wav(folder / "x.wav", sound.samples, 22050);
  CHECK(content(folder / "x.wav") == bytes);

  const float step = 1 / 32768.f;
  write_wav(folder / "x.wav", std::vector<float>{0.4f * step, 0.5f * step, 1.5f * step, -2.5f * step, 1, -1, 0}, 8000);
  CHECK(read_sound(folder / "x.wav").samples == std::vector<float>{0, 0, 2 * step, -2 * step, 1 - step, -1, 0});

  const std::vector<float> wide{0.1f, -1e-40f, 3.5f, -1e30f, 1e30f};
  write_wav(folder / "f.wav", wide, 1000000, WavSamples::f32);
  CHECK(read_sound(folder / "f.wav").samples == wide);
  CHECK(read_sound(folder / "f.wav").bits == 0);
  const std::string f32 = content(folder / "f.wav");
  CHECK(f32.find("PEAK") == std::string::npos);
  CHECK(folder.entries() == 2);
}

TEST_CASE("wav: what cannot be written leaves the old file") {
  const TemporaryFolder folder;
  const auto path = folder.file("x.wav", "old");
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto refused = [&](const std::vector<float>& samples, std::int64_t rate, WavSamples kind, const char* message) {
    CHECK_THROWS_WITH_AS(write_wav(path, samples, rate, kind), message, Error);
    CHECK(content(path) == "old");
    CHECK(folder.entries() == 1);
  };
  refused({}, 8000, WavSamples::int16, "write_wav: no samples");
  refused({0}, 0, WavSamples::int16, "write_wav: the rate is 1 … 1000000 Hz, not 0");
  refused({0}, 1000001, WavSamples::f32, "write_wav: the rate is 1 … 1000000 Hz, not 1000001");
  refused({0, nan}, 8000, WavSamples::f32, "write_wav: sample 1 is nan, no finite number");
  refused({0, 0, -1.5f}, 8000, WavSamples::int16,
          "write_wav: sample 2 is -1.5, beyond −1 … 1; scale the sound or write WavSamples::f32");
  CHECK_FILE_ERROR(write_wav(folder / "absent/x.wav", std::vector<float>{0}, 8000), "absent/x.wav: cannot be written");
  CHECK_FILE_ERROR(write_wav(folder.path, std::vector<float>{0}, 8000), "it is a directory");
}

TEST_CASE("a file that cannot be read takes no other thread's file away") {
  const TemporaryFolder folder;
  const std::filesystem::path bad = folder.file("bad.wav", "this is no sound, but long enough to look at for a while");
  std::atomic<bool> stop = false;
  std::atomic<int> lost = 0;
  std::thread other([&] {
    while (!stop) {
      const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
      std::this_thread::yield();
      if (::close(fd) != 0) ++lost;
    }
  });
  for (int i = 0; i < 2000; ++i) CHECK_THROWS_AS(read_sound(bad), FileError);
  stop = true;
  other.join();
  CHECK(lost == 0);
}
