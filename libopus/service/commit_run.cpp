#include "libopus/service/commit_run.hpp"

#include <utility>

#include "libopus/job/chain.hpp"
#include "libopus/service/chains.hpp"
#include "libopus/service/owner_limits.hpp"

namespace opus { inline namespace uws0 { namespace service {

Result<job::Applied> commit_run(store::Writer& writer, Job job, const JobDescription& description,
                                const DefinedLookup& defined, const RunTime& run_time,
                                const ServiceConfig& config, TimePoint now) {
  if (!may_move(job.phase, Phase::queued, Actor::client))
    return job::apply(std::move(job), job::RunAsked{}, now);  // says what is wrong
  if (job.phase == Phase::held) {
    // It was run before, and all its values are final.
    job::RunAsked again;
    again.parameters = job.parameters;
    again.inputs = job.inputs;
    again.quote = job.quote;
    return job::apply(std::move(job), again, now);
  }

  // A deleted job and its results are on their way out: nobody may refer to them any more, but to
  // those that stay because others use them.
  References references;
  references.defined = defined;
  references.job = [&](const JobId& id) -> Result<Job> {
    OPUS_UWS_TRY(Job origin, writer.job(id));
    if (origin.destroyed) return Error{Errc::not_found, "no job " + id.value, {}};
    return origin;
  };
  references.entity = [&](const EntityId& id) -> Result<Entity> {
    OPUS_UWS_TRY(Entity entity, writer.entity(id));
    if (entity.generated_by.empty()) return entity;
    const Result<Job> origin = references.job(entity.generated_by);
    if (origin) return entity;
    if (origin.error().code != Errc::not_found) return origin.error();
    OPUS_UWS_TRY(const std::vector<JobId> users, writer.users_of(id));
    for (const JobId& user : users) {
      const Result<Job> using_it = references.job(user);
      if (using_it) return entity;
      if (using_it.error().code != Errc::not_found) return using_it.error();
    }
    return origin.error();
  };
  OPUS_UWS_TRY(job::RunAsked run, prepare_run(job, description, references, run_time, now));
  const OwnerLimits limits = limits_of_job(config, job.owner, job.description);
  OPUS_UWS_CHECK(check_values(limits.values, description, run.parameters));
  OPUS_UWS_CHECK(check_may_wait(writer, config, job));
  move_into(job, limits, now);
  OPUS_UWS_CHECK(check_no_circle(writer, job, run.inputs));
  OPUS_UWS_TRY(job::Applied applied, job::apply(std::move(job), run, now));
  return settle_at_run(writer, std::move(applied), now);
}

}}}  // namespace opus::uws0::service
