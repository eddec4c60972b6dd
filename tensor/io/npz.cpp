#include "tensor/io/npz.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <vector>

#include "tensor/io/npy.h"
#include "tensor/io/zip_format.h"

namespace emograd {
namespace {

using io::Bytes, io::check_file, io::fits, io::load, io::printable;
namespace zip = io::zip;

struct Member {
  std::string name;  // in the archive, with ".npy"
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint64_t packed_bytes = 0, bytes = 0, begin = 0,
                end = 0;  // begin: of the local record; end: of the packed bytes
};

struct Directory {
  std::uint64_t begin, end, entries;
};

/// The end record lies at the end of the file, before a comment of up to 65535 bytes.
std::uint64_t find_end_record(Bytes file, const std::string& name) {
  const std::uint64_t size = file.size();
  check_file(size >= zip::end_bytes, name, "is not an .npz file: {} bytes cannot hold a zip archive", size);
  const std::uint64_t furthest = std::min<std::uint64_t>(size, zip::end_bytes + zip::full16);
  for (std::uint64_t back = zip::end_bytes; back <= furthest; ++back)
    if (load<std::uint32_t>(file, size - back) == zip::end_signature &&
        load<std::uint16_t>(file, size - back + 20) == back - zip::end_bytes)
      return size - back;
  throw FileError(fmt::format("{}: is not an .npz file, or was cut off: no end of a zip archive is found", name));
}

Directory find_directory(Bytes file, const std::string& name) {
  const std::uint64_t end = find_end_record(file, name);
  std::uint64_t limit = end, entries = load<std::uint16_t>(file, end + 10);
  std::uint64_t bytes = load<std::uint32_t>(file, end + 12), begin = load<std::uint32_t>(file, end + 16);
  std::uint64_t disk = load<std::uint32_t>(file, end + 4);  // two 16-bit numbers
  const bool wide = entries == zip::full16 || bytes == zip::full32 || begin == zip::full32;
  if (wide && end >= zip::locator64_bytes &&
      load<std::uint32_t>(file, end - zip::locator64_bytes) == zip::locator64_signature) {
    const auto at = load<std::uint64_t>(file, end - zip::locator64_bytes + 8);
    check_file(
        fits(at, zip::end64_bytes, end - zip::locator64_bytes) && load<std::uint32_t>(file, at) == zip::end64_signature,
        name, "its zip64 end record is not where the locator says");
    limit = at;
    disk = load<std::uint64_t>(file, at + 16);
    entries = load<std::uint64_t>(file, at + 32);
    bytes = load<std::uint64_t>(file, at + 40);
    begin = load<std::uint64_t>(file, at + 48);
  }
  check_file(disk == 0, name, "is one part of an archive in several parts");
  check_file(fits(begin, bytes, limit), name, "its directory, {} bytes at {}, does not lie inside the file", bytes,
             begin);
  check_file(entries <= bytes / zip::central_bytes, name, "its directory of {} bytes cannot hold {} entries", bytes,
             entries);
  return {begin, begin + bytes, entries};
}

/// Replaces the fields that are full by the 64-bit ones of the extra field, which come in the order of `fields`.
void widen(Bytes extra, std::initializer_list<std::uint64_t*> fields, const std::string& name, const Member& m) {
  if (std::none_of(fields.begin(), fields.end(), [](const auto* f) { return *f == zip::full32; })) return;
  for (std::uint64_t at = 0; fits(at, 4, extra.size());) {
    const auto id = load<std::uint16_t>(extra, at), length = load<std::uint16_t>(extra, at + 2);
    at += 4;
    check_file(fits(at, length, extra.size()), name, "the extra field of member '{}' is cut off", printable(m.name));
    if (id == zip::zip64_extra) {
      std::uint64_t from = at;
      for (auto* field : fields) {
        if (*field != zip::full32) continue;
        check_file(from + 8 <= at + length, name, "the zip64 field of member '{}' is too short", printable(m.name));
        *field = load<std::uint64_t>(extra, from);
        from += 8;
      }
      return;
    }
    at += length;
  }
  throw FileError(fmt::format("{}: member '{}' needs a zip64 field and has none", name, printable(m.name)));
}

/// Reads the directory entry at `at`, moves `at` behind it, and finds the packed bytes through the local record.
Member read_entry(Bytes file, const Directory& directory, std::uint64_t& at, const std::string& name) {
  check_file(fits(at, zip::central_bytes, directory.end) && load<std::uint32_t>(file, at) == zip::central_signature,
             name, "its directory is damaged at byte {}", at);
  const auto flags = load<std::uint16_t>(file, at + 8), name_bytes = load<std::uint16_t>(file, at + 28),
             extra_bytes = load<std::uint16_t>(file, at + 30), comment_bytes = load<std::uint16_t>(file, at + 32);
  const std::uint64_t tail = std::uint64_t{name_bytes} + extra_bytes + comment_bytes;
  check_file(fits(at + zip::central_bytes, tail, directory.end), name, "its directory is cut off at byte {}", at);
  Member m;
  m.name = io::as_text(file.subspan(at + zip::central_bytes, name_bytes));
  io::check_name(name, "member", m.name);
  const std::string shown = printable(m.name);
  m.method = load<std::uint16_t>(file, at + 10);
  m.crc = load<std::uint32_t>(file, at + 16);
  m.packed_bytes = load<std::uint32_t>(file, at + 20);
  m.bytes = load<std::uint32_t>(file, at + 24);
  m.begin = load<std::uint32_t>(file, at + 42);
  widen(file.subspan(at + zip::central_bytes + name_bytes, extra_bytes), {&m.bytes, &m.packed_bytes, &m.begin}, name,
        m);
  check_file(!(flags & zip::flag_encrypted), name, "member '{}' is encrypted", shown);
  check_file(m.method == zip::method_stored || m.method == zip::method_deflated, name,
             "member '{}' uses compression method {}; save it with numpy.savez or numpy.savez_compressed", shown,
             m.method);
  check_file(m.method == zip::method_deflated || m.bytes == m.packed_bytes, name,
             "member '{}' is stored, but its two sizes differ: {} and {}", shown, m.packed_bytes, m.bytes);

  check_file(
      fits(m.begin, zip::local_bytes, directory.begin) && load<std::uint32_t>(file, m.begin) == zip::local_signature,
      name, "member '{}' is not where the directory says, at {}", shown, m.begin);
  const auto local_name = load<std::uint16_t>(file, m.begin + 26),
             local_extra = load<std::uint16_t>(file, m.begin + 28);
  const std::uint64_t data = m.begin + zip::local_bytes + local_name + local_extra;
  check_file(fits(data, m.packed_bytes, directory.begin), name, "member '{}' of {} bytes reaches beyond the archive",
             shown, m.packed_bytes);
  check_file(io::as_text(file.subspan(m.begin + zip::local_bytes, local_name)) == m.name, name,
             "member '{}' has another name in its local record", shown);
  m.end = data + m.packed_bytes;
  at += zip::central_bytes + tail;
  return m;
}

std::vector<Member> read_directory(Bytes file, const std::string& name) {
  const Directory directory = find_directory(file, name);
  std::vector<Member> members;
  std::uint64_t at = directory.begin;
  for (std::uint64_t i = 0; i < directory.entries; ++i) members.push_back(read_entry(file, directory, at, name));
  check_file(at == directory.end, name, "its directory has {} bytes behind its last entry", directory.end - at);
  // A small archive whose members share packed bytes can unpack to any size.
  std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) { return a.begin < b.begin; });
  for (std::size_t i = 1; i < members.size(); ++i)
    check_file(members[i - 1].end <= members[i].begin, name, "members '{}' and '{}' overlap",
               printable(members[i - 1].name), printable(members[i].name));
  return members;
}

