#include "tensor/io/csv.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/temporary_folder.h"

using namespace emograd;
using namespace std::string_literals;
using Names = std::vector<std::string>;

namespace {

CsvTable parse(const std::string& text, const CsvOptions& options = {}) {
  return parse_csv(io::as_bytes(text), "x.csv", options);
}
void check_equal(const CsvTable& a, const CsvTable& b) {
  CHECK(a.columns == b.columns);
  CHECK(a.text == b.text);
  CHECK(a.ends == b.ends);
}

}  // namespace

TEST_CASE("csv: a table as openSMILE writes it") {
  const CsvTable t = parse("name;frameTime;F0;jitter\n'a;b';0.000000;1.5e+02;nan\n'it''s';0.010000;-2.5E-01;inf\n");
  CHECK(t.columns == Names{"name", "frameTime", "F0", "jitter"});
  REQUIRE(t.rows() == 2);
  CHECK(t.cell(0, 0) == "a;b");
  CHECK(t.cell(1, 0) == "it's");
  CHECK(t.column("F0") == 2);
  const Tensor n = t.numbers(1, 4);
  CHECK(n.shape() == Shape{2, 3});
  CHECK(n.dtype() == DType::f64);
  const auto v = n.to_vector<double>();
  CHECK(v[1] == 150);
  CHECK(std::isnan(v[2]));
  CHECK(v[3] == 0.01);
  CHECK(v[4] == -0.25);
  CHECK(v[5] == std::numeric_limits<double>::infinity());
  CHECK(t.numbers(4, 4).shape() == Shape{2, 0});
  CHECK_THROWS_AS(t.numbers(3, 5), Error);
}

TEST_CASE("csv: separators, line ends, byte order mark, quotes") {
  for (const char* text : {"a,b\n1,2", "a,b\r\n1,2\r\n",
                           "\xef\xbb\xbf"
                           "a,b\n1,2\n\n\r\n",
                           "\"a\",'b'\n'1',\"2\"\n", "a;b\n1;2\n"}) {
    const CsvTable t = parse(text);
    CHECK(t.columns == Names{"a", "b"});
    REQUIRE(t.rows() == 1);
    CHECK(t.cell(0, 1) == "2");
  }
  CHECK(parse("'a;;;',b\n").columns == Names{"a;;;", "b"});
  CHECK(parse("a;b,c;d\n").columns == Names{"a", "b,c", "d"});
  CHECK(parse("a;b,c\n", {',', "\""}).columns == Names{"a;b", "c"});
  CHECK(parse("a,'b\n1,'2\n", {',', "\""}).columns == Names{"a", "'b"});
  CHECK(parse("a\tb\n", {'\t', "\""}).columns == Names{"a", "b"});
  CHECK(parse("alone\n1\n\n3\n").rows() == 3);  // in a single column a blank line is an empty cell
  CHECK(parse("a,b\n\"x\"\"y\",\n").cell(0, 0) == "x\"y");
  CHECK(parse("a,b\n\"x\"\"y\",\n").cell(0, 1) == "");
  const CsvTable lines = parse("a,b\n'two\nlines',1\n3,4\n");
  CHECK(lines.lines == std::vector<std::size_t>{2, 4});
}

TEST_CASE("csv: errors name line and column") {
  CHECK_FILE_ERROR(parse(""), "x.csv: is empty");
  CHECK_FILE_ERROR(parse("\n\n"), "is empty");
  CHECK_FILE_ERROR(parse("\xff\xfe"
                         "a\0"s),
                   "UTF-16");
  CHECK_FILE_ERROR(parse("a;b,c\n"), "as many semicolons as commas");
  CHECK_FILE_ERROR(parse("a,b\n1,2\n1\n"), "line 3: 1 cells, but line 1 names 2 columns");
  CHECK_FILE_ERROR(parse("a,b\n1,2,3\n"), "line 2: 3 cells");
  CHECK_FILE_ERROR(parse("a,b\n1,2\n\n1,2\n"), "line 3: 1 cells");
  CHECK_FILE_ERROR(parse("a,b\n'x\n\ny',2\n1\n"), "line 5: 1 cells");
  CHECK_FILE_ERROR(parse("a,b\n1,'2\n3,4\n"), "line 2, column 2: the quote ' is never closed");
  CHECK_FILE_ERROR(parse("a,b\n'1'x,2\n"), "line 2, column 1: text follows the closing quote");
  CHECK_FILE_ERROR(parse("a,b\r1,2\n"), "line 1, column 2: a carriage return");
  CHECK_FILE_ERROR(parse("a,b\n1,\0\n"s), "line 2, column 2: a NUL byte");
  CHECK_FILE_ERROR(parse("a,b\n'\0',1\n"s), "line 2, column 1: a NUL byte");
  CHECK_FILE_ERROR(parse("a,\xff\n"), "line 1, column 2: the name '\\xff' is not UTF-8");
  CHECK_FILE_ERROR(parse("a,b,a\n"), "line 1, column 3: the name 'a' occurs before");
  CHECK_FILE_ERROR(parse("a,b\n").column("c"), "has no column 'c'");
  CHECK_THROWS_AS(parse("a", {'"', "\""}), Error);
  const auto number = [](const std::string& cell) { return parse("n,x\n1,0\nr," + cell + "\n").numbers(1, 2); };
  for (const char* bad : {"x", "", "1.5x", "0x10", "1,5", "--1", "+-1", "1e", "1 2", "?"})
    CHECK_FILE_ERROR(number("'"s + bad + "'"), "line 3, column 2 (x): '"s + bad + "' is not a number");
  CHECK_FILE_ERROR(number("1e999"), "beyond the range");
  for (const char* good : {"1", "+1", " 1.0\t", "1e0", "10E-1", ".1e1", "1."})
    CHECK(number(good).to_vector<double>()[1] == 1);
}

TEST_CASE("csv: round trip") {
  const TemporaryFolder folder;
  for (const char* text : {"a;b\n1;2\n", "a\n\"\"\nx\n", "\"a\r\nb\",\"c,d\"\n\"'\",\"\"\"\"\n \";\",x\n",
                           "\"\xef\xbb\xbf"
                           "a\"\n"}) {
    const CsvTable t = parse(text);
    for (const char separator : {';', ',', '\t'}) {
      write_csv(folder / "t.csv", t, separator);
      check_equal(read_csv(folder / "t.csv", {separator, "'\""}), t);
    }
  }
}
