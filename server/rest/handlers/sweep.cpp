// Sweeps: many jobs of one POST, and all of them as one resource, {jobs}/sweeps/{runId}.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <opus/uws.hpp>

#include "server/rest/authorisation.hpp"
#include "server/rest/file_response.hpp"
#include "server/rest/handlers/handlers.hpp"
#include "server/rest/job_form.hpp"
#include "server/rest/job_list.hpp"
#include "server/rest/result_refs.hpp"
#include "server/rest/sweep_archive.hpp"
#include "server/rest/sweep_documents.hpp"
#include "server/rest/sweep_wait.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::string_view k_sweep = "SWEEP";
constexpr std::string_view k_reuse = "REUSE";
constexpr std::string_view k_tar = "application/x-tar";

JobFilter filter_of(const Request& request) {
  JobFilter filter;
  filter.description = request.path[1];
  filter.run_id = std::string(request.path[3]);
  filter.phases.assign(k_phases.begin(), k_phases.end());
  return filter;
}

/// The jobs of the sweep that the request names, oldest first; not all if there are more than
/// `most`. not_found: there are none.
Result<std::vector<JobSummary>> jobs_of(Api& api, const Request& request,
                                        std::size_t most = INT32_MAX) {
  JobLister lister(api.service(), visible_jobs_of(api, request), filter_of(request));
  OPUS_UWS_TRY(std::vector<JobSummary> jobs, lister.next(most));
  if (jobs.empty())
    return Error{Errc::not_found, "there is no job with the run id " + in_quotes(request.path[3]) +
                                      " in the list " + in_quotes(request.path[1])};
  std::reverse(jobs.begin(), jobs.end());
  return jobs;
}

/// The same, whole. One that was deleted meanwhile is left out.
Result<JobPtrs> whole_jobs_of(Api& api, const Request& request) {
  OPUS_UWS_TRY(const std::vector<JobSummary> jobs, jobs_of(api, request));
  JobPtrs whole;
  for (const JobSummary& job : jobs) {
    auto read = api.service().peek(job.id);
    if (read)
      whole.push_back(*std::move(read));
    else if (read.error().code != Errc::not_found)
      return std::move(read).error();
  }
  if (whole.empty()) return Error{Errc::not_found, "the jobs of the sweep were deleted"};
  return whole;
}

/// JSON unless XML is asked for: no standard has a document for this, but the plain job list is
/// one.
Result<Response> sweep_response(Api& api, const Request& request) {
  OPUS_UWS_TRY(const std::size_t form, choose(request, {k_json_offer, k_xml_offer}));
  const UwsLinks links{request.base_url};
  if (form == 1) {
    OPUS_UWS_TRY(const auto jobs, jobs_of(api, request));
    return chosen(document(k_xml, to_uws_xml(jobs, links)));
  }
  OPUS_UWS_TRY(const auto jobs, whole_jobs_of(api, request));
  return chosen(document(k_json, sweep_to_json(jobs, links)));
}

void reply_sweep(Api& api, CallPtr call) {
  auto response = sweep_response(api, call->request);
  if (!response) return fail(std::move(call), response.error());
  reply(std::move(call), *std::move(response));
}

Result<Response> archive_response(Api& api, const Call& call) {
  const Request& request = call.request;
  OPUS_UWS_CHECK(jobs_of(api, request, 1));  // else there is none
  const std::string name = archive_name(request.path[3]);
  auto archive = std::make_unique<SweepArchive>(
      api.service(), JobLister(api.service(), visible_jobs_of(api, request), filter_of(request)),
      name, UwsLinks{request.base_url});
  Response response;
  OPUS_UWS_TRY(response.body, made_in_pieces(call.host(), std::move(archive)));
  response.headers.add("Content-Type", k_tar);
  response.headers.add("Cache-Control", "no-cache");
  response.headers.add("Content-Disposition", content_disposition(k_tar, name + ".tar"));
  return response;
}

/// Answers when each of the jobs has been dealt with: with the first error, or a redirection.
class EachJob {
 public:
  EachJob(CallPtr call, std::size_t jobs, std::string next)
      : call_(std::move(call)), left_(jobs + 1), next_(std::move(next)) {}

  void done(const JobId& id, const Error* error) {
    // What has ended or gone by itself meanwhile needs nothing more.
    if (error && error->code != Errc::conflict && error->code != Errc::not_found) {
      const std::lock_guard lock(mutex_);
      if (!error_) {
        error_ = *error;
        error_->message = "job " + id.value + ": " + error_->message;
      }
    }
    finish_one();
  }
  void finish_one() {
    if (left_.fetch_sub(1) != 1) return;
    if (error_)
      fail(std::move(call_), *error_);
    else
      reply(std::move(call_), see_other(next_));
  }

 private:
  CallPtr call_;
  std::atomic<std::size_t> left_;  // jobs, and one for the loop that goes through them
  std::string next_;
  std::mutex mutex_;
  std::optional<Error> error_;
};

enum class Deed { run, hold, abort, destroy };

bool needs(Deed deed, Phase phase) {
  switch (deed) {
    case Deed::run: return phase == Phase::pending || phase == Phase::held;
    case Deed::hold: return phase == Phase::queued || phase == Phase::held;
    case Deed::abort: return !is_final(phase);
    case Deed::destroy: break;
  }
  return true;
}

