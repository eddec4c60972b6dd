#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "tensor/io/atomic_file.h"
#include "tensor/io/npy.h"
#include "tensor/io/npz.h"
#include "tensor/io/zip_format.h"

namespace emograd {
namespace {

using io::append, io::Bytes;
namespace zip = io::zip;

struct Member {
  std::string name;
  std::uint16_t method;
  std::uint32_t crc;
  std::uint64_t packed_bytes, bytes, begin;
};

/// The part that a member's local record and its directory entry have in common, from the version to the extra field's
/// length. `extra` receives the sizes and, for the directory, the offset, wherever one of them needs 64 bits.
void append_fields(std::string& out, const Member& m, std::string& extra, bool central) {
  const bool wide = m.packed_bytes >= zip::full32 || m.bytes >= zip::full32;
  const bool far = central && m.begin >= zip::full32;
  if (wide || far) {
    append(extra, zip::zip64_extra);
    append(extra, static_cast<std::uint16_t>((wide ? 16 : 0) + (far ? 8 : 0)));
    if (wide) append(extra, m.bytes), append(extra, m.packed_bytes);
    if (far) append(extra, m.begin);
  }
  const bool ascii = std::all_of(m.name.begin(), m.name.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
  append(out, wide || far ? zip::version_zip64 : zip::version_plain);
  append(out, ascii ? std::uint16_t{0} : zip::flag_utf8);
  append(out, m.method);
  append(out, std::uint16_t{0});  // midnight
  append(out, zip::first_date);
  append(out, m.crc);
  append(out, wide ? zip::full32 : static_cast<std::uint32_t>(m.packed_bytes));
  append(out, wide ? zip::full32 : static_cast<std::uint32_t>(m.bytes));
  append(out, static_cast<std::uint16_t>(m.name.size()));
  append(out, static_cast<std::uint16_t>(extra.size()));
}

std::string local_record(const Member& m) {
  std::string out, extra;
  append(out, zip::local_signature);
  append_fields(out, m, extra, false);
  return out + m.name + extra;
}

std::string directory_entry(const Member& m) {
  std::string out, extra;
  append(out, zip::central_signature);
  append(out, zip::version_zip64);  // of the writer
  append_fields(out, m, extra, true);
  append(out, std::uint16_t{0});           // comment
  append(out, std::uint16_t{0});           // disk
  append(out, std::uint16_t{0});           // internal attributes
  append(out, std::uint32_t{0600} << 16);  // external attributes: what numpy.savez says of its members
  append(out, m.begin >= zip::full32 ? zip::full32 : static_cast<std::uint32_t>(m.begin));
  return out + m.name + extra;
}

std::string end_records(std::uint64_t entries, std::uint64_t begin, std::uint64_t bytes) {
  std::string out;
  if (entries >= zip::full16 || begin >= zip::full32 || bytes >= zip::full32) {
    append(out, zip::end64_signature);
    append(out, std::uint64_t{zip::end64_bytes - 12});  // of the record, without signature and this field
    append(out, zip::version_zip64);
    append(out, zip::version_zip64);
    append(out, std::uint64_t{0});  // disks
    append(out, entries);           // on this disk
    append(out, entries);
    append(out, bytes);
    append(out, begin);
    append(out, zip::locator64_signature);
    append(out, std::uint32_t{0});  // disk
    append(out, begin + bytes);
    append(out, std::uint32_t{1});  // disks
  }
  append(out, zip::end_signature);
  append(out, std::uint32_t{0});  // disks
  const auto count = static_cast<std::uint16_t>(std::min<std::uint64_t>(entries, zip::full16));
  append(out, count);
  append(out, count);
  append(out, static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, zip::full32)));
  append(out, static_cast<std::uint32_t>(std::min<std::uint64_t>(begin, zip::full32)));
  append(out, std::uint16_t{0});  // comment
  return out;
}

std::string deflated(std::initializer_list<Bytes> pieces) {
  constexpr std::size_t chunk = std::size_t{1} << 18;
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, deflateEnd);
  std::string out;
  std::vector<char> buffer(chunk);
  const auto feed = [&](Bytes in, int flush) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
    stream.avail_in = static_cast<uInt>(in.size());
    do {
      stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream.avail_out = static_cast<uInt>(chunk);
      deflate(&stream, flush);
      out.append(buffer.data(), chunk - stream.avail_out);
    } while (stream.avail_out == 0);
  };
  for (Bytes piece : pieces)
    for (; !piece.empty(); piece = piece.subspan(std::min(piece.size(), chunk)))
      feed(piece.first(std::min(piece.size(), chunk)), Z_NO_FLUSH);
  feed({}, Z_FINISH);
  return out;
}

}  // namespace

void write_npz(const std::filesystem::path& path, const std::map<std::string, Tensor>& arrays,
               Compression compression) {
  const std::string file_name = path.string();
  for (const auto& [name, unused] : arrays) {
    io::check_name(file_name, "array", name);
    io::check_file(name.size() + 4 <= zip::full16, file_name, "the name of array '{}' is {} bytes long; 65531 fit",
                   io::printable(name), name.size());
  }
  AtomicFile file(path);
  std::uint64_t at = 0;
  const auto write = [&](Bytes bytes) {
    file.write(bytes);
    at += bytes.size();
  };
  std::string directory;
  for (const auto& [name, tensor] : arrays) {
    const Tensor t = io::writable(tensor, file_name, name);
    const std::string header = io::npy_header(t);
    const Bytes first = io::as_bytes(header), rest = io::element_bytes(t);
    auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(first.data()), first.size());
    crc = crc32_z(crc, reinterpret_cast<const Bytef*>(rest.data()), rest.size());
    const bool pack = compression == Compression::deflated;
    const std::string packed_bytes = pack ? deflated({first, rest}) : std::string();
    const std::uint64_t bytes = first.size() + rest.size();
    const Member m{name + ".npy",
                   pack ? zip::method_deflated : zip::method_stored,
                   static_cast<std::uint32_t>(crc),
                   pack ? packed_bytes.size() : bytes,
                   bytes,
                   at};
    write(io::as_bytes(local_record(m)));
    if (pack) write(io::as_bytes(packed_bytes));
    if (!pack) write(first), write(rest);
    directory += directory_entry(m);
  }
  const std::uint64_t begin = at;
  write(io::as_bytes(directory));
  write(io::as_bytes(end_records(arrays.size(), begin, directory.size())));
  file.commit();
}

}  // namespace emograd
