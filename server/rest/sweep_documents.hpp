#pragma once
// Many jobs of one run id as one document.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <opus/job.hpp>
#include <opus/uws.hpp>

namespace opus { inline namespace uws0 { namespace rest {

using JobPtrs = std::vector<std::shared_ptr<const Job>>;

/// {jobs}/sweeps/{runId}
std::string sweep_url(const UwsLinks& links, std::string_view description, std::string_view run_id);

/// Names of the parameters whose given values are not the same in all jobs, in the jobs' order.
std::vector<std::string> varying_parameters(const JobPtrs& jobs);

// clang-format off
/// The jobs in the order given, of one description and run id:
///
///     {"runId", "href", "results", "description", "total",
///      "phases": {"PENDING": count, ... every phase},
///      "parameters": [names of those that vary],
///      "jobs": [{"jobId", "href", "phase", "values": {name: "value"}}]}
// clang-format on
std::string sweep_to_json(const JobPtrs& jobs, const UwsLinks& links);

}}}  // namespace opus::uws0::rest
