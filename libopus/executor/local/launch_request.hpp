#pragma once
// What is asked of a supervisor, made of a task.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <vector>

#include <opus/error.hpp>
#include <opus/executor.hpp>

#include "libopus/executor/local/protocol.hpp"

namespace opus { inline namespace uws0 { namespace local {

/// Durations as the protocol has them; the largest stands for all beyond it.
template <class Duration> std::uint32_t count_of(Duration duration) {
  constexpr auto k_most = std::numeric_limits<std::int32_t>::max();  // what a signal's value holds
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(duration.count(), 0, k_most));
}

/// What no program can be given.
std::vector<Fault> launch_faults(const Task& task);
LaunchRequest launch_request(const Task& task, std::chrono::milliseconds kill_grace);

}}}  // namespace opus::uws0::local
