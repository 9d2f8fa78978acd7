#pragma once
// How a service is doing, in numbers: for monitoring.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <opus/export.hpp>
#include <opus/phase.hpp>
#include <opus/time.hpp>

namespace opus { inline namespace uws0 {

struct JobCount {
  std::string description{};
  Phase phase = Phase::pending;
  std::uint64_t jobs = 0;
  bool operator==(const JobCount&) const = default;
};

/// Jobs that wait for a slot of an executor.
struct QueueLength {
  std::string executor{};
  std::size_t waiting = 0;
  bool operator==(const QueueLength&) const = default;
};

/// What has been written since the service was opened.
struct CommitStatistics {
  std::uint64_t commits = 0;  ///< each of one or more changes, synced to the disk
  std::uint64_t changes = 0;
  std::uint64_t failures = 0;         ///< commits that failed, with all their changes
  std::chrono::microseconds time{0};  ///< of all commits together
  std::chrono::microseconds longest{0};
};

struct ServiceStatistics {
  std::vector<JobCount> jobs{};              ///< those that are not zero, by description and phase
  std::vector<QueueLength> queues{};         ///< by executor
  std::optional<TimePoint> oldest_queued{};  ///< since when the job waits that has waited longest
  CommitStatistics commits{};
  std::uintmax_t disk_size = 0;  ///< bytes of the file system of the data folder
  std::uintmax_t disk_free = 0;  ///< bytes of it that the service may still use
};

}}  // namespace opus::uws0
