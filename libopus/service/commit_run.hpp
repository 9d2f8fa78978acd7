#pragma once
// PHASE=RUN, inside the transaction that records it.

#include <functional>

#include <opus/description.hpp>
#include <opus/error.hpp>
#include <opus/job.hpp>

#include "libopus/job/apply.hpp"
#include "libopus/service/request.hpp"
#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// Checks parameters and inputs as the transaction sees them; the job is QUEUED, or HELD until
/// other jobs have generated what it uses, or ERROR if they never will. invalid_argument lists all
/// faults; conflict: not in this phase; limit_exceeded: its owner has too much already.
Result<job::Applied> commit_run(store::Writer& writer, Job job, const JobDescription& description,
                                const DefinedLookup& defined, const RunTime& run_time,
                                const ServiceConfig& config, TimePoint now);

}}}  // namespace opus::uws0::service
