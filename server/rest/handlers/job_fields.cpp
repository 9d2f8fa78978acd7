// The small resources below a job: UWS 1.1 §2.2.2.2 and §2.2.3.3 to §2.2.3.6.
#include <opus/uws.hpp>

#include "server/rest/handlers/handlers.hpp"
#include "server/rest/job_error.hpp"
#include "server/rest/job_form.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

/// Answers with one field of the job: as bare text, or as the member of the job's JSON.
template <class Field> void reply_field(Api& api, CallPtr call, JobMember member, Field field) {
  const auto job = job_of(api, *call);
  if (!job) return fail(std::move(call), job.error());
  const auto format = choose_format(call->request, k_text_offer);
  if (!format) return fail(std::move(call), format.error());
  Response response = *format == Format::json
                          ? document(k_json, to_json(**job, {call->request.base_url}, member))
                          : text(field(**job));
  reply(std::move(call), chosen(std::move(response)));
}

std::string time_text(const std::optional<TimePoint>& at) {
  return at ? to_iso8601(*at) : std::string();  // unknown = empty, still 200
}

void fail_missing(CallPtr call, std::string_view name, std::string_view expected) {
  fail(std::move(call), faults_error("request", {{std::string(name), std::string(expected), ""}}));
}

}  // namespace

void get_phase(Api& api, CallPtr call) {
  reply_field(api, std::move(call), JobMember::phase,
              [](const Job& job) { return std::string(to_string(job.phase)); });
}

void post_phase(Api& api, CallPtr call) {
  auto form = read_form(call);
  if (!form) return;
  if (!form->phase) return fail_missing(std::move(call), "PHASE", "RUN, HOLD or ABORT");
  command_phase(api, std::move(call), *form->phase, take_reason(form->parameters));
}

void get_execution_duration(Api& api, CallPtr call) {
  reply_field(api, std::move(call), JobMember::execution_duration,
              [](const Job& job) { return std::to_string(job.execution_duration.count()); });
}

void post_execution_duration(Api& api, CallPtr call) {
  const auto form = read_form(call);
  if (!form) return;
  if (!form->execution_duration)
    return fail_missing(std::move(call), "EXECUTIONDURATION", "whole seconds");
  JobUpdate update;
  update.execution_duration = form->execution_duration;
  update_and_reply(api, std::move(call), std::move(update));
}

void get_destruction(Api& api, CallPtr call) {
  reply_field(api, std::move(call), JobMember::destruction,
              [](const Job& job) { return time_text(job.destruction); });
}

void post_destruction(Api& api, CallPtr call) {
  const auto form = read_form(call);
  if (!form) return;
  if (!form->destruction)
    return fail_missing(std::move(call), "DESTRUCTION", "a UTC time like 2030-01-02T03:04:05Z");
  JobUpdate update;
  update.destruction = form->destruction;
  update_and_reply(api, std::move(call), std::move(update));
}

void get_quote(Api& api, CallPtr call) {
  reply_field(api, std::move(call), JobMember::quote,
              [](const Job& job) { return time_text(job.quote); });
}

void get_owner(Api& api, CallPtr call) {
  reply_field(api, std::move(call), JobMember::owner,
              [](const Job& job) { return job.owner.value_or(""); });
}

void get_error(Api& api, CallPtr call) {
  const auto job = job_of(api, *call);
  if (!job) return fail(std::move(call), job.error());
  auto response = job_error_document(call->request, **job);
  if (!response) return fail(std::move(call), response.error());
  reply(std::move(call), *std::move(response));
}

}}}  // namespace opus::uws0::rest
