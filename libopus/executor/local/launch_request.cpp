#include "libopus/executor/local/launch_request.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace local {
namespace {

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

}  // namespace

std::vector<Fault> launch_faults(const Task& task) {
  std::vector<Fault> faults;
  const auto fault = [&](std::string field, std::string expected, std::string_view got) {
    faults.push_back({std::move(field), std::move(expected), printable(got)});
  };
  if (task.job.empty()) fault("job", "an id", "");
  if (task.command.empty() || task.command.front().empty())
    fault("command", "a program to run", "nothing");
  for (std::size_t i = 0; i < task.command.size(); ++i)
    if (has_nul(task.command[i]))
      fault("command[" + std::to_string(i) + "]", "a text without NUL characters", task.command[i]);
  for (const auto& [name, value] : task.environment) {
    if (name.empty() || name.find('=') != std::string::npos || has_nul(name))
      fault("environment", "names that are not empty and have neither '=' nor NUL", name);
    if (has_nul(value)) fault("environment." + name, "a text without NUL characters", value);
  }
  for (const auto& [field, path] : {std::pair{"directory", &task.directory},
                                    {"work_dir", &task.work_dir},
                                    {"stdout_path", &task.stdout_path},
                                    {"stderr_path", &task.stderr_path}})
    if (!path->is_absolute()) fault(field, "an absolute path", path->native());
  return faults;
}

LaunchRequest launch_request(const Task& task, std::chrono::milliseconds kill_grace) {
  LaunchRequest request;
  request.job = task.job.value;
  request.directory = task.directory.native();
  request.work_dir = task.work_dir.native();
  request.stdout_path = task.stdout_path.native();
  request.stderr_path = task.stderr_path.native();
  request.arguments = task.command;
  for (const auto& [name, value] : task.environment)
    request.environment.push_back(name + '=' + value);
  request.memory_bytes = task.limits.memory_bytes;
  request.file_size_bytes = task.limits.file_size_bytes;
  request.open_files = task.limits.open_files;
  request.processes = task.limits.processes;
  request.cpu_seconds = task.limits.cpu_seconds;
  request.duration_s = count_of(task.execution_duration);
  request.grace_ms = count_of(kill_grace);
  return request;
}

}}}  // namespace opus::uws0::local
