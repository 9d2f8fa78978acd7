#pragma once
// UWS 1.1 documents (schema UWS-v1.1.xsd) and request values, without HTTP. Pure functions.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/error.hpp>
#include <opus/export.hpp>
#include <opus/job.hpp>
#include <opus/service.hpp>

namespace opus { inline namespace uws0 {

/// Where the documents' links point.
struct UwsLinks {
  std::string jobs{};  ///< absolute URL of the job list, no trailing slash
};

/// <uws:job version="1.1">, the whole document with XML declaration.
OPUS_UWS_API std::string to_uws_xml(const Job& job, const UwsLinks& links);
/// <uws:parameters>, <uws:results> as documents of their own.
OPUS_UWS_API std::string parameters_to_uws_xml(const Job& job, const UwsLinks& links);
OPUS_UWS_API std::string results_to_uws_xml(const Job& job, const UwsLinks& links);
/// <uws:jobs version="1.1">.
OPUS_UWS_API std::string to_uws_xml(const std::vector<JobSummary>& jobs, const UwsLinks& links);

/// May this text stand in XML 1.0 (UWS 1.1 §2.2.2.4)? If not, the parameter goes by reference.
OPUS_UWS_API bool is_xml_text(std::string_view text) noexcept;

/// PHASE (repeatable), AFTER, LAST as in UWS 1.1 §2.2.2.1; invalid_argument names the bad one.
OPUS_UWS_API Result<JobFilter> parse_job_filter(
    const std::vector<std::pair<std::string, std::string>>& query);

}}  // namespace opus::uws0
