// {job} with ACTION=RERUN or VERIFY, and {job}/diff.
#include <opus/reproduction.hpp>
#include <opus/uws.hpp>

#include "server/rest/authorisation.hpp"
#include "server/rest/handlers/handlers.hpp"
#include "server/rest/job_form.hpp"
#include "server/rest/json_text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

std::string to_json(const RunComparison& comparison) {
  JsonText json;
  json.begin_object().field("first", comparison.first.value);
  json.field("second", comparison.second.value).field("verdict", to_string(comparison.verdict));
  json.key("items").begin_array();
  for (const RunDifference& item : comparison.items) {
    json.new_line().begin_object().field("part", item.part).field("name", item.name);
    json.field("change", to_string(item.change)).text_or_null("before", item.before);
    json.text_or_null("after", item.after).end_object();
  }
  return json.end_array().end_object().take() + "\n";
}

/// For reading: what differs, line by line.
std::string to_text(const RunComparison& comparison) {
  std::string out(to_string(comparison.verdict));
  out += "\n";
  for (const RunDifference& item : comparison.items) {
    if (item.change == Change::same) continue;
    out += item.part + ' ' + item.name + ' ';
    out += to_string(item.change);
    if (item.change == Change::removed || item.change == Change::changed)
      out += "\n- " + item.before;
    if (item.change == Change::added || item.change == Change::changed) out += "\n+ " + item.after;
    out += '\n';
  }
  return out;
}

std::string to_json(const JobId& id, const std::vector<FileCheck>& checks) {
  bool intact = true;
  for (const FileCheck& check : checks) intact = intact && check.state == FileState::intact;
  JsonText json;
  json.begin_object().field("job", id.value).field("intact", intact);
  json.key("files").begin_array();
  for (const FileCheck& check : checks) {
    json.new_line().begin_object().field("kind", check.is_result ? "result" : "input");
    json.field("name", check.name).field("entity", check.entity.id.value);
    json.field("state", to_string(check.state)).text_or_null("expected", check.entity.sha256);
    json.text_or_null("found", check.sha256).end_object();
  }
  return json.end_array().end_object().take() + "\n";
}

/// The other job, which may be of another list.
Result<JobId> other_job(Api& api, const Request& request, const Job& job) {
  OPUS_UWS_TRY(const auto with, request.value("WITH"));
  if (!with && job.rerun_of.empty())
    return faults_error("query", {{"WITH", "the id of a job to compare with", "nothing"}});
  const JobId id = with ? JobId{std::string(*with)} : job.rerun_of;
  OPUS_UWS_TRY(const JobPtr other, api.service().peek(id));
  const Result<void> may = check_job(api, request, Action::see_job, *other);
  if (may) return id;
  if (may.error().code != Errc::not_found) return may.error();
  return Error{Errc::not_found, "no job " + id.value};  // as if it were not there
}

}  // namespace

void get_run_difference(Api& api, CallPtr call) {
  const auto job = job_of(api, *call);
  if (!job) return fail(std::move(call), job.error());
  const auto place = choose(call->request, {k_json_offer, k_text_offer});
  if (!place) return fail(std::move(call), place.error());
  const auto other = other_job(api, call->request, **job);
  if (!other) return fail(std::move(call), other.error());
  const auto comparison = compare_runs(api.service(), *other, (*job)->id);
  if (!comparison) return fail(std::move(call), comparison.error());
  reply(std::move(call), chosen(*place == 0 ? document(k_json, to_json(*comparison))
                                            : document(k_text, to_text(*comparison))));
}

void verify_and_reply(Api& api, CallPtr call) {
  Host& host = call->host();
  host.offload([&api, call = std::move(call)]() mutable {
    const JobId id{std::string(call->request.path[2])};
    const auto checks = verify_files(api.service(), id);
    if (!checks) return fail(std::move(call), checks.error());
    reply(std::move(call), document(k_json, to_json(id, *checks)));
  });
}

void rerun_and_reply(Api& api, CallPtr call, JobForm form) {
  if (form.phase && *form.phase != PhaseCommand::run)
    return fail(std::move(call), faults_error("request", {{"PHASE", "RUN", word_of(*form.phase)}}));
  if (const auto may = check_access(api, call->request, Action::create_job,
                                    {call->request.path[1], std::nullopt}, "");
      !may)
    return fail(std::move(call), may.error());
  RerunRequest changes;
  changes.owner = call->request.identity.owner();
  changes.run_id = form.run_id.value_or("");
  changes.parameters = std::move(form.parameters);
  changes.uploads = std::move(form.uploads);
  auto request =
      rerun_request(api.service(), JobId{std::string(call->request.path[2])}, std::move(changes));
  if (!request) return fail(std::move(call), request.error());
  if (form.execution_duration) request->execution_duration = form.execution_duration;
  request->destruction = form.destruction;
  create_and_reply(api, std::move(call), *std::move(request));
}

}}}  // namespace opus::uws0::rest
