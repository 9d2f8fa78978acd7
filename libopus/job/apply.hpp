#pragma once
// The life of a job as a pure function: job + event -> job + history. No I/O, no clock.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <opus/error.hpp>
#include <opus/executor.hpp>
#include <opus/export.hpp>
#include <opus/history.hpp>
#include <opus/job.hpp>

namespace opus { inline namespace uws0 { namespace job {

/// The owner commits the job: these parameters and inputs are final. It is HELD while an input is a
/// result that another job has yet to generate.
struct RunAsked {
  std::vector<Parameter> parameters{};
  std::vector<JobInput> inputs{};
  std::optional<TimePoint> quote{};
};

/// Results of other jobs that it waited for are there; the inputs may still wait for more.
struct InputsArrived {
  std::vector<JobInput> inputs{};
};

/// The owner wants the job to wait, until RUN.
struct HoldAsked {};

/// The backend has been told that the owner said RUN to what was HELD.
struct Released {};

/// The owner stops the job.
struct AbortAsked {
  std::string by{}, reason{};
};

/// The owner deletes the job.
struct DestroyAsked {
  std::string by{}, reason{};
};

/// An earlier job was asked the same, and these are its results.
struct Reused {
  JobId of{};
  std::vector<JobResult> results{};
  std::string request_hash{};
};

/// The work folder is ready and the task is about to be handed to the executor.
struct HandedOver {
  std::string executor{};
  std::vector<std::string> command{};
  std::vector<JobInput> inputs{};
  std::string software{};
  std::chrono::seconds execution_duration_max{0};  ///< it is shortened to this; 0 = stays as it is
  std::string request_hash{};
};

/// The backend has accepted the task.
struct Submitted {
  NativeId native{};
};

/// The code runs.
struct Started {
  TimePoint at{};
};

/// The backend shows the task in another state (held, suspended, unknown, queued, executing).
struct StateSeen {
  Phase phase = Phase::unknown;
  std::string reason{};
};

struct ProgressSeen {
  std::optional<double> fraction{};
  std::string text{};
};

/// The code has ended and its results are collected.
struct Finished {
  Outcome outcome{};
  std::vector<JobResult> results{};
  std::optional<Error> results_error{};  ///< a required result is missing, ...
  std::string stderr_tail{};
  std::vector<LogFile> logs{};
  std::optional<std::string> record{};  ///< what the code told of its run: PROV-JSON
  std::string record_fault{};           ///< why that is not taken
};

/// The job could not be run at all (an input, the executor, our own restart).
struct Failed {
  JobError error{};
};

/// Its code never ran, or nothing of it runs any more; there is nothing to collect.
struct Stopped {};

/// The execution duration is over.
struct DurationExceeded {};

/// The destruction time has come and the record stays: first ABORTED if it is not final, then
/// ARCHIVED. Results are invalidated, but for those other jobs still use.
struct Archived {
  std::vector<EntityId> kept{};
};

using Event = std::variant<RunAsked, InputsArrived, HoldAsked, Released, AbortAsked, DestroyAsked,
                           Reused, HandedOver, Submitted, Started, StateSeen, ProgressSeen,
                           Finished, Failed, Stopped, DurationExceeded, Archived>;

struct Applied {
  Job job{};
  std::vector<HistoryEntry> history{};
  bool changed = false;                 ///< false: the event means nothing (any more) to this job
  std::optional<std::string> record{};  ///< what the code told of its run, to be kept with the job
};

/// conflict: the owner asked for what the phase table does not allow. Events of executors never
/// fail: what comes too late is ignored. `at` is the time of the change.
OPUS_UWS_API Result<Applied> apply(Job job, const Event& event, TimePoint at);

/// What must now be done for a job; safe to repeat after a crash.
struct Actions {
  bool run = false;           ///< put it into the queue, or find it at its backend; not while it
                              ///< waits for its inputs (other jobs' ends release it), nor on hold
  bool stop = false;          ///< stop its code, then Stopped or Finished
  bool remove_files = false;  ///< delete what is on disk, then the record
  bool hold = false;          ///< keep it from beginning: out of the queue, or at its backend
  bool release = false;       ///< tell its backend that it may go on, then Released
  bool operator==(const Actions&) const = default;
};

OPUS_UWS_API Actions actions_for(const Job& job);

}}}  // namespace opus::uws0::job
