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

/// The different lines of the file that PBS tells the nodes by, one for each processor or task.
std::string nodes_of_file(const char* file) {
  std::string text, nodes;
  if (!read_whole(file, text)) return {};
  std::string_view last;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view node = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (node.empty() || node == last) continue;
    if (!nodes.empty()) nodes += ' ';
    nodes += node;
    last = node;
  }
  return nodes;
}

/// What the scheduler says that it has given, in its own words.
std::vector<std::pair<std::string, std::string>> allocation() {
  constexpr std::array<std::pair<const char*, const char*>, 15> k_told{{
      {"nodes", "SLURM_JOB_NODELIST"},
      {"cpus", "SLURM_JOB_CPUS_PER_NODE"},
      {"tasks", "SLURM_NTASKS"},
      {"memory", "SLURM_MEM_PER_NODE"},
      {"memoryPerCpu", "SLURM_MEM_PER_CPU"},
      {"gpus", "SLURM_JOB_GPUS"},
      {"partition", "SLURM_JOB_PARTITION"},
      {"account", "SLURM_JOB_ACCOUNT"},
      {"qos", "SLURM_JOB_QOS"},
      {"cluster", "SLURM_CLUSTER_NAME"},
      {"queue", "PBS_QUEUE"},
      {"cpus", "NCPUS"},
      {"account", "PBS_ACCOUNT"},
      {"nodes", "PBS_NODEFILE"},
      {"server", "PBS_SERVER"},
  }};
  const bool is_pbs = std::getenv("PBS_JOBID") != nullptr;
  std::vector<std::pair<std::string, std::string>> told;
  for (const auto& [name, variable] : k_told) {
    const char* const value = std::getenv(variable);
    const bool of_slurm = std::string_view{variable}.starts_with("SLURM_");
    if (value == nullptr || *value == '\0' || of_slurm == is_pbs) continue;
    const bool is_file = std::string_view{variable} == "PBS_NODEFILE";
    if (std::string text = is_file ? nodes_of_file(value) : value; !text.empty())
      told.emplace_back(name, std::move(text));
  }
  return told;
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
  surroundings.allocation = allocation();
  return supervise_in_allocation(*request, surroundings);
}

}}}  // namespace opus::uws0::local
