#include "libopus/executor/function/function_executor.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "libopus/core/descriptor.hpp"
#include "libopus/core/process.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/executor/function/task_context.hpp"

namespace opus { inline namespace uws0 {
namespace {

std::chrono::milliseconds between(const timeval& begin, const timeval& end) {
  return std::chrono::milliseconds{(end.tv_sec - begin.tv_sec) * 1000 +
                                   (end.tv_usec - begin.tv_usec) / 1000};
}

class Pool final : public FunctionExecutor {
 public:
  explicit Pool(FunctionExecutorConfig config)
      : clock_(config.clock ? std::move(config.clock) : system_clock()),
        max_threads_(config.max_threads != 0 ? config.max_threads
                                             : std::max(1u, std::thread::hardware_concurrency())) {}

  ~Pool() override { Pool::stop(); }

  void define(const std::string& name, JobFunction function) override {
    const std::lock_guard lock{mutex_};
    functions_[name] = std::make_shared<const JobFunction>(std::move(function));
  }
  void undefine(std::string_view name) override {
    const std::lock_guard lock{mutex_};
    if (const auto found = functions_.find(name); found != functions_.end())
      functions_.erase(found);
  }
  bool has(std::string_view name) const override {
    const std::lock_guard lock{mutex_};
    return functions_.find(name) != functions_.end();
  }

  std::string_view name() const noexcept override { return "function"; }
  bool remembers_tasks() const noexcept override { return false; }

  Result<void> start(EventSink& sink) override {
    sink_ = &sink;
    return {};
  }

  Result<NativeId> submit(const Task& task) override {
    const std::lock_guard lock{mutex_};
    if (stopping_) return Error{Errc::unavailable, "the service is closing", {}};
    if (calls_.contains(task.job)) return NativeId{task.job.value};
    const auto function = functions_.find(task.description);
    if (function == functions_.end())
      return Error{Errc::unavailable, "no function is defined for " + task.description, {}};
    auto call = std::make_shared<Call>();
    call->task = task;
    call->function = function->second;
    if (idle_ <= waiting_.size() && threads_.size() < max_threads_) {
      try {
        threads_.emplace_back([this] { work(); });
      } catch (const std::system_error& error) {
        // With at least one thread it only takes longer.
        if (threads_.empty())
          return Error{
              Errc::unavailable, std::string{"cannot start a thread: "} + error.what(), {}};
      }
    }
    // The mark outlives the call: a second submission finds it even if the first has ended.
    if (const Result<Descriptor> mark = create_file(task.directory / "function.started", 0600);
        !mark) {
      if (mark.error().code == Errc::conflict) return NativeId{task.job.value};
      return mark.error();
    }
    calls_.emplace(task.job, call);
    waiting_.push_back(std::move(call));
    wake_.notify_one();
    return NativeId{task.job.value};
  }

  Result<void> cancel(const JobId& job, const NativeId&, std::chrono::milliseconds) override {
    std::unique_lock lock{mutex_};
    const auto found = calls_.find(job);
    if (found == calls_.end())
      return Error{Errc::not_found, "no function runs for job " + job.value, {}};
    const CallPtr call = found->second;
    ask_to_stop(*call, Ending::cancelled);
    if (call->started) return {};
    std::erase(waiting_, call);
    calls_.erase(found);
    lock.unlock();
    Outcome outcome;
    outcome.ending = Ending::cancelled;
    outcome.ended = clock_->now();
    sink_->on_finished(job, std::move(outcome));
    return {};
  }

  Result<Attach> attach(const Task& task, const NativeId&) override {
    const std::lock_guard lock{mutex_};
    return calls_.contains(task.job) ? Attach::attached : Attach::unknown;
  }

  Result<void> set_execution_duration(const JobId& job, const NativeId&,
                                      std::chrono::seconds limit) override {
    const std::lock_guard lock{mutex_};
    const auto call = calls_.find(job);
    if (call == calls_.end())
      return Error{Errc::not_found, "no function runs for job " + job.value, {}};
    call->second->task.execution_duration = limit;
    set_deadline(*call->second);
    return {};
  }

  void stop() noexcept override {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
      for (const auto& [job, call] : calls_) call->stop.request_stop();
    }
    wake_.notify_all();
    timer_wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    if (timer_.joinable()) timer_.join();
  }

