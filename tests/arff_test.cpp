#include "tensor/io/arff.h"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/temporary_folder.h"

using namespace emograd;
using namespace std::string_literals;

namespace {

/// The rows of a file with these data, below two attributes: a name and a number.
std::string in_table(const std::string& rows) {
  return "@relation r\n@attribute n string\n@attribute x real\n@data\n" + rows;
}

/// Reads everything, all values of the second attribute as numbers.
std::vector<double> numbers(const std::string& text) {
  std::istringstream stream(text);
  ArffReader arff(stream, "x.arff");
  std::vector<double> out;
  while (arff.next()) out.push_back(arff.number(1));
  return out;
}

std::string first_text(const std::string& row) {
  std::istringstream stream(in_table(row));
  ArffReader arff(stream, "x.arff");
  REQUIRE(arff.next());
  return std::string(arff.text(0));
}

}  // namespace

TEST_CASE("arff: a table as openSMILE writes it") {
  std::istringstream stream(
      "@relation smile\n\n@attribute name string\n@attribute frameTime numeric\n@attribute F0_sma[1] numeric\n"
      "@attribute emotion unknown\n@attribute class {0,1,2,3}\n\n@data\n\n"
      "'a b.wav',0.000000,1.500000e+02,?,0\n'c.wav',0.000000,-nan,x,NULL\n");
  ArffReader arff(stream, "x.arff");
  const std::vector<std::pair<std::string, std::string>> expected{{"name", "string"},
                                                                  {"frameTime", "numeric"},
                                                                  {"F0_sma[1]", "numeric"},
                                                                  {"emotion", "unknown"},
                                                                  {"class", "nominal"}};
  REQUIRE(arff.attributes().size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(arff.attributes()[i].name == expected[i].first);
    CHECK(arff.attributes()[i].type == expected[i].second);
  }
  REQUIRE(arff.next());
  CHECK(arff.line() == 11);
  CHECK(arff.text(0) == "a b.wav");
  CHECK(arff.number(2) == 150);
  CHECK(arff.missing(3));
  CHECK_FALSE(arff.missing(0));
  REQUIRE(arff.next());
  CHECK(std::isnan(arff.number(2)));
  CHECK(arff.text(4) == "NULL");
  CHECK_FALSE(arff.next());
}

TEST_CASE("arff: keywords in any case, types, comments, blanks, tabs, line ends, byte order mark") {
  for (const std::string& text :
       {"@RELATION 'a b'\n@Attribute n STRING\n@attribute x Real\n@DATA\na,1\n"s,
        "% @data\n\n  @relation r\r\n@attribute n string\r\n@attribute x integer\r\n@data\r\n% rows\r\na,1\r\n\r\n"s,
        "\xef\xbb\xbf@relation r\n@attribute\tn\tstring\n@attribute x numeric % it is\n@data % now\n a ,\t1 % one\n"s,
        in_table("a\t1"), in_table("a \t 1\t"), in_table("\"a\" , ' 1 '\n")}) {
    CAPTURE(text);
    CHECK(numbers(text) == std::vector<double>{1});
  }
  CHECK(numbers(in_table("")).empty());
  CHECK(numbers(in_table("a,1\nb,2e0\n%c,3\nd,+4")) == std::vector<double>{1, 2, 4});
}

