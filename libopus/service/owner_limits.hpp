#pragma once
// ServiceConfig::limits_of_owner, and what it means when something is created, run or started.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/description.hpp>
#include <opus/error.hpp>
#include <opus/job.hpp>
#include <opus/limits.hpp>
#include <opus/service.hpp>

#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// What holds for a job of this owner: for all his jobs and for those of the description in one.
/// `queued` and `executing`, which count different jobs, are left out.
OwnerLimits limits_of_job(const ServiceConfig& config, const std::optional<std::string>& owner,
                          std::string_view description);

/// The parameters that the job would run with. One error lists all faults.
Result<void> check_values(const std::vector<ValueRule>& rules, const JobDescription& description,
                          const std::vector<Parameter>& parameters);

/// May a job of this owner wait, besides those that do? limit_exceeded.
Result<void> check_may_wait(store::Writer& writer, const ServiceConfig& config, const Job& job);

/// Is there room on the disk for his files as they are now, and `more`? limit_exceeded.
Result<void> check_disk(store::UsageReader& usage, const ServiceConfig& config,
                        const std::optional<std::string>& owner, std::uint64_t more);

/// Execution duration and destruction moved into the limits of now.
void move_into(Job& job, const OwnerLimits& limits, TimePoint now);

/// The shorter of two durations of which 0 means for ever.
std::chrono::seconds shorter(std::chrono::seconds a, std::chrono::seconds b) noexcept;

}}}  // namespace opus::uws0::service