void do_to_all(Api& api, CallPtr call, Deed deed) {
  const auto jobs = jobs_of(api, call->request);
  if (!jobs) return fail(std::move(call), jobs.error());
  for (const JobSummary& job : *jobs)
    if (const auto may =
            check_access(api, call->request, Action::change_job, {job.description, job.owner},
                         "job " + in_quotes(job.id.value));
        !may)
      return fail(std::move(call), may.error());
  const UwsLinks links{call->request.base_url};
  const std::string_view list = call->request.path[1];
  std::string next =
      deed == Deed::destroy ? links.list_url(list) : sweep_url(links, list, call->request.path[3]);
  const std::string by = call->request.identity.owner().value_or("");
  auto each = std::make_shared<EachJob>(std::move(call), jobs->size(), std::move(next));
  for (const JobSummary& job : *jobs) {
    if (!needs(deed, job.phase)) {
      each->finish_one();
    } else if (deed == Deed::destroy) {
      api.service().destroy(job.id, {.by = by}, [each, id = job.id](const Result<void>& result) {
        each->done(id, result ? nullptr : &result.error());
      });
    } else {
      const Done done = [each, id = job.id](const Result<JobPtr>& result) {
        each->done(id, result ? nullptr : &result.error());
      };
      if (deed == Deed::run)
        api.service().run(job.id, done);
      else if (deed == Deed::hold)
        api.service().hold(job.id, done);
      else
        api.service().abort(job.id, {.by = by}, done);
    }
  }
  each->finish_one();
}

bool has_parameter(const JobDescription& description, std::string_view name) {
  const auto is_named = [&](const auto& one) { return iequals(one.name, name); };
  return std::any_of(description.parameters.begin(), description.parameters.end(), is_named) ||
         std::any_of(description.inputs.begin(), description.inputs.end(), is_named);
}

}  // namespace

Result<bool> take_reuse(Pairs& parameters, const JobDescription& description) {
  std::optional<bool> reuse;
  if (has_parameter(description, k_reuse)) return true;
  for (const auto& [name, value] : parameters) {
    if (!iequals(name, k_reuse)) continue;
    const auto given = parse_boolean(trim(value));
    if (!given || (reuse && *reuse != *given))
      return faults_error("request", {{"REUSE", "true or false", in_quotes(value)}});
    reuse = given;
  }
  std::erase_if(parameters, [](const auto& pair) { return iequals(pair.first, k_reuse); });
  return reuse.value_or(true);
}

Result<std::optional<SweepKind>> take_sweep(Pairs& parameters, const JobDescription& description) {
  std::optional<SweepKind> kind;
  if (has_parameter(description, k_sweep)) return kind;  // it is a parameter like any other
  for (const auto& [name, value] : parameters) {
    if (!iequals(name, k_sweep)) continue;
    const bool zip = iequals(trim(value), "zip");
    const SweepKind given = zip ? SweepKind::zip : SweepKind::product;
    if ((!zip && !iequals(trim(value), "product")) || (kind && *kind != given))
      return faults_error("request", {{"SWEEP", "product or zip", in_quotes(value)}});
    kind = given;
  }
  std::erase_if(parameters, [](const auto& pair) { return iequals(pair.first, k_sweep); });
  return kind;
}

void create_sweep_and_reply(Api& api, CallPtr call, SweepRequest request) {
  if (const std::string& base = call->request.base_url; mentions(request.job.parameters, base))
    if (const auto description = api.service().description(request.job.description))
      refer_to_own_results(request.job.parameters, *description, base);
  Host& host = call->host();
  // Thousands of jobs are made, and files taken over: not on a thread that serves.
  host.offload([&api, call = std::move(call), request = std::move(request)]() mutable {
    api.service().create_sweep(
        std::move(request), [call = std::move(call)](const Result<Sweep>& sweep) mutable {
          if (!sweep) return fail(std::move(call), sweep.error());
          const UwsLinks links{call->request.base_url};
          const std::string url = sweep_url(links, call->request.path[1], sweep->run_id);
          reply(std::move(call), see_other(url));
        });
  });
}

void get_sweep(Api& api, CallPtr call) {
  const auto form = choose(call->request, {k_json_offer, k_xml_offer});
  if (!form) return fail(std::move(call), form.error());  // now, not after a WAIT
  const auto wait = read_sweep_wait(call->request, api.config().wait_max);
  if (!wait) return fail(std::move(call), wait.error());
  const auto answer = [&api](CallPtr ready) { reply_sweep(api, std::move(ready)); };
  if (*wait && (*wait)->time.count() > 0)
    return wait_for_sweep(
        api.service(), std::move(call), **wait,
        [&api](const Call& waiting) { return whole_jobs_of(api, waiting.request); }, answer);
  Host& host = call->host();
  host.offload([call = std::move(call), answer] { answer(call); });
}

void get_sweep_archive(Api& api, CallPtr call) {
  auto response = archive_response(api, *call);
  if (!response) return fail(std::move(call), response.error());
  reply(std::move(call), *std::move(response));
}

void post_sweep(Api& api, CallPtr call) {
  const auto form = read_form(call);
  if (!form) return;
  const bool destroy = form->action == "DELETE";
  if (form->has_job_parameters() || form->run_id || form->execution_duration || form->destruction ||
      (form->action && !destroy) || form->action.has_value() == form->phase.has_value())
    return fail(std::move(call), {Errc::invalid_argument,
                                  "expected PHASE=RUN, PHASE=HOLD, PHASE=ABORT or ACTION=DELETE, "
                                  "which is then done to every job of the sweep"});
  if (destroy) return do_to_all(api, std::move(call), Deed::destroy);
  const Deed deed = *form->phase == PhaseCommand::run    ? Deed::run
                    : *form->phase == PhaseCommand::hold ? Deed::hold
                                                         : Deed::abort;
  do_to_all(api, std::move(call), deed);
}

void delete_sweep(Api& api, CallPtr call) { do_to_all(api, std::move(call), Deed::destroy); }

}}}  // namespace opus::uws0::rest
