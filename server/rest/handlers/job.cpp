// One job, {job}: UWS 1.1 §2.2.2.2, §2.2.3.2 and §2.2.1.2.
#include <opus/uws.hpp>

#include "server/rest/handlers/handlers.hpp"
#include "server/rest/job_form.hpp"
#include "server/rest/wait.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

void destroy(Api& api, CallPtr call, std::string reason = {}) {
  const JobId id{std::string(call->request.path[2])};
  AbortRequest request{call->request.identity.owner().value_or(""), std::move(reason)};
  api.service().destroy(id, std::move(request), [call](Result<void> done) {
    if (!done) return fail(call, done.error());
    const UwsLinks links{call->request.base_url};
    reply(call, see_other(links.list_url(call->request.path[1])));
  });
}

/// Which of the things a POST to {job} may ask for this one asks for; they do not combine.
Result<void> check_job_post(const JobForm& form, bool parameters_too) {
  if (form.action && *form.action == "RERUN") return {};  // takes what a new job takes
  if (form.action && *form.action != "DELETE" && *form.action != "VERIFY")
    return faults_error("request",
                        {{"ACTION", "DELETE, RERUN or VERIFY", in_quotes(*form.action)}});
  const bool parameters = form.has_job_parameters() || form.run_id;
  const bool changes =
      form.execution_duration || form.destruction || (parameters && parameters_too);
  if (!form.action && parameters && !parameters_too)
    return Error{Errc::forbidden,
                 "a job's parameters are changed at its /parameters, not at the job itself"};
  if (!form.action && !form.phase && !changes)
    return Error{Errc::invalid_argument,
                 "expected ACTION=DELETE, RERUN or VERIFY, PHASE=RUN, PHASE=ABORT, "
                 "EXECUTIONDURATION or DESTRUCTION"};
  if ((form.action || changes) && form.phase)
    return Error{Errc::invalid_argument, "PHASE cannot be combined with other changes"};
  if (form.action && changes)
    return Error{Errc::invalid_argument, "ACTION cannot be combined with other changes"};
  return {};
}

}  // namespace

void get_job(Api& api, CallPtr call) {
  const auto job = job_of(api, *call);
  if (!job) return fail(std::move(call), job.error());
  if (!call->request.query.empty()) {
    if (const auto format = choose_format(call->request, k_xml_offer); !format)
      return fail(std::move(call), format.error());  // now, not after a WAIT
    const auto wait = read_wait(call->request, api.config().wait_max);
    if (!wait) return fail(std::move(call), wait.error());
    if (*wait) {
      const auto time = time_to_wait(**wait, (*job)->phase, api.config().wait_pace);
      if (time.count() > 0) return wait_and_reply(api, std::move(call), **job, time);
    }
  }
  Response response = job_response(api, call->request, **job);
  reply(std::move(call), std::move(response));
}

void post_job(Api& api, CallPtr call) {
  auto form = read_form(call);
  if (!form) return;
  const bool ends = form->phase == PhaseCommand::abort || form->action == "DELETE";
  std::string reason = ends ? take_reason(form->parameters) : std::string{};
  const auto good = check_job_post(*form, api.config().parameters_at_job);
  if (!good) return fail(std::move(call), good.error());
  if (form->action && *form->action == "RERUN")
    return rerun_and_reply(api, std::move(call), *std::move(form));
  if (form->action && *form->action == "VERIFY") return verify_and_reply(api, std::move(call));
  if (form->action) return destroy(api, std::move(call), std::move(reason));
  if (form->phase) return command_phase(api, std::move(call), *form->phase, std::move(reason));
  JobUpdate update;
  update.execution_duration = form->execution_duration;
  update.destruction = form->destruction;
  if (api.config().parameters_at_job) {
    update.parameters = std::move(form->parameters);
    update.uploads = std::move(form->uploads);
    update.run_id = std::move(form->run_id);
  }
  update_and_reply(api, std::move(call), std::move(update));
}

void delete_job(Api& api, CallPtr call) { destroy(api, std::move(call)); }

}}}  // namespace opus::uws0::rest
