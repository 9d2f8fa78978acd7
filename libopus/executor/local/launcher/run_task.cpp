#include "libopus/executor/local/launcher/run_task.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "libopus/core/descriptor.hpp"
#include "libopus/executor/local/launcher/supervisor.hpp"
#include "libopus/executor/local/protocol.hpp"

namespace opus { inline namespace uws0 { namespace local {

namespace {

// What codes need to know of their allocation: srun, mpirun and GPU libraries read it.
constexpr std::array<std::string_view, 6> k_of_the_allocation{
    "SLURM_", "SLURMD_", "PBS_", "CUDA_VISIBLE_DEVICES=", "ROCR_VISIBLE_DEVICES=", "TMPDIR="};

int fail(const std::string& message) {
  std::fprintf(stderr, "opus-uws-launcher: %s\n", message.c_str());
  return k_not_started;
}

/// False: errno says why.
bool read_whole(const std::string& file, std::string& content) {
  const Descriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!opened) return false;
  std::array<char, 65536> piece;
  for (;;) {
    const ssize_t got = read(opened.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0;
    content.append(piece.data(), static_cast<std::size_t>(got));
  }
}

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('=') + 1);
}

void add_allocation(std::vector<std::string>& environment) {
  const auto given = environment.size();
  for (char** each = environ; *each; ++each) {
    const std::string_view variable{*each};
    const auto tells = [&](std::string_view start) { return variable.starts_with(start); };
    const auto is_set = [&](const std::string& other) {
      return other.starts_with(name_of(variable));
    };
    const auto end = environment.begin() + static_cast<std::ptrdiff_t>(given);
    if (std::any_of(k_of_the_allocation.begin(), k_of_the_allocation.end(), tells) &&
        std::none_of(environment.begin(), end, is_set))
      environment.emplace_back(variable);
  }
}

/// A task of an array has a number of its own, but is known by its place in the array.
std::string native_id() {
  const char* const array = std::getenv("SLURM_ARRAY_JOB_ID");
  const char* const index = std::getenv("SLURM_ARRAY_TASK_ID");
  if (array && index && *array && *index) return std::string{array} + '_' + index;
  for (const char* name : {"SLURM_JOB_ID", "PBS_JOBID"})
    if (const char* const value = std::getenv(name); value && *value) return value;
  return "unknown";
}

/// As start_code() wants it, and so that nothing but SIGKILL ends us.
bool settle_in() {
  umask(077);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    sigaction(signal, &action, nullptr);
  }
  const int null = ::open("/dev/null", O_RDWR);
  const bool done = null >= 0 && dup2(null, 0) >= 0;
  // Older kernels have no such call; then what the scheduler left open stays open in the code.
  syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
  return done;
}

}  // namespace

int run_task(const std::string& directory) {
  if (!settle_in()) return fail(std::string{"cannot open /dev/null: "} + std::strerror(errno));
  std::string bytes;
  const std::string file = directory + '/' + k_frame_name;
  if (!read_whole(file, bytes)) return fail("cannot read '" + file + "': " + std::strerror(errno));
  FrameBuffer frames;
  frames.append(bytes);
  const auto body = frames.next();
  FrameReader frame{body.value_or(std::string_view{})};
  auto request = body && frame.type() == FrameType::launch ? read_launch(frame) : std::nullopt;
  if (!request) return fail("'" + file + "' holds no task, or one of another version of OPUS");
  request->directory = directory;
  add_allocation(request->environment);
  Surroundings surroundings;
  surroundings.oom_kills = count_oom_kills();
  surroundings.native = native_id();
  return supervise_in_allocation(*request, surroundings);
}

}}}  // namespace opus::uws0::local
