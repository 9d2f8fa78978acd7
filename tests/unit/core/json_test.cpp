#include "libopus/core/json.hpp"

#include "libopus/core/strings.hpp"
#include "tests/support/catch.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>

using namespace opus;

namespace {

std::string error_of(std::string_view text) {
  const auto parsed = Json::parse(text, "f");
  return parsed ? "no error" : parsed.error().message;
}

}  // namespace

TEST_CASE("a JSON text is written in the order of the calls") {
  JsonWriter writer;
  writer.begin_object()
      .field("text", "a\"b\\c\n")
      .field("yes", true)
      .field("number", 0.1)
      .field("whole", 2.0)
      .field("least", std::numeric_limits<std::int64_t>::min())
      .field("most", std::numeric_limits<std::uint64_t>::max())
      .field("int", -1)
      .field("unsigned", 1u)
      .key("nothing")
      .null()
      .key("list")
      .begin_array()
      .value("x")
      .begin_object()
      .end_object()
      .end_array()
      .end_object();
  CHECK(writer.take() ==
        R"({"text":"a\"b\\c\n","yes":true,"number":0.1,"whole":2.0,"least":-9223372036854775808,)"
        R"("most":18446744073709551615,"int":-1,"unsigned":1,"nothing":null,"list":["x",{}]})");
}

TEST_CASE("the indented form has two blanks for each level") {
  JsonWriter writer{JsonWriter::Style::indented};
  writer.begin_object().key("a").begin_array().value(1).end_array().end_object();
  JsonWriter moved = std::move(writer);
  CHECK(moved.take() == "{\n  \"a\": [\n    1\n  ]\n}");
}

TEST_CASE("whatever is written is valid JSON in UTF-8") {
  JsonWriter writer;
  writer.begin_object()
      .field("bad\xFF", "bad\xC3")
      .field("nan", std::numeric_limits<double>::quiet_NaN())
      .field("inf", -std::numeric_limits<double>::infinity())
      .field("controls", std::string_view{"\0\x01\x1F\x7F", 4})
      .field("none", std::string_view{})
      .end_object();
  const std::string text = writer.take();
  CHECK(is_utf8(text));
  const auto parsed = Json::parse(text);
  REQUIRE(parsed);
  CHECK(parsed->keys()[0] == "bad\xEF\xBF\xBD");
  CHECK(parsed->find("bad\xEF\xBF\xBD")->as_string() == "bad\xEF\xBF\xBD");
  CHECK(parsed->find("nan")->is_null());
  CHECK(parsed->find("inf")->is_null());
  CHECK(parsed->find("controls")->as_string() == std::string_view{"\0\x01\x1F\x7F", 4});
  CHECK(parsed->find("none")->as_string().empty());
}

TEST_CASE("a parsed value knows its type, and every accessor is safe on every type") {
  const auto json = Json::parse(
      R"({"o":{"k":1},"a":[1,"two"],"s":"text","n":2.5,"i":7,"t":true,"f":false,"z":null})");
  REQUIRE(json);
  CHECK(json->type_name() == "an object");
  CHECK(json->size() == 8);
  CHECK(json->keys() == std::vector<std::string>{"o", "a", "s", "n", "i", "t", "f", "z"});
  CHECK(json->find("o")->find("k")->as_integer() == 1);
  const Json list = *json->find("a");
  CHECK(list.type_name() == "an array");
  CHECK(list.size() == 2);
  CHECK(list.at(1).as_string() == "two");
  CHECK(json->find("s")->type_name() == "a string");
  CHECK(json->find("n")->type_name() == "a number");
  CHECK(json->find("n")->as_double() == 2.5);
  CHECK(json->find("i")->as_double() == 7.0);
  CHECK(json->find("t")->type_name() == "a boolean");
  CHECK(json->find("t")->as_bool());
  CHECK_FALSE(json->find("f")->as_bool());
  CHECK(json->find("z")->type_name() == "null");
  CHECK_FALSE(json->find("missing"));

  for (const std::string& key : json->keys()) {
    const Json value = *json->find(key);
    CAPTURE(key);
    CHECK(value.is_object() + value.is_array() + value.is_string() + value.is_number() +
              value.is_bool() + value.is_null() ==
          1);
    if (!value.is_string()) CHECK(value.as_string().empty());
    if (!value.is_number()) CHECK(value.as_double() == 0);
    if (!value.is_number()) CHECK_FALSE(value.as_integer());
    if (!value.is_bool()) CHECK_FALSE(value.as_bool());
    if (!value.is_object()) CHECK(value.keys().empty());
    if (!value.is_object()) CHECK_FALSE(value.find("k"));
    if (!value.is_object() && !value.is_array()) CHECK(value.size() == 0);
  }
}

