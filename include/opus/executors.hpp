#pragma once
// The executors that come with the library.

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <opus/error.hpp>
#include <opus/executor.hpp>
#include <opus/export.hpp>

namespace opus { inline namespace uws0 {

/// Which tasks run in a sandbox.
enum class SandboxUse {
  never,
  from_outside,  ///< those of descriptions that were submitted (Task::from_outside)
  always,
};

struct LocalExecutorConfig {
  std::string name = "local";
  std::filesystem::path launcher{};   ///< opus-uws-launcher; empty = $OPUS_UWS_LAUNCHER, else the
                                      ///< installed one
  std::filesystem::path state_dir{};  ///< launcher's socket; empty = the service's data folder
  std::chrono::milliseconds kill_grace{5000};  ///< between SIGTERM and SIGKILL at a time limit
  ResourceLimits limits{};  ///< of tasks that have none of their own, and the most that they can
  SandboxUse sandbox = SandboxUse::never;
  std::filesystem::path bubblewrap{};  ///< bwrap; empty = in /usr/bin
  /// What may be read in the sandbox besides /usr and what programs need of /etc.
  std::vector<std::filesystem::path> sandbox_paths{};
  bool sandbox_network = false;  ///< may codes in the sandbox use the network?
};

/// Runs commands on this machine under opus-uws-launcher, a small program that outlives the
/// service: each task gets its own session, resource limits and an exit.json with how it ended.
/// At the end of the code (or when it is stopped) every process it left behind is ended too.
/// In the sandbox (bubblewrap) a code sees a read-only system, no network, no other processes, and
/// of the data folder its own job's, in which it can write to its work folder alone. What was in
/// force is told in RunFacts::isolation. Options of descriptions: none. start() fails with
/// not_found when there is no launcher, or no bubblewrap where one is wanted (unsupported: the
/// kernel does not let it work), and needs either `state_dir` or the service's data folder
/// (Executor::prepare).
OPUS_UWS_API std::unique_ptr<Executor> make_local_executor(LocalExecutorConfig config = {});

/// What executors for batch schedulers have in common.
struct BatchConfig {
  std::vector<std::string> command_prefix{};  ///< before each scheduler command, for instance
                                              ///< {"ssh", "-o", "BatchMode=yes", "user@login"}
  std::filesystem::path runner{};  ///< opus-uws-launcher as compute nodes see it; empty = as
                                   ///< LocalExecutorConfig::launcher
  /// Where the commands are and compute nodes see it, a folder for this service alone: what jobs
  /// need is copied there, and back, by rsync over `command_prefix`, whose last word must then be a
  /// host; with `runner` empty that, too. Empty = the data folder is on a shared file system.
  std::filesystem::path remote_dir{};
  std::map<std::string, std::string> options{};   ///< for descriptions that do not set them
  std::vector<std::string> allowed_options{};     ///< descriptions may set; empty = all but
                                                  ///< "arguments"
  std::vector<std::string> allowed_arguments{};   ///< option names ("--licenses") that the option
                                                  ///< "arguments" may hold; empty = none
  std::map<std::string, std::string> limits{};    ///< option -> the largest number or amount; for
                                                  ///< other options the allowed values, with blanks
  std::vector<std::string> extra_arguments{};     ///< of every submission
  std::chrono::milliseconds poll_interval{2000};  ///< between questions about jobs; a quarter of it
                                                  ///< after news, more while it is slow or down
  std::chrono::milliseconds command_timeout{60'000};
  std::chrono::milliseconds file_grace{30'000};  ///< for what a compute node has written to appear
                                                 ///< here, on a shared file system
  std::chrono::milliseconds unreachable_after{60'000};  ///< jobs are UNKNOWN when the scheduler has
                                                        ///< not answered for this long
  std::chrono::milliseconds kill_grace{5000};  ///< between SIGTERM and SIGKILL for the code
};

struct SlurmExecutorConfig {
  std::string name = "slurm";
  bool accounting = false;  ///< ask sacct about jobs that squeue has forgotten
  BatchConfig batch{};
};

/// Runs commands on a Slurm cluster (20.11 or newer) by sbatch, squeue, scancel and scontrol. The
/// service's data folder must be on a file system that compute nodes share, under the same path,
/// and so must the runner; or BatchConfig::remote_dir says where both are copied to. In an
/// allocation opus-uws-launcher runs the code: it claims the job (so that it runs at most once),
/// enforces the execution duration to the second and writes exit.json.
///
/// Options of descriptions: partition, account, qos, reservation, features (a node constraint),
/// nodes, tasks, cpus (per task), memory (per node: "4G"), gpus (per node: "2" or "a100:2"),
/// licenses, exclusive ("true"), arguments (more options of sbatch, separated by blanks, as far as
/// `allowed_arguments` goes). A value "${name}" is that of the job's parameter, which so becomes a
/// documented, checked and recorded control parameter.
OPUS_UWS_API std::unique_ptr<Executor> make_slurm_executor(SlurmExecutorConfig config = {});

/// Which PBS: detected by qstat --version unless said.
enum class PbsDialect { detect, openpbs, torque };

struct PbsExecutorConfig {
  std::string name = "pbs";
  PbsDialect dialect = PbsDialect::detect;
  BatchConfig batch{};
};

/// The same on OpenPBS (PBS Pro) and Torque, by qsub, qstat, qselect, qdel, qhold, qrls and qalter.
/// Where the server keeps no history of ended jobs, the runner's exit.json alone tells of an end.
///
/// Options of descriptions: queue, account, nodes, tasks and cpus (per node), memory (per node),
/// gpus (per node), features (of nodes, separated by ':'), arguments (of qsub).
OPUS_UWS_API std::unique_ptr<Executor> make_pbs_executor(PbsExecutorConfig config = {});

/// What a job function sees of its job. Valid during the call only. Threads: any.
class OPUS_UWS_API TaskContext {
 public:
  virtual ~TaskContext();
  virtual const JobId& job() const noexcept = 0;
  /// The value, or nullopt when the job has no such parameter. Names without regard to case.
  virtual std::optional<std::string> parameter(std::string_view name) const = 0;
  /// Numbers and the like: invalid_argument when absent or not of that form.
  virtual Result<double> number(std::string_view name) const = 0;
  virtual Result<std::filesystem::path> input(std::string_view name) const = 0;
  virtual const std::filesystem::path& work_dir() const noexcept = 0;
  /// Set when the job is aborted or its execution duration is over: return soon.
  virtual std::stop_token stop_token() const noexcept = 0;
  virtual void progress(double fraction, std::string text = {}) = 0;
  /// Writes the file that the description names for this result (its `path`, which must not be a
  /// glob), whole or not at all.
  virtual Result<void> write_result(std::string_view name, std::string_view content) = 0;
  /// A line for the job's stdout.
  virtual void print(std::string_view text) = 0;
};

/// A job in C++. An Error, or an exception, ends the job in ERROR with its message.
using JobFunction = std::function<Result<void>(TaskContext&)>;

}}  // namespace opus::uws0
