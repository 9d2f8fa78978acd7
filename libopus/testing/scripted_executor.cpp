#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include <opus/testing.hpp>

namespace opus { inline namespace uws0 { namespace testing {

class ScriptedExecutor::Impl {
 public:
  Impl(std::shared_ptr<Clock> clock, std::string name)
      : clock_(std::move(clock)), name_(std::move(name)) {}

  void start(EventSink& sink) {
    const std::lock_guard lock{mutex_};
    sink_ = &sink;
    thread_ = std::thread{[this] { play(); }};
  }

  void stop() noexcept {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  Result<NativeId> submit(const Task& task) {
    const std::lock_guard lock{mutex_};
    if (!failures_.empty()) {
      Error error = std::move(failures_.front());
      failures_.pop_front();
      return error;
    }
    const bool again = knows(task.job);
    submitted_.push_back(task);
    if (!again) plan_run(task.job);
    return NativeId{"scripted-" + task.job.value};
  }

  Result<void> cancel(const JobId& job) {
    const std::lock_guard lock{mutex_};
    if (ended_.contains(job)) return Error{Errc::not_found, "job " + job.value + " has ended", {}};
    cancelled_.push_back(job);
    std::erase_if(steps_, [&](const auto& step) { return step.second.job == job; });
    plan(clock_->now(), job, Step::cancelled);
    wake_.notify_all();
    return {};
  }

  Result<void> hold(const JobId& job) {
    const std::lock_guard lock{mutex_};
    if (!answer_hold_) return answer_hold_;
    held_.push_back(job);
    if (!started_.contains(job))
      std::erase_if(steps_, [&](const auto& step) { return step.second.job == job; });
    return {};
  }

  Result<void> release(const JobId& job) {
    const std::lock_guard lock{mutex_};
    if (!answer_release_) return answer_release_;
    released_.push_back(job);
    const bool planned = std::any_of(steps_.begin(), steps_.end(),
                                     [&](const auto& step) { return step.second.job == job; });
    const bool waits = std::find(held_.begin(), held_.end(), job) != held_.end();
    if (waits && !planned && !started_.contains(job)) plan_run(job);
    return {};
  }

  Attach attach(const Task& task) {
    const std::lock_guard lock{mutex_};
    return knows(task.job) ? Attach::attached : answer_attach_;
  }

  std::mutex mutex_{};
  std::condition_variable wake_{};
  std::shared_ptr<Clock> clock_;
  const std::string name_;
  EventSink* sink_ = nullptr;
  std::chrono::milliseconds queue_for_{0};
  std::chrono::milliseconds run_for_{0};
  int exit_code_ = 0;
  std::deque<Error> failures_{};
  Attach answer_attach_ = Attach::never_ran;
  std::vector<Task> submitted_{};
  std::vector<JobId> cancelled_{};
  bool can_hold_ = true;
  Result<void> answer_hold_{};
  std::vector<JobId> held_{};
  Result<void> answer_release_{};
  std::vector<JobId> released_{};

 private:
  enum class Step { start, finish, cancelled };
  struct Planned {
    JobId job{};
    Step step = Step::start;
  };

  bool knows(const JobId& job) const {
    return std::any_of(submitted_.begin(), submitted_.end(),
                       [&](const Task& one) { return one.job == job; });
  }

  void plan_run(const JobId& job) {
    const TimePoint start = clock_->now() + queue_for_;
    plan(start, job, Step::start);
    plan(start + run_for_, job, Step::finish);
    wake_.notify_all();
  }

  void plan(TimePoint at, const JobId& job, Step step) { steps_.emplace(at, Planned{job, step}); }

  void play() {
    std::unique_lock lock{mutex_};
    while (!stopping_) {
      if (steps_.empty()) {
        wake_.wait(lock);
        continue;
      }
      const TimePoint at = steps_.begin()->first;
      if (clock_->now() < at) {
        clock_->wait_until(lock, wake_, at);
        continue;
      }
      const Planned planned = steps_.extract(steps_.begin()).mapped();
      if (planned.step == Step::start)
        started_[planned.job] = at;
      else
        ended_.insert(planned.job);
      lock.unlock();
      tell(planned, at);
      lock.lock();
    }
  }

  void tell(const Planned& planned, TimePoint at) {
    if (planned.step == Step::start) return sink_->on_started(planned.job, at);
    Outcome outcome;
    outcome.ended = at;
    if (const auto started = started_.find(planned.job); started != started_.end())
      outcome.started = started->second;
    if (planned.step == Step::finish)
      outcome.facts.exit_code = exit_code_;
    else
      outcome.ending = Ending::cancelled;
    sink_->on_finished(planned.job, std::move(outcome));
  }

  std::multimap<TimePoint, Planned> steps_{};  // of one instant in the order of planning
  std::map<JobId, TimePoint> started_{};       // written by the thread only, under the mutex
  std::set<JobId> ended_{};
  bool stopping_ = false;
  std::thread thread_{};
};

ScriptedExecutor::ScriptedExecutor(std::shared_ptr<Clock> clock, std::string name)
    : impl_(std::make_unique<Impl>(std::move(clock), std::move(name))) {}

ScriptedExecutor::~ScriptedExecutor() { impl_->stop(); }

ScriptedExecutor& ScriptedExecutor::queue_for(std::chrono::milliseconds time) {
  const std::lock_guard lock{impl_->mutex_};
  impl_->queue_for_ = time;
  return *this;
}
ScriptedExecutor& ScriptedExecutor::run_for(std::chrono::milliseconds time) {
  const std::lock_guard lock{impl_->mutex_};
  impl_->run_for_ = time;
  return *this;
}
ScriptedExecutor& ScriptedExecutor::exit_with(int code) {
  const std::lock_guard lock{impl_->mutex_};
  impl_->exit_code_ = code;
  return *this;
}
ScriptedExecutor& ScriptedExecutor::fail_submit(std::vector<Error> errors) {
  const std::lock_guard lock{impl_->mutex_};
  impl_->failures_.assign(errors.begin(), errors.end());
  return *this;
}
ScriptedExecutor& ScriptedExecutor::answer_attach(Attach answer) {
  const std::lock_guard lock{impl_->mutex_};
  impl_->answer_attach_ = answer;
  return *this;
}

ScriptedExecutor& ScriptedExecutor::answer_can_hold(bool answer) {
  const std::lock_guard lock{impl_->mutex_};
  impl_->can_hold_ = answer;
  return *this;
}
ScriptedExecutor& ScriptedExecutor::answer_hold(Result<void> answer) {
  const std::lock_guard lock{impl_->mutex_};
  impl_->answer_hold_ = std::move(answer);
  return *this;
}
ScriptedExecutor& ScriptedExecutor::answer_release(Result<void> answer) {
  const std::lock_guard lock{impl_->mutex_};
  impl_->answer_release_ = std::move(answer);
  return *this;
}

std::vector<Task> ScriptedExecutor::submitted() const {
  const std::lock_guard lock{impl_->mutex_};
  return impl_->submitted_;
}
std::vector<JobId> ScriptedExecutor::cancelled() const {
  const std::lock_guard lock{impl_->mutex_};
  return impl_->cancelled_;
}
std::vector<JobId> ScriptedExecutor::held() const {
  const std::lock_guard lock{impl_->mutex_};
  return impl_->held_;
}
std::vector<JobId> ScriptedExecutor::released() const {
  const std::lock_guard lock{impl_->mutex_};
  return impl_->released_;
}
EventSink* ScriptedExecutor::sink() const noexcept {
  const std::lock_guard lock{impl_->mutex_};
  return impl_->sink_;
}

std::string_view ScriptedExecutor::name() const noexcept { return impl_->name_; }

Result<void> ScriptedExecutor::start(EventSink& sink) {
  impl_->start(sink);
  return {};
}
Result<NativeId> ScriptedExecutor::submit(const Task& task) { return impl_->submit(task); }
Result<void> ScriptedExecutor::cancel(const JobId& job, const NativeId&,
                                      std::chrono::milliseconds) {
  return impl_->cancel(job);
}
Result<Attach> ScriptedExecutor::attach(const Task& task, const NativeId&) {
  return impl_->attach(task);
}
bool ScriptedExecutor::can_hold(const NativeId&) const noexcept {
  const std::lock_guard lock{impl_->mutex_};
  return impl_->can_hold_;
}
Result<void> ScriptedExecutor::hold(const JobId& job, const NativeId&) { return impl_->hold(job); }
Result<void> ScriptedExecutor::release(const JobId& job, const NativeId&) {
  return impl_->release(job);
}
void ScriptedExecutor::stop() noexcept { impl_->stop(); }

}}}  // namespace opus::uws0::testing
