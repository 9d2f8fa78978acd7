#include <opus/uws.hpp>

#include "libopus/core/strings.hpp"

#include <algorithm>

namespace opus { inline namespace uws0 {
namespace {

std::optional<Phase> phase_of(std::string_view word) noexcept {
  for (const Phase phase : k_phases)
    if (ascii_iequals(to_string(phase), word)) return phase;
  return std::nullopt;
}

}  // namespace

Result<JobFilter> parse_job_filter(const std::vector<std::pair<std::string, std::string>>& query) {
  JobFilter filter;
  std::vector<Fault> faults;
  const auto fault = [&](std::string_view field, std::string_view expected, std::string_view got) {
    faults.push_back({std::string{field}, std::string{expected}, printable(got)});
  };
  for (const auto& [name, value] : query) {
    if (ascii_iequals(name, "PHASE")) {
      const std::optional<Phase> phase = phase_of(value);
      if (!phase) {
        fault("PHASE", "a UWS phase such as COMPLETED", value);
      } else if (std::find(filter.phases.begin(), filter.phases.end(), *phase) ==
                 filter.phases.end()) {
        filter.phases.push_back(*phase);
      }
    } else if (ascii_iequals(name, "AFTER")) {
      const Result<TimePoint> after = parse_iso8601(value);
      if (!after) {
        fault("AFTER", "a time in UTC such as 2026-03-08T12:00:00Z", value);
      } else {
        filter.after = std::max(filter.after.value_or(*after), *after);
      }
    } else if (ascii_iequals(name, "LAST")) {
      const std::optional<std::int64_t> last = parse_integer(value);
      if (!last || *last <= 0) {
        fault("LAST", "a whole number greater than 0", value);
      } else {
        const auto count = static_cast<std::size_t>(*last);
        filter.last = std::min(filter.last.value_or(count), count);
      }
    } else if (ascii_iequals(name, "RUNID")) {
      if (value.empty() || filter.run_id.value_or(value) != value) {
        fault("RUNID", filter.run_id ? "one run id" : "the run id of a job", value);
      } else {
        filter.run_id = value;
      }
    } else if (ascii_iequals(name, "PARAMETER")) {
      const auto equals = value.find('=');
      if (equals == value.npos || equals == 0) {
        fault("PARAMETER", "name=value, as in PARAMETER=sigma=3.5", value);
      } else {
        filter.parameters.emplace_back(value.substr(0, equals), value.substr(equals + 1));
      }
    }
  }
  if (!faults.empty()) return faults_error("job list filter", std::move(faults));
  return filter;
}

}}  // namespace opus::uws0