TEST_CASE("arff: quotes and backslashes") {
  CHECK(first_text(R"('a, b % c',1)") == "a, b % c");
  CHECK(first_text(R"('it\'s "x"',1)") == R"(it's "x")");
  CHECK(first_text(R"("\"50\%\" \\",1)") == R"("50%" \)");
  CHECK(first_text(R"('C:\new\table.wav',1)") == R"(C:\new\table.wav)");
  CHECK(first_text(R"(C:\new.wav,1)") == R"(C:\new.wav)");
  CHECK(first_text("'?',1") == "?");
  CHECK(first_text("'',1").empty());
}

TEST_CASE("arff: errors name the line and the attribute") {
  CHECK_FILE_ERROR(numbers(""), "x.arff: ends without @data, after 0 attributes");
  CHECK_FILE_ERROR(numbers("@relation r\n@attribute n string\n"), "ends without @data, after 1 attributes");
  CHECK_FILE_ERROR(numbers("@relation r\n@data\n"), "declares no @attribute");
  CHECK_FILE_ERROR(numbers("@relation r\n@end n\n"), "line 2: '@end' is none of @relation");
  CHECK_FILE_ERROR(numbers("name;a;b\n"), "line 1: 'name;a;b' is none of");
  CHECK_FILE_ERROR(numbers("@attribute\n"), "line 1: @attribute needs a name and a type");
  CHECK_FILE_ERROR(numbers("@attribute n % string\n"), "line 1: attribute 'n' has no type");
  CHECK_FILE_ERROR(numbers("@attribute 'n'string\n"), "line 1: attribute 'n' has no type");
  CHECK_FILE_ERROR(numbers("@attribute 'n string\n"), "line 1, value 1: the quote ' is never closed");
  CHECK_FILE_ERROR(numbers("@attribute bag relational\n"), "line 1: attribute 'bag' is relational");
  CHECK_FILE_ERROR(numbers("@attribute n string\n@attribute n real\n"), "line 2: the name 'n' occurs before");
  CHECK_FILE_ERROR(numbers("@attribute \xff real\n"), "line 1: the name '\\xff' is not UTF-8");
  CHECK_FILE_ERROR(numbers("\xff\xfe@"), "UTF-16");

  CHECK_FILE_ERROR(numbers(in_table("{0 a, 1 2}")), "line 5: a sparse row");
  CHECK_FILE_ERROR(numbers(in_table("a,?")), "line 5, value 2 (x) is missing (?)");
  CHECK_FILE_ERROR(numbers(in_table("a,1\nb,'?'")), "line 6, value 2 (x) '?' is not a number");
  CHECK_FILE_ERROR(numbers(in_table("a,1e999")), "'1e999' is beyond the range of double");
  CHECK_FILE_ERROR(numbers("@attribute n string\n@attribute c {a}\n@data\nx,a\n"),
                   "line 4, value 2 (c) is of type nominal, not numeric");
  CHECK_FILE_ERROR(numbers(in_table("a,1\na\n")), "line 6: 1 values, but 2 attributes");
  CHECK_FILE_ERROR(numbers(in_table("a,1,2\n")), "line 5: 3 values, but 2 attributes");
  CHECK_FILE_ERROR(numbers(in_table("a,1,\n")), "line 5: value 3 is empty");
  CHECK_FILE_ERROR(numbers(in_table("a,,1\n")), "line 5: value 2 is empty");
  CHECK_FILE_ERROR(numbers(in_table("a b,1\n")), "line 5: text follows value 1");
  CHECK_FILE_ERROR(numbers(in_table("'a'b,1\n")), "line 5: text follows value 1");
  CHECK_FILE_ERROR(numbers(in_table("a,'1\n'\n")), "line 5, value 2: the quote ' is never closed");
  CHECK_FILE_ERROR(numbers(in_table("a,1\0"s)), "line 5: a NUL byte");
  CHECK_FILE_ERROR(numbers(in_table("a,1\rb,2")), "line 5: a carriage return");

  const TemporaryFolder folder;
  std::ifstream directory(folder.path);
  CHECK_FILE_ERROR(ArffReader(directory, "folder"), "folder: cannot be read: Is a directory");
}

TEST_CASE("arff: a file is known by its first words") {
  const auto begins = [](const std::string& text) {
    std::istringstream stream(text);
    return begins_as_arff(stream);
  };
  for (const char* text : {"@relation r", "\n% @data\n  @RELATION\n", "\xef\xbb\xbf@relation r", "\r\n@Relation r"})
    CHECK(begins(text));
  for (const char* text : {"", "name;@relation", "% @relation\n", "@data\n@relation\n"}) CHECK_FALSE(begins(text));
}
