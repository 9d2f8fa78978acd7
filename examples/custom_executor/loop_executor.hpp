#pragma once
// An executor for codes that may run in one thread only, the one that turns the host's own loop: a
// GUI, an instrument's control loop, an interpreter that is not thread-safe.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <opus/opus.hpp>

namespace custom_executor {

/// What the host does with a task. It reads task.parameters and task.inputs, writes its results
/// into task.work_dir, and returns soon after the token says stop. An Error ends the job in ERROR.
using Work = std::function<opus::Result<void>(const opus::Task&, std::stop_token)>;

/// Tasks wait in a queue until the host calls run_next(). The service owns the executor; the host
/// keeps the queue, which both share, because the service may go first or last.
class LoopQueue {
 public:
  explicit LoopQueue(Work work) : work_(std::move(work)) {}

  /// Runs the next task in the calling thread; false if none came within `patience`. One thread.
  bool run_next(std::chrono::milliseconds patience);

 private:
  friend class LoopExecutor;
  struct Running {
    opus::JobId job{};
    std::stop_source stop{};
  };
  opus::Result<void> call_work(const opus::Task& task, std::stop_token stop) const;

  const Work work_;
  std::mutex mutex_{};
  std::condition_variable changed_{};
  // Null before start() and after stop(). Events are sent with the mutex held, so that stop() never
  // returns in the middle of one; a sink does not block and does not call back.
  opus::EventSink* sink_ = nullptr;
  std::deque<opus::Task> waiting_{};
  std::optional<Running> running_{};
};

class LoopExecutor final : public opus::Executor {
 public:
  explicit LoopExecutor(std::shared_ptr<LoopQueue> queue) : queue_(std::move(queue)) {}

  std::string_view name() const noexcept override { return "loop"; }
  opus::Result<void> start(opus::EventSink& sink) override;
  opus::Result<opus::NativeId> submit(const opus::Task& task) override;
  opus::Result<void> cancel(const opus::JobId& job, const opus::NativeId& native,
                            std::chrono::milliseconds grace) override;
  opus::Result<opus::Attach> attach(const opus::Task& task, const opus::NativeId& native) override;
  bool remembers_tasks() const noexcept override { return false; }
  void stop() noexcept override;

 private:
  const std::shared_ptr<LoopQueue> queue_;
};

}  // namespace custom_executor
