#include "audio/sound_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sndfile.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <mutex>

#include "tensor/io/atomic_file.h"
#include "tensor/io/bytes.h"

namespace emograd::audio {
namespace fs = std::filesystem;
using io::check_file;

namespace {

constexpr sf_count_t block = 1 << 14;
constexpr int max_rate = 1000000, max_channels = 255;
constexpr std::int64_t clipped_run = 3;

using File = std::unique_ptr<SNDFILE, int (*)(SNDFILE*)>;

struct Descriptor {
  int fd;
  explicit Descriptor(int opened) : fd(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

std::int64_t integer_bits(int format) {
  switch (format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
    case SF_FORMAT_DPCM_8: return 8;
    case SF_FORMAT_DWVW_12: return 12;
    case SF_FORMAT_ALAC_20: return 20;
    case SF_FORMAT_PCM_24:
    case SF_FORMAT_DWVW_24:
    case SF_FORMAT_ALAC_24: return 24;
    case SF_FORMAT_PCM_32:
    case SF_FORMAT_ALAC_32: return 32;
    case SF_FORMAT_FLOAT:
    case SF_FORMAT_DOUBLE:
    case SF_FORMAT_VORBIS:
    case SF_FORMAT_OPUS:
    case SF_FORMAT_MPEG_LAYER_I:
    case SF_FORMAT_MPEG_LAYER_II:
    case SF_FORMAT_MPEG_LAYER_III: return 0;
    default: return 16;
  }
}

/// Numbers here and there in a file; 0 and "" beyond its end.
class Headers {
 public:
  explicit Headers(int fd) : fd_(fd), size_(static_cast<std::uint64_t>(::lseek(fd, 0, SEEK_END))) {
    ::lseek(fd, 0, SEEK_SET);
  }
  std::uint64_t size() const { return size_; }
  std::string text(std::uint64_t offset, std::size_t length) const {
    std::string bytes(length, '\0');
    const ssize_t got = ::pread(fd_, bytes.data(), length, static_cast<off_t>(offset));
    bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return bytes;
  }
  std::uint64_t number(std::uint64_t offset, std::size_t bytes, bool big_endian = false) const {
    std::string digits = text(offset, bytes);
    if (!big_endian) std::reverse(digits.begin(), digits.end());
    std::uint64_t value = 0;
    for (const char digit : digits) value = value << 8 | static_cast<unsigned char>(digit);
    return value;
  }

 private:
  int fd_;
  std::uint64_t size_;
};

/// How a family of formats writes its chunks: an id, the size, then so many bytes.
struct Chunks {
  std::uint64_t first;   // where the first one begins
  std::size_t id, size;  // bytes of its id and of its size
  bool big_endian;
  std::uint64_t counted, align;  // bytes of the head that the size includes; chunks begin at multiples of align
  std::string_view samples;      // begins the id of the chunk that holds them
};

std::optional<Chunks> chunks_of(const Headers& file) {
  const std::string form = file.text(0, 4), kind = file.text(8, 4);
  if (form == "FORM" && (kind == "AIFF" || kind == "AIFC")) return Chunks{12, 4, 4, true, 0, 2, "SSND"};
  if ((form == "RIFF" || form == "RF64") && kind == "WAVE") return Chunks{12, 4, 4, false, 0, 2, "data"};
  if (form == "RIFX" && kind == "WAVE") return Chunks{12, 4, 4, true, 0, 2, "data"};
  if (form == "riff" && file.text(24, 4) == "wave") return Chunks{40, 16, 8, false, 24, 8, "data"};
  return {};
}

// libsndfile shortens a file without a word. This is the word, "" where all is there.
std::string missing_from_chunks(const Headers& file) {
  const std::optional<Chunks> c = chunks_of(file);
  if (!c) return "";
  const std::uint64_t unknown = c->size == 8 ? ~std::uint64_t{0} : 0xFFFFFFFF;  // what is written to a pipe
  std::uint64_t long_size = unknown, at = c->first;
  const std::uint64_t head = c->id + c->size;
  for (int chunks = 0; chunks < 10000 && io::fits(at, head, file.size()); ++chunks) {
    const std::string id = file.text(at, 4);
    std::uint64_t size = file.number(at + c->id, c->size, c->big_endian);
    const std::uint64_t there = file.size() - at - head;
    if (c->size == 4 && size == 0x7FFFF000) size = unknown;  // what SoX writes to a pipe
    if (size != unknown) size -= std::min(size, c->counted);
    if (id == "ds64") long_size = file.number(at + 16, 8);
    if (id == c->samples) {
      const std::uint64_t promised = size == unknown ? long_size : size;
      if (promised == unknown || promised <= there) return "";
      return fmt::format("truncated: its header promises {} bytes in the chunk of samples, {} are there", promised,
                         there);
    }
    if (size > there) return "";
    at += head + (size + c->align - 1) / c->align * c->align;
  }
  return "";
}

std::string missing_from_au(const Headers& file) {
  const std::string magic = file.text(0, 4);
  if (magic != ".snd" && magic != "dns.") return "";
  constexpr std::uint64_t unknown = 0xFFFFFFFF;
  const bool big_endian = magic == ".snd";
  const std::uint64_t begin = file.number(4, 4, big_endian), promised = file.number(8, 4, big_endian);
  const std::uint64_t there = file.size() - std::min(begin, file.size());
  if (promised == unknown || promised <= there) return "";
  return fmt::format("truncated: its header promises {} bytes of samples, {} are there", promised, there);
}

// The last page of an Ogg stream says that it is the last.
std::string missing_from_pages(const Headers& file) {
  if (file.text(0, 4) != "OggS") return "";
  constexpr std::uint64_t longest_page = 27 + 255 + 255 * 255, header = 27;
  const std::uint64_t from = file.size() - std::min(file.size(), 2 * longest_page);
  const std::string end = file.text(from, 2 * longest_page);
  const std::size_t page = end.rfind("OggS");
  std::uint64_t length = header;
  if (page != std::string::npos && io::fits(page, header, end.size())) {
    const auto segments = static_cast<unsigned char>(end[page + 26]);
    length += segments;
    for (std::size_t i = 0; i < segments && page + header + i < end.size(); ++i)
      length += static_cast<unsigned char>(end[page + header + i]);
    constexpr int last = 4;
    if (io::fits(page, length, end.size()) && (end[page + 5] & last) != 0) return "";
  }
  return "truncated: the page is missing that ends its stream";
}

/// What there is to be said of the samples.
class Watch {
 public:
  Watch(int channels, std::int64_t bits)
      : limit_(bits == 0 ? 1 : 1 - std::ldexp(1.f, static_cast<int>(1 - bits))),
        runs_(static_cast<std::size_t>(channels)) {}

  /// One sample of a channel.
  void see(std::size_t channel, float x) {
    Run& run = runs_[channel];
    const int side = x >= limit_ ? 1 : x <= -limit_ ? -1 : 0;
    run.length = side == run.side ? run.length + 1 : 1;
    run.side = side;
    if (side == 0 || run.length < clipped_run) return;
    if (run.length > clipped_run) return void(++clipped_);
    if (clippings_++ == 0) first_ = count_ - clipped_run + 1;
    clipped_ += clipped_run;
  }
  /// The channels' mean.
  void see(float x) {
    ++count_;
    sum_ += x;
    squares_ += static_cast<double>(x) * x;
  }
  std::int64_t count() const { return count_; }

  void tell(double rate, std::vector<std::string>& warnings) const {
    const auto n = static_cast<double>(count_);
    const double mean = sum_ / n, rms = std::sqrt(squares_ / n);
    if (clippings_ > 0)
      warnings.push_back(
          fmt::format("clipped: {} samples in {} runs of {} or more at full scale, the first at {:.3f} s", clipped_,
                      clippings_, clipped_run, static_cast<double>(first_) / rate));
    if (squares_ == 0) warnings.push_back("silent: every sample is 0");
    if (std::abs(mean) >= 0.001 && std::abs(mean) > rms / 10)
      warnings.push_back(fmt::format("DC offset: the mean is {:.4f}, the RMS {:.4f}", mean, rms));
  }

 private:
  struct Run {
    int side = 0;
    std::int64_t length = 0;
  };
  float limit_;
  std::vector<Run> runs_;  // of every channel, the one that goes on
  std::int64_t count_ = 0, clipped_ = 0, clippings_ = 0, first_ = 0;
  double sum_ = 0, squares_ = 0;
};

/// A file in memory, as libsndfile writes one.
struct Memory {
  std::string bytes;
  sf_count_t at = 0;

  static Memory& of(void* memory) { return *static_cast<Memory*>(memory); }
  static sf_count_t length(void* memory) { return std::ssize(of(memory).bytes); }
  static sf_count_t tell(void* memory) { return of(memory).at; }
  static sf_count_t seek(sf_count_t offset, int whence, void* memory) {
    const sf_count_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? tell(memory) : length(memory);
    return of(memory).at = from + offset;
  }
  static sf_count_t read(void*, sf_count_t, void*) { return 0; }
  static sf_count_t write(const void* data, sf_count_t count, void* memory) {
    const auto at = static_cast<std::size_t>(tell(memory)), n = static_cast<std::size_t>(count);
    std::string& bytes = of(memory).bytes;
    if (bytes.size() < at + n) bytes.resize(at + n);
    std::copy_n(static_cast<const char*>(data), n, bytes.begin() + static_cast<std::ptrdiff_t>(at));
    of(memory).at += count;
    return count;
  }
  static inline SF_VIRTUAL_IO io{length, seek, read, write, tell};
};

fs::path readable(const fs::path& path) {
  const std::string name = path.string();
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  check_file(status.type() != fs::file_type::none, name, "cannot be reached: {}", error.message());
  check_file(!fs::is_symlink(fs::symlink_status(path, error)) || fs::exists(status), name,
             "is a link to nothing; fetch what it stands for (git annex get, datalad get) or mend it");
  check_file(fs::exists(status), name, "does not exist");
  check_file(!fs::is_directory(status), name, "is a folder, not a sound file");
  check_file(fs::is_regular_file(status), name, "is no regular file");
  return path;
}

/// Its last error is one for all threads, and every opening sets it anew.
std::mutex libsndfile_opens;

/// libsndfile has a descriptor of its own, since it closes the one it is given where it fails, whatever it was told.
File opened(int fd, SF_INFO& info, const std::string& name) {
  const std::lock_guard lock(libsndfile_opens);
  const int its_own = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  check_file(its_own >= 0, name, "cannot be opened: {}", io::reason(errno));
  File file(sf_open_fd(its_own, SFM_READ, &info, SF_TRUE), sf_close);
  constexpr std::string_view pointer = "version https://git-lfs";
  check_file(file || Headers(fd).text(0, pointer.size()) != pointer, name,
             "is a pointer of Git LFS, not the sound itself; run git lfs pull");
  check_file(file != nullptr, name, "is no sound file that libsndfile reads: {}", sf_strerror(nullptr));
  return file;
}

}  // namespace

struct SoundReader::State {
  std::string name;
  Descriptor descriptor;
  SF_INFO info{};
  File file{nullptr, sf_close};
  std::optional<Watch> watch;
  std::vector<float> frames, samples;
  std::vector<std::string> warnings;
  off_t size = 0;
  bool ended = false;

