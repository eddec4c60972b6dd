#include "tensor/io/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "tensor/io/atomic_file.h"
#include "tensor/io/npy.h"
#include "tensor/io/strict_json.h"

namespace emograd {
namespace {

using io::Bytes, io::check_file, io::printable;
using nlohmann::json;

constexpr std::string_view metadata_key = "__metadata__";
constexpr std::uint64_t header_limit = 100'000'000;                        // the reference implementation's
constexpr int header_depth = 3;                                            // header, tensor, shape
constexpr std::string_view dtype_names[] = {"F32", "F64", "I64", "BOOL"};  // by DType

struct Entry {
  std::string name, label;
  DType dtype = DType::f32;
  Shape shape;
  std::uint64_t begin = 0, end = 0;  // in bytes, from the end of the header
};

const json& field(const json& info, const char* key, const std::string& label) {
  const auto found = info.find(key);
  check_file(found != info.end(), label, "lacks '{}'", key);
  return *found;
}

std::uint64_t unsigned_integer(const json& value, const char* what, const std::string& label) {
  check_file(value.is_number_unsigned(), label, "has {} that is no integer from 0 to 2⁶⁴ − 1", what);
  return value.get<std::uint64_t>();
}

Entry read_entry(const std::string& name, const json& info, const std::string& file) {
  Entry e;
  e.name = name;
  e.label = fmt::format("{}: tensor '{}'", file, printable(name));
  io::check_name(file, "tensor", name);
  check_file(info.is_object() && info.size() == 3, e.label, "is not described by dtype, shape and data_offsets");
  const json& dtype = field(info, "dtype", e.label);
  check_file(dtype.is_string(), e.label, "has a dtype that is not a string");
  const auto& text = dtype.get_ref<const std::string&>();
  const auto* known = std::find(std::begin(dtype_names), std::end(dtype_names), text);
  check_file(known != std::end(dtype_names), e.label, "dtype {} is not supported; F32, F64, I64 and BOOL are",
             printable(text));
  e.dtype = static_cast<DType>(known - std::begin(dtype_names));

  const json& shape = field(info, "shape", e.label);
  check_file(shape.is_array() && shape.size() <= max_rank, e.label, "has a shape that is no array of up to {} integers",
             max_rank);
  for (const json& extent : shape) {
    const std::uint64_t n = unsigned_integer(extent, "an extent", e.label);
    check_file(n <= INT64_MAX, e.label, "has an extent of {}", n);
    e.shape.push_back(static_cast<std::int64_t>(n));
  }
  const json& offsets = field(info, "data_offsets", e.label);
  check_file(offsets.is_array() && offsets.size() == 2, e.label, "has data_offsets that are no pair");
  e.begin = unsigned_integer(offsets[0], "an offset", e.label);
  e.end = unsigned_integer(offsets[1], "an offset", e.label);
  check_file(e.begin <= e.end, e.label, "ends at {} before it begins at {}", e.end, e.begin);
  const auto needed = io::byte_count(e.shape, size_of(e.dtype));
  check_file(needed.has_value(), e.label, "shape {} holds more elements than memory can address", e.shape);
  check_file(*needed == e.end - e.begin, e.label, "{} of shape {} takes {} bytes, its offsets span {}", text, e.shape,
             *needed, e.end - e.begin);
  return e;
}

/// In the order of their bytes, which must cover all `data_bytes` once.
std::vector<Entry> read_entries(const json& header, std::uint64_t data_bytes, const std::string& file) {
  std::vector<Entry> entries;
  for (const auto& [name, info] : header.items())
    if (name != metadata_key) entries.push_back(read_entry(name, info, file));
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  std::uint64_t at = 0;
  for (const Entry& e : entries) {
    check_file(e.begin >= at, e.label, "overlaps the one before it, which ends at {}: it begins at {}", at, e.begin);
    check_file(e.begin == at, e.label, "leaves a gap before it: it begins at {}, not at {}", e.begin, at);
    at = e.end;
  }
  check_file(at == data_bytes, file, "{} bytes follow the header, but the tensors cover {}", data_bytes, at);
  return entries;
}

std::map<std::string, std::string> read_metadata(const json& header, const std::string& file) {
  std::map<std::string, std::string> metadata;
  const auto found = header.find(metadata_key);
  if (found == header.end()) return metadata;
  check_file(found->is_object(), file, "__metadata__ is not an object of strings");
  for (const auto& [key, value] : found->items()) {
    check_file(value.is_string(), file, "__metadata__ entry '{}' is not a string", printable(key));
    metadata.emplace(key, value.get<std::string>());
  }
  return metadata;
}

Tensor read_elements(const Entry& e, Bytes data) {
  const Bytes bytes = data.subspan(e.begin, e.end - e.begin);
  if (e.dtype == DType::boolean) {
    const auto wrong = std::find_if(bytes.begin(), bytes.end(), [](std::byte b) { return b > std::byte{1}; });
    check_file(wrong == bytes.end(), e.label, "element {} of a BOOL tensor is neither 0 nor 1", wrong - bytes.begin());
  }
  Tensor t = empty(e.shape, e.dtype);
  if (!bytes.empty()) std::memcpy(t.raw(), bytes.data(), bytes.size());
  return t;
}

}  // namespace

Safetensors parse_safetensors(Bytes file, const std::string& name) {
  constexpr std::uint64_t start = 8;
  check_file(file.size() >= start, name, "is not a safetensors file: {} bytes cannot hold the header's length",
             file.size());
  const auto length = io::load<std::uint64_t>(file, 0);
  check_file(length <= header_limit, name, "declares a header of {} bytes; at most {} are accepted", length,
             header_limit);
  check_file(io::fits(start, length, file.size()), name, "ends inside its header: {} bytes are declared, {} are there",
             length, file.size() - start);
  const std::string_view text = io::as_text(file.subspan(start, length));
  check_file(text.starts_with('{'), name, "is not a safetensors file: its header does not begin with '{{'");
  const json header = io::parse_strict_json(text, header_depth, name);
  const Bytes data = file.subspan(start + length);
  const std::vector<Entry> entries = read_entries(header, data.size(), name);
  Safetensors content{{}, read_metadata(header, name)};
  for (const Entry& e : entries) content.tensors.emplace(e.name, read_elements(e, data));
  return content;
}

Safetensors read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(io::read_file(path), path.string());
}