TEST_CASE("an integer is one by value, not by spelling, and only in range") {
  const auto integer = [](const char* text) { return Json::parse(text)->as_integer(); };
  CHECK(integer("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
  CHECK(integer("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  CHECK(integer("5.0") == 5);
  CHECK(integer("1e3") == 1000);
  CHECK(integer("-0") == 0);
  CHECK_FALSE(integer("9223372036854775808"));
  CHECK_FALSE(integer("5.5"));
  CHECK_FALSE(integer("1e300"));
  CHECK_FALSE(integer("\"5\""));
}

TEST_CASE("a value keeps its document alive") {
  auto value = Json::parse(R"({"a":["deep"]})")->find("a")->at(0);
  const Json copy = value;
  value = *Json::parse("1");
  CHECK(copy.as_string() == "deep");
  CHECK(value.as_integer() == 1);
}

TEST_CASE("of members with the same name all are listed and the first is found") {
  const auto json = Json::parse(R"({"a":1,"a":2})");
  CHECK(json->keys() == std::vector<std::string>{"a", "a"});
  CHECK(json->find("a")->as_integer() == 1);
}

TEST_CASE("what is not strict JSON is refused with line and column") {
  CHECK(error_of("{\n  \"a\": }") == "f:2:8: invalid value");
  CHECK(error_of("").rfind("f:1:1: ", 0) == 0);
  CHECK(error_of("[1]\n\n x").rfind("f:3:2: ", 0) == 0);
  const std::string_view cases[] = {"[1,]",
                                    "{\"a\":1,}",
                                    "// c\n1",
                                    "{a:1}",
                                    "{'a':1}",
                                    "NaN",
                                    "[Infinity]",
                                    "01",
                                    "1.",
                                    ".5",
                                    "+1",
                                    "0x1",
                                    "\"a\nb\"",
                                    "\"\\x\"",
                                    "\"\\ud800\"",
                                    "\"\\udc00\"",
                                    "\"\\ud800\\u0041\"",
                                    "{\"\\udc00\":1}",
                                    "\"\xFF\"",
                                    "\"\xC0\x80\"",
                                    "\"\xED\xA0\x80\"",
                                    "\"open",
                                    "[1",
                                    "{",
                                    "{\"a\"}",
                                    "tru",
                                    "1 2",
                                    "\xEF\xBB\xBF"
                                    "1",
                                    "1e999",
                                    {"1\0", 2},
                                    {"\"a\0b\"", 5},
                                    {"1\0garbage", 9}};
  for (const std::string_view text : cases) {
    CAPTURE(text);
    const auto parsed = Json::parse(text, "f");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == Errc::invalid_argument);
    CHECK(parsed.error().message.rfind("f:", 0) == 0);
  }
  CHECK(Json::parse("\"\\ud83d\\ude00\"")->as_string() == "\xF0\x9F\x98\x80");
}

TEST_CASE("64 levels may be nested, not more, however many come") {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  CHECK(Json::parse(nested(64)));
  CHECK(error_of(nested(65)).find("nested deeper than 64 levels") != std::string::npos);
  CHECK(error_of(std::string(10'000'000, '[')).find("64 levels") != std::string::npos);
  std::string objects;
  for (int i = 0; i < 65; ++i) objects += "{\"a\":";
  CHECK(error_of(objects).find("64 levels") != std::string::npos);
}

namespace {

class RandomJson {
 public:
  explicit RandomJson(unsigned seed) : random_(seed) {}

  void write(JsonWriter& to, int depth = 0) {
    switch (random_() % (depth > 5 ? 6 : 8)) {
      case 0: to.null(); break;
      case 1: to.value(random_() % 2 == 0); break;
      case 2: to.value(static_cast<std::int64_t>(random_())); break;
      case 3: to.value(std::uint64_t{random_()}); break;
      case 4: to.value(number()); break;
      case 5: to.value(text()); break;
      case 6:
        to.begin_array();
        for (auto n = random_() % 5; n > 0; --n) write(to, depth + 1);
        to.end_array();
        break;
      default:
        to.begin_object();
        for (auto n = random_() % 5; n > 0; --n) write(to.key(text()), depth + 1);
        to.end_object();
    }
  }

 private:
  double number() {
    for (;;) {
      const std::uint64_t bits = random_();
      double value;
      std::memcpy(&value, &bits, sizeof value);
      if (std::isfinite(value)) return value;
    }
  }
  std::string text() {
    std::string bytes(random_() % 12, '\0');
    for (char& c : bytes) c = static_cast<char>(random_());
    return bytes;
  }
  std::mt19937_64 random_;
};

void rewrite(const Json& json, JsonWriter& to) {
  if (json.is_object()) {
    to.begin_object();
    for (const std::string& key : json.keys()) rewrite(*json.find(key), to.key(key));
    to.end_object();
  } else if (json.is_array()) {
    to.begin_array();
    for (std::size_t i = 0; i < json.size(); ++i) rewrite(json.at(i), to);
    to.end_array();
  } else if (json.is_string()) {
    to.value(json.as_string());
  } else if (json.is_bool()) {
    to.value(json.as_bool());
  } else if (json.is_null()) {
    to.null();
  } else if (const auto integer = json.as_integer(); integer) {
    to.value(*integer);
  } else {
    to.value(json.as_double());
  }
}

}  // namespace

TEST_CASE("random documents survive writing, reading and writing again") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    CAPTURE(seed);
    JsonWriter first{seed % 2 == 0 ? JsonWriter::Style::compact : JsonWriter::Style::indented};
    RandomJson{seed}.write(first);
    const auto once = Json::parse(first.take());
    REQUIRE(once);
    JsonWriter second;
    rewrite(*once, second);
    const std::string text = second.take();
    const auto twice = Json::parse(text);
    REQUIRE(twice);
    JsonWriter third;
    rewrite(*twice, third);
    REQUIRE(third.take() == text);
  }
}

TEST_CASE("every double is read back as it was written") {
  std::mt19937_64 random{5};
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t bits = random();
    double value;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    JsonWriter writer;
    writer.value(value);
    const std::string text = writer.take();
    CAPTURE(text);
    REQUIRE(Json::parse(text)->as_double() == value);
  }
}

TEST_CASE("damaged JSON documents are refused or read, never more") {
  const std::string good = R"({"a":[1,2.5e3,"\u00e4\ud83d\ude00",{"b":null}],"c":"text"})";
  std::mt19937 random{13};
  for (int i = 0; i < 20'000; ++i) {
    std::string bad = good;
    for (auto n = 1 + random() % 3; n > 0; --n)
      bad[random() % bad.size()] = static_cast<char>(random());
    const auto parsed = Json::parse(bad, "f");
    if (!parsed) REQUIRE(parsed.error().message.rfind("f:", 0) == 0);
  }
}
