#pragma once
// How long the jobs of each description have run: what a quote is computed from.

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <opus/error.hpp>
#include <opus/job.hpp>

#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// nullopt = nothing has completed yet.
using RunTime = std::optional<std::chrono::milliseconds>;

/// The last runs that completed, by name of description: a new version changes a job's run time
/// seldom, and would else begin without any. Threads: any.
class RunTimes {
 public:
  /// Runs remembered of each description.
  static constexpr std::size_t k_runs = 21;

  /// Remembers what the store knows of this description; once.
  Result<void> load(const std::string& description, store::Reader& reader);
  /// A committed job; counts if it has COMPLETED and is newer than what is known.
  void add(const Job& job);
  /// Of half the runs known the time was shorter.
  RunTime median(const std::string& description) const;

 private:
  struct Run {
    JobId id;
    TimePoint ended;
    std::chrono::milliseconds time;
  };
  mutable std::mutex mutex_{};
  std::unordered_map<std::string, std::deque<Run>> runs_{};  // the newest last
};

}}}  // namespace opus::uws0::service
