#include "libopus/executor/batch/command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace batch {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t k_most_output = 64u << 20;
constexpr milliseconds k_grace{500};  ///< between SIGTERM and SIGKILL for a command
constexpr int k_kept_open = 3;        ///< where a command finds what it keeps open

constexpr std::array k_variables{"PATH",      "HOME",          "USER",         "LOGNAME",
                                 "SHELL",     "TMPDIR",        "TZ",           "SLURM_CONF",
                                 "SLURM_JWT", "PBS_CONF_FILE", "PBS_SERVER",   "PBS_DEFAULT",
                                 "PBS_EXEC",  "KRB5CCNAME",    "SSH_AUTH_SOCK"};

class SpawnSettings {
 public:
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

struct Pipe {
  Descriptor from{}, to{};
  Pipe() {
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
    from = Descriptor{ends[0]};
    to = Descriptor{ends[1]};
    fcntl(from.get(), F_SETFL, O_NONBLOCK);
  }
};

/// 0 or an errno. In a process group of its own, with default signals and an empty stdin.
int spawn_command(const Arguments& command, const std::vector<std::string>& environment, int out,
                  int err, int kept_open, pid_t& pid) {
  SpawnSettings how;
  posix_spawn_file_actions_addopen(&how.actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&how.actions, out, 1);
  posix_spawn_file_actions_adddup2(&how.actions, err, 2);
  if (kept_open >= 0) posix_spawn_file_actions_adddup2(&how.actions, kept_open, k_kept_open);
  // Close-on-exec is not enough: a host's sockets may lack it, and OpenPBS's qsub leaves a process
  // behind that would keep them open.
  posix_spawn_file_actions_addclosefrom_np(&how.actions, kept_open >= 0 ? k_kept_open + 1 : 3);
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&how.attributes, &all);
  posix_spawnattr_setsigmask(&how.attributes, &none);
  posix_spawnattr_setpgroup(&how.attributes, 0);
  posix_spawnattr_setflags(&how.attributes,
                           POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  return posix_spawnp(&pid, command.front().c_str(), &how.actions, &how.attributes,
                      pointers_to(command).data(), pointers_to(environment).data());
}

/// What is there to be read. False at the end of the file.
bool drain(const Descriptor& from, std::string& into, bool& cut) {
  std::array<char, 65536> piece;
  for (;;) {
    const ssize_t got = read(from.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN;
    if (got == 0) return false;
    const auto size = static_cast<std::size_t>(got);
    const auto room = std::min(size, k_most_output - into.size());
    into.append(piece.data(), room);
    cut = cut || room < size;
  }
}

int milliseconds_until(Clock::time_point at) {
  const auto left = std::chrono::ceil<milliseconds>(at - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 60'000));
}

bool is_ssh(const Arguments& prefix) {
  return !prefix.empty() && std::filesystem::path{prefix.front()}.filename() == "ssh";
}

void note_end(pid_t pid, CommandResult& result) {
  int status = 0;
  pid_t got = -1;
  do got = waitpid(pid, &status, 0);
  while (got < 0 && errno == EINTR);
  if (result.end != CommandResult::End::exited) return;
  if (got != pid) return;  // a host that ignores SIGCHLD leaves us nothing to ask
  if (WIFEXITED(status)) {
    result.exit_code = WEXITSTATUS(status);
  } else {
    result.end = CommandResult::End::killed;
    result.signal = WTERMSIG(status);
  }
}

}  // namespace

std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += "'\\'";
    out += c;
  }
  return out += '\'';
}

std::string CommandResult::why() const {
  switch (end) {
    case End::not_started: return failure;
    case End::timed_out: return "no answer within its time limit";
    case End::interrupted: return "interrupted";
    case End::killed: return "killed by signal " + std::to_string(signal);
    case End::exited: break;
  }
  const auto said = trim(err).empty() ? trim(out) : trim(err);
  return "exit code " + std::to_string(exit_code) +
         (said.empty() ? "" : ": " + printable(said, 400));
}

Commands::Commands(Arguments prefix, milliseconds timeout)
    : prefix_(std::move(prefix)),
      through_a_shell_(is_ssh(prefix_)),
      timeout_(timeout),
      interrupt_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  for (const char* name : k_variables)
    if (const char* const value = std::getenv(name))
      environment_.push_back(std::string{name} + '=' + value);
  environment_.emplace_back("LC_ALL=C");
}

CommandResult Commands::run(const Arguments& command, int kept_open) const {
  Arguments whole = prefix_;
  for (const auto& argument : command)
    whole.push_back(through_a_shell_ ? shell_quoted(argument) : argument);
  CommandResult result;
  const auto begin = Clock::now();
  Pipe out, err;
  pid_t pid = -1;
  int error = out.from && err.from ? 0 : errno;
  if (error == 0)
    error = spawn_command(whole, environment_, out.to.get(), err.to.get(), kept_open, pid);
  if (error != 0) {
    result.failure = "cannot run '" + whole.front() + "': " + std::strerror(error);
    return result;
  }
  out.to.close();
  err.to.close();
  result.end = CommandResult::End::exited;
  const Descriptor process{static_cast<int>(syscall(SYS_pidfd_open, pid, 0))};
  auto until = begin + timeout_;
  bool killed = false;
  // Its end counts, not that of the pipes: what it leaves behind (ssh's shared connection, qsub's
  // helper) may hold them open.
  for (bool ended = false; !ended;) {
    std::array<pollfd, 4> polled{{{process.get(), POLLIN, 0},
                                  {out.from.get(), POLLIN, 0},
                                  {err.from.get(), POLLIN, 0},
                                  {killed ? -1 : interrupt_.get(), POLLIN, 0}}};
    const int ready = poll(polled.data(), polled.size(), milliseconds_until(until));
    if (ready < 0 && errno != EINTR) break;
    ended = polled[0].revents != 0;
    if (out.from && !drain(out.from, result.out, result.cut)) out.from.close();
    if (err.from && !drain(err.from, result.err, result.cut)) err.from.close();
    const bool interrupted = ready > 0 && polled[3].revents != 0;
    if (ended || (!interrupted && Clock::now() < until)) continue;
    if (killed) {
      kill(-pid, SIGKILL);
    } else {
      result.end = interrupted ? CommandResult::End::interrupted : CommandResult::End::timed_out;
      kill(-pid, SIGTERM);
    }
    killed = true;
    until = Clock::now() + k_grace;
  }
  note_end(pid, result);
  result.took = std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
  return result;
}

void Commands::interrupt() noexcept {
  const std::uint64_t one = 1;
  (void)!write(interrupt_.get(), &one, sizeof one);
}

void Commands::resume() noexcept {
  std::uint64_t count = 0;
  (void)!read(interrupt_.get(), &count, sizeof count);
}

}}}  // namespace opus::uws0::batch
