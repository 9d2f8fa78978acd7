// The least a job can cost: posix_spawn of /bin/true, `parallel` at a time.
// usage: bench-spawn_true <count> <parallel>        prints processes per second
#include <spawn.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 2000;
  const int parallel = argc > 2 ? std::atoi(argv[2]) : 2;
  char name[] = "true";
  char* const arguments[] = {name, nullptr};
  char* const environment[] = {nullptr};
  const auto begin = std::chrono::steady_clock::now();
  for (int started = 0, running = 0; started < count || running > 0;) {
    while (started < count && running < parallel) {
      pid_t pid = 0;
      if (posix_spawn(&pid, "/bin/true", nullptr, nullptr, arguments, environment) != 0) return 1;
      ++started;
      ++running;
    }
    if (waitpid(-1, nullptr, 0) > 0) --running;
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  std::printf("%.1f\n", count / time.count());
}
