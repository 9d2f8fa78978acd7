#pragma once
// The executor for every batch scheduler.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <opus/executors.hpp>

#include "libopus/core/descriptor.hpp"
#include "libopus/executor/batch/file_watch.hpp"
#include "libopus/executor/batch/options.hpp"
#include "libopus/executor/batch/pace.hpp"
#include "libopus/executor/batch/remote_files.hpp"
#include "libopus/executor/batch/scheduler.hpp"
#include "libopus/executor/batch/submission.hpp"
#include "libopus/executor/batch/verdict.hpp"
#include "libopus/executor/takes_many.hpp"

namespace opus { inline namespace uws0 { namespace batch {

/// A task is known from submit() or attach() to its on_finished. How it ended says its runner
/// (exit.json in its folder); the scheduler is asked, by one command for all jobs, how the others
/// are, and about those whose runner left no word.
///
/// A submission whose answer is lost leaves its task in doubt: it is looked for by its tag until
/// it is found, or until it is certain that the scheduler has not got it; then it is submitted
/// again. Should both be there in the end, one runner claims the job, and the other leaves.
///
/// Threads: the service's calls run their commands themselves; one thread of ours asks and looks,
/// another one copies what jobs have left, where no file system is shared. mutex_ guards tasks_,
/// snapshot_ and what is to be copied; it is not held while commands run or the sink is called.
class BatchExecutor final : public Executor, public TakesMany {
 public:
  BatchExecutor(std::string name, BatchConfig config, std::unique_ptr<Scheduler> scheduler,
                std::vector<OptionRule> rules);
  ~BatchExecutor() override { stop(); }

  std::string_view name() const noexcept override { return name_; }
  void prepare(const ExecutorSite& site) override { site_ = site; }
  Result<void> start(EventSink& sink) override;
  Result<NativeId> submit(const Task& task) override;
  std::vector<Result<NativeId>> submit_all(std::span<const Task> tasks) override;
  std::size_t most_at_once() const noexcept override { return k_most_in_array; }
  Result<void> cancel(const JobId& job, const NativeId& native,
                      std::chrono::milliseconds grace) override;
  Result<Attach> attach(const Task& task, const NativeId& native) override;
  Result<void> set_execution_duration(const JobId& job, const NativeId& native,
                                      std::chrono::seconds limit) override;
  bool can_hold(const NativeId& native) const noexcept override {
    return scheduler_->can_hold(native.value);
  }
  Result<void> hold(const JobId& job, const NativeId& native) override;
  Result<void> release(const JobId& job, const NativeId& native) override;
  bool remembers_tasks() const noexcept override { return true; }
  bool queues_tasks() const noexcept override { return true; }
  void stop() noexcept override;

 private:
  using Clock = std::chrono::steady_clock;
  using Lock = std::unique_lock<std::mutex>;

  struct Known {
    std::filesystem::path directory{};
    Submission submission{};  ///< by itself
    std::optional<ArrayPlace> place{};
    std::string native{};  ///< empty = in doubt
    bool told_started = false;
    Phase told = Phase::queued;
    std::string told_reason{};
    bool hold_asked = false;  ///< by its owner; lists of Slurm's qstat do not show it
    bool cancel_asked = false;
    Clock::time_point cancelled_at{};  ///< last time the scheduler was asked for it
    std::uint64_t asked = 0;           ///< lists begun before this number cannot know of it
    std::optional<Clock::time_point> started_at{};
    std::uint64_t started_in = 0;  ///< lists begun before know nothing of its start
    unsigned missing = 0;          ///< from how many lists in a row
    Clock::time_point missing_since{};
    unsigned running = 0;                           ///< in how many lists in a row, without a claim
    std::optional<Listed> over{};                   ///< the scheduler says so
    std::optional<Clock::time_point> over_since{};  ///< that, or that it is missing
    std::optional<Clock::time_point> record_since{};  ///< exit.json is there
    bool asked_past = false;
    bool fetching = false, fetched = false;  ///< its files, from where it ran
  };
  using Tasks = std::map<std::string, Known, std::less<>>;
  using ByKey = std::unordered_map<std::string, std::vector<Listed>>;
  using Snapshot = std::shared_ptr<const ByKey>;
  static constexpr unsigned k_most_in_array =
      1000;  ///< what schedulers allow unless told otherwise
  /// Those that may be ours, by tag or array and index.
  static ByKey by_key(std::vector<Listed> all);
  static std::vector<const Listed*> of_job(const ByKey& all, const std::string& tag,
                                           const std::optional<ArrayPlace>& place);

