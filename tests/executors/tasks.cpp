#include "tests/executors/tasks.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>

#include "libopus/core/ids.hpp"
#include "libopus/core/process.hpp"
#include "tests/executors/recorder.hpp"
#include "tests/support/temp_folder.hpp"

namespace opus_test {

namespace fs = std::filesystem;

namespace {
constexpr int k_patience_ms = static_cast<int>(Recorder::k_patience / std::chrono::milliseconds{1});
}

opus::Task make_task(const fs::path& root, std::vector<std::string> command) {
  opus::Task task;
  task.job.value = opus::make_uuid7(opus::system_clock()->now());
  task.directory = root / "jobs" / task.job.value;
  task.work_dir = task.directory / "work";
  task.stdout_path = task.directory / "logs/stdout";
  task.stderr_path = task.directory / "logs/stderr";
  fs::create_directories(task.work_dir);
  fs::create_directories(task.directory / "logs");
  task.command = std::move(command);
  task.environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}};
  return task;
}

opus::Task shell_task(const fs::path& root, const std::string& script) {
  return make_task(root, {"/bin/sh", "-c", script});
}

std::string stdout_of(const opus::Task& task) { return TempFolder::read(task.stdout_path); }
std::string stderr_of(const opus::Task& task) { return TempFolder::read(task.stderr_path); }

Fifo::Fifo(const opus::Task& task, std::string_view name) : path_(task.work_dir / name) {
  if (mkfifo(path_.c_str(), 0600) != 0) throw std::runtime_error("cannot make " + path_.string());
  // Open for writing as well: then it never seems closed while no code has it open.
  fd_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (fd_ < 0) throw std::runtime_error("cannot open " + path_.string());
}

Fifo::~Fifo() { ::close(fd_); }

std::string Fifo::line() {
  for (;;) {
    if (const auto end = rest_.find('\n'); end != std::string::npos) {
      const std::string line = rest_.substr(0, end);
      rest_.erase(0, end + 1);
      return line;
    }
    pollfd ready{fd_, POLLIN, 0};
    if (poll(&ready, 1, k_patience_ms) <= 0)
      throw std::runtime_error("nobody writes to " + path_.string());
    char piece[4096];
    const ssize_t got = ::read(fd_, piece, sizeof piece);
    if (got > 0) rest_.append(piece, static_cast<std::size_t>(got));
  }
}

void wait_for_end_of_process(int pid) {
  const auto stat = opus::process_stat(pid);
  if (!stat) return;
  const auto process = opus::open_process(pid, stat->start_ticks);
  if (!process) return;
  pollfd ended{process.get(), POLLIN, 0};
  if (poll(&ended, 1, k_patience_ms) <= 0)
    throw std::runtime_error("process " + std::to_string(pid) + " does not end");
}

bool process_exists(int pid) { return opus::process_stat(pid).has_value(); }

}  // namespace opus_test
