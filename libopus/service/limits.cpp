#include "libopus/service/limits.hpp"

#include <algorithm>
#include <string>

#include "libopus/service/owner_limits.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

/// 0 = for ever: longer than any maximum, and not below a minimum.
template <class Duration> Duration moved_into(Duration asked, const JobLimits::Range& range) {
  const Duration least = range.least, most = range.most;
  if (asked.count() != 0) asked = std::max(asked, least);
  return most.count() != 0 && (asked.count() == 0 || asked > most) ? most : asked;
}

JobLimits::Range range_of(std::chrono::seconds standard, std::chrono::seconds least,
                          std::chrono::seconds most) {
  JobLimits::Range range{{}, most.count() == 0 ? least : std::min(least, most), most};
  range.standard = moved_into(standard, range);
  return range;
}

}  // namespace

JobLimits limits_of(const JobDescription& description, const ServiceConfig& config,
                    const OwnerLimits& of_owner) {
  return {
      range_of(description.execution_duration,
               std::max(description.execution_duration_min, config.execution_duration_min),
               shorter(shorter(description.execution_duration_max, config.execution_duration_max),
                       of_owner.execution_duration_max)),
      range_of(description.retention.value_or(config.retention),
               std::max(description.retention_min, config.retention_min),
               shorter(shorter(description.retention_max, config.retention_max),
                       of_owner.retention_max))};
}

JobLimits limits_of(const JobDescription& description, const ServiceConfig& config,
                    const std::optional<std::string>& owner) {
  return limits_of(description, config, limits_of_job(config, owner, description.name));
}

Result<std::chrono::seconds> limited_duration(std::chrono::seconds asked, const JobLimits& limits) {
  constexpr std::chrono::seconds k_largest{2147483647};  // xs:int in the UWS schema
  if (asked < std::chrono::seconds{0} || asked > k_largest)
    return faults_error("job", {{"executionDuration", "whole seconds from 0 to 2147483647",
                                 std::to_string(asked.count())}});
  return moved_into(asked, limits.execution_duration);
}

Result<TimePoint> limited_destruction(TimePoint asked, const JobLimits& limits, TimePoint now) {
  if (asked <= now)
    return faults_error(
        "job", {{"destruction", "an instant after " + to_iso8601(now), to_iso8601(asked)}});
  return now + moved_into(asked - now, limits.retention);
}

}}}  // namespace opus::uws0::service
