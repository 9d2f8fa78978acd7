#pragma once
// The handlers behind the route table, and what they share.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <opus/service.hpp>

#include "server/rest/api.hpp"
#include "server/rest/call.hpp"
#include "server/rest/error_map.hpp"
#include "server/rest/job_form.hpp"
#include "server/rest/negotiate.hpp"

namespace opus { inline namespace uws0 { namespace rest {

using JobPtr = std::shared_ptr<const Job>;
struct JobForm;
class JsonText;

// index.cpp, vosi.cpp, examples.cpp
void get_root(Api& api, CallPtr call);
void get_job_lists(Api& api, CallPtr call);
void get_openapi(Api& api, CallPtr call);
void get_capabilities(Api& api, CallPtr call);
void get_availability(Api& api, CallPtr call);
void get_examples(Api& api, CallPtr call);
void get_list_examples(Api& api, CallPtr call);

// monitoring.cpp: /metrics, /healthz, /readyz
void get_metrics(Api& api, CallPtr call);
void get_health(Api& api, CallPtr call);
void get_readiness(Api& api, CallPtr call);

// jobs.cpp: {jobs}
void list_jobs(Api& api, CallPtr call);
void create_job(Api& api, CallPtr call);
Result<void> guard_create(Api& api, const Call& call);

// job.cpp: {job}
void get_job(Api& api, CallPtr call);
void post_job(Api& api, CallPtr call);
void delete_job(Api& api, CallPtr call);
/// The job exists, is in this list, and the client may see it.
Result<void> guard_job(Api& api, const Call& call);

// sync.cpp: /sync/{name}
Result<void> guard_sync(Api& api, const Call& call);
void start_sync(Api& api, CallPtr call);
void get_sync(Api& api, CallPtr call);
std::string sync_url(const Request& request, const Job& job);

// sweep.cpp: {jobs}/sweeps/{runId}
void get_sweep(Api& api, CallPtr call);
void post_sweep(Api& api, CallPtr call);
void delete_sweep(Api& api, CallPtr call);
void get_sweep_archive(Api& api, CallPtr call);
/// SWEEP of a request that creates jobs, taken out of the parameters; nullopt: there is none, or
/// the description has a parameter of that name. invalid_argument: another word.
Result<std::optional<SweepKind>> take_sweep(Pairs& parameters, const JobDescription& description);
/// REUSE of such a request in the same way; true: there is none.
Result<bool> take_reuse(Pairs& parameters, const JobDescription& description);
/// Creates the jobs, then answers with 303 to the sweep.
void create_sweep_and_reply(Api& api, CallPtr call, SweepRequest request);

// job_fields.cpp: {job}/phase ...
void get_phase(Api& api, CallPtr call);
void post_phase(Api& api, CallPtr call);
void get_execution_duration(Api& api, CallPtr call);
void post_execution_duration(Api& api, CallPtr call);
void get_destruction(Api& api, CallPtr call);
void post_destruction(Api& api, CallPtr call);
void get_quote(Api& api, CallPtr call);
void get_owner(Api& api, CallPtr call);
void get_error(Api& api, CallPtr call);

// parameters.cpp: {job}/parameters
void get_parameters(Api& api, CallPtr call);
void post_parameters(Api& api, CallPtr call);
void get_parameter(Api& api, CallPtr call);
void put_parameter(Api& api, CallPtr call);

// results.cpp: {job}/results, stdout, stderr
void get_results(Api& api, CallPtr call);
void get_result(Api& api, CallPtr call);
void get_stdout(Api& api, CallPtr call);
void get_stderr(Api& api, CallPtr call);

// events.cpp: {job}/events, {jobs}/events
void get_job_events(Api& api, CallPtr call);
void get_list_events(Api& api, CallPtr call);

// provenance.cpp: {job}/prov and /store/{id}/prov, each as prov.json, prov.xml ... too, and
// /provsap
void get_job_provenance(Api& api, CallPtr call);
void get_entity_provenance(Api& api, CallPtr call);
void get_provsap(Api& api, CallPtr call);

// reproduction.cpp: {job}/diff, and ACTION=VERIFY and RERUN of {job}
void get_run_difference(Api& api, CallPtr call);
void verify_and_reply(Api& api, CallPtr call);
/// A new job like this one, with what the form changes.
void rerun_and_reply(Api& api, CallPtr call, JobForm form);

// run_crate.cpp: {job}/crate.json, crate.zip
void get_crate_metadata(Api& api, CallPtr call);
void get_crate_archive(Api& api, CallPtr call);

// descriptions.cpp: /jdl, {job}/description
void list_descriptions(Api& api, CallPtr call);
void get_description(Api& api, CallPtr call);
void get_description_form(Api& api, CallPtr call);
void get_job_description(Api& api, CallPtr call);
void get_description_schema(Api& api, CallPtr call);

// description_versions.cpp: /jdl/{name}/versions, diff
Result<void> guard_submit(Api& api, const Call& call);
void post_description(Api& api, CallPtr call);
void put_description(Api& api, CallPtr call);
void delete_description(Api& api, CallPtr call);
void list_versions(Api& api, CallPtr call);
void get_version(Api& api, CallPtr call);
void get_version_state(Api& api, CallPtr call);
void validate_version(Api& api, CallPtr call);
void reject_version(Api& api, CallPtr call);
void restore_version(Api& api, CallPtr call);
void try_version(Api& api, CallPtr call);
void get_differences(Api& api, CallPtr call);

// limits.cpp: /limits
void get_limits(Api& api, CallPtr call);

// shares.cpp: {job}/shares, /shared/{link}
void list_shares(Api& api, CallPtr call);
void post_share(Api& api, CallPtr call);
void delete_share(Api& api, CallPtr call);
void get_shared(Api& api, CallPtr call);

// audit.cpp: /admin/audit
void get_audit(Api& api, CallPtr call);

// entities.cpp: /store
void get_store(Api& api, CallPtr call);
void get_entity(Api& api, CallPtr call);
void get_entity_metadata(Api& api, CallPtr call);
void post_entity(Api& api, CallPtr call);
void put_entity(Api& api, CallPtr call);
void delete_entity(Api& api, CallPtr call);
/// The entity that /store/{id} names. not_found; forbidden.
Result<EntityId> entity_of(Api& api, const Request& request);

// shared.cpp
/// The job that /rest/{name}/{id} names. not_found: unknown, or of another list; forbidden.
Result<JobPtr> job_of(Api& api, const Call& call);
/// All that are not hidden from the client, by name.
std::vector<JobDescription> visible_descriptions(Api& api, const Request& request);
void fail(CallPtr call, const Error& error);
/// The job document in the form that the client asks for, or what is wrong with its asking.
Response job_response(Api& api, const Request& request, const Job& job);
/// Where a client is sent when its job has been created or changed.
using JobUrl = std::string (*)(const Request& request, const Job& job);
std::string job_url(const Request& request, const Job& job);
/// Answers with 303 to the job when the change is on disk, or with the error.
Done to_job(CallPtr call, JobUrl where = job_url);
struct NewJob {
  std::string trial{};       ///< as in JobRequest
  bool synchronous = false;  ///< run it, and send the client to where it is waited for
};
/// Creates the job that a form describes, of the list in the path.
void create_from_form(Api& api, CallPtr call, JobForm form, NewJob kind = {});
/// Says where the origin of what is served can be read (PROV-AQ §3.1).
void add_provenance_link(Response& response, const Request& request, std::string_view url);
/// Says where the origin of anything here can be asked for (PROV-AQ §4).
void add_query_service_link(Response& response, const Request& request);
/// Creates or updates, and then as to_job(). Taking files over reads and syncs them: with uploads
/// it happens on a thread that may block.
void create_and_reply(Api& api, CallPtr call, JobRequest request, JobUrl where = job_url);
void update_and_reply(Api& api, CallPtr call, JobUpdate update);
/// Does what PHASE=RUN, HOLD or ABORT says, then as to_job().
void command_phase(Api& api, CallPtr call, PhaseCommand command, std::string reason = {});
/// REASON of a request that ends a job, taken out of the parameters; empty: there is none.
std::string take_reason(Pairs& parameters);
/// {"default", "minimum", "maximum"} in seconds; null = none.
void add_range(JsonText& json, std::string_view name, const JobLimits::Range& range);
/// Reads the query or form and answers with the error if it is bad.
std::optional<JobForm> read_form(const CallPtr& call);

}}}  // namespace opus::uws0::rest
