// opus-uws-launcher: supervises the processes of jobs, so that they and every exit status outlive
// the service that started them. Started by the library; runs in the background until it has
// neither clients nor tasks.
//
//   opus-uws-launcher STATE_DIR     exits 0 when the launcher of that folder listens, 3 when there
//                                   is one already, 1 (and says why on stderr) when it cannot
//   opus-uws-launcher --run JOB_DIR runs one task in the foreground, inside an allocation of a
//   batch
//                                   scheduler, and exits as the task's code does
//   opus-uws-launcher --version

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <opus/version.hpp>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "libopus/executor/local/launcher/launcher.hpp"
#include "libopus/executor/local/launcher/run_task.hpp"

namespace {

using namespace opus;

constexpr int k_failed = 1;
constexpr int k_usage = 2;
constexpr int k_already_there = 3;

int fail(const std::string& message) {
  std::fprintf(stderr, "opus-uws-launcher: %s\n", message.c_str());
  return k_failed;
}

/// Nothing of whoever started us may stay: descriptors, signal dispositions, folder, terminal.
void forget_the_starter() {
  setsid();
  if (chdir("/") != 0) return;
  umask(077);
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    sigaction(signal, &action, nullptr);
  }
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
}

/// 0, 1 and 2 become /dev/null; the last of them is where the starter waits for our word.
bool let_the_starter_go() {
  const int null = open("/dev/null", O_RDWR);
  if (null < 0) return false;
  for (const int fd : {0, 1, 2})
    if (dup2(null, fd) < 0) return false;
  if (null > 2) close(null);
  return true;
}

/// In the process that stays. Tells by one byte on `word` how occupying the folder went.
int stay(const std::string& state_dir, int word) {
  forget_the_starter();
  local::Post post;
  std::string error;
  const auto occupied = local::occupy(state_dir, post, error);
  int status = 0;
  if (occupied == local::Occupied::by_another_launcher) status = k_already_there;
  if (occupied == local::Occupied::failed) status = fail(error);
  if (status == 0 && !let_the_starter_go()) status = fail("cannot open /dev/null");
  const char told = static_cast<char>(status);
  if (write(word, &told, 1) != 1) status = k_failed;
  close(word);
  if (status == 0) local::serve(std::move(post));
  return status;
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc == 2 && std::string_view{argv[1]} == "--version") {
    std::puts("opus-uws-launcher " OPUS_UWS_VERSION);
    return 0;
  }
  if (argc == 3 && std::string_view{argv[1]} == "--run" && argv[2][0] == '/')
    return local::run_task(argv[2]);
  if (argc != 2 || argv[1][0] != '/') {
    std::fputs(
        "usage: opus-uws-launcher STATE_DIR (an absolute path), --run JOB_DIR, or --version\n",
        stderr);
    return k_usage;
  }
  syscall(SYS_close_range, 3, ~0U, 0);
  std::array<int, 2> pipe{};
  if (pipe2(pipe.data(), O_CLOEXEC) != 0) return fail(std::strerror(errno));
  const pid_t pid = fork();
  if (pid < 0) return fail(std::string{"cannot go into the background: "} + std::strerror(errno));
  if (pid == 0) {
    close(pipe[0]);
    return stay(argv[1], pipe[1]);
  }
  close(pipe[1]);
  char status = k_failed;
  if (read(pipe[0], &status, 1) != 1) return fail("ended before it could listen");
  return status;
}
