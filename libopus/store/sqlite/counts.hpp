#pragma once
// Numbers of jobs, read from indexes alone.

#include <optional>
#include <vector>

#include <opus/error.hpp>
#include <opus/statistics.hpp>

#include "libopus/store/sqlite/db.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

Result<std::vector<JobCount>> count_jobs(Connection& connection);
Result<std::optional<TimePoint>> read_oldest_queued(Connection& connection);

}}}}  // namespace opus::uws0::store::sqlite