  explicit State(const fs::path& path)
      : name(path.string()), descriptor(::open(readable(path).c_str(), O_RDONLY | O_CLOEXEC)) {
    check_file(descriptor.fd >= 0, name, "cannot be opened: {}", io::reason(errno));
    const Headers headers(descriptor.fd);
    check_file(headers.size() > 0, name, "is empty");
    file = opened(descriptor.fd, info, name);
    check_file(info.samplerate >= 1 && info.samplerate <= max_rate, name, "says that its rate is {} Hz, not 1 … {}",
               info.samplerate, max_rate);
    check_file(info.channels >= 1 && info.channels <= max_channels, name, "says that it has {} channels, not 1 … {}",
               info.channels, max_channels);
    const std::string missing = missing_from_chunks(headers) + missing_from_au(headers) + missing_from_pages(headers);
    check_file(info.frames > 0, name, "holds no samples{}{}", missing.empty() ? "" : "; ", missing);
    if (!missing.empty()) warnings.push_back(missing);
    size = static_cast<off_t>(headers.size());
    watch.emplace(info.channels, integer_bits(info.format));
    frames.resize(static_cast<std::size_t>(block * info.channels));
  }

  void read() {
    samples.clear();
    if (ended) return;
    const sf_count_t count = sf_readf_float(file.get(), frames.data(), block);
    const bool failed = sf_error(file.get()) != SF_ERR_NO_ERROR;
    // A FLAC that is cut and one that is damaged differ in where the decoder stands when it complains.
    const bool cut = failed && ::lseek(descriptor.fd, 0, SEEK_CUR) >= size;
    check_file(!failed || cut, name, "is damaged, sample {} or one soon after it cannot be decoded: {}", watch->count(),
               sf_strerror(file.get()));
    const auto channels = static_cast<std::size_t>(info.channels);
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      float sum = 0;
      bool finite = true;
      for (std::size_t c = 0; c < channels; ++c) {
        const float x = frames[i * channels + c];
        sum += x;
        finite = finite && std::isfinite(x);
        watch->see(c, x);
      }
      check_file(finite, name, "holds a sample that is no finite number: number {}", watch->count());
      check_file(std::isfinite(sum), name, "holds samples so large that their channels have no mean: number {}",
                 watch->count());
      samples.push_back(channels == 1 ? sum : sum / static_cast<float>(channels));
      watch->see(samples.back());
    }
    if (count == 0 || cut) end(cut);
  }

