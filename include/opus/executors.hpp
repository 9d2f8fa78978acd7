#pragma once
// The executors that come with the library.

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <opus/error.hpp>
#include <opus/executor.hpp>
#include <opus/export.hpp>

namespace opus { inline namespace uws0 {

struct LocalExecutorConfig {
  std::string name = "local";
  std::filesystem::path launcher{};   ///< opus-uws-launcher; empty = $OPUS_UWS_LAUNCHER, else the
                                      ///< installed one
  std::filesystem::path state_dir{};  ///< launcher's socket; empty = the service's data folder
  std::chrono::milliseconds kill_grace{5000};  ///< between SIGTERM and SIGKILL at a time limit
};

/// Runs commands on this machine under opus-uws-launcher, a small program that outlives the
/// service: each task gets its own session, resource limits and an exit.json with how it ended.
/// At the end of the code (or when it is stopped) every process it left behind is ended too.
/// Options of descriptions: none. start() fails with not_found when there is no launcher, and
/// needs either `state_dir` or the service's data folder (Executor::prepare).
OPUS_UWS_API std::unique_ptr<Executor> make_local_executor(LocalExecutorConfig config = {});

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