constexpr std::uint64_t zlib_chunk = std::uint64_t{1} << 30;  // zlib counts in 32 bits

class Inflater {
 public:
  explicit Inflater(Bytes packed) : packed_(packed) {
    if (inflateInit2(&stream_, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Unpacks up to `room` bytes; fewer only where the stream ends or is damaged.
  std::uint64_t read(std::byte* out, std::uint64_t room) {
    std::uint64_t done = 0;
    while (done < room && !ended_) {
      const auto in = static_cast<uInt>(std::min<std::uint64_t>(packed_.size() - used_, zlib_chunk));
      const auto space = static_cast<uInt>(std::min(room - done, zlib_chunk));
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed_.data() + used_));
      stream_.avail_in = in;
      stream_.next_out = reinterpret_cast<Bytef*>(out + done);
      stream_.avail_out = space;
      const int status = ::inflate(&stream_, Z_NO_FLUSH);
      used_ += in - stream_.avail_in;
      done += space - stream_.avail_out;
      ended_ = status == Z_STREAM_END;
      if (status != Z_OK) break;
    }
    return done;
  }
  bool at_end() {
    std::byte one;
    return read(&one, 1) == 0 && ended_ && used_ == packed_.size();
  }

 private:
  Bytes packed_;
  std::uint64_t used_ = 0;
  bool ended_ = false;
  z_stream stream_{};
};

/// The unpacked bytes. Nothing of the declared size is allocated before deflate could have produced it and the array's
/// own header asks for exactly as much.
io::FileBytes inflate_member(Bytes packed, std::uint64_t bytes, const std::string& name) {
  constexpr std::uint64_t most = 1032;  // a deflated bit pair stands for at most 258 bytes
  check_file(bytes / most <= packed.size(), name, "declares {} bytes, which {} deflated bytes cannot hold", bytes,
             packed.size());
  Inflater inflater(packed);
  std::vector<std::byte> first(std::min<std::uint64_t>(bytes, 12 + io::npy_header_limit));
  const std::uint64_t got = inflater.read(first.data(), first.size());
  check_file(got == first.size(), name, "its deflated bytes are damaged or shorter than declared");
  io::parse_npy_header(first, bytes, name);
  io::FileBytes out{std::make_unique_for_overwrite<std::byte[]>(bytes), bytes};
  std::copy(first.begin(), first.end(), out.data.get());
  check_file(inflater.read(out.data.get() + got, bytes - got) == bytes - got, name,
             "its deflated bytes are damaged or shorter than the {} declared", bytes);
  check_file(inflater.at_end(), name, "its deflated bytes go on beyond the {} declared", bytes);
  return out;
}

std::uint32_t crc_of(Bytes bytes, std::uint32_t crc = 0) {
  return static_cast<std::uint32_t>(crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace

std::map<std::string, Tensor> parse_npz(Bytes file, const std::string& name) {
  constexpr std::string_view suffix = ".npy";
  std::map<std::string, Tensor> arrays;
  for (const Member& m : read_directory(file, name)) {
    check_file(m.name.ends_with(suffix) && m.name.size() > suffix.size(), name,
               "member '{}' is not an array: its name does not end in .npy", printable(m.name));
    const std::string key = m.name.substr(0, m.name.size() - suffix.size());
    check_file(!arrays.contains(key), name, "has two arrays named '{}'", printable(key));
    const std::string label = fmt::format("{}: array '{}'", name, printable(key));
    const Bytes stored = file.subspan(m.end - m.packed_bytes, m.packed_bytes);
    io::FileBytes unpacked;
    if (m.method == zip::method_deflated) unpacked = inflate_member(stored, m.bytes, label);
    const Bytes bytes = unpacked.data ? Bytes(unpacked) : stored;
    check_file(crc_of(bytes) == m.crc, label, "is damaged: its checksum is {:08x}, not {:08x}", crc_of(bytes), m.crc);
    arrays.emplace(key, parse_npy(bytes, label));
  }
  return arrays;
}

std::map<std::string, Tensor> read_npz(const std::filesystem::path& path) {
  return parse_npz(io::read_file(path), path.string());
}

}  // namespace emograd
