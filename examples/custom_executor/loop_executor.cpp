#include "loop_executor.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace custom_executor {

bool LoopQueue::run_next(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, patience, [&] { return !waiting_.empty(); })) return false;
  const opus::Task task = std::move(waiting_.front());
  waiting_.pop_front();
  running_ = Running{.job = task.job};
  const std::stop_source stop = running_->stop;
  opus::Outcome outcome{.started = opus::system_clock()->now()};
  if (sink_ != nullptr) sink_->on_started(task.job, *outcome.started);

  lock.unlock();  // the work may take long, and cancel() must get through meanwhile
  const opus::Result<void> done = call_work(task, stop.get_token());
  lock.lock();

  running_.reset();
  outcome.ended = opus::system_clock()->now();
  outcome.ending = stop.stop_requested() ? opus::Ending::cancelled : opus::Ending::exited;
  outcome.facts.exit_code = done ? 0 : 1;
  if (!done) outcome.message = done.error().message;
  if (sink_ != nullptr) sink_->on_finished(task.job, std::move(outcome));
  return true;
}

// Whatever the work does, the task gets its last event.
opus::Result<void> LoopQueue::call_work(const opus::Task& task, std::stop_token stop) const try {
  return work_(task, std::move(stop));
} catch (const std::exception& exception) {
  return opus::Error{opus::Errc::internal, exception.what()};
}

opus::Result<void> LoopExecutor::start(opus::EventSink& sink) {
  const std::lock_guard lock(queue_->mutex_);
  queue_->sink_ = &sink;
  return {};
}

// Accepted or nothing happened: once the task is in the queue, every later fact is an event.
opus::Result<opus::NativeId> LoopExecutor::submit(const opus::Task& task) {
  const std::lock_guard lock(queue_->mutex_);
  queue_->waiting_.push_back(task);
  queue_->changed_.notify_one();
  return opus::NativeId{task.job.value};  // any text that is ours alone; here the job's own id
}

// Success means that the request was delivered. There is no force to use after `grace`: a thread
// cannot be killed, so the work has to look at its stop token.
opus::Result<void> LoopExecutor::cancel(const opus::JobId& job, const opus::NativeId&,
                                        std::chrono::milliseconds) {
  const std::lock_guard lock(queue_->mutex_);
  if (queue_->running_ && queue_->running_->job == job) {
    queue_->running_->stop.request_stop();  // the event follows when the work returns
    return {};
  }
  auto& waiting = queue_->waiting_;
  const auto task = std::find_if(waiting.begin(), waiting.end(),
                                 [&](const opus::Task& other) { return other.job == job; });
  if (task == waiting.end())
    return opus::Error{opus::Errc::not_found, "the loop does not have this job"};
  waiting.erase(task);
  if (queue_->sink_ != nullptr)
    queue_->sink_->on_finished(job, {.ending = opus::Ending::cancelled});
  return {};
}

// The queue dies with the process. Whether a task had begun before that nobody can tell, and
// running it twice would be worse than reporting it lost.
opus::Result<opus::Attach> LoopExecutor::attach(const opus::Task&, const opus::NativeId&) {
  return opus::Attach::unknown;
}

// No event after this returns; what has not begun never will.
void LoopExecutor::stop() noexcept {
  const std::lock_guard lock(queue_->mutex_);
  queue_->sink_ = nullptr;
  queue_->waiting_.clear();
  if (queue_->running_) queue_->running_->stop.request_stop();
}

}  // namespace custom_executor
