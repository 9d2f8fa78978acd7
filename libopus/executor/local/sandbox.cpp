#include "libopus/executor/local/sandbox.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "libopus/core/descriptor.hpp"

namespace opus { inline namespace uws0 { namespace local {
namespace {

namespace fs = std::filesystem;

constexpr int k_trial_timeout_ms = 30'000;

// Of the system what programs need to run; nothing that is secret.
constexpr std::array k_system{"/usr",   "/bin",   "/sbin",   "/lib",
                              "/lib32", "/lib64", "/libx32", "/opt"};
constexpr std::array k_settings{
    "/etc/alternatives", "/etc/fonts",     "/etc/group",   "/etc/ld.so.cache", "/etc/ld.so.conf",
    "/etc/ld.so.conf.d", "/etc/localtime", "/etc/magic",   "/etc/mime.types",  "/etc/nsswitch.conf",
    "/etc/passwd",       "/etc/ssl/certs", "/etc/timezone"};
constexpr std::array k_network_settings{"/etc/hosts", "/etc/resolv.conf"};

using Limit = std::optional<std::uint64_t>;

Limit least(const Limit& a, const Limit& b) { return a && b ? std::min(*a, *b) : a ? a : b; }

template <class Paths> void bind_readable(std::vector<std::string>& words, const Paths& paths) {
  for (const auto& path : paths) {
    const std::string text = fs::path(path).string();
    words.insert(words.end(), {"--ro-bind-try", text, text});
  }
}

/// What the program says on stderr until it ends or the time is over.
std::string listen(int fd) {
  std::string said;
  std::array<char, 1024> piece;
  for (;;) {
    pollfd polled{fd, POLLIN, 0};
    const int ready = ::poll(&polled, 1, k_trial_timeout_ms);
    if (ready < 0 && errno == EINTR) continue;
    const ssize_t got = ready > 0 ? ::read(fd, piece.data(), piece.size()) : 0;
    if (got <= 0) return said;
    said.append(piece.data(), static_cast<std::size_t>(got));
  }
}

/// Runs the program; nullopt = it ended well. Else why not.
std::optional<std::string> trial_fault(const std::vector<std::string>& words) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::strerror(errno);
  const Descriptor out{ends[0]};
  Descriptor in{ends[1]};
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  char* const environment[] = {nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, in.get(), 2);
  pid_t pid = 0;
  const int fault =
      ::posix_spawn(&pid, arguments[0], &actions, nullptr, arguments.data(), environment);
  posix_spawn_file_actions_destroy(&actions);
  in.close();
  if (fault != 0) return std::strerror(fault);
  const std::string said = listen(out.get());
  ::kill(pid, SIGKILL);  // if it is still there, its time is over
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return said.empty() ? std::nullopt : std::optional{said};  // reaped by the host
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::nullopt;
  return said.empty() ? "it ended badly and said nothing" : said;
}

/// "limits: memory 1024 bytes, processes 5"
std::string words_of(const ResourceLimits& limits) {
  std::string text;
  const auto add = [&](std::string_view name, const Limit& limit, std::string_view unit) {
    if (!limit) return;
    text += text.empty() ? "limits: " : ", ";
    text += name;
    text += ' ' + std::to_string(*limit);
    text += unit;
  };
  add("memory", limits.memory_bytes, " bytes");
  add("file size", limits.file_size_bytes, " bytes");
  add("open files", limits.open_files, "");
  add("processes", limits.processes, "");
  add("processor time", limits.cpu_seconds, " s");
  return text;
}

}  // namespace

ResourceLimits tighter(const ResourceLimits& a, const ResourceLimits& b) {
  ResourceLimits both;
  both.memory_bytes = least(a.memory_bytes, b.memory_bytes);
  both.file_size_bytes = least(a.file_size_bytes, b.file_size_bytes);
  both.open_files = least(a.open_files, b.open_files);
  both.processes = least(a.processes, b.processes);
  both.cpu_seconds = least(a.cpu_seconds, b.cpu_seconds);
  return both;
}

Sandbox::Sandbox(const LocalExecutorConfig& config, const fs::path& data_dir)
    : use_(config.sandbox), limits_(config.limits), network_(config.sandbox_network) {
  words_ = {config.bubblewrap.empty() ? "/usr/bin/bwrap" : config.bubblewrap.string(),
            "--unshare-all",
            "--cap-drop",
            "ALL",
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            "--tmpfs",
            "/tmp"};
  if (network_) words_.emplace_back("--share-net");
  bind_readable(words_, k_system);
  bind_readable(words_, k_settings);
  if (network_) bind_readable(words_, k_network_settings);
  bind_readable(words_, config.sandbox_paths);
  // It may lie below one of these.
  std::error_code code;
  if (const fs::path real = fs::weakly_canonical(data_dir, code); !data_dir.empty() && !code)
    words_.insert(words_.end(), {"--tmpfs", real.string()});
}

Result<Sandbox> Sandbox::make(const LocalExecutorConfig& config, const fs::path& data_dir) {
  Sandbox sandbox{config, data_dir};
  if (config.sandbox == SandboxUse::never) return sandbox;
  const std::string& program = sandbox.words_.front();
  if (::access(program.c_str(), X_OK) != 0)
    return Error{Errc::not_found, "the executor '" + config.name + "' is to use a sandbox, but '" +
                                      program + "' is no program: install bubblewrap"};
  std::vector<std::string> trial = sandbox.words_;
  trial.insert(trial.end(), {"--", "/bin/true"});
  const std::optional<std::string> fault = trial_fault(trial);
  if (!fault) return sandbox;
  return Error{Errc::unsupported,
               "the executor '" + config.name +
                   "' is to use a sandbox, but bubblewrap does not work here: " + *fault};
}

bool Sandbox::encloses(const Task& task) const noexcept {
  return use_ == SandboxUse::always || (use_ == SandboxUse::from_outside && task.from_outside);
}

Task Sandbox::apply(Task task) const {
  task.limits = tighter(task.limits, limits_);
  if (!encloses(task) || task.command.empty()) return task;  // attach() does not know it
  std::vector<std::string> command = words_;
  const std::string folder = task.directory.string(), work = task.work_dir.string();
  command.insert(command.end(),
                 {"--ro-bind", folder, folder, "--bind", work, work, "--chdir", work, "--"});
  command.insert(command.end(), task.command.begin(), task.command.end());
  task.command = std::move(command);
  return task;
}

std::string Sandbox::describe(const Task& task) const {
  std::string text = words_of(tighter(task.limits, limits_));
  if (!encloses(task)) return text;
  if (!text.empty()) text = "; " + text;
  return std::string{"bubblewrap: read-only system, "} + (network_ ? "" : "no network, ") +
         "own processes and /tmp" + text;
}

}}}  // namespace opus::uws0::local
