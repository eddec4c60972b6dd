#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tensor/io/atomic_file.h"
#include "tensor/io/npy.h"
#include "tensor/io/npz.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace std::string_literals;

namespace {

Tensor npy(const std::string& bytes) { return parse_npy(io::as_bytes(bytes), "x.npy"); }
std::map<std::string, Tensor> npz(const std::string& bytes) { return parse_npz(io::as_bytes(bytes), "x.npz"); }

/// An .npy file made by hand.
std::string npy_bytes(const std::string& dict, const std::string& data, char major = 1) {
  std::string out = "\x93NUMPY"s + major + '\0';
  if (major == 1) io::append(out, static_cast<std::uint16_t>(dict.size()));
  else io::append(out, static_cast<std::uint32_t>(dict.size()));
  return out + dict + data;
}
std::string dict(const std::string& descr, const std::string& shape, bool fortran = false) {
  return fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}\n", descr, fortran ? "True" : "False",
                     shape);
}
Tensor one(const std::string& descr, const std::string& data) { return npy(npy_bytes(dict(descr, "()"), data)); }

std::vector<Tensor> every_kind() {
  const float tiny = std::numeric_limits<float>::denorm_min(), nan = std::nanf("7");
  const std::vector<float> f{0.f, -0.f, tiny, nan, -std::numeric_limits<float>::infinity(), 1e38f};
  const std::vector<std::int64_t> i{0, -1, std::numeric_limits<std::int64_t>::min(),
                                    std::numeric_limits<std::int64_t>::max()};
  const bool b[] = {true, false, true};
  std::vector<Tensor> all{from_values<float>({2, 3}, f), from_values<std::int64_t>({4}, i),
                          from_values<bool>({3, 1}, b),
                          arange(24, DType::f64).view_as({2, 3, 4}, {1, 8, 2}, 0)};  // not contiguous
  for (const DType t : {DType::f32, DType::f64, DType::i64, DType::boolean}) {
    all.push_back(full({}, 1, t));
    all.push_back(empty({0}, t));
    all.push_back(empty({3, 0, 2}, t));
    all.push_back(ones({1, 2, 1, 2, 1, 2, 1, 2}, t));
  }
  return all;
}

}  // namespace

TEST_CASE("npy: every dtype and shape survives a round trip") {
  const TemporaryFolder folder;
  for (const Tensor& t : every_kind()) {
    write_npy(folder / "t.npy", t);
    CHECK(bitwise_equal(read_npy(folder / "t.npy"), t));
  }
  CHECK_FILE_ERROR(write_npy(folder / "t.npy", Tensor()), "undefined");
  CHECK(folder.entries() == 1);
}

TEST_CASE("npy: the bytes that numpy.save writes") {
  const TemporaryFolder folder;
  write_npy(folder / "t.npy", zeros({2, 3}));
  const std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  CHECK(content(folder / "t.npy") ==
        "\x93NUMPY\x01\0v\0"s + text + std::string(117 - text.size(), ' ') + "\n" + std::string(24, '\0'));
}

TEST_CASE("npy: byte orders, widths and versions") {
  CHECK(one(">f4", "\x3f\xc0\0\0"s).item() == 1.5);
  CHECK(one("<f4", "\0\0\xc0\x3f"s).item() == 1.5);
  CHECK(one(">f8", "\xbf\xf8\0\0\0\0\0\0"s).item() == -1.5);
  CHECK(one(">i8", "\xff\xff\xff\xff\xff\xff\xff\xfe"s).item() == -2);
  CHECK(one("|i1", "\xfe").item() == -2);
  CHECK(one("|u1", "\xfe").item() == 254);
  CHECK(one("<i2", "\xfe\xff").item() == -2);
  CHECK(one(">u2", "\xff\xfe").item() == 65534);
  CHECK(one(">i4", "\xff\xff\xff\xfe").item() == -2);
  CHECK(one("<u4", "\xfe\xff\xff\xff").item() == 4294967294.0);
  CHECK(one("|b1", "\1").dtype() == DType::boolean);
  for (const char* widened : {"|u1", "|i1"}) CHECK(one(widened, "\1").dtype() == DType::i64);
  for (const char major : {'\1', '\2', '\3'})
    CHECK(npy(npy_bytes(dict("|u1", "(2,)"), "\1\2", major)).shape() == Shape{2});
  CHECK(npy(npy_bytes("{\"shape\": (2L, 1L,), 'fortran_order':False,'descr':'|u1'}   \n", "\1\2")).shape() ==
        Shape{2, 1});
}

