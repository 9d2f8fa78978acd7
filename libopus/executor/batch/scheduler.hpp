#pragma once
// What differs between batch schedulers: how a command is put and how its answer is read. All of it
// is pure; batch/ runs the commands and decides.

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/error.hpp>

#include "libopus/executor/batch/command.hpp"

namespace opus { inline namespace uws0 { namespace batch {

enum class State {
  queued,
  held,
  running,
  suspended,
  ending,  ///< the code has ended or is being killed; nothing is decided yet
  // From here on it is over.
  completed,      ///< the runner exited with 0
  failed,         ///< or otherwise
  cancelled,      ///< by whomever
  time_limit,     ///< the scheduler's
  out_of_memory,  ///
  node_failed,    ///
  preempted,      ///
  requeued,       ///< it waits there again, though our runner had begun
  not_started,    ///< the scheduler could not start the runner, or never will
  unknown,        ///< not over, as far as anybody can tell
};

constexpr bool is_over(State state) noexcept {
  return state >= State::completed && state != State::unknown;
}

/// A job as the scheduler describes it. Any field may be missing in what it said.
struct Listed {
  std::string native{};             ///< its id there
  std::string tag{};                ///< the name we gave it, or the array that it is of
  std::optional<unsigned> index{};  ///< in that array
  State state = State::unknown;
  std::string word{};    ///< the state as the scheduler calls it
  std::string reason{};  ///< why it waits or failed, in the scheduler's words; may be empty
  std::optional<int> exit_code{}, signal{};  ///< of the runner, as far as known
  unsigned restarts = 0;                     ///< how often it came back into the queue
  bool operator==(const Listed&) const = default;
};

/// What is to be submitted. The paths are as this machine sees them.
struct Submission {
  unsigned count = 1;              ///< more: an array with the indices 0 to count-1
  std::string tag{};               ///< job name at the scheduler, [A-Za-z0-9-] only
  std::filesystem::path script{};  ///< the runner
  std::filesystem::path output{};  ///< what the scheduler itself has to say goes there
  std::filesystem::path work_dir{};
  std::chrono::seconds duration{0};              ///< 0 = no limit
  std::map<std::string, std::string> options{};  ///< of the description, values filled in
};

class Scheduler {
 public:
  virtual ~Scheduler();
  /// "Slurm": for messages.
  virtual std::string_view title() const noexcept = 0;

  /// What has to be asked before anything else; nullopt = nothing (more).
  virtual std::optional<Arguments> probe_command() const;
  virtual Result<void> read_probe(const CommandResult& answer);

  /// invalid_argument: the options, named.
  virtual Result<Arguments> submit_command(const Submission& submission) const = 0;
  /// The native id. invalid_argument = refused for good; unavailable = certainly not accepted, but
  /// it may be later; timed_out = nobody knows whether it was accepted.
  virtual Result<std::string> read_submitted(const CommandResult& answer) const = 0;

  /// The most tasks of an array; 1 = only single jobs are submitted. Asked after the probe.
  virtual unsigned most_in_array() const noexcept;
  /// The native id of a task of an array.
  virtual std::string element(const std::string& array, unsigned index) const;

  /// One command about all jobs of ours, also those that have just ended; nullopt = there is
  /// nothing to ask without ids.
  virtual std::optional<Arguments> list_command(const std::vector<std::string>& natives) const = 0;
  /// Jobs that are not ours may be among them. unavailable: the answer is none, or not whole.
  virtual Result<std::vector<Listed>> read_list(const CommandResult& answer) const = 0;

  /// One command about the jobs of that name; nullopt = the list has them all.
  virtual std::optional<Arguments> find_command(const std::string& tag) const;
  /// A native id, or none.
  virtual Result<std::optional<std::string>> read_found(const CommandResult& answer) const;

  /// More about a job that the list does not tell, from an accounting database; nullopt = there is
  /// none to be asked.
  virtual std::optional<Arguments> past_command(const std::string& native) const = 0;
  virtual std::optional<Listed> read_past(const CommandResult& answer,
                                          const std::string& native) const = 0;

  virtual Arguments cancel_command(const std::string& native) const = 0;
  /// Can this one be held by itself?
  virtual bool can_hold(const std::string& native) const noexcept;
  virtual Arguments hold_command(const std::string& native) const = 0;
  virtual Arguments release_command(const std::string& native) const = 0;
  /// A new limit for a waiting job; 0 = none.
  virtual Arguments limit_command(const std::string& native, std::chrono::seconds limit) const = 0;
  /// For the last four: unavailable = it did not reach the scheduler; unsupported = the scheduler
  /// does not want to.
  virtual Result<void> read_done(const CommandResult& answer) const = 0;
};

}}}  // namespace opus::uws0::batch
