#pragma once
// What the end of one job means to those that wait for its results. All of it happens inside the
// transaction in which that job ends, so that a crash leaves nothing to be repaired.

#include <memory>
#include <optional>
#include <vector>

#include <opus/error.hpp>
#include <opus/job.hpp>

#include "libopus/job/apply.hpp"
#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// A job as a transaction changed it.
struct Changed {
  std::shared_ptr<const Job> job{};
  std::optional<Phase> from{};  ///< nullopt: created
};

/// Has `after` just ended, or been deleted, so that others must hear of it?
bool ends(const Job& before, const Job& after) noexcept;

/// Gives the jobs that wait for results of `ended` what they wait for: they keep it from now on,
/// even if `ended` is deleted. Those whose result will never exist end ERROR, and so on down the
/// chain.
Result<std::vector<Changed>> settle_waiting(store::Writer& writer, const Job& ended, TimePoint now);

/// A job that has just been run ends ERROR at once if one of its inputs will never exist.
Result<job::Applied> settle_at_run(store::Writer& writer, job::Applied applied, TimePoint now);

/// invalid_argument: with these inputs the job would wait for itself, through others.
Result<void> check_no_circle(store::Writer& writer, const Job& job,
                             const std::vector<JobInput>& inputs);

}}}  // namespace opus::uws0::service
