#include "server/rest/route_docs.hpp"

#include <algorithm>

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr auto get = Method::get;
constexpr auto post = Method::post;
constexpr auto put = Method::put;
constexpr auto delete_ = Method::delete_;

constexpr std::string_view k_any = "*/*";
constexpr std::string_view k_file = "206 304 412 416";  // Range and conditions

// clang-format off
constexpr RouteDoc k_docs[] = {
    {get, "/", "getIndex", "Where everything is", "text/html text/plain application/json=Index", "", "PageFormat"},
    {get, "/openapi.json", "getOpenApi", "This document", "application/json=OpenApi"},
    {get, "/metrics", "getMetrics", "Numbers for monitoring, as Prometheus reads them; for operators", "text/plain", "401 403"},
    {get, "/healthz", "getHealth", "The server answers", "text/plain"},
    {get, "/readyz", "getReadiness", "The server can take jobs; 503 if not", "text/plain"},
    {get, "/capabilities", "getCapabilities", "VOSI capabilities", "text/xml application/json=Capabilities", "", "XmlFormat"},
    {get, "/availability", "getAvailability", "VOSI availability", "text/xml application/json=Availability", "", "XmlFormat"},
    {get, "/examples", "getExamples", "DALI examples of all job descriptions", "application/xhtml+xml"},
    {get, "/schema/job-description.json", "getDescriptionSchema", "JSON Schema of job descriptions", "application/schema+json=Any"},

    {get, "/limits", "getLimits", "What the service allows to whoever asks", "application/json=Any"},
    {get, "/rest/{name}/{id}/shares", "listShares", "Who else may look at the job; for its owner", "application/json=Any", "403"},
    {post, "/rest/{name}/{id}/shares", "postShare", "Lets somebody look at the job: WITH account:NAME, group:NAME, a role or any; without it, whoever has the link", "application/json=Any", "201 403 429", "", "ShareForm"},
    {delete_, "/rest/{name}/{id}/shares/{share}", "deleteShare", "Takes a share back", "", "204 403"},
    {get, "/shared/{link}", "getShared", "Leads whoever has the link of a share to its job", "", "303"},
    {get, "/admin/audit", "getAudit", "What was done to accounts, newest first; for administrators", "application/json=Any", "", "AuditLast AuditBefore"},

    {get, "/jdl", "listDescriptions", "The job descriptions", "application/json=Descriptions"},
    {get, "/jdl/{name}", "getDescription", "A job description", "application/x-votable+xml text/xml application/json=Any application/schema+json=Any", "", "DescriptionFormat"},
    {post, "/jdl", "postDescription", "Submits a job description: a VOTable, JSON, or a form with such a file", "", "201 403 429", "", "*"},
    {put, "/jdl/{name}", "putDescription", "Submits a job description of this name", "", "201 403 429", "", "*"},
    {delete_, "/jdl/{name}", "deleteDescription", "Takes it out of service; for administrators", "", "204 401 403"},
    {get, "/jdl/{name}/votable", "getDescriptionVotable", "The job description as VOTable", "application/x-votable+xml"},
    {get, "/jdl/{name}/json", "getDescriptionJson", "The job description as JSON", "application/json=Any"},
    {get, "/jdl/{name}/schema", "getParameterSchema", "The JSON Schema of its parameters", "application/schema+json=Any"},
    {get, "/jdl/{name}/diff", "getDifferences", "What changed between two versions", "application/json=Any text/plain"},
    {get, "/jdl/{name}/versions", "listVersions", "The history of a job description", "application/json=Any"},
    {get, "/jdl/{name}/versions/{n}", "getVersion", "One version of it", "application/x-votable+xml text/xml application/json=Any application/schema+json=Any", "", "DescriptionFormat"},
    {get, "/jdl/{name}/versions/{n}/state", "getVersionState", "What became of the version", "application/json=Any"},
    {post, "/jdl/{name}/versions/{n}/validate", "validateVersion", "Offers a pending version; for administrators", "application/json=Any", "401 403", "", "DecisionForm"},
    {post, "/jdl/{name}/versions/{n}/reject", "rejectVersion", "Refuses a pending version; for administrators", "application/json=Any", "401 403", "", "DecisionForm"},
    {post, "/jdl/{name}/versions/{n}/restore", "restoreVersion", "Offers an earlier version again; for administrators", "application/json=Any", "401 403", "", "DecisionForm"},
    {post, "/jdl/{name}/versions/{n}/test", "tryVersion", "A new job that tries a pending version", "", "303 403 429", "", "JobForm"},

    {get, "/store", "getStore", "Content of the entity that ID names", k_any, "206 304 403 404 412 416"},
    {post, "/store", "postEntity", "Uploads a file for later use", "", "201", "", "*"},
    {get, "/store/{id}", "getEntity", "Content of an entity", k_any, "206 304 403 412 416"},
    {put, "/store/{id}", "putEntity", "Uploads a file of this name for later use", "", "201 403", "", "*"},
    {delete_, "/store/{id}", "deleteEntity", "Deletes an upload that no job uses", "", "204 403"},
    {get, "/store/{id}/metadata", "getEntityMetadata", "What is known of an entity", "application/json=Any", "403"},
    {get, "/store/{id}/prov", "getEntityProv", "Provenance of an entity in the form that is asked for", "application/json=Any text/provenance-notation application/provenance+xml text/turtle application/ld+json=Any application/x-votable+xml image/svg+xml text/vnd.graphviz", "403 304 406", "ProvFormat Depth Direction Model Configuration Descriptions Agents Agent Attributes GraphDirection"},
    {get, "/store/{id}/prov.json", "getEntityProvJson", "Provenance of an entity: PROV-JSON", "application/json=Any", "403 304", "Depth Direction Model Configuration Descriptions Agents Agent"},
    {get, "/store/{id}/prov.n", "getEntityProvN", "Provenance of an entity: PROV-N", "text/provenance-notation", "403 304", "Depth Direction Model Configuration Descriptions Agents Agent"},
    {get, "/store/{id}/prov.xml", "getEntityProvXml", "Provenance of an entity: PROV-XML", "application/provenance+xml", "403 304", "Depth Direction Model Configuration Descriptions Agents Agent"},
    {get, "/store/{id}/prov.ttl", "getEntityProvTurtle", "Provenance of an entity: PROV-O in Turtle", "text/turtle", "403 304", "Depth Direction Model Configuration Descriptions Agents Agent"},
    {get, "/store/{id}/prov.jsonld", "getEntityProvJsonLd", "Provenance of an entity: PROV-O in JSON-LD", "application/ld+json=Any", "403 304", "Depth Direction Model Configuration Descriptions Agents Agent"},
    {get, "/store/{id}/prov.vot", "getEntityProvVotable", "Provenance of an entity: VOTable", "application/x-votable+xml", "403 304", "Depth Direction Model Configuration Descriptions Agents Agent"},
    {get, "/store/{id}/prov.svg", "getEntityProvSvg", "Provenance of an entity: picture", "image/svg+xml", "403 304", "Depth Direction Model Configuration Descriptions Agents Agent Attributes GraphDirection"},
    {get, "/store/{id}/prov.dot", "getEntityProvDot", "Provenance of an entity: picture for graphviz", "text/vnd.graphviz", "403 304", "Depth Direction Model Configuration Descriptions Agents Agent Attributes GraphDirection"},
    {get, "/provsap", "getProvsap", "Provenance of jobs, entities and agents (ProvSAP draft)", "application/json=Any text/provenance-notation application/provenance+xml text/turtle application/ld+json=Any application/x-votable+xml image/svg+xml text/vnd.graphviz", "304 403 404 406", "ProvId ProvFormat Depth Direction Model Configuration Descriptions Agents Agent Members Steps Attributes GraphDirection"},
    {post, "/provsap", "postProvsap", "The same with the parameters in a form", "application/json=Any text/provenance-notation application/provenance+xml text/turtle application/ld+json=Any application/x-votable+xml image/svg+xml text/vnd.graphviz", "304 403 404 406", "", "ProvsapForm"},
    {get, "/rest/{name}/{id}/description", "getJobDescription", "The exact description of the job", "application/x-votable+xml text/xml application/json=Any application/schema+json=Any", "", "DescriptionFormat"},

    {get, "/sync/{name}", "startSync", "Starts a job; Location is where its result is waited for", "", "303 403 405 429"},
    {post, "/sync/{name}", "postSync", "The same with the parameters in a form", "", "303 403 429", "", "JobForm"},
    {get, "/sync/{name}/{id}", "getSync", "Waits for the job; Location is its result", "", "303", "Round"},

    {get, "/rest", "listJobLists", "The job lists", "text/plain text/html application/json=JobLists", "", "PageFormat"},
    {get, "/rest/{name}", "listJobs", "The jobs of a list, newest first", "text/xml application/json=JobList", "",
     "ListPhase After Last RunId Parameter PageSize Cursor Details XmlFormat"},
    {get, "/rest/{name}/sweeps/{run}", "getSweep", "All jobs of a run id; with WAIT, once the numbers in the phases have changed", "application/json=Sweep text/xml", "", "Wait Until SweepFormat"},
    {post, "/rest/{name}/sweeps/{run}", "postSweep", "Starts, holds, aborts or deletes all of them", "", "303 429", "", "SweepChangeForm"},
    {delete_, "/rest/{name}/sweeps/{run}", "deleteSweep", "Deletes all of them", "", "303"},
    {get, "/rest/{name}/sweeps/{run}/results.tar", "getSweepArchive", "The results of all jobs of a run id", "application/x-tar"},
    {get, "/rest/{name}/events", "getListEvents", "What happens to the jobs of a list, as server-sent events", "text/event-stream"},
    {get, "/rest/{name}/examples", "getListExamples", "DALI example of a job", "application/xhtml+xml"},
    {get, "/rest/{name}/{id}/events", "getJobEvents", "What happens to the job, as server-sent events; 204 = nothing more will", "text/event-stream", "204"},
    {post, "/rest/{name}", "createJob", "A new job; Location is its URL", "", "303 403 429", "", "JobForm"},
    {get, "/rest/{name}/{id}", "getJob", "The job; with WAIT, once its phase has changed", "text/xml application/json=Job", "", "Wait WaitPhase XmlFormat"},
    {post, "/rest/{name}/{id}", "postJob", "Deletes, starts, holds, aborts, changes, repeats or verifies the job", "application/json=Any", "303 429", "", "JobChangeForm"},
    {delete_, "/rest/{name}/{id}", "deleteJob", "Deletes the job with its files", "", "303"},
    {get, "/rest/{name}/{id}/phase", "getPhase", "The phase", "text/plain application/json=JobPhase", "", "TextFormat"},
    {post, "/rest/{name}/{id}/phase", "postPhase", "Starts, holds or aborts the job", "", "303 429", "", "PhaseForm"},
    {get, "/rest/{name}/{id}/executionduration", "getExecutionDuration", "Most seconds the job may run; 0 = no limit", "text/plain application/json=JobExecutionDuration", "", "TextFormat"},
    {post, "/rest/{name}/{id}/executionduration", "postExecutionDuration", "Changes it", "", "303", "", "ExecutionDurationForm"},
    {get, "/rest/{name}/{id}/destruction", "getDestruction", "When the job will be deleted", "text/plain application/json=JobDestruction", "", "TextFormat"},
    {post, "/rest/{name}/{id}/destruction", "postDestruction", "Changes it", "", "303", "", "DestructionForm"},
    {get, "/rest/{name}/{id}/quote", "getQuote", "When the job will probably end", "text/plain application/json=JobQuote", "", "TextFormat"},
    {get, "/rest/{name}/{id}/owner", "getOwner", "Whose job it is", "text/plain application/json=JobOwner", "", "TextFormat"},
    {get, "/rest/{name}/{id}/error", "getError", "Why the job failed; 404 if it did not", "text/xml text/plain application/json=JobErrorDocument", "", "ErrorFormat"},
    {get, "/rest/{name}/{id}/parameters", "getParameters", "The parameters", "text/xml application/json=JobParameters", "", "XmlFormat"},
    {post, "/rest/{name}/{id}/parameters", "postParameters", "Adds and replaces parameters of a PENDING job", "", "303", "", "ParametersForm"},
    {get, "/rest/{name}/{id}/parameters/{p}", "getParameter", "The value, or the file that was uploaded", k_any, k_file},
    {put, "/rest/{name}/{id}/parameters/{p}", "putParameter", "Replaces the value", "", "303", "", "*"},
    {get, "/rest/{name}/{id}/results", "getResults", "The results", "text/xml application/json=JobResults", "", "XmlFormat"},
    {get, "/rest/{name}/{id}/results/{result}", "getResult", "A result's content", k_any, k_file},
    {get, "/rest/{name}/{id}/stdout", "getStdout", "What the code has written to its standard output", "text/plain", k_file},
    {get, "/rest/{name}/{id}/stderr", "getStderr", "What the code has written to its standard error", "text/plain", k_file},
    {get, "/rest/{name}/{id}/crate.json", "getCrateMetadata", "The job as a Process Run Crate, its files by their URLs", "application/ld+json=Any"},
    {get, "/rest/{name}/{id}/crate.zip", "getCrate", "The same with the files", "application/zip"},
    {get, "/rest/{name}/{id}/diff", "getRunDifference", "What differs between two runs; without WITH, from the one that this repeats", "application/json=Any text/plain", "", "With DifferenceFormat"},
    {get, "/rest/{name}/{id}/prov", "getProv", "Provenance of the job in the form that is asked for", "application/json=Any text/provenance-notation application/provenance+xml text/turtle application/ld+json=Any application/x-votable+xml image/svg+xml text/vnd.graphviz", "304 406", "ProvFormat Depth Direction Model Configuration Descriptions Agents Agent Attributes GraphDirection"},
    {get, "/rest/{name}/{id}/prov.json", "getProvJson", "Provenance of the job: PROV-JSON", "application/json=Any", "304", "Depth Direction Model Configuration Descriptions Agents Agent"},
    {get, "/rest/{name}/{id}/prov.n", "getProvN", "Provenance of the job: PROV-N", "text/provenance-notation", "304", "Depth Direction Model Configuration Descriptions Agents Agent"},
    {get, "/rest/{name}/{id}/prov.xml", "getProvXml", "Provenance of the job: PROV-XML", "application/provenance+xml", "304", "Depth Direction Model Configuration Descriptions Agents Agent"},
    {get, "/rest/{name}/{id}/prov.ttl", "getProvTurtle", "Provenance of the job: PROV-O in Turtle", "text/turtle", "304", "Depth Direction Model Configuration Descriptions Agents Agent"},
    {get, "/rest/{name}/{id}/prov.jsonld", "getProvJsonLd", "Provenance of the job: PROV-O in JSON-LD", "application/ld+json=Any", "304", "Depth Direction Model Configuration Descriptions Agents Agent"},
    {get, "/rest/{name}/{id}/prov.vot", "getProvVotable", "Provenance of the job: VOTable", "application/x-votable+xml", "304", "Depth Direction Model Configuration Descriptions Agents Agent"},
    {get, "/rest/{name}/{id}/prov.svg", "getProvSvg", "Provenance of the job: picture", "image/svg+xml", "304", "Depth Direction Model Configuration Descriptions Agents Agent Attributes GraphDirection"},
    {get, "/rest/{name}/{id}/prov.dot", "getProvDot", "Provenance of the job: picture for graphviz", "text/vnd.graphviz", "304", "Depth Direction Model Configuration Descriptions Agents Agent Attributes GraphDirection"},
};
// clang-format on

}  // namespace

std::span<const RouteDoc> route_docs() noexcept { return k_docs; }

const RouteDoc* find_doc(const Route& route) noexcept {
  for (const RouteDoc& doc : k_docs)
    if (doc.method == route.method && doc.pattern == route.pattern) return &doc;
  return nullptr;
}

std::vector<int> statuses_of(const Route& route, const RouteDoc& doc) {
  // Whoever says that he is somebody else, or asks too often, is refused everywhere.
  std::vector<int> all{400, 401, 403, 408, 429, 417, 431, 500, 501, 503, 505};
  if (!doc.content.empty()) all.push_back(200);
  if (route.pattern.find('{') != std::string_view::npos) all.push_back(404);
  if (route.body != BodyKind::none) all.insert(all.end(), {413, 415});
  for (std::string_view rest = doc.statuses; !rest.empty();) {
    const auto end = std::min(rest.find(' '), rest.size());
    if (const auto status = parse_integer(rest.substr(0, end)))
      all.push_back(static_cast<int>(*status));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}}}  // namespace opus::uws0::rest
