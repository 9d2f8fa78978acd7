#pragma once
// UWS 1.1 documents (schema UWS-v1.1.xsd), the same as JSON, and request values, without HTTP. Pure
// functions: threads any, nothing kept. Texts are UTF-8; times are UTC with milliseconds and Z.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <opus/error.hpp>
#include <opus/export.hpp>
#include <opus/job.hpp>
#include <opus/service.hpp>

namespace opus { inline namespace uws0 {

/// Where the documents' links point: the resource tree of UWS 1.1 §2.2.1 below one URL. No URL ends
/// in a slash; names are percent-encoded as one path segment.
struct OPUS_UWS_API UwsLinks {
  std::string base{};  ///< public absolute URL of the service, no trailing slash

  std::string list_url(std::string_view description) const;  ///< {base}/rest/{description}
  std::string job_url(std::string_view description, const JobId& id) const;
  std::string job_url(const Job& job) const { return job_url(job.description, job.id); }
  std::string job_url(const JobSummary& job) const { return job_url(job.description, job.id); }
  std::string parameter_url(const Job& job, std::string_view name) const;
  std::string result_url(const Job& job, std::string_view result_id) const;
};

/// <uws:job version="1.1">, the whole document with XML declaration. Values that are no legal XML
/// text and file inputs are given by reference; what the run tells is in <uws:jobInfo>, in elements
/// of no namespace: taplint warns of every other one (UWS-INF-03). `queue_position`: as
/// Service::queue_position tells it, for a job that waits.
OPUS_UWS_API std::string to_uws_xml(const Job& job, const UwsLinks& links,
                                    std::optional<std::size_t> queue_position = std::nullopt);
/// <uws:parameters>, <uws:results> as documents of their own.
OPUS_UWS_API std::string parameters_to_uws_xml(const Job& job, const UwsLinks& links);
OPUS_UWS_API std::string results_to_uws_xml(const Job& job, const UwsLinks& links);
/// <uws:jobs version="1.1">, in the order given; the jobs may be of several descriptions.
OPUS_UWS_API std::string to_uws_xml(const std::vector<JobSummary>& jobs, const UwsLinks& links);
/// The same in pieces, for a list that is never held whole: head, a jobref for each job, tail.
OPUS_UWS_API std::string_view uws_jobs_head() noexcept;
OPUS_UWS_API void append_uws_jobref(std::string& out, const JobSummary& job, const UwsLinks& links);
OPUS_UWS_API std::string_view uws_jobs_tail() noexcept;

// clang-format off
/// The job as JSON. Every key is always there; what is not known is null. Keys of UWS bear the name
/// of the XML element, and times are strings as in the XML:
///
///     {"jobId", "href", "description", "descriptionVersion", "descriptionHash", "runId", "ownerId",
///      "phase", "quote", "creationTime", "queuedTime", "queuePosition": 1 = next to start,
///      "startTime", "endTime",
///      "executionDuration": seconds, "destruction",
///      "parameters": [{"id", "value", "href", "byDefault"}],  value null: read it at href
///      "inputs": [{"id", "entity", "url", "fileName", "usedTime"}],
///      "results": [{"id", "name", "href", "entity", "fileName", "mimeType", "size", "sha256",
///                   "creationTime", "invalidatedTime"}],
///      "error": null or {"type": "transient" or "fatal", "message", "detail"},
///      "progress": 0 to 1, "progressText", "waitingFor", "executor", "nativeId", "software",
///      "run": {"host", "exitCode", "signal", "userTimeMs", "systemTimeMs", "maxRssBytes"},
///      "version": number of changes}
// clang-format on
OPUS_UWS_API std::string to_json(const Job& job, const UwsLinks& links,
                                 std::optional<std::size_t> queue_position = std::nullopt);
/// One member of that object by itself, in an object: {"phase": "PENDING"}. What the resources
/// below the job show as JSON.
enum class JobMember {
  owner,  ///< "ownerId"
  phase,
  quote,
  execution_duration,
  destruction,
  parameters,
  results,
  error,
};
OPUS_UWS_API std::string to_json(const Job& job, const UwsLinks& links, JobMember member);
/// {"jobs": [{"jobId", "href", "description", "phase", "runId", "ownerId", "creationTime"}]}.
OPUS_UWS_API std::string to_json(const std::vector<JobSummary>& jobs, const UwsLinks& links);
/// One object of that array.
OPUS_UWS_API std::string to_json(const JobSummary& job, const UwsLinks& links);

/// May this text stand in XML 1.0 (UWS 1.1 §2.2.2.4)? If not, the parameter goes by reference.
OPUS_UWS_API bool is_xml_text(std::string_view text) noexcept;

/// PHASE (repeatable: union), AFTER, LAST as in UWS 1.1 §2.2.2.1; RUNID, which must not be given
/// twice with different values; PARAMETER=name=value (repeatable: all must hold). Names and phases
/// in any case; other names are ignored; of several AFTER the latest counts, of several LAST the
/// smallest. invalid_argument lists every bad value. Description, owner and paging are left to the
/// caller.
OPUS_UWS_API Result<JobFilter> parse_job_filter(
    const std::vector<std::pair<std::string, std::string>>& query);

}}  // namespace opus::uws0
