#pragma once
// WAIT on a sweep: the answer comes when the numbers of its jobs in the phases have changed.

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include <opus/service.hpp>

#include "server/rest/call.hpp"
#include "server/rest/sweep_documents.hpp"

namespace opus { inline namespace uws0 { namespace rest {

struct SweepWaitRequest {
  std::chrono::milliseconds time{0};  ///< already at most `wait_max`
  bool until_final = false;           ///< UNTIL=FINAL: until all jobs have ended, else any change
};

/// WAIT and UNTIL; nullopt without WAIT. invalid_argument: not a whole number, another word.
Result<std::optional<SweepWaitRequest>> read_sweep_wait(const Request& request,
                                                        std::chrono::milliseconds wait_max);

/// Follows the jobs of a sweep, in the order of their changes. Threads: any.
class SweepWatch {
 public:
  SweepWatch(std::string description, std::string run_id, bool until_final);

  /// The jobs as they were read after the first change could be told. True: there is nothing to
  /// wait for.
  bool begin(const JobPtrs& jobs);
  /// A committed change. True, once: it is what was waited for.
  bool on_change(const JobChange& change);

 private:
  struct Known {
    Phase phase;
    std::uint64_t version;  ///< a change that is older is known already
  };
  using Counts = std::array<std::size_t, k_phases.size()>;

  void apply(const JobChange& change);
  bool is_over() const;

  const std::string description_;
  const std::string run_id_;
  const bool until_final_;

  std::mutex mutex_;
  bool begun_ = false;
  bool told_ = false;
  std::vector<JobChange> early_{};  ///< before the jobs were known
  std::unordered_map<JobId, Known> jobs_{};
  Counts now_{};
  Counts before_{};
};

/// Calls `answer`, on a thread that may block, when there is something to tell or the time is over:
/// at once if that is now. It costs a subscription, a timer and a word for each job, no thread.
void wait_for_sweep(Service& service, CallPtr call, const SweepWaitRequest& wait,
                    std::function<Result<JobPtrs>(const Call& call)> read,
                    std::function<void(CallPtr call)> answer);

}}}  // namespace opus::uws0::rest
