// /sync/{name}: a job that one request starts, waits for and fetches the result of (DALI 1.2 §2.2,
// UWS 1.1 §5). It is an ordinary job of {jobs}; a client that goes away does not end it.
#include <chrono>
#include <string>

#include <opus/uws.hpp>

#include "server/rest/handlers/handlers.hpp"
#include "server/rest/job_error.hpp"
#include "server/rest/job_form.hpp"
#include "server/rest/wait.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

using WaitEnd = std::chrono::steady_clock::time_point;

/// A client is sent round so often before it is told to ask the job: together with the first and
/// the last redirection these are the ten that Python's urllib follows.
constexpr int k_most_rounds = 8;

Result<int> read_round(const Request& request) {
  OPUS_UWS_TRY(const auto text, request.value("ROUND"));
  if (!text) return 0;
  const auto round = parse_integer(*text);
  if (!round || *round < 0 || *round > k_most_rounds)
    return faults_error("request",
                        {{"ROUND", "0 to " + std::to_string(k_most_rounds), in_quotes(*text)}});
  return static_cast<int>(*round);
}

/// What the job made first, in the order of its description, or what it said if it makes nothing.
Response outcome_of_success(const Request& request, const Job& job) {
  const UwsLinks links{request.base_url};
  if (job.results.empty()) return see_other(links.job_url(job) + "/stdout");
  return see_other(links.result_url(job, job.results.front().id));
}

/// DALI 1.2 §5.2: an error status and the error's document.
Response outcome_of_failure(const Request& request, const Job& job) {
  const int status = job.error && job.error->kind == ErrorKind::transient ? 503 : 500;
  if (!job.error)
    return error_response(request, status,
                          {Errc::internal, "the job is " + std::string(to_string(job.phase))});
  auto response = job_error_document(request, job);
  if (!response) return error_response(request, response.error());
  response->status = status;
  return *std::move(response);
}

Response still_running(const Request& request, const Job& job) {
  const auto round = read_round(request);
  if (!round) return error_response(request, round.error());
  if (*round < k_most_rounds)
    return see_other(sync_url(request, job) + "?ROUND=" + std::to_string(*round + 1));
  return error_response(request, 408,
                        {Errc::timed_out, "the job is still " + std::string(to_string(job.phase)) +
                                              "; it goes on at " + job_url(request, job)});
}

void wait_for_outcome(Api& api, CallPtr call, const Job& job, WaitEnd end, Woken why) {
  const Request& request = call->request;
  if (job.phase == Phase::completed || job.phase == Phase::archived)
    return reply(std::move(call), outcome_of_success(request, job));
  if (is_final(job.phase)) return reply(std::move(call), outcome_of_failure(request, job));
  if (job.phase == Phase::pending)
    return fail(std::move(call), {Errc::conflict, "the job is PENDING: nobody has started it"});
  const auto now = std::chrono::steady_clock::now();
  if (why != Woken::changed || now >= end)
    return reply(std::move(call), still_running(request, job));
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - now);
  when_left(api, std::move(call), job, left,
            [&api, end](CallPtr woken, const Job& later, Woken reason) {
              wait_for_outcome(api, std::move(woken), later, end, reason);
            });
}

}  // namespace

std::string sync_url(const Request& request, const Job& job) {
  return request.base_url + "/sync/" + job.description + '/' + job.id.value;
}

Result<void> guard_sync(Api& api, const Call& call) {
  if (!api.config().synchronous)
    return Error{Errc::not_found, "this service has no synchronous requests; POST to /rest/" +
                                      std::string(call.request.path[1])};
  return guard_create(api, call);
}

void start_sync(Api& api, CallPtr call) {
  if (call->request.method == Method::head) {
    // Here GET is not safe: it starts a job.
    Response response =
        error_response(call->request, 405, {Errc::unsupported, "HEAD starts nothing; GET or POST"});
    response.headers.add("Allow", "GET, POST, OPTIONS");
    return reply(std::move(call), std::move(response));
  }
  auto form = read_form(call);
  if (!form) return;
  create_from_form(api, std::move(call), *std::move(form), {.synchronous = true});
}

void get_sync(Api& api, CallPtr call) {
  const auto job = job_of(api, *call);
  if (!job) return fail(std::move(call), job.error());
  const auto round = read_round(call->request);
  if (!round) return fail(std::move(call), round.error());
  const WaitEnd end = std::chrono::steady_clock::now() + api.config().wait_max;
  wait_for_outcome(api, std::move(call), **job, end, Woken::changed);
}

}}}  // namespace opus::uws0::rest
