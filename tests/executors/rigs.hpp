// One rig per executor: the shared tests say what a code does, the rig says it to its executor.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include <opus/executors.hpp>
#include <opus/testing.hpp>

#include "libopus/executor/function/function_executor.hpp"
#include "tests/executors/recorder.hpp"
#include "tests/executors/tasks.hpp"
#include "tests/support/temp_folder.hpp"

namespace opus_test {

/// What the code of a shared test does.
enum class Act { succeed, fail, run_until_stopped, write_a_line };

/// What differs between executors, beside how the code is given to them.
struct Traits {
  bool writes_files = true;  ///< there is a real code behind
  bool enforces_duration = true;
  int burst = 500;  ///< short jobs that are over in a few seconds
  opus::Attach of_the_unsubmitted = opus::Attach::never_ran;  ///< attach() in a new process
};

class LocalRig {
 public:
  static constexpr Traits k_traits{};
  explicit LocalRig(std::chrono::milliseconds kill_grace = std::chrono::seconds{5});
  /// `state_dir` is the rig's own.
  explicit LocalRig(opus::LocalExecutorConfig config);
  ~LocalRig();

  opus::Executor& executor() { return *executor_; }
  Recorder& recorder() { return *recorder_; }
  opus::Task task(Act act);
  opus::Task shell(const std::string& script) { return shell_task(folder_.path(), script); }
  opus::Task argv(std::vector<std::string> command) {
    return make_task(folder_.path(), std::move(command));
  }
  /// Submits and waits for the end.
  opus::Outcome run(const opus::Task& task);
  void let_time_pass() {}

  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path state_dir() const { return folder_ / "state"; }
  /// 0 = there is none.
  int launcher_pid() const;
  /// The service's process ends, as far as the executor can tell.
  void leave();
  /// A new one comes, with a recorder that knows nothing.
  void come_back();

 private:
  TempFolder folder_{};
  opus::LocalExecutorConfig config_;
  std::unique_ptr<Recorder> recorder_{};
  std::unique_ptr<opus::Executor> executor_{};
};

class FunctionRig {
 public:
  static constexpr Traits k_traits{.of_the_unsubmitted = opus::Attach::unknown};
  FunctionRig();

  opus::FunctionExecutor& executor() { return *executor_; }
  Recorder& recorder() { return recorder_; }
  opus::Task task(Act act);
  /// A task that calls `function`.
  opus::Task task(opus::JobFunction function);
  void let_time_pass() {}
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  TempFolder folder_{};
  Recorder recorder_{};
  std::unique_ptr<opus::FunctionExecutor> executor_;
  int functions_ = 0;
};

class ScriptedRig {
 public:
  static constexpr Traits k_traits{.writes_files = false, .enforces_duration = false};
  ScriptedRig();

  opus::Executor& executor() { return executor_; }
  Recorder& recorder() { return recorder_; }
  opus::Task task(Act act);
  void let_time_pass() { clock_->advance(std::chrono::seconds{1}); }
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  TempFolder folder_{};
  std::shared_ptr<opus::testing::ManualClock> clock_ =
      std::make_shared<opus::testing::ManualClock>();
  Recorder recorder_{};
  opus::testing::ScriptedExecutor executor_{clock_};
};

}  // namespace opus_test
