// How often a scheduler is asked.
#include "libopus/executor/batch/pace.hpp"
#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using opus::batch::Occasion;
using opus::batch::pause_after;

TEST_CASE("while nothing happens to any job the scheduler is asked once in the whole interval") {
  CHECK(pause_after({.longest = 2s}) == 2s);
  CHECK(pause_after({.longest = 2s, .since_news = 1h, .to_limit = 1h}) == 2s);
}

TEST_CASE("after news of a job the scheduler is asked more often, and then less and less") {
  const auto after = [](Occasion::Duration since) {
    return pause_after({.longest = 2s, .since_news = since});
  };
  CHECK(after(0s) == 500ms);
  CHECK(after(2s) == 500ms);
  CHECK(after(4s) == 1s);
  CHECK(after(8s) == 2s);
  CHECK(after(9s) == 2s);
}

TEST_CASE("around the end of an execution duration the scheduler is asked more often") {
  const auto before = [](Occasion::Duration left) {
    return pause_after({.longest = 2s, .since_news = 1h, .to_limit = left});
  };
  CHECK(before(1min) == 2s);
  CHECK(before(4s) == 1s);
  CHECK(before(0s) == 500ms);
  CHECK(before(-4s) == 1s);
  CHECK(before(-1min) == 2s);
}

TEST_CASE("a day of a job: no pause is longer than the interval, and few are shorter") {
  // It comes, waits for an hour, runs for one up to its limit, and is gone.
  const auto length = 2h;
  unsigned questions = 0;
  Occasion::Duration at = 0s;
  while (at < length) {
    const auto pause = pause_after({.longest = 2s,
                                    .since_news = at < 1h ? at : at - Occasion::Duration{1h},
                                    .to_limit = Occasion::Duration{2h} - at,
                                    .took = 10ms});
    REQUIRE(pause <= 2s);
    REQUIRE(pause >= 500ms);
    at += pause;
    ++questions;
  }
  CHECK(questions >= length / 2s);
  CHECK(questions <= length / 2s + 30);
}

TEST_CASE("a slow scheduler is asked for a tenth of the time at most") {
  CHECK(pause_after({.longest = 2s, .since_news = 0s, .took = 100ms}) == 1s);
  CHECK(pause_after({.longest = 2s, .took = 3s}) == 30s);
  CHECK(pause_after({.longest = 2s, .took = 1h}) == 60s);
}

TEST_CASE("a scheduler that does not answer is asked less and less, but once in a minute") {
  const auto after = [](unsigned failures) {
    return pause_after({.longest = 2s, .since_news = 0s, .failures = failures});
  };
  CHECK(after(1) == 4s);
  CHECK(after(2) == 8s);
  CHECK(after(5) == 60s);
  CHECK(after(1'000'000) == 60s);
}
