#pragma once
// Service::share() and its kin: who else may look at a job.

#include <string_view>
#include <vector>

#include <opus/error.hpp>
#include <opus/sharing.hpp>

#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// Errors and meanings: as the members of Service with these names. Blocks.
Result<NewShare> share(store::Store& store, const JobId& job, ShareRequest request, TimePoint now);
Result<std::vector<Share>> shares(store::Store& store, const JobId& job);
Result<Share> unshare(store::Store& store, const JobId& job, std::string_view id);
Result<std::vector<Share>> open_shares(store::Store& store, const JobId& job,
                                       std::string_view secret, TimePoint now);
Result<JobId> shared_job(store::Store& store, std::string_view secret, TimePoint now);

}}}  // namespace opus::uws0::service
