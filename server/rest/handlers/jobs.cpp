// The job list, {jobs}: UWS 1.1 §2.2.2.1 and §2.2.3.1.
#include <algorithm>

#include <opus/uws.hpp>

#include "server/rest/handlers/handlers.hpp"
#include "server/rest/identity.hpp"
#include "server/rest/job_form.hpp"

namespace opus { inline namespace uws0 { namespace rest {

void list_jobs(Api& api, CallPtr call) {
  const Request& request = call->request;
  auto filter = parse_job_filter(request.query);
  if (!filter) return fail(std::move(call), filter.error());
  const Identity identity = identify(request);
  filter->description = request.path[1];
  filter->owner = identity.name;
  auto jobs = api.service().list(*filter);
  if (!jobs) return fail(std::move(call), jobs.error());
  // Others' jobs are left out, not refused (UWS-LST-15).
  std::erase_if(*jobs, [&](const JobSummary& job) { return !may_access(identity, job.owner); });
  // A list stays readable while it has jobs, even if its description has been taken away.
  if (jobs->empty()) {
    if (const auto known = api.service().description(filter->description); !known)
      return fail(std::move(call), known.error());
  }
  const UwsLinks links{request.base_url};
  Response response = wants_json(request) ? document(k_json, to_json(*jobs, links))
                                          : document(k_xml, to_uws_xml(*jobs, links));
  reply(std::move(call), std::move(response));
}

Result<void> guard_create(Api& api, const Call& call) {
  const auto description = api.service().description(call.request.path[1]);
  return description ? Result<void>() : Result<void>(description.error());
}

void create_job(Api& api, CallPtr call) {
  auto form = read_form(call);
  if (!form) return;
  if (form->phase == PhaseCommand::abort)
    return fail(std::move(call),
                faults_error("request", {{"PHASE", "RUN, or no PHASE for a new job", "'ABORT'"}}));
  JobRequest job;
  job.description = call->request.path[1];
  job.owner = identify(call->request).name;
  job.run_id = std::move(form->run_id).value_or("");
  job.parameters = std::move(form->parameters);
  job.uploads = std::move(form->uploads);
  job.execution_duration = form->execution_duration;
  job.destruction = form->destruction;
  job.run = form->phase == PhaseCommand::run;
  // The request's files stay until the answer: by then the service has taken them.
  create_and_reply(api, std::move(call), std::move(job));
}

}}}  // namespace opus::uws0::rest
