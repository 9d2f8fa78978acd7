#include <atomic>
#include <thread>
#include <vector>

#include <opus/testing.hpp>

#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using opus::TimePoint;
using opus::testing::ManualClock;

namespace {

/// A thread that sleeps on the clock until an instant.
class Sleeper {
 public:
  Sleeper(ManualClock& clock, TimePoint until)
      : thread_([this, &clock, until] {
          std::unique_lock lock{mutex_};
          while (clock.now() < until) clock.wait_until(lock, wake_, until);
          awake_ = true;
        }) {}
  ~Sleeper() { thread_.join(); }
  bool awake() const { return awake_; }

 private:
  std::mutex mutex_{};
  std::condition_variable wake_{};
  std::atomic<bool> awake_{false};
  std::thread thread_;
};

}  // namespace

TEST_CASE("the manual clock stands still until it is advanced") {
  ManualClock clock;
  CHECK(opus::to_iso8601(clock.now()) == "2026-01-01T00:00:00.000Z");
  const auto before = clock.now();
  clock.advance(1500ms);
  CHECK(clock.now() - before == 1500ms);
  clock.advance(0ms);
  CHECK(clock.now() - before == 1500ms);
}

TEST_CASE("waiting for what has come returns at once") {
  ManualClock clock;
  std::mutex mutex;
  std::condition_variable wake;
  std::unique_lock lock{mutex};
  clock.wait_until(lock, wake, clock.now());
  clock.wait_until(lock, wake, clock.now() - 1s);
  CHECK(lock.owns_lock());
}

TEST_CASE("each waiter wakes when its time has come, and none before") {
  ManualClock clock;
  const auto begin = clock.now();
  Sleeper soon{clock, begin + 10s};
  {
    Sleeper sooner{clock, begin + 5s};
    clock.advance(4999ms);
    CHECK_FALSE(sooner.awake());
    clock.advance(1ms);
  }  // joined: it has woken
  CHECK_FALSE(soon.awake());
  clock.advance(5s);
}

TEST_CASE("a waiter can be woken by whoever shares its condition") {
  ManualClock clock;
  std::mutex mutex;
  std::condition_variable wake;
  bool told = false;
  std::thread waiter{[&] {
    std::unique_lock lock{mutex};
    while (!told) clock.wait_until(lock, wake, clock.now() + 1h);
  }};
  {
    const std::lock_guard lock{mutex};
    told = true;
  }
  wake.notify_all();
  waiter.join();
  CHECK(told);
}

TEST_CASE("no wake-up is lost and nobody hangs, though many wait, end and advance at once") {
  ManualClock clock;
  const auto begin = clock.now();
  constexpr int k_rounds = 200;
  std::vector<std::thread> threads;
  std::atomic<int> woken{0};
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&] {
      for (int round = 1; round <= k_rounds; ++round) {
        // A mutex and a condition that die right after the wait.
        std::mutex mutex;
        std::condition_variable wake;
        std::unique_lock lock{mutex};
        while (clock.now() < begin + std::chrono::seconds{round})
          clock.wait_until(lock, wake, begin + std::chrono::seconds{round});
        ++woken;
      }
    });
  std::vector<std::thread> hands;
  for (int hand = 0; hand < 2; ++hand)
    hands.emplace_back([&] {
      for (int i = 0; i < k_rounds / 2; ++i) clock.advance(1s);
    });
  for (auto& hand : hands) hand.join();
  for (auto& thread : threads) thread.join();
  CHECK(woken == 4 * k_rounds);
}
