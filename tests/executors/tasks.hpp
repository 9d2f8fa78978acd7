// Tasks in folders like the service's, and a pipe by which their code can talk to the test.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <opus/executor.hpp>

namespace opus_test {

/// A new job with its folders below `root`/jobs. PATH is its whole environment.
opus::Task make_task(const std::filesystem::path& root, std::vector<std::string> command = {});
/// The same with a shell script as its command.
opus::Task shell_task(const std::filesystem::path& root, const std::string& script);

std::string stdout_of(const opus::Task& task);
std::string stderr_of(const opus::Task& task);

/// A FIFO in the work folder of a task, "say" unless named otherwise.
class Fifo {
 public:
  explicit Fifo(const opus::Task& task, std::string_view name = "say");
  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;
  ~Fifo();
  /// The next line some process of the job writes into it; throws when none comes.
  std::string line();
  int number() { return std::stoi(line()); }

 private:
  std::filesystem::path path_;
  int fd_ = -1;
  std::string rest_{};
};

/// Waits until the process has ended; throws when it does not.
void wait_for_end_of_process(int pid);
bool process_exists(int pid);

}  // namespace opus_test