TEST_CASE("npy: Fortran order") {
  const Tensor t = npy(npy_bytes(dict("|u1", "(2, 3)", true), "\1\4\2\5\3\6"));
  CHECK(t.is_contiguous());
  CHECK(t.to_vector<double>() == std::vector<double>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("npy: what is refused, and why") {
  CHECK_FILE_ERROR(npy(""), "x.npy: is not an .npy file");
  CHECK_FILE_ERROR(npy("\x93NUMPX\1\0\0\0"s), "is not an .npy file");
  CHECK_FILE_ERROR(npy("\x93NUMPY\4\0\1\0 "s), "version 4.0");
  CHECK_FILE_ERROR(npy("\x93NUMPY\2\0\xff\xff\xff\xff {}"s), "4294967295 bytes; at most");
  CHECK_FILE_ERROR(npy("\x93NUMPY\1\0\xff\0{}"s), "ends inside its header");
  CHECK_FILE_ERROR(one("<f2", "\0\0"s), "dtype '<f2' is not supported; convert with .astype('f4')");
  CHECK_FILE_ERROR(one("<u8", std::string(8, 0)), "convert with .astype('i8')");
  CHECK_FILE_ERROR(one("|O", ""), "object arrays");
  CHECK_FILE_ERROR(one("<c8", std::string(8, 0)), "'<c8' is not supported");
  CHECK_FILE_ERROR(one("|f4", std::string(4, 0)), "byte order");
  CHECK_FILE_ERROR(one("", ""), "dtype '' is not supported");
  CHECK_FILE_ERROR(npy(npy_bytes("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}", "")), "structured");
  CHECK_FILE_ERROR(one("|b1", "\2"), "element 0 of a boolean array is 2");
  CHECK_FILE_ERROR(one("<f4", "\0\0\0"s), "takes 4 bytes, but 3 follow");
  CHECK_FILE_ERROR(one("<f4", std::string(5, 0)), "takes 4 bytes, but 5 follow");
  const auto shape = [](const char* text) { return npy(npy_bytes(dict("<f8", text), "")); };
  CHECK_FILE_ERROR(shape("(4294967296, 4294967296)"), "more elements than memory");
  CHECK_FILE_ERROR(shape("(0, 4294967296, 4294967296)"), "more elements than memory");
  CHECK_FILE_ERROR(shape("(1152921504606846975,)"), "but 0 follow");
  CHECK_FILE_ERROR(npy(npy_bytes(dict("|u1", "(0, 1152921504606846976)"), "")), "more elements than memory");
  CHECK_FILE_ERROR(shape("(99999999999999999999,)"), "no integer");
  CHECK_FILE_ERROR(shape("(-1,)"), "no integer");
  CHECK_FILE_ERROR(shape("(3)"), "not a tuple");
  CHECK_FILE_ERROR(shape("(1,1,1,1,1,1,1,1,1)"), "more than 8 dimensions");
  CHECK_FILE_ERROR(shape("(2;"), "lacks ')'");
  CHECK_FILE_ERROR(npy(npy_bytes("{'descr': '<f8', 'shape': ()}", "")), "lacks the key 'fortran_order'");
  CHECK_FILE_ERROR(npy(npy_bytes("{'shape': (), 'shape': ()}", "")), "key 'shape' twice");
  CHECK_FILE_ERROR(npy(npy_bytes("{'shape': (), 'sh\xff': ()}", "")), "unknown key 'sh\\xff'");
  CHECK_FILE_ERROR(npy(npy_bytes(dict("<f8", "(0,)") + "x", "")), "behind its dict");
  CHECK_FILE_ERROR(read_npy("/"), "is a directory");
}

TEST_CASE("npy: files from numpy") {
  const std::filesystem::path corpus = EMOGRAD_SOURCE_DIR "/tests/fuzz/corpus/npy";
  const auto sum = [&](const char* file) {
    double total = 0;
    for (const double v : read_npy(corpus / file).to_vector<double>()) total = 10 * total + v;
    return total;
  };
  for (const char* file : {"f4.npy", "f4_be.npy", "f8.npy", "f8_be.npy", "i8.npy", "i8_be.npy", "i1.npy", "i2_be.npy",
                           "i4.npy", "u1.npy", "u2.npy", "u4_be.npy", "fortran.npy", "version2.npy", "version3.npy"})
    CHECK_MESSAGE(sum(file) == 12345, file);
  CHECK(sum("b1.npy") == 11111);
  CHECK(sum("scalar.npy") == 3);
  CHECK(read_npy(corpus / "empty.npy").shape() == Shape{3, 0, 2});
  for (const char* file : {"f2.npy", "u8.npy", "structured.npy"}) CHECK_FILE_ERROR(read_npy(corpus / file), file);
}

TEST_CASE("npz: every dtype and shape survives a round trip, stored and deflated") {
  const TemporaryFolder folder;
  std::map<std::string, Tensor> arrays{{"deep/er/ä", full({}, 3)}};
  for (const Tensor& t : every_kind()) arrays["a/" + std::to_string(arrays.size())] = t;
  arrays["long"] = zeros({300, 1000}, DType::f64);  // beyond one buffer of deflate, and of the greatest ratio
  for (const Compression c : {Compression::stored, Compression::deflated}) {
    write_npz(folder / "t.npz", arrays, c);
    const auto back = read_npz(folder / "t.npz");
    REQUIRE(back.size() == arrays.size());
    for (const auto& [name, t] : arrays) CHECK(bitwise_equal(back.at(name), t));
  }
  CHECK(std::filesystem::file_size(folder / "t.npz") < 20000);
  write_npz(folder / "t.npz", {});
  CHECK(read_npz(folder / "t.npz").empty());
  CHECK_FILE_ERROR(write_npz(folder / "t.npz", {{"x\0y"s, ones({})}}), "NUL");
  CHECK_FILE_ERROR(write_npz(folder / "t.npz", {{"", ones({})}}), "empty name");
  CHECK_FILE_ERROR(write_npz(folder / "t.npz", {{"\xff", ones({})}}), "not UTF-8");
  CHECK_FILE_ERROR(write_npz(folder / "t.npz", {{std::string(65532, 'n'), ones({})}}), "65531 fit");
  CHECK_FILE_ERROR(write_npz(folder / "t.npz", {{"x", Tensor()}}), "x cannot be written");
  CHECK(read_npz(folder / "t.npz").empty());
}

TEST_CASE("npz: more members than a plain zip can count") {
  const TemporaryFolder folder;
  std::map<std::string, Tensor> arrays;
  const Tensor t = ones({}, DType::boolean);
  for (int i = 0; i < 65536; ++i) arrays.emplace_hint(arrays.end(), fmt::format("{:05}", i), t);
  write_npz(folder / "t.npz", arrays);
  CHECK(read_npz(folder / "t.npz").size() == 65536);
}

TEST_CASE("npz: files from numpy") {
  const std::string golden = EMOGRAD_SOURCE_DIR "/tests/golden/";
  const auto wadan = read_npz(golden + "wadan.npz"), ops = read_npz(golden + "ops.npz");
  CHECK(wadan.at("losses").shape() == Shape{10, 5});
  CHECK(wadan.at("step0/y").dtype() == DType::i64);
  CHECK(wadan.at("init/E.0.W").shape() == Shape{16, 12});
  CHECK(wadan.at("lambda").item() == 10);
  CHECK(wadan.at("p").item() == 5);
  const auto x = ops.at("exp/x0").to_vector<double>(), y = ops.at("exp/y").to_vector<double>();
  REQUIRE(x.size() == 15);
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(y[i] == doctest::Approx(std::exp(x[i])).epsilon(1e-14));
  for (const char* file : {"adam.npz", "adan.npz"}) CHECK(read_npz(golden + file).size() > 20);
}

TEST_CASE("npz: whatever byte is changed or missing, the arrays are right or an error says why") {
  const TemporaryFolder folder;
  const std::map<std::string, Tensor> arrays{{"a", arange(5)}, {"b/c", zeros({}, DType::i64)}};
  for (const Compression c : {Compression::stored, Compression::deflated}) {
    write_npz(folder / "t.npz", arrays, c);
    const std::string good = content(folder / "t.npz");
    int refused = 0;
    for (std::size_t i = 0; i < good.size(); ++i) {
      CHECK_FILE_ERROR(npz(good.substr(0, i)), "x.npz");
      for (const int flip : {1, 0x80, 0xff}) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ flip);
        refused += !error_of<FileError>([&] {
                      const auto back = npz(bad);
                      REQUIRE(back.size() == 2);
                      for (const auto& [name, t] : arrays) REQUIRE(bitwise_equal(back.at(name), t));
                    }).empty();
      }
    }
    CHECK(refused > 600);
  }
}

