#include <opus/error.hpp>
#include <opus/log.hpp>

#include "tests/support/catch.hpp"

#include <set>
#include <string>

using namespace opus;

TEST_CASE("every error code and log level has a word of its own") {
  std::set<std::string_view> words;
  for (int code = 0; code <= static_cast<int>(Errc::internal); ++code)
    words.insert(to_string(static_cast<Errc>(code)));
  CHECK(words.size() == static_cast<std::size_t>(Errc::internal) + 1);
  CHECK(to_string(Errc::invalid_argument) == "invalid_argument");
  CHECK(to_string(LogLevel::debug) == "debug");
  CHECK(to_string(LogLevel::info) == "info");
  CHECK(to_string(LogLevel::warning) == "warning");
  CHECK(to_string(LogLevel::error) == "error");
}

TEST_CASE("one message names every fault, with the field, the expected and what came") {
  const Error error = faults_error("job parameters", {{"sigma", "a number", "abc"},
                                                      {"mode", "one of 'a', 'b'", ""},
                                                      {"", "an object", "'x' twice"}});
  CHECK(error.code == Errc::invalid_argument);
  CHECK(error.message ==
        "job parameters: sigma: expected a number, got 'abc'; "
        "mode: expected one of 'a', 'b', got nothing; expected an object, got 'x' twice");
  REQUIRE(error.faults.size() == 3);
  CHECK(error.faults[0] == Fault{"sigma", "a number", "abc"});
  CHECK(faults_error("", {{"n", "1", "2"}}).message == "n: expected 1, got '2'");
}

namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error{Errc::invalid_argument, "odd"};
  return number / 2;
}
Result<int> quarter(int number) {
  OPUS_UWS_TRY(const int once, half(number));
  return half(once);
}
Result<void> require_even(int number) {
  if (number % 2 != 0) return Error{Errc::conflict, "odd"};
  return {};
}
Result<void> check_even(int number) {
  OPUS_UWS_CHECK(require_even(number));
  return {};
}

}  // namespace

TEST_CASE("an error travels up through the macros") {
  CHECK(quarter(8).value() == 2);
  CHECK(quarter(6).error().message == "odd");
  CHECK(quarter(3).error().code == Errc::invalid_argument);
  CHECK(check_even(2));
  CHECK(check_even(3).error().code == Errc::conflict);
}

TEST_CASE("value() of a failed result throws an exception with the whole error") {
  CHECK_THROWS_AS(half(3).value(), Exception);
  CHECK_THROWS_AS(check_even(3).value(), Exception);
  try {
    half(3).value();
  } catch (const Exception& e) {
    CHECK(e.error().code == Errc::invalid_argument);
    CHECK(std::string{e.what()} == "odd");
  }
  CHECK(half(3).value_or(7) == 7);
}
