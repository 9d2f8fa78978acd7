#pragma once
// From the end of the code to the event that the job sees.

#include <opus/description.hpp>
#include <opus/executor.hpp>
#include <opus/job.hpp>

#include "libopus/job/apply.hpp"
#include "libopus/service/data_folder.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// Moves the results out of the work folder, hashes them, reads the tail of stderr and what the
/// code told of its run. Blocks; may be repeated. Results that are more than `most_bytes` together
/// are deleted, and are the job's error.
job::Finished collect(const Job& job, const JobDescription& description, const DataFolder& folder,
                      Outcome outcome, TimePoint now,
                      const std::optional<std::uint64_t>& most_bytes);

}}}  // namespace opus::uws0::service
