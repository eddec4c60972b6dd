#include "tensor/io/strict_json.h"

#include <fmt/format.h>

#include <cmath>
#include <set>
#include <vector>

#include "tensor/io/bytes.h"

namespace emograd::io {
namespace {

using nlohmann::json;

void check_writable(const json& value, int depth, const std::string& path, const std::string& file) {
  check_file(!value.is_number_float() || std::isfinite(value.get<double>()), file,
             "{} is {}, which JSON cannot hold; store it as a string or in a tensor", path,
             value.is_number_float() ? value.get<double>() : 0.0);
  check_file(!value.is_binary() && !value.is_discarded(), file, "{} is a value that JSON cannot hold", path);
  check_file(!value.is_string() || valid_utf8(value.get_ref<const std::string&>()), file, "{} is not UTF-8", path);
  if (!value.is_structured()) return;
  check_file(depth > 0, file, "{} is nested too deeply", path);
  if (value.is_array())
    for (std::size_t i = 0; i < value.size(); ++i)
      check_writable(value[i], depth - 1, fmt::format("{}[{}]", path, i), file);
  else
    for (const auto& [key, member] : value.items()) {
      check_file(valid_utf8(key), file, "{} has a key '{}' that is not UTF-8", path, printable(key));
      check_writable(member, depth - 1, path + "." + key, file);
    }
}

}  // namespace

json parse_strict_json(std::string_view text, int depth, const std::string& file) {
  std::vector<std::set<std::string>> open_keys;  // of the objects and arrays around the current value
  const auto watch = [&](int level, json::parse_event_t event, json& value) {
    using Event = json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      check_file(level < depth, file, "its JSON is nested more than {} deep", depth);
      open_keys.emplace_back();
    } else if (event == Event::object_end || event == Event::array_end) {
      open_keys.pop_back();
    } else if (event == Event::key) {
      const auto& key = value.get_ref<const std::string&>();
      check_file(open_keys.back().insert(key).second, file, "its JSON has the key '{}' twice", printable(key));
    }
    return true;
  };
  try {
    json parsed = json::parse(text, watch);
    check_file(parsed.is_object(), file, "its JSON is not an object");
    return parsed;
  } catch (const json::exception& e) {  // its text repeats bytes of the file
    throw FileError(fmt::format("{}: its JSON is damaged: {}", file, printable(e.what(), 300)));
  }
}

std::string format_strict_json(const json& value, int depth, const std::string& file, int indent) {
  check_writable(value, depth, "the value", file);
  return value.dump(indent);
}

}  // namespace emograd::io
