#pragma once
// The process that stands between the launcher and the code of one task.

#include <cstdint>
#include <optional>
#include <string>

#include "libopus/executor/local/protocol.hpp"

namespace opus { inline namespace uws0 { namespace local {

/// What a supervisor gets from the launcher that forks it.
struct Surroundings {
  int news = -1;  ///< pipe to the launcher; frames of at most PIPE_BUF bytes
  /// Processes the kernel has killed for want of memory, shortly before.
  std::optional<std::uint64_t> oom_kills{};
  /// Of the allocation of a batch scheduler that it runs in; empty = it runs for a launcher.
  std::string native{};
  std::vector<std::pair<std::string, std::string>> allocation{};  ///< what that gives it
};

/// The whole life of a supervisor inside an allocation, to be called with all signals blocked: as
/// below, but requests come as SIGTERM, which schedulers send before they kill, and as the file
/// k_duration_name. Returns what to exit with: the code's exit code, or 128 + its signal;
/// k_taken when another supervisor has or had the job.
int supervise_in_allocation(const LaunchRequest& request, const Surroundings& surroundings);
inline constexpr int k_taken = 75;
inline constexpr int k_not_started = 74;

/// The whole life of a supervisor, to be called in a new child of the launcher with all signals
/// blocked: claims the job, runs its code, sees to its limits, ends whatever it left behind, writes
/// exit.json, tells the launcher. Lives on when the launcher dies. Nobody but SIGKILL ends it
/// early.
[[noreturn]] void supervise(const LaunchRequest& request, const Surroundings& surroundings);

/// How often the kernel has killed for want of memory since boot, where it tells.
std::optional<std::uint64_t> count_oom_kills();

}}}  // namespace opus::uws0::local
