// The job list, {jobs}: UWS 1.1 §2.2.2.1 and §2.2.3.1.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <opus/uws.hpp>

#include "server/rest/authorisation.hpp"
#include "server/rest/handlers/handlers.hpp"
#include "server/rest/job_form.hpp"
#include "server/rest/job_list.hpp"
#include "server/rest/piece_stream.hpp"

namespace opus { inline namespace uws0 { namespace rest {

namespace {

/// Control parameters of ours, unless the description has parameters of these names.
bool has_control(const Pairs& parameters) {
  return std::any_of(parameters.begin(), parameters.end(), [](const auto& pair) {
    return iequals(pair.first, "SWEEP") || iequals(pair.first, "REUSE");
  });
}

/// A list without PAGESIZE: whole, however long.
class WholeList final : public PieceMaker {
 public:
  WholeList(JobLister jobs, JobListText text) : jobs_(std::move(jobs)), text_(std::move(text)) {}

  Result<bool> make(std::string& piece) override {
    if (!std::exchange(begun_, true)) text_.begin(piece);
    OPUS_UWS_TRY(const auto jobs, jobs_.next(text_.piece_jobs()));
    OPUS_UWS_CHECK(text_.add(piece, jobs));
    if (jobs_.at_end()) text_.end(piece, "");
    return !jobs_.at_end();
  }

 private:
  JobLister jobs_;
  JobListText text_;
  bool begun_ = false;
};

Result<Response> whole_list(Host& host, JobLister jobs, JobListText text) {
  Response response = document(text.content_type(), std::string());
  OPUS_UWS_TRY(response.body,
               made_in_pieces(host, std::make_unique<WholeList>(std::move(jobs), std::move(text))));
  return response;
}

/// At most PAGESIZE jobs, and where the next ones are.
Result<Response> page_of_list(const Request& request, std::size_t size, JobLister jobs,
                              JobListText text) {
  const auto limit = jobs.remaining();
  OPUS_UWS_TRY(auto page, jobs.next(size + 1));
  std::string next;
  if (page.size() > size) {
    page.resize(size);
    const auto remaining = limit ? std::optional(*limit - size) : std::nullopt;
    next = next_url(request, make_cursor(page.back().id, remaining));
  }
  std::string out;
  text.begin(out);
  OPUS_UWS_CHECK(text.add(out, page));
  text.end(out, next);
  Response response = document(text.content_type(), std::move(out));
  if (!next.empty()) response.headers.add("Link", '<' + next + ">; rel=\"next\"");
  return response;
}

Result<Response> list_response(Api& api, const Call& call) {
  const Request& request = call.request;
  OPUS_UWS_TRY(ListRequest list, read_list_request(request));
  VisibleJobs visible = visible_jobs_of(api, request);
  list.filter.description = request.path[1];
  // A list stays readable while it has jobs, even if its description has been taken away.
  if (const auto known = api.service().description(list.filter.description); !known) {
    JobFilter any;
    any.description = list.filter.description;
    OPUS_UWS_TRY(const auto jobs, JobLister(api.service(), visible, any).next(1));
    if (jobs.empty()) return known.error();
  }
  const JobListText text(api.service(), request.base_url, list);
  JobLister jobs(api.service(), std::move(visible), std::move(list.filter));
  return list.page_size ? page_of_list(request, *list.page_size, std::move(jobs), text)
                        : whole_list(call.host(), std::move(jobs), text);
}

}  // namespace

void list_jobs(Api& api, CallPtr call) {
  auto response = list_response(api, *call);
  if (!response) return fail(std::move(call), response.error());
  reply(std::move(call), chosen(*std::move(response)));
}

Result<void> guard_create(Api& api, const Call& call) {
  const auto description = api.service().description(call.request.path[1]);
  return description ? Result<void>() : Result<void>(description.error());
}

void create_job(Api& api, CallPtr call) {
  auto form = read_form(call);
  if (!form) return;
  create_from_form(api, std::move(call), *std::move(form));
}

void create_from_form(Api& api, CallPtr call, JobForm form, NewJob kind) {
  if (form.phase && *form.phase != PhaseCommand::run)
    return fail(std::move(call),
                faults_error("request",
                             {{"PHASE", "RUN, or no PHASE for a new job", word_of(*form.phase)}}));
  JobRequest job;
  job.description = call->request.path[1];
  job.owner = call->request.identity.owner();
  job.run_id = std::move(form.run_id).value_or("");
  job.parameters = std::move(form.parameters);
  job.uploads = std::move(form.uploads);
  job.execution_duration = form.execution_duration;
  job.destruction = form.destruction;
  job.run = form.phase == PhaseCommand::run || kind.synchronous;
  job.trial = std::move(kind.trial);
  if (has_control(job.parameters)) {
    const auto description = job.trial.empty()
                                 ? api.service().description(job.description)
                                 : api.service().description(job.description, job.trial);
    if (!description) return fail(std::move(call), description.error());
    const auto reuse = take_reuse(job.parameters, *description);
    if (!reuse) return fail(std::move(call), reuse.error());
    job.reuse = *reuse;
    const auto sweep = take_sweep(job.parameters, *description);
    if (!sweep) return fail(std::move(call), sweep.error());
    if (*sweep && (!job.trial.empty() || kind.synchronous)) {
      const std::string_view what =
          kind.synchronous ? "a synchronous request" : "a pending version";
      return fail(
          std::move(call),
          faults_error(
              "request",
              {{"SWEEP", "no sweep: " + std::string(what) + " is one job at a time", "one"}}));
    }
    if (*sweep) return create_sweep_and_reply(api, std::move(call), {std::move(job), **sweep});
  }
  // The request's files stay until the answer: by then the service has taken them.
  create_and_reply(api, std::move(call), std::move(job), kind.synchronous ? sync_url : job_url);
}

}}}  // namespace opus::uws0::rest
