#include "libopus/executor/local/launcher_program.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "libopus/core/descriptor.hpp"
#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace local {

namespace fs = std::filesystem;

namespace {

constexpr int k_already_there = 3;  // of the launcher's exit codes
constexpr int k_start_timeout_ms = 10'000;

std::vector<fs::path> places(const fs::path& configured) {
  if (!configured.empty()) return {configured};
  if (const char* const set = std::getenv("OPUS_UWS_LAUNCHER"); set && *set) return {fs::path{set}};
  std::vector<fs::path> places;
  Dl_info here{};
  std::error_code ignored;
  // The file this code is in: lib/[<architecture>/]libopus-uws.so, or bin/<a program>.
  static const char anchor = 0;
  if (dladdr(&anchor, &here) != 0 && here.dli_fname) {
    const fs::path folder = fs::absolute(here.dli_fname, ignored).parent_path();
    for (const char* up : {"..", "../.."})
      places.push_back((folder / up / "libexec/opus-uws/opus-uws-launcher").lexically_normal());
  }
  places.emplace_back(OPUS_UWS_LAUNCHER_INSTALLED);
  return places;
}

class Spawn {
 public:
  Spawn() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~Spawn() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

/// 0 or an errno. The program starts with default signals and nothing open but 0, 1 and 2.
int spawn(const fs::path& program, const fs::path& state_dir, int err, pid_t& pid) {
  Spawn how;
  posix_spawn_file_actions_addopen(&how.actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&how.actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&how.actions, err, 2);
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&how.attributes, &all);
  posix_spawnattr_setsigmask(&how.attributes, &none);
  posix_spawnattr_setflags(&how.attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  std::string first = program.string(), second = state_dir.string();
  char* const arguments[] = {first.data(), second.data(), nullptr};
  char* const environment[] = {nullptr};
  return posix_spawn(&pid, program.c_str(), &how.actions, &how.attributes, arguments, environment);
}

/// What it says on stderr until it closes it.
Result<std::string> listen_to(const Descriptor& pipe) {
  std::string said;
  std::array<char, 1024> piece;
  for (;;) {
    pollfd ready{pipe.get(), POLLIN, 0};
    const int status = poll(&ready, 1, k_start_timeout_ms);
    if (status < 0 && errno == EINTR) continue;
    if (status <= 0) return Error{Errc::unavailable, "the launcher does not get ready"};
    const ssize_t got = read(pipe.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return said;
    said.append(piece.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

Result<fs::path> find_launcher(const fs::path& configured) {
  std::string tried;
  for (const auto& place : places(configured)) {
    if (access(place.c_str(), X_OK) == 0) return fs::absolute(place);
    tried += (tried.empty() ? "" : ", ") + place.string() + " (" + std::strerror(errno) + ")";
  }
  return Error{Errc::not_found, "there is no opus-uws-launcher; tried: " + tried};
}

Result<void> start_launcher(const fs::path& program, const fs::path& state_dir) {
  const auto failed = [&](const std::string& why) {
    return Error{Errc::unavailable, "cannot start " + program.string() + ": " + why};
  };
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return failed(std::strerror(errno));
  const Descriptor from{ends[0]};
  Descriptor to{ends[1]};
  pid_t pid = -1;
  if (const int error = spawn(program, state_dir, to.get(), pid); error != 0)
    return failed(std::strerror(error));
  to.close();
  const auto said = listen_to(from);
  if (!said) kill(pid, SIGKILL);
  int status = 0;
  // A host that ignores SIGCHLD leaves us nothing to wait for; then its words must do.
  const bool known = waitpid(pid, &status, 0) == pid;
  if (!said) return said.error();
  const bool well = !known ? said->empty()
                           : WIFEXITED(status) && (WEXITSTATUS(status) == 0 ||
                                                   WEXITSTATUS(status) == k_already_there);
  if (well) return {};
  if (!trim(*said).empty()) return failed(printable(trim(*said), 500));
  return failed(WIFSIGNALED(status) ? "it was killed by signal " + std::to_string(WTERMSIG(status))
                                    : "it exited with code " + std::to_string(WEXITSTATUS(status)));
}

}}}  // namespace opus::uws0::local
