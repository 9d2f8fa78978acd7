#pragma once
// For tests of services and of hosts: a clock that moves when told, an executor that plays a
// script, and failures on demand.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <opus/executor.hpp>
#include <opus/export.hpp>
#include <opus/time.hpp>

namespace opus { inline namespace uws0 { namespace testing {

/// Stands still until advanced. Threads: any.
class OPUS_UWS_API ManualClock final : public Clock {
 public:
  /// Default: 2026-01-01T00:00:00Z.
  explicit ManualClock(TimePoint start = TimePoint{std::chrono::sys_days{
                           std::chrono::year{2026} / std::chrono::January / 1}});
  ~ManualClock() override;
  TimePoint now() const override;
  void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& wake,
                  TimePoint deadline) override;
  /// Moves time forward and wakes every waiter whose deadline has come. The caller must not hold
  /// the mutex of a waiter.
  void advance(std::chrono::milliseconds by);

 private:
  struct OPUS_UWS_LOCAL State;
  std::unique_ptr<State> state_;
};

/// Fails store operations on demand. Threads: any.
class OPUS_UWS_API Faults {
 public:
  Faults();
  ~Faults();
  /// The n-th write statement or commit from now on (0 = the next) fails, and all after it until
  /// heal(): the disk is gone, the process as good as dead. Negative = never.
  void fail_after(long n) noexcept;
  void heal() noexcept;
  bool fired() const noexcept;
  /// Asked by the store before each write; true = fail it.
  bool should_fail() noexcept;

 private:
  std::atomic<long> left_{-1};
  std::atomic<bool> fired_{false};
};

/// Plays the same script for each task on a clock: queued for a while, runs for a while, ends.
/// Submissions can be made to fail; news can be sent by hand. Threads: any.
class OPUS_UWS_API ScriptedExecutor final : public Executor {
 public:
  explicit ScriptedExecutor(std::shared_ptr<Clock> clock, std::string name = "scripted");
  ~ScriptedExecutor() override;

  // The script, set before tasks are submitted.
  ScriptedExecutor& queue_for(std::chrono::milliseconds time);
  ScriptedExecutor& run_for(std::chrono::milliseconds time);
  ScriptedExecutor& exit_with(int code);
  /// The next submissions fail with these, in order; then they succeed again.
  ScriptedExecutor& fail_submit(std::vector<Error> errors);
  /// What attach() answers for jobs it does not know. Default never_ran.
  ScriptedExecutor& answer_attach(Attach answer);
  /// What can_hold() and hold() answer. Default: it can, and success; a task that is held does not
  /// begin before it is released.
  ScriptedExecutor& answer_can_hold(bool answer);
  ScriptedExecutor& answer_hold(Result<void> answer);
  /// What release() answers. Default success, without any event.
  ScriptedExecutor& answer_release(Result<void> answer);

  // Observations.
  std::vector<Task> submitted() const;
  std::vector<JobId> cancelled() const;
  std::vector<JobId> held() const;
  std::vector<JobId> released() const;
  /// The sink, for events by hand. Null before start().
  EventSink* sink() const noexcept;

  std::string_view name() const noexcept override;
  Result<void> start(EventSink& sink) override;
  Result<NativeId> submit(const Task& task) override;
  Result<void> cancel(const JobId& job, const NativeId& native,
                      std::chrono::milliseconds grace) override;
  Result<Attach> attach(const Task& task, const NativeId& native) override;
  bool can_hold(const NativeId& native) const noexcept override;
  Result<void> hold(const JobId& job, const NativeId& native) override;
  Result<void> release(const JobId& job, const NativeId& native) override;
  void stop() noexcept override;

 private:
  class OPUS_UWS_LOCAL Impl;
  std::unique_ptr<Impl> impl_;
};

}}}  // namespace opus::uws0::testing