void io::emit_safetensors(const Safetensors& content, const std::string& name, const std::function<void(Bytes)>& sink) {
  // Wide elements first, so that each tensor is aligned to its element size, as in the reference implementation.
  std::vector<std::pair<std::string, Tensor>> ordered;
  for (const auto& [key, tensor] : content.tensors) {
    check_name(name, "tensor", key);
    check_file(key != metadata_key, name, "a tensor cannot be named {}", metadata_key);
    check_file(tensor.defined(), name, "tensor '{}' cannot be written: it is undefined (default constructed)", key);
    ordered.emplace_back(key, tensor);
  }
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto& a, const auto& b) { return size_of(a.second.dtype()) > size_of(b.second.dtype()); });
  json header = json::object();
  if (!content.metadata.empty()) header[std::string(metadata_key)] = content.metadata;
  std::uint64_t at = 0;
  for (const auto& [key, tensor] : ordered) {
    const std::uint64_t end = at + static_cast<std::uint64_t>(tensor.numel()) * size_of(tensor.dtype());
    header[key] = {{"dtype", dtype_names[static_cast<std::size_t>(tensor.dtype())]},
                   {"shape", std::vector<std::int64_t>(tensor.shape().begin(), tensor.shape().end())},
                   {"data_offsets", {at, end}}};
    at = end;
  }
  std::string text = format_strict_json(header, header_depth, name);
  text.append((8 - text.size() % 8) % 8, ' ');
  check_file(text.size() <= header_limit, name, "the header would take {} bytes; at most {} are accepted", text.size(),
             header_limit);
  std::string length;
  append(length, static_cast<std::uint64_t>(text.size()));
  sink(as_bytes(length));
  sink(as_bytes(text));
  for (const auto& [key, tensor] : ordered) {
    const Tensor t = writable(tensor, name, key);
    sink(element_bytes(t));
  }
}

void write_safetensors(const std::filesystem::path& path, const Safetensors& content) {
  AtomicFile file(path);
  io::emit_safetensors(content, path.string(), [&](Bytes bytes) { file.write(bytes); });
  file.commit();
}

}  // namespace emograd
