#include <opus/uws.hpp>

#include "server/rest/authorisation.hpp"
#include "server/rest/handlers/handlers.hpp"
#include "server/rest/job_form.hpp"
#include "server/rest/json_text.hpp"
#include "server/rest/result_refs.hpp"

namespace opus { inline namespace uws0 { namespace rest {

Result<JobPtr> job_of(Api& api, const Call& call) {
  const std::string_view list = call.request.path[1];
  const std::string_view id = call.request.path[2];
  const auto unknown = [&] {
    return Error{Errc::not_found,
                 "there is no job " + in_quotes(id) + " in the list " + in_quotes(list)};
  };
  auto job = api.service().peek(JobId{std::string(id)});
  if (!job) return job.error().code == Errc::not_found ? unknown() : job.error();
  if ((*job)->description != list) return unknown();
  return job;
}

std::vector<JobDescription> visible_descriptions(Api& api, const Request& request) {
  std::vector<JobDescription> descriptions = api.service().descriptions();
  std::erase_if(descriptions, [&](const JobDescription& description) {
    return !shows_description(api, request, description.name);
  });
  return descriptions;
}

Result<void> guard_job(Api& api, const Call& call) {
  const auto job = job_of(api, call);
  return job ? Result<void>() : Result<void>(job.error());
}

void fail(CallPtr call, const Error& error) {
  Response response = error_response(call->request, error);
  reply(std::move(call), std::move(response));
}

Response job_response(Api& api, const Request& request, const Job& job) {
  const auto format = choose_format(request, k_xml_offer);
  if (!format) return error_response(request, format.error());
  const UwsLinks links{request.base_url};
  // Its place in the queue changes without a change of the job: no kept document tells it.
  const auto position = api.service().queue_position(job);
  Response response =
      chosen(*format == Format::json ? document(k_json, to_json(job, links, position))
             : position              ? document(k_xml, to_uws_xml(job, links, position))
                                     : document(k_xml, api.documents().xml(job, request.base_url)));
  add_provenance_link(response, request, links.job_url(job) + "/prov.json");
  return response;
}

void add_provenance_link(Response& response, const Request& request, std::string_view url) {
  constexpr std::string_view k_rel = ">; rel=\"http://www.w3.org/ns/prov#has_provenance\"";
  std::string link;
  link.reserve(1 + url.size() + k_rel.size());
  link += '<';
  link += url;
  link += k_rel;
  response.headers.add("Link", link);
  add_query_service_link(response, request);
}

void add_query_service_link(Response& response, const Request& request) {
  constexpr std::string_view k_rel =
      "/provsap>; rel=\"http://www.w3.org/ns/prov#has_query_service\"";
  std::string link;
  link.reserve(1 + request.base_url.size() + k_rel.size());
  link += '<';
  link += request.base_url;
  link += k_rel;
  response.headers.add("Link", link);
}

std::string job_url(const Request& request, const Job& job) {
  return UwsLinks{request.base_url}.job_url(job);
}

Done to_job(CallPtr call, JobUrl where) {
  return [call = std::move(call), where](Result<JobPtr> job) mutable {
    if (!job) return fail(std::move(call), job.error());
    Response response = see_other(where(call->request, **job));
    reply(std::move(call), std::move(response));
  };
}

void create_and_reply(Api& api, CallPtr call, JobRequest request, JobUrl where) {
  if (const std::string& base = call->request.base_url; mentions(request.parameters, base))
    if (const auto description = api.service().description(request.description))
      refer_to_own_results(request.parameters, *description, base);
  Host& host = call->host();
  if (request.uploads.empty())
    return api.service().create(std::move(request), to_job(std::move(call), where));
  host.offload([&api, call = std::move(call), request = std::move(request), where]() mutable {
    api.service().create(std::move(request), to_job(std::move(call), where));
  });
}

void update_and_reply(Api& api, CallPtr call, JobUpdate update) {
  JobId id{std::string(call->request.path[2])};
  if (const std::string& base = call->request.base_url; mentions(update.parameters, base))
    if (const auto description = api.service().description_of(id))
      refer_to_own_results(update.parameters, *description, base);
  Host& host = call->host();
  if (update.uploads.empty())
    return api.service().update(id, std::move(update), to_job(std::move(call)));
  host.offload(
      [&api, call = std::move(call), id = std::move(id), update = std::move(update)]() mutable {
        api.service().update(id, std::move(update), to_job(std::move(call)));
      });
}

std::string take_reason(Pairs& parameters) {
  constexpr std::string_view k_reason = "REASON";
  std::string reason;
  for (auto& [name, value] : parameters)
    if (iequals(name, k_reason)) reason = std::move(value);
  std::erase_if(parameters, [&](const auto& pair) { return iequals(pair.first, k_reason); });
  return reason;
}

void command_phase(Api& api, CallPtr call, PhaseCommand command, std::string reason) {
  const JobId id{std::string(call->request.path[2])};
  switch (command) {
    case PhaseCommand::run: return api.service().run(id, to_job(std::move(call)));
    case PhaseCommand::hold: return api.service().hold(id, to_job(std::move(call)));
    case PhaseCommand::abort: {
      AbortRequest request{call->request.identity.owner().value_or(""), std::move(reason)};
      return api.service().abort(id, std::move(request), to_job(std::move(call)));
    }
  }
}

void add_range(JsonText& json, std::string_view name, const JobLimits::Range& range) {
  const auto or_null = [](std::chrono::seconds time) {
    return time.count() == 0 ? std::nullopt : std::optional(time.count());
  };
  json.key(name).begin_object().field("default", or_null(range.standard));
  json.field("minimum", or_null(range.least)).field("maximum", or_null(range.most)).end_object();
}

std::optional<JobForm> read_form(const CallPtr& call) {
  auto form = read_job_form(call->request);
  if (form) return *std::move(form);
  fail(call, form.error());
  return std::nullopt;
}

}}}  // namespace opus::uws0::rest
