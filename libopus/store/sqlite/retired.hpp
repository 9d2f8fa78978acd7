#pragma once
// Jobs that are deleted: at once, or kept for provenance alone until their time is over. `key` is
// the job's. What changes something is inside a write transaction of the caller.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <opus/error.hpp>
#include <opus/id.hpp>
#include <opus/time.hpp>

#include "libopus/store/sqlite/db.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

/// Reader::retired_jobs_of
Result<std::vector<JobId>> read_retired_jobs_of(Connection& connection, std::string_view owner,
                                                std::size_t limit);

/// Writer::delete_job
Result<void> delete_job_rows(Connection& connection, std::int64_t key);
/// Writer::retire_job
Result<void> retire_job_rows(Connection& connection, std::int64_t key, TimePoint at);
/// Writer::forget_retired
Result<std::size_t> delete_retired_rows(Connection& connection, TimePoint until, std::size_t limit);

}}}}  // namespace opus::uws0::store::sqlite
