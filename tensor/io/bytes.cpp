#include "tensor/io/bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>

namespace emograd::io {
namespace {

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

// Length of the well-formed UTF-8 sequence at the start of `s`; 0 where there is none.
std::size_t utf8_sequence(std::string_view s) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || s.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const unsigned second = byte(1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool beyond = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
  return overlong || beyond ? 0 : length;
}

}  // namespace

FileBytes read_file(const std::filesystem::path& path) {
  const std::string name = path.string();
  // O_NONBLOCK: opening a pipe that nobody writes to must not hang; it has no effect on regular files.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  check_file(file.fd >= 0, name, "cannot be opened: {}", std::strerror(errno));
  struct stat info {};
  check_file(::fstat(file.fd, &info) == 0, name, "cannot be examined: {}", std::strerror(errno));
  check_file(!S_ISDIR(info.st_mode), name, "is a directory, not a file");
  check_file(S_ISREG(info.st_mode), name, "is not a regular file");
  FileBytes bytes;
  bytes.size = static_cast<std::size_t>(info.st_size);
  bytes.data = std::make_unique_for_overwrite<std::byte[]>(bytes.size);
  for (std::size_t at = 0; at < bytes.size;) {
    const ssize_t got = ::read(file.fd, bytes.data.get() + at, bytes.size - at);
    if (got < 0 && errno == EINTR) continue;
    check_file(got >= 0, name, "cannot be read: {}", std::strerror(errno));
    check_file(got > 0, name, "shrank while it was read, from {} bytes to {}", bytes.size, at);
    at += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::optional<std::uint64_t> byte_count(const Shape& shape, std::size_t element_size) {
  std::int64_t room = std::numeric_limits<std::int64_t>::max() / 8;
  bool empty = false;
  for (const auto extent : shape) {
    if (extent < 0 || extent > room) return std::nullopt;
    if (extent > 0) room /= extent;
    empty |= extent == 0;
  }
  return empty ? 0 : static_cast<std::uint64_t>(numel(shape)) * element_size;
}

const char* read_number(std::string_view s, double& out) {
  while (s.starts_with(' ') || s.starts_with('\t')) s.remove_prefix(1);
  while (s.ends_with(' ') || s.ends_with('\t')) s.remove_suffix(1);
  if (s.size() > 1 && s[0] == '+' && s[1] != '-') s.remove_prefix(1);
  const auto [rest, status] = std::from_chars(s.data(), s.data() + s.size(), out);
  if (status == std::errc::result_out_of_range) return "beyond the range of double";
  return status == std::errc() && rest == s.data() + s.size() ? nullptr : "not a number";
}

bool valid_utf8(std::string_view s) {
  while (!s.empty()) {
    const std::size_t length = utf8_sequence(s);
    if (length == 0) return false;
    s.remove_prefix(length);
  }
  return true;
}

std::string reason(int error) {
  const char* help = "";
  if (error == ENOSPC || error == EDQUOT) help = "; make room there";
  if (error == EFBIG) help = "; raise the limit on the size of files (ulimit -f)";
  return std::strerror(error) + std::string(help);
}

std::string printable(std::string_view s, std::size_t limit) {
  std::string out;
  while (!s.empty() && out.size() < limit) {
    const std::size_t length = utf8_sequence(s);
    const auto lead = static_cast<unsigned char>(s[0]);
    if (length == 0 || lead < 0x20 || lead == 0x7f) out += fmt::format("\\x{:02x}", lead);
    else out += s.substr(0, length);
    s.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return s.empty() ? out : out + "…";
}

void check_name(std::string_view file, const char* what, std::string_view name) {
  check_file(!name.empty(), file, "a {} has an empty name", what);
  check_file(name.find('\0') == std::string_view::npos, file, "the name of {} '{}' contains a NUL byte", what,
             printable(name));
  check_file(valid_utf8(name), file, "the name of {} '{}' is not UTF-8", what, printable(name));
}

}  // namespace emograd::io
