#include "tensor/io/safetensors.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "tests/temporary_folder.h"

using namespace emograd;
using namespace std::string_literals;

namespace {

Safetensors parse(const std::string& bytes) { return parse_safetensors(io::as_bytes(bytes), "x.safetensors"); }

std::string with_header(const std::string& header, const std::string& data = "") {
  std::string out;
  io::append(out, static_cast<std::uint64_t>(header.size()));
  return out + header + data;
}
std::string entry(const std::string& name, const std::string& dtype, const std::string& shape, std::uint64_t begin,
                  std::uint64_t end) {
  return fmt::format(R"("{}":{{"dtype":"{}","shape":{},"data_offsets":[{},{}]}})", name, dtype, shape, begin, end);
}
std::string object(const std::string& members) { return fmt::format("{{{}}}", members); }
/// One F32 tensor `t`, 8 bytes of data.
Safetensors one(const std::string& dtype, const std::string& shape, std::uint64_t begin, std::uint64_t end) {
  return parse(with_header(object(entry("t", dtype, shape, begin, end)), std::string(8, 1)));
}

void check_equal(const Safetensors& a, const Safetensors& b) {
  CHECK(a.metadata == b.metadata);
  REQUIRE(a.tensors.size() == b.tensors.size());
  for (const auto& [name, t] : a.tensors) CHECK(bitwise_equal(b.tensors.at(name), t));
}

Safetensors sample() {
  Safetensors s;
  for (const DType t : {DType::boolean, DType::f32, DType::f64, DType::i64}) {
    const std::string name(name_of(t));
    s.tensors[name + "/scalar ä \"quoted\""] = full({}, 1, t);
    s.tensors[name + ".empty"] = empty({2, 0}, t);
    s.tensors[name] = ones({3, 1}, t);
  }
  s.tensors["turned"] = arange(6).view_as({3, 2}, {1, 3}, 0);
  s.tensors["nan"] = tensor({std::nan(""), -0.0, INFINITY});
  s.metadata = {{"format", "pt"}, {"", "ü\n"}};
  return s;
}

}  // namespace

TEST_CASE("safetensors: round trip, alignment, same bytes") {
  const TemporaryFolder folder;
  for (const Safetensors& s : {sample(), Safetensors{}, Safetensors{{}, {{"only", "metadata"}}}}) {
    write_safetensors(folder / "a", s);
    const Safetensors back = read_safetensors(folder / "a");
    check_equal(s, back);
    write_safetensors(folder / "b", back);
    CHECK(content(folder / "a") == content(folder / "b"));
    CHECK(io::load<std::uint64_t>(io::read_file(folder / "a"), 0) % 8 == 0);
  }
  CHECK_FILE_ERROR(write_safetensors(folder / "a", {{{"__metadata__", ones({})}}, {}}), "cannot be named");
  CHECK_FILE_ERROR(write_safetensors(folder / "a", {{{"x", Tensor()}}, {}}), "undefined");
  CHECK_FILE_ERROR(write_safetensors(folder / "a", {{{"\xff", ones({})}}, {}}), "not UTF-8");
  CHECK_FILE_ERROR(write_safetensors(folder / "a", {{}, {{"k", "\xff"}}}), "not UTF-8");
  CHECK_FILE_ERROR(write_safetensors(folder / "a", {{}, {{"\xff", "v"}}}), "not UTF-8");
  CHECK(folder.entries() == 2);
}

TEST_CASE("safetensors: files from the reference implementation") {
  const std::filesystem::path corpus = EMOGRAD_SOURCE_DIR "/tests/fuzz/corpus/safetensors";
  const Safetensors four = read_safetensors(corpus / "four.safetensors");
  CHECK(four.metadata == std::map<std::string, std::string>{{"format", "np"}});
  CHECK(bitwise_equal(four.tensors.at("a"), arange(6)));
  CHECK(bitwise_equal(four.tensors.at("i"), arange(6, DType::i64)));
  CHECK(four.tensors.at("b/c").shape() == Shape{2, 0});
  CHECK(four.tensors.at("m").to_vector<double>() == std::vector<double>{0, 0, 0, 1, 1, 1});
  CHECK(read_safetensors(corpus / "none.safetensors").tensors.empty());
  CHECK_FILE_ERROR(read_safetensors(corpus / "f16.safetensors"), "dtype F16 is not supported");
}

