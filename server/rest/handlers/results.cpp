// {job}/results, stdout, stderr: UWS 1.1 §2.1.10, DALI 1.2 §5.1.
#include <algorithm>

#include <opus/uws.hpp>

#include "server/rest/file_response.hpp"
#include "server/rest/handlers/handlers.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

Result<Response> result_response(Api& api, const Request& request, const Job& job,
                                 std::string_view id) {
  const auto result = std::find_if(job.results.begin(), job.results.end(),
                                   [&](const JobResult& candidate) { return candidate.id == id; });
  if (result == job.results.end())
    return Error{Errc::not_found, "the job has no result " + in_quotes(id)};
  const Entity& entity = result->entity;
  OPUS_UWS_TRY(const auto path, api.service().content_path(entity));
  OPUS_UWS_TRY(auto file, OpenFile::open(path));
  const FileInfo info{entity.media_type, '"' + entity.sha256 + '"', entity.name};
  Response response = file_response(request, std::move(file), info);
  add_provenance_link(response, request, UwsLinks{request.base_url}.job_url(job) + "/prov.json");
  return response;
}

/// What the code has written so far; empty while there is no file yet.
Result<Response> log_response(Api& api, const Request& request, const Job& job,
                              std::string_view stream) {
  OPUS_UWS_TRY(const auto path, api.service().log_path(job.id, stream));
  auto file = OpenFile::open(path);
  if (file) return file_response(request, *std::move(file), {std::string(k_text), "", ""});
  if (file.error().code != Errc::not_found) return file.error();
  if (job.phase == Phase::archived)
    return Error{Errc::not_found, "the job is ARCHIVED: its " + std::string(stream) + " is gone"};
  return text("");
}

void reply_log(Api& api, CallPtr call, std::string_view stream) {
  const auto job = job_of(api, *call);
  if (!job) return fail(std::move(call), job.error());
  auto response = log_response(api, call->request, **job, stream);
  if (!response) return fail(std::move(call), response.error());
  reply(std::move(call), *std::move(response));
}

}  // namespace

void get_results(Api& api, CallPtr call) {
  const auto job = job_of(api, *call);
  if (!job) return fail(std::move(call), job.error());
  const auto format = choose_format(call->request, k_xml_offer);
  if (!format) return fail(std::move(call), format.error());
  const UwsLinks links{call->request.base_url};
  reply(std::move(call),
        chosen(*format == Format::json ? document(k_json, to_json(**job, links, JobMember::results))
                                       : document(k_xml, results_to_uws_xml(**job, links))));
}

void get_result(Api& api, CallPtr call) {
  const auto job = job_of(api, *call);
  if (!job) return fail(std::move(call), job.error());
  auto response = result_response(api, call->request, **job, call->request.path[4]);
  if (!response) return fail(std::move(call), response.error());
  reply(std::move(call), *std::move(response));
}

void get_stdout(Api& api, CallPtr call) { reply_log(api, std::move(call), "stdout"); }

void get_stderr(Api& api, CallPtr call) { reply_log(api, std::move(call), "stderr"); }

}}}  // namespace opus::uws0::rest
