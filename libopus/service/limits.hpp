#pragma once
// How long jobs may run and be kept: what a client asks for, moved into the limits of description
// and service. Pure functions.

#include <chrono>

#include <opus/description.hpp>
#include <opus/error.hpp>
#include <opus/service.hpp>

namespace opus { inline namespace uws0 { namespace service {

/// Where the two contradict each other, the tighter one counts; of minimum and maximum the latter.
/// Those of an owner hold besides.
JobLimits limits_of(const JobDescription& description, const ServiceConfig& config,
                    const OwnerLimits& of_owner = {});
JobLimits limits_of(const JobDescription& description, const ServiceConfig& config,
                    const std::optional<std::string>& owner);

/// UWS 1.1 §2.1.4: the service may override; 0 = unlimited, unless there is a maximum.
/// invalid_argument: negative, or more than the schema's xs:int.
Result<std::chrono::seconds> limited_duration(std::chrono::seconds asked, const JobLimits& limits);

/// The same for an instant of destruction (UWS 1.1 §2.1.5). invalid_argument: it is over. That is
/// refused rather than moved: it is a mistake, and what a job that dies under its client's 303
/// costs cannot be given back.
Result<TimePoint> limited_destruction(TimePoint asked, const JobLimits& limits, TimePoint now);

}}}  // namespace opus::uws0::service
