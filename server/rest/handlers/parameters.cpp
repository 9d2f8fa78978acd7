// {job}/parameters: UWS 1.1 §2.1.11 and §2.2.2.4, DALI 1.2 §2.1.
#include <algorithm>

#include <opus/uws.hpp>

#include "server/rest/file_response.hpp"
#include "server/rest/handlers/handlers.hpp"
#include "server/rest/job_form.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

/// The content of an input that is a file (UWS-PAR-15). not_found: it is none, or gone.
Result<Response> input_response(Api& api, const Request& request, const Job& job,
                                std::string_view name) {
  const auto input =
      std::find_if(job.inputs.begin(), job.inputs.end(), [&](const JobInput& candidate) {
        return iequals(candidate.name, name) && !candidate.entity.empty();
      });
  if (input == job.inputs.end()) return Error{Errc::not_found, "not a file"};
  OPUS_UWS_TRY(const Entity entity, api.service().entity(input->entity));
  OPUS_UWS_TRY(const auto path, api.service().content_path(entity));
  OPUS_UWS_TRY(auto file, OpenFile::open(path));
  const FileInfo info{entity.media_type, '"' + entity.sha256 + '"', entity.name};
  return file_response(request, std::move(file), info);
}

}  // namespace

void get_parameters(Api& api, CallPtr call) {
  const auto job = job_of(api, *call);
  if (!job) return fail(std::move(call), job.error());
  const auto format = choose_format(call->request, k_xml_offer);
  if (!format) return fail(std::move(call), format.error());
  const UwsLinks links{call->request.base_url};
  reply(std::move(call), chosen(*format == Format::json
                                    ? document(k_json, to_json(**job, links, JobMember::parameters))
                                    : document(k_xml, parameters_to_uws_xml(**job, links))));
}

void post_parameters(Api& api, CallPtr call) {
  auto form = read_form(call);
  if (!form) return;
  if (form->phase || form->action || form->execution_duration || form->destruction)
    return fail(std::move(call),
                {Errc::invalid_argument,
                 "PHASE, ACTION, EXECUTIONDURATION and DESTRUCTION are no parameters of a job: "
                 "they have resources of their own"});
  JobUpdate update;
  update.parameters = std::move(form->parameters);
  update.uploads = std::move(form->uploads);
  update.run_id = std::move(form->run_id);
  update_and_reply(api, std::move(call), std::move(update));
}

void get_parameter(Api& api, CallPtr call) {
  const auto job = job_of(api, *call);
  if (!job) return fail(std::move(call), job.error());
  const std::string_view name = call->request.path[4];
  auto file = input_response(api, call->request, **job, name);
  if (file) return reply(std::move(call), *std::move(file));
  if (file.error().code != Errc::not_found) return fail(std::move(call), file.error());
  for (const Parameter& parameter : (*job)->parameters)
    if (iequals(parameter.name, name)) return reply(std::move(call), text(parameter.value));
  for (const JobInput& input : (*job)->inputs)
    if (iequals(input.name, name) && !input.url.empty())
      return reply(std::move(call), text(input.url));
  fail(std::move(call), {Errc::not_found, "the job has no parameter " + in_quotes(name)});
}

void put_parameter(Api& api, CallPtr call) {
  Request& request = call->request;
  std::string name(request.path[4]);
  const auto description = api.service().description_of(JobId{std::string(request.path[2])});
  if (!description) return fail(std::move(call), description.error());
  if (!find_parameter(*description, name) && !find_input(*description, name))
    return fail(std::move(call), {Errc::not_found, "jobs of " + in_quotes(description->name) +
                                                       " have no parameter " + in_quotes(name)});
  JobUpdate update;
  if (request.files.empty())
    update.parameters.emplace_back(std::move(name), std::move(request.body));
  else
    update.uploads.push_back({.name = name,
                              .file_name = name,
                              .media_type = request.files.front().media_type,
                              .path = request.files.front().content.path()});
  update_and_reply(api, std::move(call), std::move(update));
}

}}}  // namespace opus::uws0::rest
