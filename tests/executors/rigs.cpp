#include "tests/executors/rigs.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

#include "libopus/core/process.hpp"
#include "libopus/executor/job_files.hpp"
#include "libopus/executor/local/protocol.hpp"

namespace opus_test {

using namespace std::chrono_literals;

// --- local

LocalRig::LocalRig(std::chrono::milliseconds kill_grace)
    : LocalRig(opus::LocalExecutorConfig{.kill_grace = kill_grace}) {}

LocalRig::LocalRig(opus::LocalExecutorConfig config) : config_(std::move(config)) {
  config_.state_dir = state_dir();
  come_back();
}

LocalRig::~LocalRig() {
  const int launcher = launcher_pid();
  leave();
  // What a failed test has left running must be over before the folder goes.
  std::error_code ignored;
  for (const auto& job : std::filesystem::directory_iterator{folder_ / "jobs", ignored}) {
    const auto claim = opus::read_claim(job.path() / "started.json");
    if (!claim || std::filesystem::exists(job.path() / "exit.json")) continue;
    if (const auto supervisor = opus::open_process(claim->pid, claim->start_ticks))
      opus::signal_process(supervisor, opus::local::k_cancel_signal, 0);
  }
  try {
    if (launcher > 0) wait_for_end_of_process(launcher);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the launcher stays: %s\n", error.what());
  }
}

opus::Task LocalRig::task(Act act) {
  switch (act) {
    case Act::succeed: return argv({"/bin/true"});
    case Act::fail: return shell("exit 3");
    case Act::run_until_stopped: return argv({"/bin/sleep", "1000"});
    case Act::write_a_line: return shell("echo a line");
  }
  return {};
}

opus::Outcome LocalRig::run(const opus::Task& task) {
  executor_->submit(task).value();
  return recorder_->end_of(task.job);
}

int LocalRig::launcher_pid() const {
  const opus::Descriptor file{::open((state_dir() / "launcher.lock").c_str(), O_RDWR | O_CLOEXEC)};
  struct flock lock {};
  lock.l_type = F_WRLCK;
  if (!file || fcntl(file.get(), F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return 0;
  return lock.l_pid;
}

void LocalRig::leave() {
  if (executor_) executor_->stop();
  executor_.reset();
}

void LocalRig::come_back() {
  recorder_ = std::make_unique<Recorder>();
  executor_ = opus::make_local_executor(config_);
  executor_->prepare({.data_dir = folder_.path(), .log = {}});
  executor_->start(*recorder_).value();
}

// --- function

FunctionRig::FunctionRig() : executor_(opus::make_function_executor({.max_threads = 4})) {
  executor_->start(recorder_).value();
}

opus::Task FunctionRig::task(opus::JobFunction function) {
  opus::Task task = make_task(folder_.path());
  task.description = "function" + std::to_string(++functions_);
  executor_->define(task.description, std::move(function));
  return task;
}

opus::Task FunctionRig::task(Act act) {
  return task([act](opus::TaskContext& context) -> opus::Result<void> {
    if (act == Act::fail) return opus::Error{opus::Errc::internal, "it went wrong"};
    if (act == Act::write_a_line) context.print("a line");
    if (act == Act::run_until_stopped) {
      std::mutex mutex;
      std::condition_variable_any stopped;
      std::unique_lock lock{mutex};
      stopped.wait(lock, context.stop_token(), [] { return false; });
    }
    return {};
  });
}

// --- scripted

ScriptedRig::ScriptedRig() {
  executor_.queue_for(0s).run_for(1s);
  executor_.start(recorder_).value();
}

opus::Task ScriptedRig::task(Act act) {
  executor_.exit_with(act == Act::fail ? 3 : 0);
  executor_.run_for(act == Act::run_until_stopped ? 1000h : 1s);
  return make_task(folder_.path());
}

}  // namespace opus_test