  void end(bool cut) {
    ended = true;
    check_file(watch->count() > 0, name, "holds no samples that can be decoded");
    if (warnings.empty() && (cut || (length() && watch->count() < *length())))
      warnings.push_back(
          fmt::format("truncated: {} samples are promised, {} could be read", info.frames, watch->count()));
    watch->tell(info.samplerate, warnings);
  }

  std::optional<std::int64_t> length() const {
    if (info.frames == SF_COUNT_MAX) return {};
    return info.frames;
  }
};

SoundReader::SoundReader(const fs::path& path) : state_(std::make_unique<State>(path)) {}
SoundReader::~SoundReader() = default;
SoundReader::SoundReader(SoundReader&&) noexcept = default;
SoundReader& SoundReader::operator=(SoundReader&&) noexcept = default;

std::int64_t SoundReader::rate() const { return state_->info.samplerate; }
std::int64_t SoundReader::channels() const { return state_->info.channels; }
std::int64_t SoundReader::bits() const { return integer_bits(state_->info.format); }
std::optional<std::int64_t> SoundReader::length() const { return state_->length(); }
const std::vector<std::string>& SoundReader::warnings() const { return state_->warnings; }

std::span<const float> SoundReader::next() {
  state_->read();
  return state_->samples;
}

Sound read_sound(const fs::path& path) {
  SoundReader reader(path);
  Sound sound;
  sound.rate = static_cast<double>(reader.rate());
  sound.channels = reader.channels();
  sound.bits = reader.bits();
  for (auto samples = reader.next(); !samples.empty(); samples = reader.next())
    sound.samples.insert(sound.samples.end(), samples.begin(), samples.end());
  sound.warnings = reader.warnings();
  return sound;
}

std::string wav_bytes(std::span<const float> samples, std::int64_t rate, WavSamples kind) {
  const bool integers = kind == WavSamples::int16;
  constexpr std::size_t most = (std::size_t{1} << 32) - 4096;  // bytes; a WAV's sizes have 32 bits
  check(!samples.empty(), "write_wav: no samples");
  check(samples.size() <= most / (integers ? 2 : 4), "write_wav: {} samples are more than a WAV holds; write several",
        samples.size());
  check(rate >= 1 && rate <= max_rate, "write_wav: the rate is 1 … {} Hz, not {}", max_rate, rate);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    check(std::isfinite(samples[i]), "write_wav: sample {} is {}, no finite number", i, samples[i]);
    check(!integers || std::abs(samples[i]) <= 1,
          "write_wav: sample {} is {}, beyond −1 … 1; scale the sound or write WavSamples::f32", i, samples[i]);
  }