  // --- batch_executor.cpp: what the service asks for
  Result<std::string> hand_in(const Submission& submission, SubmissionMark& mark) const;
  void know(const Task& task, Submission submission, std::string native,
            std::optional<ArrayPlace> place = {});
  Result<void> probe();
  /// The native id of a job by that tag, or at that place; empty = there is none.
  Result<std::string> find(const std::string& tag, const std::optional<ArrayPlace>& place,
                           bool fresh);
  Result<Snapshot> snapshot(bool fresh);
  void told_by_owner(const JobId& job, Phase phase);
  Result<Submission> submission_of(const Task& task) const;

  // --- array.cpp: many at once
  struct Member;
  using Answers = std::vector<std::optional<Result<NativeId>>>;
  std::vector<std::vector<Member>> alike(std::span<const Task> tasks);
  /// Members that have no answer after it are to be submitted one by one.
  void submit_array(std::vector<Member> members, Answers& answers);

  // --- copying.cpp: where no file system is shared
  Result<void> lay_out(const RemoteFiles::Paths& directories);
  void pull_news();
  /// Are its files here? If not they are asked for, and it is looked at again.
  bool has_come(const std::string& job);
  void want_gone(const std::filesystem::path& directory);
  void copy();
  RemoteFiles::Paths fetch(const std::map<std::string, std::filesystem::path>& wanted);

  // --- poller.cpp: the thread
  void run();
  void wait_for_news();
  /// When the scheduler is to be asked; max() = there is nothing to ask about.
  Clock::time_point next_list();
  void ask_scheduler();
  void take_list(std::vector<Listed> all, std::uint64_t number);
  static bool is_nothing_new(const Known& known, const Listed& listed);
  void take_state(const std::string& job, Listed listed, std::uint64_t number);
  void take_missing(const std::string& job, std::uint64_t number);
  void look_at_all();
  void not_reached(const Error& error);
  void reached();
  void look(const std::string& job);
  std::optional<Listed> ask_past(const std::string& job);
  void settle_doubt(const std::string& job);
  void send_cancel(const std::string& job, const std::string& native);
  void report_started(const std::string& job, TimePoint at);
  void report_state(const std::string& job, Phase phase, std::string reason);
  void report_finished(const std::string& job, Outcome outcome);
  void wake() noexcept;
  void log(LogLevel level, std::string message) const;
  std::vector<std::string> job_names();

  const std::string name_;
  const BatchConfig config_;
  const std::unique_ptr<Scheduler> scheduler_;
  const std::vector<OptionRule> rules_;
  std::filesystem::path runner_{}, local_runner_{};
  Commands commands_;
  RemoteFiles remote_;
  bool remote_ready_ = false;  ///< for lay_out() alone
  ExecutorSite site_{};
  EventSink* sink_ = nullptr;
  Descriptor wake_{};
  std::atomic<bool> stopping_{false};
  std::thread thread_{}, copier_{};

  std::mutex probing_{};
  std::mutex mutex_{};
  Tasks tasks_{};
  std::vector<std::string> fresh_{};  ///< known since the thread has looked last
  Snapshot snapshot_{};               ///< all jobs at the scheduler, for attach()
  Clock::time_point snapshot_at_{};
  std::string snapshot_for_{};  ///< the array in doubt for which it was made; attach() only
  std::uint64_t lists_begun_ = 0;
  std::optional<Clock::time_point> news_at_{};  ///< of any job

  std::condition_variable copy_wake_{};
  std::map<std::string, std::filesystem::path> to_fetch_{};  ///< job -> folder
  RemoteFiles::Paths to_remove_{};
  Clock::time_point remove_at_{};

  // The thread's own.
  std::optional<Clock::time_point> pulled_at_{};  ///< when the last pull that succeeded began
  bool pull_failed_ = false;
  FileWatch watch_{};
  Clock::time_point list_ended_{};
  Clock::duration list_took_{};
  std::optional<Clock::time_point> nearest_limit_{};  ///< as of the last list
  unsigned failures_ = 0;
  Clock::time_point failing_since_{};
  bool told_unreachable_ = false;
};

}}}  // namespace opus::uws0::batch
