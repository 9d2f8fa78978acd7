#include "libopus/service/limits.hpp"

#include <algorithm>
#include <string>

namespace opus { inline namespace uws0 { namespace service {
namespace {

/// The shorter of two limits of which 0 means none.
std::chrono::seconds tighter(std::chrono::seconds a, std::chrono::seconds b) {
  if (a.count() == 0) return b;
  if (b.count() == 0) return a;
  return std::min(a, b);
}

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

JobLimits limits_of(const JobDescription& description, const ServiceConfig& config) {
  return {range_of(description.execution_duration,
                   std::max(description.execution_duration_min, config.execution_duration_min),
                   tighter(description.execution_duration_max, config.execution_duration_max)),
          range_of(description.retention.value_or(config.retention),
                   std::max(description.retention_min, config.retention_min),
                   tighter(description.retention_max, config.retention_max))};
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