TEST_CASE("safetensors: what is refused, and why") {
  CHECK(one("F32", "[2]", 0, 8).tensors.at("t").shape() == Shape{2});
  CHECK_FILE_ERROR(parse("1234567"), "cannot hold the header's length");
  CHECK_FILE_ERROR(parse(std::string(8, '\xff') + "{}"), "header of 18446744073709551615 bytes");
  CHECK_FILE_ERROR(parse("\x09\0\0\0\0\0\0\0{}"s), "ends inside its header");
  CHECK_FILE_ERROR(parse(with_header("[]")), "does not begin with '{'");
  CHECK_FILE_ERROR(parse(with_header("")), "does not begin with '{'");
  CHECK_FILE_ERROR(parse(with_header("{\"a\"")), "JSON is damaged");
  CHECK_FILE_ERROR(parse(with_header("{\"\xff\":1}")), "JSON is damaged");
  CHECK_FILE_ERROR(parse(with_header("{\"a\":[[[[1]]]]}")), "nested more than 3 deep");
  CHECK_FILE_ERROR(parse(with_header("{\"a\":" + std::string(1000000, '['))), "nested more than 3 deep");
  CHECK_FILE_ERROR(parse(with_header("{\"a\":1}")), "tensor 'a': is not described by");
  CHECK_FILE_ERROR(parse(with_header("{\"a\\u0000b\":1}")), "NUL");
  CHECK_FILE_ERROR(one("BF16", "[4]", 0, 8), "dtype BF16 is not supported");
  CHECK_FILE_ERROR(one("I32", "[2]", 0, 8), "dtype I32 is not supported");
  CHECK_FILE_ERROR(one("F32", "[3]", 0, 8), "takes 12 bytes, its offsets span 8");
  CHECK_FILE_ERROR(one("F32", "2", 0, 8), "no array of up to 8");
  CHECK_FILE_ERROR(one("F32", "[1,1,1,1,1,1,1,1,2]", 0, 8), "no array of up to 8");
  CHECK_FILE_ERROR(one("F32", "[-2]", 0, 8), "an extent that is no integer");
  CHECK_FILE_ERROR(one("F32", "[2.0]", 0, 8), "an extent that is no integer");
  CHECK_FILE_ERROR(one("F32", "[18446744073709551615]", 0, 8), "an extent of 18446744073709551615");
  CHECK_FILE_ERROR(one("F32", "[4611686018427387904,2]", 0, 8), "more elements than memory");
  CHECK_FILE_ERROR(one("F32", "[0,4611686018427387904,2]", 0, 0), "more elements than memory");
  CHECK_FILE_ERROR(one("F32", "[2]", 8, 0), "ends at 0 before it begins at 8");
  CHECK_FILE_ERROR(one("F32", "[2]", 18446744073709551608u, 18446744073709551615u), "span 7");
  CHECK_FILE_ERROR(one("F32", "[1]", 0, 4), "8 bytes follow the header, but the tensors cover 4");
  CHECK_FILE_ERROR(one("F32", "[4]", 0, 16), "8 bytes follow the header, but the tensors cover 16");
  CHECK_FILE_ERROR(one("F32", "[1]", 4, 8), "leaves a gap");
  CHECK_FILE_ERROR(one("BOOL", "[8]", 0, 9), "span 9");
  CHECK_FILE_ERROR(parse(with_header(object(entry("t", "BOOL", "[2]", 0, 2)), "\1\2")), "element 1 of a BOOL");
  const auto two = [](std::uint64_t b0, std::uint64_t e0, std::uint64_t b1, std::uint64_t e1, const char* name = "u") {
    return parse(with_header(object(entry("t", "F32", "[1]", b0, e0) + "," + entry(name, "F32", "[1]", b1, e1)),
                             std::string(8, 1)));
  };
  CHECK(two(4, 8, 0, 4).tensors.size() == 2);  // any order in the header
  CHECK_FILE_ERROR(two(0, 4, 0, 4), "overlaps");
  CHECK_FILE_ERROR(two(0, 4, 2, 6), "overlaps");
  CHECK_FILE_ERROR(two(0, 4, 5, 9), "leaves a gap");
  CHECK_FILE_ERROR(two(0, 4, 4, 8, "t"), "key 't' twice");
  CHECK_FILE_ERROR(parse(with_header(R"({"__metadata__":{"a":1}})")), "'a' is not a string");
  CHECK_FILE_ERROR(parse(with_header(R"({"__metadata__":[]})")), "not an object of strings");
  CHECK_FILE_ERROR(parse(with_header(R"({"t":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}})", "1234")),
                   "key 'dtype' twice");
  CHECK_FILE_ERROR(parse(with_header(R"({"t":{"dtype":"F32","sape":[],"data_offsets":[0,4]}})", "1234")),
                   "lacks 'shape'");
}

TEST_CASE("safetensors: whatever byte is changed or missing, nothing worse than an error happens") {
  const TemporaryFolder folder;
  write_safetensors(folder / "a", sample());
  const std::string good = content(folder / "a");
  for (std::size_t i = 0; i < good.size(); ++i) {
    CHECK_FILE_ERROR(parse(good.substr(0, i)), "x.safetensors");
    for (const int flip : {1, 0x80, 0xff}) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ flip);
      error_of<FileError>([&] { parse(bad); });
    }
  }
}
