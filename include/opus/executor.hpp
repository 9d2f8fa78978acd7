#pragma once
// The interface between the service and whatever runs tasks. An executor built outside is bound to
// our compiler ABI and minor version.

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <opus/description.hpp>
#include <opus/error.hpp>
#include <opus/export.hpp>
#include <opus/id.hpp>
#include <opus/job.hpp>
#include <opus/log.hpp>
#include <opus/time.hpp>

namespace opus { inline namespace uws0 {

/// An input as it lies in the task's work folder.
struct TaskInput {
  std::string name{};            ///< the description's input name
  std::filesystem::path path{};  ///< absolute
  std::string media_type{};
};

/// A result the description asks for: ResultDescription without what only people read.
struct TaskResult {
  std::string name{};
  std::string path{};  ///< file name or glob below the work folder
  std::string media_type{};
};

/// Everything an executor needs to run one job once. Paths are absolute; the folders exist.
struct Task {
  JobId job{};  ///< also the idempotency tag: an executor must be able to find the job by it
  std::string description{};
  std::filesystem::path directory{};  ///< jobs/<2 hex>/<job id>: task.json, exit.json
  std::filesystem::path work_dir{};   ///< cwd of the code
  std::filesystem::path stdout_path{}, stderr_path{};
  std::vector<std::string> command{};                ///< argv, values filled in; never a shell line
  std::map<std::string, std::string> environment{};  ///< the whole environment of the code
  std::vector<Parameter> parameters{};
  std::vector<TaskInput> inputs{};
  std::vector<TaskResult> results{};
  std::chrono::seconds execution_duration{0};  ///< from the start of the code; 0 = unlimited
  ResourceLimits limits{};
  std::map<std::string, std::string> options{};  ///< JobDescription::executor_options
  /// The description came by Service::submit(), not from the host: its code is that of an author
  /// who need not be trusted.
  bool from_outside = false;
};

/// How the code's execution ended.
enum class Ending {
  exited,         ///< by itself, with an exit code
  signalled,      ///< killed by a signal nobody of us sent
  cancelled,      ///< because cancel() asked for it
  time_limit,     ///< execution duration exceeded, stopped by the executor
  out_of_memory,  ///< killed for its memory
  not_started,    ///< the code could not be started (no such program, no permission ...)
  lost,           ///< the end was not observed and cannot be learned
};

struct Outcome {
  Ending ending = Ending::exited;
  RunFacts facts{};                    ///< exit_code for exited; signal for signalled
  std::optional<TimePoint> started{};  ///< when the code began, if it did
  std::optional<TimePoint> ended{};
  std::string message{};   ///< more about a failure, for people; may be empty
  bool transient = false;  ///< the same job may succeed if retried
};

/// Where an executor reports. Threads: any, also from within submit(). Never blocks for long, never
/// fails: what the service cannot record it asks for again. Events of jobs it does not know or that
/// have ended are ignored. Outlives Executor::stop().
class OPUS_UWS_API EventSink {
 public:
  virtual ~EventSink();
  /// The code runs. May be left out by executors that learn only the end.
  virtual void on_started(const JobId& job, TimePoint at) = 0;
  /// Still alive, but not running: Phase::held, suspended, unknown, queued or executing (again).
  virtual void on_state(const JobId& job, Phase phase, std::string reason) = 0;
  /// Fraction 0..1 and a short text, each optional.
  virtual void on_progress(const JobId& job, std::optional<double> fraction, std::string text) = 0;
  /// The last event of a job. Its files are complete: nothing of it runs any more.
  virtual void on_finished(const JobId& job, Outcome outcome) = 0;
};

/// What is known of a job at the backend after a restart.
enum class Attach {
  attached,   ///< it is there (or has ended): its events follow as if submitted just now
  never_ran,  ///< the backend has certainly never started it: it may be submitted
  unknown,    ///< the backend cannot tell, and never will
};

/// What an executor may use of the service that takes it.
struct ExecutorSite {
  std::filesystem::path data_dir{};  ///< absolute; the service's data folder
  LogSink log{};                     ///< empty = no log
};

/// Runs tasks. The service calls prepare() and start() once, then submit/cancel/attach one at a
/// time from one thread of its own, then stop() once. No member may call back into Service.
class OPUS_UWS_API Executor {
 public:
  virtual ~Executor();

  /// What descriptions say in `executor`: "local", "slurm", ... Constant.
  virtual std::string_view name() const noexcept = 0;

  /// Called before start() with what the executor may use from then on. Default: does nothing.
  virtual void prepare(const ExecutorSite& site);

  /// Called before anything but prepare(); `sink` outlives stop(). An error keeps the executor out
  /// of the service.
  virtual Result<void> start(EventSink& sink) = 0;

  /// On success the backend owns the task and every later fact arrives through the sink, even if
  /// this process dies and attach() is called by the next one. Events may arrive before submit()
  /// returns. On error nothing started and no event follows: invalid_argument and unsupported =
  /// the job ends in ERROR; unavailable = the service backs off and submits again.
  virtual Result<NativeId> submit(const Task& task) = 0;

  /// Asks for the end: first politely, after `grace` by force. Idempotent. Success means that the
  /// request was delivered; the end arrives as on_finished. not_found = nothing of it runs.
  virtual Result<void> cancel(const JobId& job, const NativeId& native,
                              std::chrono::milliseconds grace) = 0;

  /// After a restart: look the job up by its id (the native id may be empty: it was not recorded).
  /// unavailable = ask again later.
  virtual Result<Attach> attach(const Task& task, const NativeId& native) = 0;

  /// A new limit for a running task, counted from its start; 0 = unlimited. unsupported = the
  /// service enforces it by cancel().
  virtual Result<void> set_execution_duration(const JobId& job, const NativeId& native,
                                              std::chrono::seconds limit);

  /// Can a task that waits at the backend be kept waiting there? Threads: any. The native id may be
  /// empty: it is being submitted. Default: false, and the owner is told so.
  virtual bool can_hold(const NativeId& native) const noexcept;

  /// The owner of a task that has not begun wants it to wait until release(). Idempotent; after a
  /// restart it is said again. not_found, unsupported = it cannot be held (any more) and goes on;
  /// unavailable = ask again later. Default: unsupported.
  virtual Result<void> hold(const JobId& job, const NativeId& native);

  /// The owner of a task that was held, or reported HELD, wants it to go on (UWS 1.1 §2.1.3:
  /// PHASE=RUN). What comes of it arrives as events. Idempotent. unavailable = ask again later.
  /// Default: unsupported, and the job stays HELD.
  virtual Result<void> release(const JobId& job, const NativeId& native);

  /// Does attach() know a task again after this process has died? If not, the service records the
  /// hand-over before submit(). Default: false.
  virtual bool remembers_tasks() const noexcept;

  /// The backend has a queue of its own: what it was handed does not count as executing here
  /// (ServiceConfig::max_executing). Asked by any thread, always the same. Default: false.
  virtual bool queues_tasks() const noexcept;

  /// No event after it returns. Tasks that can outlive this process do.
  virtual void stop() noexcept = 0;
};

}}  // namespace opus::uws0
