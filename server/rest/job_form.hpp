#pragma once
// What a client says about a job in a query string or form: control parameters of UWS (UWS 1.1
// §2.2.3), RUNID and UPLOAD of DALI 1.2, and the job's own parameters.

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/error.hpp>
#include <opus/service.hpp>

#include "server/rest/request.hpp"

namespace opus { inline namespace uws0 { namespace rest {

enum class PhaseCommand { run, hold, abort };

/// In quotes, for messages.
std::string word_of(PhaseCommand command);

struct JobForm {
  std::optional<PhaseCommand> phase{};                       ///< PHASE=RUN, HOLD or ABORT
  std::optional<std::string> action{};                       ///< ACTION, upper case
  std::optional<std::string> run_id{};                       ///< RUNID
  std::optional<std::chrono::seconds> execution_duration{};  ///< EXECUTIONDURATION
  std::optional<TimePoint> destruction{};                    ///< DESTRUCTION
  Pairs parameters{};             ///< everything else, and UPLOAD=name,http://...
  std::vector<Upload> uploads{};  ///< files; their content stays the request's until it is taken

  bool has_job_parameters() const noexcept { return !parameters.empty() || !uploads.empty(); }
};

/// invalid_argument lists every bad value. The uploads' paths are those of request.files, which
/// must live until the service has taken them.
Result<JobForm> read_job_form(const Request& request);

/// 0..2147483647, as xs:int in the UWS schema; nullopt if it is not that.
std::optional<std::chrono::seconds> parse_execution_duration(std::string_view text) noexcept;

}}}  // namespace opus::uws0::rest
