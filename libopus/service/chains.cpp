#include "libopus/service/chains.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "libopus/job/chain.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

Result<job::Applied> apply_settled(Job waiting, const job::Settled& settled, TimePoint now) {
  if (settled.error) return job::apply(std::move(waiting), job::Failed{*settled.error}, now);
  if (settled.changed)
    return job::apply(std::move(waiting), job::InputsArrived{settled.inputs}, now);
  return job::Applied{std::move(waiting), {}, false};
}

}  // namespace

bool ends(const Job& before, const Job& after) noexcept {
  return (is_final(after.phase) && !is_final(before.phase)) ||
         (after.destroyed && !before.destroyed);
}

Result<std::vector<Changed>> settle_waiting(store::Writer& writer, const Job& ended,
                                            TimePoint now) {
  std::vector<Changed> changed;
  std::deque<Job> ends_to_tell{ended};
  for (; !ends_to_tell.empty(); ends_to_tell.pop_front()) {
    OPUS_UWS_TRY(const std::vector<JobId> waiting, writer.waiting_for(ends_to_tell.front().id));
    for (const JobId& id : waiting) {
      OPUS_UWS_TRY(const Job before, writer.job(id));
      const job::Settled settled = job::settle(before, ends_to_tell.front());
      OPUS_UWS_TRY(job::Applied applied, apply_settled(before, settled, now));
      if (!applied.changed) continue;
      OPUS_UWS_TRY(Job after, writer.update_job(before, std::move(applied.job), applied.history));
      if (ends(before, after)) ends_to_tell.push_back(after);
      changed.push_back({std::make_shared<const Job>(std::move(after)), before.phase});
    }
  }
  return changed;
}

Result<job::Applied> settle_at_run(store::Writer& writer, job::Applied applied, TimePoint now) {
  for (const JobInput& input : applied.job.inputs) {
    const auto ref = job::awaited(input);
    if (!ref) continue;
    OPUS_UWS_TRY(const Job origin, writer.job(ref->job));
    const job::Settled settled = job::settle(applied.job, origin);
    if (!settled.error) continue;
    OPUS_UWS_TRY(job::Applied failed, apply_settled(std::move(applied.job), settled, now));
    failed.history.insert(failed.history.begin(), applied.history.begin(), applied.history.end());
    return failed;
  }
  return applied;
}

Result<void> check_no_circle(store::Writer& writer, const Job& job,
                             const std::vector<JobInput>& inputs) {
  std::set<JobId> seen{job.id};
  std::deque<JobId> next{job.id};
  const auto awaits_seen = [&](const JobInput& input) {
    const auto ref = job::awaited(input);
    return ref && seen.count(ref->job) != 0;
  };
  if (std::none_of(inputs.begin(), inputs.end(),
                   [](const JobInput& input) { return job::awaited(input).has_value(); }))
    return {};
  for (; !next.empty(); next.pop_front()) {
    OPUS_UWS_TRY(const std::vector<JobId> waiting, writer.waiting_for(next.front()));
    for (const JobId& id : waiting)
      if (seen.insert(id).second) next.push_back(id);
  }
  std::vector<Fault> faults;
  for (const JobInput& input : inputs)
    if (awaits_seen(input))
      faults.push_back(
          {input.name, "a result of a job that does not wait for this one", input.url});
  if (!faults.empty()) return faults_error("parameters", std::move(faults));
  return {};
}

}}}  // namespace opus::uws0::service
