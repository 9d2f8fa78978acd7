#include <algorithm>
#include <vector>

#include <opus/testing.hpp>

namespace opus { inline namespace uws0 { namespace testing {

struct ManualClock::State {
  struct Waiting {
    std::mutex* mutex;
    std::condition_variable* wake;
  };
  mutable std::mutex mutex{};
  TimePoint now{};
  std::vector<Waiting> waiting{};
  unsigned waking = 0;  // advance() calls that look at a copy of `waiting`
  std::condition_variable woken{};
};

ManualClock::ManualClock(TimePoint start) : state_(std::make_unique<State>()) {
  state_->now = start;
}

ManualClock::~ManualClock() = default;

TimePoint ManualClock::now() const {
  const std::lock_guard lock{state_->mutex};
  return state_->now;
}

void ManualClock::wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& wake,
                             TimePoint deadline) {
  // Registered while the caller's mutex is held: advance() takes that mutex before it notifies, so
  // time cannot pass unnoticed between our look at the clock and the wait.
  {
    const std::lock_guard state{state_->mutex};
    if (state_->now >= deadline) return;
    state_->waiting.push_back({lock.mutex(), &wake});
  }
  wake.wait(lock);
  // advance() may still hold a copy of our entry and want the caller's mutex: let it have it, and
  // do not return (the caller may destroy mutex and condition) before it is through.
  lock.unlock();
  {
    std::unique_lock state{state_->mutex};
    state_->woken.wait(state, [this] { return state_->waking == 0; });
    const auto mine =
        std::find_if(state_->waiting.begin(), state_->waiting.end(),
                     [&](const State::Waiting& entry) { return entry.wake == &wake; });
    if (mine != state_->waiting.end()) state_->waiting.erase(mine);
  }
  lock.lock();
}

void ManualClock::advance(std::chrono::milliseconds by) {
  std::vector<State::Waiting> waiting;
  {
    const std::lock_guard lock{state_->mutex};
    state_->now += by;
    waiting = state_->waiting;
    ++state_->waking;
  }
  for (const State::Waiting& entry : waiting) {
    const std::lock_guard lock{*entry.mutex};
    entry.wake->notify_all();
  }
  {
    const std::lock_guard lock{state_->mutex};
    --state_->waking;
  }
  state_->woken.notify_all();
}

}}}  // namespace opus::uws0::testing
