#include "server/rest/text.hpp"
#include "server/rest/base64.hpp"
#include "tests/support/catch.hpp"

using namespace opus::rest;

TEST_CASE("urlencoded pairs keep their order, repeat, and decode escapes and plus") {
  const auto pairs = parse_urlencoded("a=1&b=x+y%2B&a=%C3%A9&empty=&flag&&", "form");
  REQUIRE(pairs);
  CHECK(*pairs == Pairs{{"a", "1"}, {"b", "x y+"}, {"a", "\xC3\xA9"}, {"empty", ""}, {"flag", ""}});
  CHECK(parse_urlencoded("", "form")->empty());
}

TEST_CASE("urlencoded text with a broken escape is refused with the piece that is wrong") {
  for (const char* bad : {"a=%", "a=%4", "a=%zz", "%=1", "b=1&a=%4g"}) {
    const auto pairs = parse_urlencoded(bad, "form");
    REQUIRE_FALSE(pairs);
    CHECK(pairs.error().code == opus::Errc::invalid_argument);
    CHECK(pairs.error().message.find("form: expected %XX escapes, got '") == 0);
  }
  for (const char* bad : {"a%00b=1", "a%0Ab=1", "a=1&b%7F=2", "=1", "a=1&="})
    CHECK_FALSE(parse_urlencoded(bad, "form"));
}

TEST_CASE("a text survives percent encoding as one path segment") {
  const std::string text = "a/b c?d#e%f&=+\xC3\xA9~-._";
  const std::string encoded = percent_encode(text);
  CHECK(encoded == "a%2Fb%20c%3Fd%23e%25f%26%3D%2B%C3%A9~-._");
  std::string decoded;
  REQUIRE(percent_decode(encoded, false, decoded));
  CHECK(decoded == text);
}

TEST_CASE("only whole decimal numbers are integers") {
  CHECK(parse_integer("42") == 42);
  CHECK(parse_integer("-1") == -1);
  for (const char* bad : {"", " 1", "1 ", "+1", "1.0", "1e3", "0x10", "99999999999999999999"})
    CHECK_FALSE(parse_integer(bad));
}

TEST_CASE("JSON strings escape what they must and replace what is not UTF-8") {
  std::string out;
  append_json_string(out, "q\" b\\ n\n t\t c\x01 \xC3\xA9 \xF0\x9F\x8C\x8C \xFF\xC3");
  CHECK(out ==
        "\"q\\\" b\\\\ n\\n t\\t c\\u0001 \xC3\xA9 \xF0\x9F\x8C\x8C \xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("XML text escapes markup and replaces characters that XML 1.0 forbids") {
  std::string out;
  append_xml_text(out, "<a href=\"x\">&\r\n\x01\xED\xA0\x80");
  CHECK(out.find("&lt;a href=&quot;x&quot;&gt;&amp;&#13;\n\xEF\xBF\xBD") == 0);
  CHECK(out.find('\x01') == out.npos);
}

TEST_CASE("a quoted text is short, printable, and never ends in half a character") {
  CHECK(in_quotes("abc") == "'abc'");
  CHECK(in_quotes("a\nb") == "'a?b'");
  std::string longer(59, 'x');
  longer += "\xC3\xA9 and more";
  CHECK(in_quotes(longer) == "'" + std::string(59, 'x') + "...'");
}

TEST_CASE("base64 is read in both alphabets, and what nobody writes is refused") {
  CHECK(decode_base64("") == "");
  CHECK(decode_base64("YWRhOng=") == "ada:x");
  CHECK(decode_base64("YWRhOng") == "ada:x");
  CHECK(decode_base64("+/+/") == "\xFB\xFF\xBF");
  CHECK(decode_base64url("-_-_") == "\xFB\xFF\xBF");
  for (const char* bad : {"A", "AAAAA", "-_-_", "YW=hOng", "YWRhOn=g", "YW Rh", "YWRhOnh"})
    CHECK_FALSE(decode_base64(bad));
  for (const char* bad : {"A", "+/+/", "YWRhOng=", "YWRhOnh"}) CHECK_FALSE(decode_base64url(bad));
}
