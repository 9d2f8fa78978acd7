#pragma once
// Which parameter values stand in the job's documents, and which are only linked from there.

#include <string_view>
#include <vector>

#include <opus/job.hpp>

namespace opus { inline namespace uws0 { namespace uws {

/// Is the value a file, or no legal XML text (UWS 1.1 §2.2.2.4)?
bool is_by_reference(const Job& job, const Parameter& parameter) noexcept;

/// Names of inputs that no parameter names, each once: to be listed after the parameters, so that
/// an upload is always seen (UWS 1.1 §2.2.3.1.1).
std::vector<std::string_view> unnamed_inputs(const Job& job);

}}}  // namespace opus::uws0::uws
