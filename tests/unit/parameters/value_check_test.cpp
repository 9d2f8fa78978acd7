#include "libopus/job/value_check.hpp"

#include <string>
#include <string_view>

#include "tests/support/catch.hpp"

using opus::Datatype;
using opus::ParameterDescription;

namespace {

bool is_value(Datatype datatype, std::string_view text) {
  return opus::parse_scalar(datatype, text).has_value();
}

std::string fault_message(const ParameterDescription& description, std::string_view value) {
  const auto result = opus::check_value(description, value);
  return result ? std::string{} : result.error().message;
}

}  // namespace

TEST_CASE("booleans are true, false, t, f, 1 and 0 in any case (DALI-16)") {
  for (const char* text : {"true", "TRUE", "True", "t", "T", "1", " true "})
    CHECK(opus::parse_scalar(Datatype::boolean, text) == opus::Scalar{true});
  for (const char* text : {"false", "FALSE", "f", "F", "0"})
    CHECK(opus::parse_scalar(Datatype::boolean, text) == opus::Scalar{false});
  for (const char* text : {"", "yes", "no", "2", "truee", "on"})
    CHECK_FALSE(is_value(Datatype::boolean, text));
}

TEST_CASE("integers have the range of their width and no fraction (DALI-16)") {
  CHECK(is_value(Datatype::unsigned_byte, "0"));
  CHECK(is_value(Datatype::unsigned_byte, "255"));
  CHECK_FALSE(is_value(Datatype::unsigned_byte, "256"));
  CHECK_FALSE(is_value(Datatype::unsigned_byte, "-1"));
  CHECK(is_value(Datatype::short_integer, "-32768"));
  CHECK_FALSE(is_value(Datatype::short_integer, "32768"));
  CHECK(is_value(Datatype::integer, "+2147483647"));
  CHECK_FALSE(is_value(Datatype::integer, "2147483648"));
  CHECK(is_value(Datatype::long_integer, "-9223372036854775808"));
  CHECK_FALSE(is_value(Datatype::long_integer, "9223372036854775808"));
  for (const char* text : {"", "1.0", "1e3", "0x10", "1 2", "abc", "--1", "1,000"})
    CHECK_FALSE(is_value(Datatype::integer, text));
}

TEST_CASE("numbers may be NaN and infinite as VOTable writes them (DALI-16)") {
  for (const char* text :
       {"1", "-1.5", "+.5", "1.", "1e300", "NaN", "Inf", "+Inf", "-Inf", "-inf", " 2.5\n"})
    CHECK(is_value(Datatype::double_number, text));
  for (const char* text : {"", "1e999", "1,5", "0x1p3", "Infinity", "+-1",
                           "1.5 "
                           "2",
                           "nan1"})
    CHECK_FALSE(is_value(Datatype::double_number, text));
  CHECK(is_value(Datatype::float_number, "3.4e38"));
  CHECK_FALSE(is_value(Datatype::float_number, "3.5e38"));
}

TEST_CASE("a value outside the range is a fault that says the range") {
  const ParameterDescription sigma{
      .name = "sigma", .datatype = Datatype::double_number, .min = "0.5", .max = "10"};
  CHECK(fault_message(sigma, "0.5").empty());
  CHECK(fault_message(sigma, "10").empty());
  CHECK(fault_message(sigma, "0.4") == "sigma: expected a number from 0.5 to 10, got '0.4'");
  CHECK(fault_message(sigma, "10.1") == "sigma: expected a number from 0.5 to 10, got '10.1'");
  CHECK(fault_message(sigma, "NaN") == "sigma: expected a number from 0.5 to 10, got 'NaN'");
  CHECK(fault_message(sigma, "abc") == "sigma: expected a number from 0.5 to 10, got 'abc'");
  CHECK(fault_message(sigma, "") == "sigma: expected a number from 0.5 to 10, got ''");

  const ParameterDescription count{.name = "n", .datatype = Datatype::integer, .min = "1"};
  CHECK(fault_message(count, "0") ==
        "n: expected an integer from -2147483648 to 2147483647, at least 1, got '0'");
  const ParameterDescription level{.name = "n", .datatype = Datatype::float_number, .max = "1"};
  CHECK(fault_message(level, "2") == "n: expected a number (single precision), at most 1, got '2'");
  CHECK(fault_message(level, "-Inf").empty());
}

TEST_CASE("large integers are compared exactly") {
  const ParameterDescription id{
      .name = "id", .datatype = Datatype::long_integer, .max = "9007199254740992"};
  CHECK(fault_message(id, "9007199254740992").empty());
  CHECK_FALSE(fault_message(id, "9007199254740993").empty());
}

TEST_CASE("options are compared as values, texts letter by letter (DALI-06)") {
  const ParameterDescription scale{.name = "scale", .options = {"linear", "log"}};
  CHECK(fault_message(scale, "log").empty());
  CHECK(fault_message(scale, "Log") == "scale: expected one of linear, log, got 'Log'");
  const ParameterDescription order{
      .name = "order", .datatype = Datatype::double_number, .options = {"1", "2.5"}};
  CHECK(fault_message(order, "1.0").empty());
  CHECK(fault_message(order, "2.50").empty());
  CHECK_FALSE(fault_message(order, "2").empty());
}

TEST_CASE("texts may have ranges, which suits ISO 8601 times") {
  const ParameterDescription from{.name = "from", .min = "2020-01-01", .max = "2029-12-31"};
  CHECK(fault_message(from, "2024-02-29T12:00:00").empty());
  CHECK_FALSE(fault_message(from, "2019-12-31").empty());
}

TEST_CASE("array values are separated by blanks and counted") {
  ParameterDescription array{
      .name = "a", .datatype = Datatype::short_integer, .arraysize = "3", .min = "0"};
  CHECK(fault_message(array, "1 2 3").empty());
  CHECK(fault_message(array, " 1\t2\n3 ").empty());
  CHECK(fault_message(array, "1 2") == "a: expected 3 values separated by blanks, got '1 2'");
  CHECK(fault_message(array, "1 -2 3") ==
        "a: expected an integer from -32768 to 32767, at least 0, got '-2'");
  array.arraysize = "2*";
  CHECK(fault_message(array, "").empty());
  CHECK(fault_message(array, "1").empty());
  CHECK(fault_message(array, "1 2 3") ==
        "a: expected at most 2 values separated by blanks, got '1 2 3'");
  array.arraysize = "*";
  CHECK(fault_message(array, "").empty());
  CHECK(fault_message(array, "1 2 3 4 5 6 7").empty());
  CHECK_FALSE(fault_message(array, "1 x").empty());
}

TEST_CASE("no value contains NUL, which no program could be given") {
  const ParameterDescription text{.name = "t"};
  CHECK(fault_message(text, std::string_view{"a\0b", 3}) ==
        "t: expected a text without NUL, got 'a\xEF\xBF\xBD"
        "b'");
  CHECK(fault_message(text, "control \x01 and \xff bytes are data").empty());
}