  Memory memory;
  SF_INFO info{};
  info.samplerate = static_cast<int>(rate);
  info.channels = 1;
  info.format = SF_FORMAT_WAV | (integers ? SF_FORMAT_PCM_16 : SF_FORMAT_FLOAT);
  std::unique_lock lock(libsndfile_opens);
  File file(sf_open_virtual(&Memory::io, SFM_WRITE, &info, &memory), sf_close);
  check(file != nullptr, "write_wav: libsndfile makes no file of it: {}", sf_strerror(nullptr));
  lock.unlock();
  sf_command(file.get(), SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);  // it holds the time of day
  sf_count_t written = 0;
  if (integers) {
    std::vector<short> values;
    values.reserve(samples.size());
    for (const float x : samples) values.push_back(static_cast<short>(std::min(std::lrint(x * 32768), 32767L)));
    written = sf_write_short(file.get(), values.data(), std::ssize(values));
  } else {
    written = sf_write_float(file.get(), samples.data(), std::ssize(samples));
  }
  check(written == std::ssize(samples) && sf_close(file.release()) == SF_ERR_NO_ERROR,
        "write_wav: libsndfile wrote {} of {} samples", written, samples.size());
  return std::move(memory.bytes);
}

void write_wav(const fs::path& path, std::span<const float> samples, std::int64_t rate, WavSamples kind) {
  write_file(path, io::as_bytes(wav_bytes(samples, rate, kind)));
}

}  // namespace emograd::audio
