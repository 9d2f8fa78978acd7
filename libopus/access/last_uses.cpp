#include "libopus/access/last_uses.hpp"

namespace opus { inline namespace uws0 { namespace access {

LastUses::LastUses(std::chrono::milliseconds delay, Write write)
    : delay_(delay), write_(std::move(write)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

LastUses::~LastUses() {
  thread_.request_stop();
  thread_.join();
  write_now();
}

void LastUses::note(std::string_view token, TimePoint at) {
  const std::lock_guard lock(mutex_);
  const auto found = uses_.find(token);
  if (found == uses_.end())
    uses_.emplace(token, at);
  else
    found->second = at;
  if (uses_.size() == 1) wake_.notify_one();
}

void LastUses::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      if (!wake_.wait(lock, stop, [this] { return !uses_.empty(); })) return;
      wake_.wait_for(lock, stop, delay_, [] { return false; });
    }
    write_now();
  }
}

void LastUses::write_now() {
  Uses uses;
  {
    const std::lock_guard lock(mutex_);
    uses.assign(uses_.begin(), uses_.end());
    uses_.clear();
  }
  if (!uses.empty()) write_(uses);
}

}}}  // namespace opus::uws0::access