TEST_CASE("npz: hostile archives") {
  const TemporaryFolder folder;
  const auto bytes_of = [&](const std::map<std::string, Tensor>& arrays, Compression c = Compression::stored) {
    write_npz(folder / "t.npz", arrays, c);
    return content(folder / "t.npz");
  };
  const auto replaced = [](std::string s, const std::string& from, const std::string& to) {
    REQUIRE(from.size() == to.size());
    std::size_t count = 0;
    for (std::size_t at = 0; (at = s.find(from, at)) != std::string::npos; at += to.size(), ++count)
      s.replace(at, from.size(), to);
    REQUIRE(count > 0);
    return s;
  };
  const std::string two = bytes_of({{"ab", ones({})}, {"ac", ones({})}});
  CHECK_FILE_ERROR(npz(""), "is not an .npz file");
  CHECK_FILE_ERROR(npz(std::string(100, 'x')), "no end of a zip archive");
  CHECK_FILE_ERROR(npz(replaced(two, "ac.npy", "ab.npy")), "two arrays named 'ab'");
  CHECK_FILE_ERROR(npz(replaced(two, "ac.npy", "a\0.npy"s)), "NUL");
  CHECK_FILE_ERROR(npz(replaced(two, "ac.npy", "a\xff.npy")), "not UTF-8");
  CHECK_FILE_ERROR(npz(replaced(two, "ac.npy", "ac.txt")), "does not end in .npy");

  const std::string central = "PK\1\2"s;
  const std::size_t first = two.find(central), second = two.find(central, first + 1);
  const auto with = [&](std::size_t at, auto value) {
    std::string s = two;
    std::memcpy(s.data() + at, &value, sizeof value);
    return s;
  };
  CHECK_FILE_ERROR(npz(with(first + 8, std::uint16_t{1})), "encrypted");
  CHECK_FILE_ERROR(npz(with(first + 10, std::uint16_t{12})), "compression method 12");
  std::string escape = replaced(two, "ac.npy", "a\x1b.npy");  // nothing that a terminal would obey
  escape[second + 10] = 12;
  CHECK_FILE_ERROR(npz(escape), "member 'a\\x1b.npy'");
  CHECK_FILE_ERROR(npz(with(first + 24, std::uint32_t{5})), "two sizes differ");
  CHECK_FILE_ERROR(npz(with(first + 42, std::uint32_t{4000000000})), "is not where the directory says");
  CHECK_FILE_ERROR(npz(with(first + 20, std::uint64_t{0x00ffffff00ffffff})), "reaches beyond the archive");
  CHECK_FILE_ERROR(npz(with(first + 24, std::uint32_t{0xffffffff})), "zip64");
  CHECK_FILE_ERROR(npz(with(two.size() - 22 + 10, std::uint16_t{9999})), "cannot hold 9999 entries");
  CHECK_FILE_ERROR(npz(with(two.size() - 22 + 10, std::uint16_t{1})), "behind its last entry");
  CHECK_FILE_ERROR(npz(with(two.size() - 22 + 4, std::uint16_t{1})), "several parts");

  // Two entries that share one member's bytes.
  const std::string entry = two.substr(first, second - first);
  std::string shared = two;
  shared.replace(second, entry.size(), entry);
  CHECK_FILE_ERROR(npz(shared), "overlap");

  // Bombs: a member that unpacks to more, or less, than the sizes or its header say.
  std::string bomb = bytes_of({{"z", zeros({1 << 20})}}, Compression::deflated);
  const std::size_t at = bomb.find(central);
  const auto declare = [&](std::uint32_t bytes) {
    std::string s = bomb;
    std::memcpy(s.data() + at + 24, &bytes, 4);
    return s;
  };
  CHECK_FILE_ERROR(npz(declare(4000000000)), "which");
  CHECK_FILE_ERROR(npz(declare((4 << 20) + 127)), "but 4194303 follow the header");
  CHECK_FILE_ERROR(npz(declare((4 << 20) + 129)), "but 4194305 follow the header");
  CHECK_FILE_ERROR(npz(declare(100)), "ends inside its header");
}
