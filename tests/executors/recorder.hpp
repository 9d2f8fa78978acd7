// What an executor tells, kept for the test that waits for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <opus/executor.hpp>

namespace opus_test {

class Recorder final : public opus::EventSink {
 public:
  /// Without any event; a loaded machine is slow.
  static constexpr std::chrono::seconds k_patience{40};

  void on_started(const opus::JobId& job, opus::TimePoint at) override {
    const std::lock_guard lock{mutex_};
    seen_[job].starts.push_back(at);
    tell();
  }
  void on_state(const opus::JobId& job, opus::Phase phase, std::string reason) override {
    const std::lock_guard lock{mutex_};
    seen_[job].states.emplace_back(phase, std::move(reason));
    tell();
  }
  void on_progress(const opus::JobId& job, std::optional<double> fraction,
                   std::string text) override {
    const std::lock_guard lock{mutex_};
    seen_[job].progress.emplace_back(fraction, std::move(text));
    tell();
  }
  void on_finished(const opus::JobId& job, opus::Outcome outcome) override {
    const std::lock_guard lock{mutex_};
    seen_[job].ends.push_back(std::move(outcome));
    ++ended_;
    tell();
  }

  /// How the job ended, once it has.
  opus::Outcome end_of(const opus::JobId& job) {
    std::unique_lock lock{mutex_};
    await(lock, "the end of " + job.value, [&] { return !seen_[job].ends.empty(); });
    return seen_[job].ends.front();
  }
  opus::TimePoint start_of(const opus::JobId& job) {
    std::unique_lock lock{mutex_};
    await(lock, "the start of " + job.value, [&] { return !seen_[job].starts.empty(); });
    return seen_[job].starts.front();
  }
  /// What was said when the job came into that phase, once it has.
  std::string reason_of(const opus::JobId& job, opus::Phase phase) {
    std::unique_lock lock{mutex_};
    const auto said = [&]() -> const std::string* {
      for (const auto& [seen, reason] : seen_[job].states)
        if (seen == phase) return &reason;
      return nullptr;
    };
    await(lock, std::string{to_string(phase)} + " of " + job.value, [&] { return said(); });
    return *said();
  }
  void wait_for_ends(std::size_t count) {
    std::unique_lock lock{mutex_};
    await(lock, std::to_string(count) + " ends", [&] { return ended_ >= count; });
  }

  std::size_t ends(const opus::JobId& job) {
    const std::lock_guard lock{mutex_};
    return seen_[job].ends.size();
  }
  std::size_t starts(const opus::JobId& job) {
    const std::lock_guard lock{mutex_};
    return seen_[job].starts.size();
  }
  std::size_t all_ends() {
    const std::lock_guard lock{mutex_};
    return ended_;
  }
  std::vector<std::pair<std::optional<double>, std::string>> progress(const opus::JobId& job) {
    const std::lock_guard lock{mutex_};
    return seen_[job].progress;
  }

 private:
  struct Seen {
    std::vector<opus::TimePoint> starts{};
    std::vector<opus::Outcome> ends{};
    std::vector<std::pair<opus::Phase, std::string>> states{};
    std::vector<std::pair<std::optional<double>, std::string>> progress{};
  };

  void tell() {
    ++events_;
    changed_.notify_all();
  }

  template <class Condition>
  void await(std::unique_lock<std::mutex>& lock, const std::string& what, Condition condition) {
    while (!condition()) {
      const auto before = events_;
      if (!changed_.wait_for(lock, k_patience, [&] { return events_ != before; }))
        throw std::runtime_error("waited in vain for " + what);
    }
  }

  std::mutex mutex_{};
  std::condition_variable changed_{};
  std::map<opus::JobId, Seen> seen_{};
  std::size_t ended_ = 0, events_ = 0;
};

}  // namespace opus_test
