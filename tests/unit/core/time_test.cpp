#include <opus/time.hpp>

#include "tests/support/catch.hpp"

#include <atomic>
#include <random>
#include <string>
#include <thread>

using namespace opus;
using namespace std::chrono_literals;

namespace {

TimePoint at(int year, unsigned month, unsigned day, std::chrono::milliseconds time = 0ms) {
  return std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) /
                               static_cast<int>(day)} +
         time;
}

}  // namespace

TEST_CASE("times are written in UTC with T, milliseconds and Z [UWS-TIM-01, UWS-TIM-02]") {
  CHECK(to_iso8601(at(2026, 3, 8, 12h)) == "2026-03-08T12:00:00.000Z");
  CHECK(to_iso8601(at(1969, 12, 31, 23h + 59min + 59s + 7ms)) == "1969-12-31T23:59:59.007Z");
  CHECK(to_iso8601(at(1, 1, 1)) == "0001-01-01T00:00:00.000Z");
}

TEST_CASE("times beyond the years 1 to 9999 are written as the nearest that can be read") {
  CHECK(to_iso8601(TimePoint::max()) == "9999-12-31T23:59:59.999Z");
  CHECK(to_iso8601(TimePoint::min()) == "0001-01-01T00:00:00.000Z");
  CHECK(parse_iso8601(to_iso8601(TimePoint::max())));
}

TEST_CASE("all forms of a time that clients send are read [UWS-TIM-03, UWS-TIM-04]") {
  struct Case {
    const char* text;
    TimePoint expected;
  };
  const TimePoint noon = at(2015, 10, 26, 12h);
  const Case cases[] = {
      {"2015", at(2015, 1, 1)},
      {"2015-10-26", at(2015, 10, 26)},
      {"20151026", at(2015, 10, 26)},
      {"2015-10-26 09:00", at(2015, 10, 26, 9h)},
      {"2015-10-26T09:00", at(2015, 10, 26, 9h)},
      {"2015-10-26T09:15:35", at(2015, 10, 26, 9h + 15min + 35s)},
      {"2015-10-26T12:00:00Z", noon},
      {"2015-10-26 12:00Z", noon},
      {"2015-10-26T12:00:00.5", noon + 500ms},
      {"2015-10-26T12:00:00.07Z", noon + 70ms},
      {"2015-10-26T12:00:00.123Z", noon + 123ms},
      {"2015-10-26T12:00:00.1239999Z", noon + 123ms},
      {"2024-02-29T00:00:00Z", at(2024, 2, 29)},
      {"2000-02-29", at(2000, 2, 29)},
      {"0001-01-01", at(1, 1, 1)},
      {"9999-12-31T23:59:59.999Z", at(9999, 12, 31, 24h - 1ms)},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto read = parse_iso8601(c.text);
    REQUIRE(read);
    CHECK(*read == c.expected);
  }
}

TEST_CASE("what is no UTC time is refused with the forms that would be [UWS-TIM-04]") {
  const char* const cases[] = {"",
                               "x",
                               "now",
                               "2015-26-10",
                               "2015-13-01",
                               "2015-00-10",
                               "2015-10-00",
                               "2015-10-32",
                               "2015-02-29",
                               "1900-02-29",
                               "2015-10",
                               "201510",
                               "201",
                               "20151",
                               "02015-10-26",
                               "0000",
                               "0000-01-01",
                               "-2015",
                               "-2015-10-26",
                               "10000-01-01",
                               "2015-1-1",
                               "2015-10-26T",
                               "2015-10-26T9:00",
                               "2015-10-26T09",
                               "2015-10-26T24:00",
                               "2015-10-26T23:60",
                               "2015-10-26T23:59:60",
                               "2015-10-26T23:59:5",
                               "2015-10-26T23:59:59.",
                               "2015-10-26T23:59:59.Z",
                               "2015-10-26T23:59:59,5",
                               "2015-10-26T12:00:00+00:00",
                               "2015-10-26T12:00:00+01:00",
                               "2015-10-26T12:00:00-0500",
                               "2015-10-26T12:00:00z",
                               "2015-10-26t12:00:00Z",
                               "2015-10-26Z",
                               "2015-10-26  12:00",
                               " 2015-10-26",
                               "2015-10-26 ",
                               "2015-10-26T12:00:00ZZ",
                               "2015-10-26T12:00:00Z ",
                               "20151026T120000",
                               "20151026T12:00:00",
                               "2015/10/26",
                               "2015-1026",
                               "201510-26",
                               "2015-10-26T-1:00",
                               "2015-10-26T12:00:00.1e3"};
  for (const char* const text : cases) {
    CAPTURE(text);
    const auto read = parse_iso8601(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == Errc::invalid_argument);
    CHECK(read.error().message.find("YYYY-MM-DDThh:mm:ss") != std::string::npos);
    CHECK(read.error().message.find("'" + std::string{text} + "'") == 0);
  }
  CHECK_FALSE(parse_iso8601({"2015\0", 5}));
}

TEST_CASE("every time that is written is read back the same") {
  std::mt19937_64 random{7};
  std::uniform_int_distribution<std::int64_t> milliseconds{-62135596800000, 253402300799999};
  for (int i = 0; i < 20'000; ++i) {
    const TimePoint time{std::chrono::milliseconds{milliseconds(random)}};
    const auto read = parse_iso8601(to_iso8601(time));
    REQUIRE(read);
    REQUIRE(*read == time);
  }
}

TEST_CASE("the system clock tells the system's time") {
  const auto clock = system_clock();
  const auto before =
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const TimePoint now = clock->now();
  CHECK(now >= before);
  CHECK(now - before < 10s);
  CHECK(system_clock() == clock);
}

TEST_CASE("waiting on the system clock ends at the deadline or at a notification") {
  const auto clock = system_clock();
  std::mutex mutex;
  std::condition_variable wake;
  std::unique_lock lock{mutex};

  const TimePoint deadline = clock->now() + 20ms;
  while (clock->now() < deadline) clock->wait_until(lock, wake, deadline);
  CHECK(clock->now() >= deadline);

  clock->wait_until(lock, wake, clock->now() - 1h);  // returns at once
  clock->wait_until(lock, wake, TimePoint::min());

  bool told = false;  // the furthest deadline there is does not overflow
  std::thread teller{[&] {
    const std::lock_guard guard{mutex};
    told = true;
    wake.notify_all();
  }};
  while (!told) clock->wait_until(lock, wake, TimePoint::max());
  lock.unlock();
  teller.join();
  CHECK(told);
}
