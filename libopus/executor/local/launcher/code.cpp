#include "libopus/executor/local/launcher/code.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "libopus/core/descriptor.hpp"

namespace opus { inline namespace uws0 { namespace local {

namespace {

constexpr std::string_view k_default_path = "/usr/local/bin:/usr/bin:/bin";

enum class Step { session, folder, files, limits, program };

struct Limit {
  __rlimit_resource resource;
  rlimit value;
};

/// Everything the child needs, made before: after vfork() it must not allocate.
struct Plan {
  std::vector<std::string> candidates{};  ///< files to try, in order
  std::vector<char*> arguments{}, environment{};
  const char* work_dir = nullptr;
  int out = -1, err = -1;
  std::vector<Limit> limits{};
  pid_t parent = 0;
  Step failed_step = Step::session;
  int failed_errno = 0;  ///< set by the child, which shares our memory until it is the program
};

std::string reason(int error_number) { return std::strerror(error_number); }

bool is_transient(int error_number) {
  return error_number == ENOMEM || error_number == EAGAIN || error_number == ENOSPC ||
         error_number == EDQUOT || error_number == ENFILE || error_number == EIO ||
         error_number == EROFS;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// As execvp(3) searches, but in the PATH of the code's own environment.
std::vector<std::string> candidates(const LaunchRequest& request) {
  const std::string& program = request.arguments.front();
  if (program.empty() || program.find('/') != std::string::npos) return {program};
  std::string_view path = k_default_path;
  for (const auto& variable : request.environment)
    if (variable.starts_with("PATH=")) path = std::string_view{variable}.substr(5);
  std::vector<std::string> found;
  for (;;) {
    const auto end = path.find(':');
    const auto folder = path.substr(0, end);
    found.push_back(folder.empty() ? "./" + program : std::string{folder} + '/' + program);
    if (end == std::string_view::npos) return found;
    path.remove_prefix(end + 1);
  }
}

void add_limit(std::vector<Limit>& limits, __rlimit_resource resource,
               const std::optional<std::uint64_t>& value) {
  if (!value) return;
  rlimit present{};
  getrlimit(resource, &present);
  const rlim_t most = std::min<rlim_t>(*value, present.rlim_max);  // raising takes privileges
  limits.push_back({resource, {most, most}});
}

int open_output(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
}

bool failed(Plan& plan, Step step) {
  plan.failed_step = step;
  plan.failed_errno = errno;
  return false;
}

/// In the child. Returns only on failure.
bool become_code(Plan& plan) {
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != plan.parent) return errno = ESRCH, failed(plan, Step::session);
  if (chdir(plan.work_dir) != 0) return failed(plan, Step::folder);
  if (dup2(plan.out, 1) < 0 || dup2(plan.err, 2) < 0) return failed(plan, Step::files);
  for (const auto& limit : plan.limits)
    if (setrlimit(limit.resource, &limit.value) != 0) return failed(plan, Step::limits);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  int denied = 0;
  for (const auto& file : plan.candidates) {
    execve(file.c_str(), plan.arguments.data(), plan.environment.data());
    if (errno == EACCES) denied = errno;
    if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) return failed(plan, Step::program);
  }
  if (denied != 0) errno = denied;
  return failed(plan, Step::program);
}

/// A function of its own, so that the child returns into no frame that the parent still needs.
[[gnu::noinline]] pid_t start(Plan& plan) {
  const pid_t pid = vfork();
  if (pid == 0) {
    become_code(plan);
    _exit(127);
  }
  return pid;
}

bool exists(const std::string& work_dir, const std::string& file) {
  const Descriptor folder{::open(work_dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  struct stat info {};
  return fstatat(folder.get(), file.c_str(), &info, 0) == 0;
}

std::string explain(const Plan& plan, const LaunchRequest& request) {
  const std::string why = reason(plan.failed_errno);
  switch (plan.failed_step) {
    case Step::session: return "the supervisor ended before the code began";
    case Step::folder: return "cannot enter the work folder '" + request.work_dir + "': " + why;
    case Step::files: return "cannot open stdout and stderr of the code: " + why;
    case Step::limits: return "cannot set the resource limits of the code: " + why;
    case Step::program: break;
  }
  const std::string what = "cannot run '" + request.arguments.front() + "': ";
  switch (plan.failed_errno) {
    case ENOENT:
      if (plan.candidates.size() > 1)
        return what + "there is no such program in the PATH of the job";
      if (exists(request.work_dir, plan.candidates.front()))
        return what + "the interpreter that its first line names does not exist";
      return what + "there is no such program";
    case EACCES: return what + "it is not an executable file, or access to it is denied";
    case ENOEXEC:
      return what + "it is neither a program for this machine nor a script that begins with #!";
    case E2BIG: return what + "its arguments and environment are too long for the system";
    default: return what + why;
  }
}

}  // namespace

StartedCode start_code(const LaunchRequest& request) {
  Plan plan;
  plan.candidates = candidates(request);
  plan.arguments = pointers(request.arguments);
  plan.environment = pointers(request.environment);
  plan.work_dir = request.work_dir.c_str();
  plan.parent = getpid();
  add_limit(plan.limits, RLIMIT_AS, request.memory_bytes);
  add_limit(plan.limits, RLIMIT_FSIZE, request.file_size_bytes);
  add_limit(plan.limits, RLIMIT_NOFILE, request.open_files);
  add_limit(plan.limits, RLIMIT_NPROC, request.processes);
  add_limit(plan.limits, RLIMIT_CPU, request.cpu_seconds);
  add_limit(plan.limits, RLIMIT_CORE, 0);

  const Descriptor out{open_output(request.stdout_path)};
  if (!out)
    return {.failure = "cannot write '" + request.stdout_path + "': " + reason(errno),
            .transient = is_transient(errno)};
  const bool one_file = request.stdout_path == request.stderr_path;
  const Descriptor err{one_file ? -1 : open_output(request.stderr_path)};
  if (!one_file && !err)
    return {.failure = "cannot write '" + request.stderr_path + "': " + reason(errno),
            .transient = is_transient(errno)};
  plan.out = out.get();
  plan.err = one_file ? out.get() : err.get();

  const pid_t pid = start(plan);
  if (pid < 0)
    return {.failure = "cannot start a process: " + reason(errno),
            .transient = is_transient(errno)};
  if (plan.failed_errno == 0) return {.pid = pid};
  waitid(P_PID, static_cast<id_t>(pid), nullptr, WEXITED);
  return {.failure = explain(plan, request), .transient = is_transient(plan.failed_errno)};
}

}}}  // namespace opus::uws0::local
