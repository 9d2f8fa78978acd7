// {job}/events and {jobs}/events: server-sent events.
#include <opus/uws.hpp>

#include "server/rest/authorisation.hpp"
#include "server/rest/events/hub.hpp"
#include "server/rest/events/job_events.hpp"
#include "server/rest/events/list_events.hpp"
#include "server/rest/events/sse.hpp"
#include "server/rest/handlers/handlers.hpp"
#include "server/rest/job_list.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

Response stream_response(BodyStreamPtr stream) {
  Response response;
  response.headers.add("Content-Type", k_event_stream);
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Accel-Buffering", "no");  // nginx would collect the events
  response.body = std::move(stream);
  return response;
}

std::string_view last_event_id(const Request& request) {
  return trim(request.headers.get("Last-Event-ID").value_or(""));
}

/// Does the list exist for this client? A list lives while it has jobs, even if its description has
/// been taken away.
Result<void> find_list(Api& api, const VisibleJobs& visible, std::string_view name) {
  const auto known = api.service().description(name);
  if (known) return {};
  JobFilter filter;
  filter.description = name;
  OPUS_UWS_TRY(const auto jobs, JobLister(api.service(), visible, std::move(filter)).next(1));
  return jobs.empty() ? Result<void>(known.error()) : Result<void>();
}

}  // namespace

void get_job_events(Api& api, CallPtr call) {
  const auto job = job_of(api, *call);
  if (!job) return fail(std::move(call), job.error());
  const auto feed = api.events().job((*job)->id);
  if (!feed) return fail(std::move(call), feed.error());
  const auto from = JobPosition::parse(last_event_id(call->request));
  if (from && from->ended) {
    // The one answer that tells an EventSource not to come back.
    Response response;
    response.status = 204;
    return reply(std::move(call), std::move(response));
  }
  const UwsLinks links{call->request.base_url};
  auto stream = std::make_shared<JobEvents>(call->host(), api.config().heartbeat, *feed,
                                            links.job_url(**job), from);
  reply(std::move(call), stream_response(std::move(stream)));
}

void get_list_events(Api& api, CallPtr call) {
  const Request& request = call->request;
  const std::string name(request.path[1]);
  VisibleJobs visible = visible_jobs_of(api, request);
  if (const auto found = find_list(api, visible, name); !found)
    return fail(std::move(call), found.error());
  EventHub& hub = api.events();
  auto stream = std::make_shared<ListEvents>(
      call->host(), api.config().heartbeat, hub.list(name), hub.epoch(), name,
      ListEvents::Client{std::move(visible), {request.base_url}}, last_event_id(request));
  reply(std::move(call), stream_response(std::move(stream)));
}

}}}  // namespace opus::uws0::rest