 private:
  struct Call {
    Task task{};
    std::shared_ptr<const JobFunction> function{};
    std::stop_source stop{};
    std::optional<Ending> asked{};  ///< why it was asked to stop
    std::optional<TimePoint> started{};
    std::optional<TimePoint> deadline{};
  };
  using CallPtr = std::shared_ptr<Call>;

  static void ask_to_stop(Call& call, Ending why) {
    if (!call.asked) call.asked = why;
    call.stop.request_stop();
  }

  void work() {
    std::unique_lock lock{mutex_};
    for (;;) {
      ++idle_;
      wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      --idle_;
      if (stopping_) return;
      const CallPtr call = std::move(waiting_.front());
      waiting_.pop_front();
      call->started = clock_->now();
      set_deadline(*call);
      const Task task = call->task;  // the limit in the original may change while the call runs
      lock.unlock();
      sink_->on_started(task.job, *call->started);
      Outcome outcome = run(*call, task);
      lock.lock();
      calls_.erase(task.job);
      if (call->asked) outcome.ending = *call->asked;
      if (stopping_) return;  // cut short by our own end: the next start must not take it as done
      lock.unlock();
      outcome.ended = clock_->now();
      outcome.started = call->started;
      outcome.facts.host = host_name();
      outcome.facts.os = os_name();
      outcome.facts.kernel = kernel_name();
      sink_->on_finished(task.job, std::move(outcome));
      lock.lock();
    }
  }

  Outcome run(const Call& call, const Task& task) {
    Outcome outcome;
    FunctionContext context{task, *sink_, call.stop.get_token()};
    std::optional<std::string> failure;
    rusage before{}, after{};
    getrusage(RUSAGE_THREAD, &before);
    try {
      if (const Result<void> result = (*call.function)(context); !result) {
        failure = result.error().message;
        outcome.transient = result.error().code == Errc::unavailable;
      }
    } catch (const std::exception& exception) {
      failure = exception.what();
    } catch (...) {
      failure = "the function threw something that is no std::exception";
    }
    getrusage(RUSAGE_THREAD, &after);
    outcome.facts.user_time = between(before.ru_utime, after.ru_utime);
    outcome.facts.system_time = between(before.ru_stime, after.ru_stime);
    outcome.facts.exit_code = failure ? 1 : 0;
    if (failure) outcome.message = *failure;
    return outcome;
  }

  /// With the mutex held.
  void set_deadline(Call& call) {
    if (!call.started) return;
    call.deadline.reset();
    if (call.task.execution_duration.count() > 0)
      call.deadline = *call.started + call.task.execution_duration;
    if (call.deadline && !timer_.joinable()) timer_ = std::thread{[this] { watch_time(); }};
    timer_wake_.notify_all();
  }

  void watch_time() {
    std::unique_lock lock{mutex_};
    while (!stopping_) {
      std::optional<TimePoint> next;
      for (const auto& [job, call] : calls_) {
        if (!call->deadline || call->asked) continue;
        if (*call->deadline <= clock_->now())
          ask_to_stop(*call, Ending::time_limit);
        else if (!next || *call->deadline < *next)
          next = call->deadline;
      }
      if (next)
        clock_->wait_until(lock, timer_wake_, *next);
      else
        timer_wake_.wait(lock);
    }
  }

  const std::shared_ptr<Clock> clock_;
  const unsigned max_threads_;
  EventSink* sink_ = nullptr;

  mutable std::mutex mutex_{};
  std::condition_variable wake_{};
  std::map<std::string, std::shared_ptr<const JobFunction>, std::less<>> functions_{};
  std::unordered_map<JobId, CallPtr> calls_{};  // waiting and running
  std::deque<CallPtr> waiting_{};
  std::vector<std::thread> threads_{};
  std::size_t idle_ = 0;
  bool stopping_ = false;
  std::condition_variable timer_wake_{};
  std::thread timer_{};
};

}  // namespace

std::unique_ptr<FunctionExecutor> make_function_executor(FunctionExecutorConfig config) {
  return std::make_unique<Pool>(std::move(config));
}

}}  // namespace opus::uws0
