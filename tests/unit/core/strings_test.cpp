#include "libopus/core/strings.hpp"

#include "libopus/core/utf8.hpp"
#include "tests/support/catch.hpp"

#include <clocale>
#include <limits>
#include <random>
#include <string>

using namespace opus;

TEST_CASE("letters are compared in ASCII, whatever the locale") {
  CHECK(ascii_lower("PENDING-9_x\xC3\x84") == "pending-9_x\xC3\x84");
  CHECK(ascii_iequals("RunID", "RUNID"));
  CHECK_FALSE(ascii_iequals("RunID", "RUNI"));
  CHECK_FALSE(ascii_iequals("@", "`"));
  CHECK(ascii_iequals("", ""));
}

TEST_CASE("blanks are trimmed at both ends only") {
  CHECK(trim(" \t\r\n a b \v\f") == "a b");
  CHECK(trim("   ").empty());
  CHECK(trim("").empty());
}

TEST_CASE("split and join are each other's inverse") {
  using Parts = std::vector<std::string>;
  CHECK(split("a,b", ',') == Parts{"a", "b"});
  CHECK(split("", ',') == Parts{""});
  CHECK(split(",a,,", ',') == Parts{"", "a", "", ""});
  for (const char* const text : {"", ",", "a", "a,b,,c,"})
    CHECK(join(split(text, ','), ",") == text);
  CHECK(join({}, ", ").empty());
  CHECK(join({"a", "b", "c"}, ", ") == "a, b, c");
}

TEST_CASE("an integer is the whole text or nothing") {
  CHECK(parse_integer("0") == 0);
  CHECK(parse_integer("-12") == -12);
  CHECK(parse_integer("+12") == 12);
  CHECK(parse_integer("007") == 7);
  CHECK(parse_integer("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
  CHECK(parse_integer("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  for (const char* const text : {"", " 1", "1 ", "1.0", "1e3", "0x10", "--1", "+-1", "++1", "+",
                                 "-", "9223372036854775808", "1,000", "abc"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_integer(text));
  }
}

TEST_CASE("a number is finite, in C notation, whatever the locale") {
  std::setlocale(LC_NUMERIC, "de_DE.UTF-8");  // does nothing where it is not installed
  CHECK(parse_number("1.5") == 1.5);
  CHECK(parse_number("+1.5e3") == 1500.0);
  CHECK(parse_number("-.5") == -0.5);
  CHECK(parse_number("5.") == 5.0);
  CHECK(parse_number("12") == 12.0);
  for (const char* const text :
       {"", " 1", "1 ", "1,5", "inf", "nan", "-inf", "1e999", "0x1p3", "1e", "+-1", "1.5.2", "."}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number(text));
  }
  std::setlocale(LC_NUMERIC, "C");
}

namespace {

struct Utf8Case {
  std::string_view bytes;
  bool valid;
};
// Boundaries of RFC 3629 §4.
constexpr Utf8Case k_utf8_cases[] = {
    {"", true},
    {"plain", true},
    {std::string_view{"a\0b", 3}, true},
    {"\xC2\x80", true},
    {"\xDF\xBF", true},
    {"\xE0\xA0\x80", true},
    {"\xED\x9F\xBF", true},
    {"\xEE\x80\x80", true},
    {"\xEF\xBF\xBF", true},
    {"\xF0\x90\x80\x80", true},
    {"\xF4\x8F\xBF\xBF", true},
    {"\x80", false},
    {"\xBF", false},
    {"\xC0\x80", false},
    {"\xC1\xBF", false},
    {"\xE0\x9F\xBF", false},
    {"\xED\xA0\x80", false},
    {"\xED\xBF\xBF", false},
    {"\xF0\x8F\xBF\xBF", false},
    {"\xF4\x90\x80\x80", false},
    {"\xF5\x80\x80\x80", false},
    {"\xFE", false},
    {"\xFF", false},
    {"a\xC3", false},
    {"\xE2\x82", false},
    {"\xF0\x9F\x98", false},
    {"\xC3(", false},
    {"\xE2\x28\xA1", false},
};

}  // namespace

TEST_CASE("valid UTF-8 is what RFC 3629 says") {
  for (const Utf8Case& c : k_utf8_cases) {
    CAPTURE(c.bytes);
    CHECK(is_utf8(c.bytes) == c.valid);
    CHECK(is_utf8(repaired_utf8(c.bytes)));
    if (c.valid) CHECK(repaired_utf8(c.bytes) == c.bytes);
  }
  CHECK(repaired_utf8("a\xFF"
                      "b\xC3") ==
        "a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD");
}

TEST_CASE("any bytes become valid UTF-8, XML and messages") {
  std::mt19937 random{11};
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    REQUIRE(is_utf8(repaired_utf8(bytes)));
    REQUIRE(is_utf8(printable(bytes, 20)));
    REQUIRE(printable(bytes, 20).size() <= 20 * 3 + 3);
    const std::string xml = xml_escaped(bytes);
    REQUIRE(is_utf8(xml));
    REQUIRE(xml.find_first_of("<>\"'\r") == std::string::npos);
  }
}

TEST_CASE("a value in a message is short and has no control characters") {
  CHECK(printable("plain text") == "plain text");
  CHECK(printable("a\nb\x1B[31m") ==
        "a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD[31m");
  CHECK(printable("0123456789", 10) == "0123456789");
  CHECK(printable("0123456789a", 10) == "0123456789...");
  CHECK(printable("\xC3\xA4\xC3\xA4", 3) == "\xC3\xA4...");  // never half a character
}

TEST_CASE("a text with %XX is decoded, or is none when a % stands alone") {
  CHECK(percent_decoded("a%20b%2f%2F") == "a b//");
  CHECK(percent_decoded("") == "");
  for (const char* bad : {"%", "a%2", "%zz", "%2g", "%-1"}) CHECK_FALSE(percent_decoded(bad));
}

TEST_CASE("text and attributes are escaped for XML 1.0") {
  CHECK(xml_escaped("a < b & \"c\" > 'd'") == "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39;");
  CHECK(xml_escaped("line\r\nnext\ttab") == "line&#13;\nnext\ttab");
  CHECK(xml_escaped("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80") ==
        "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(xml_escaped({"\0", 1}) == k_replacement_character);
  CHECK(xml_escaped("\x1B") == k_replacement_character);
  CHECK(xml_escaped("\xEF\xBF\xBE") == k_replacement_character);
  CHECK(xml_escaped("\xEF\xBF\xBF") == k_replacement_character);
  CHECK(xml_escaped("\xFF") == k_replacement_character);
  CHECK(xml_escaped("\x7F") == "\x7F");
  std::string out = "<a>";
  append_xml(out, "&");
  CHECK(out == "<a>&amp;");
}
