#pragma once
// Job lists: a filter as SQL whose cost is that of its answer.

#include <string>
#include <vector>

#include <opus/error.hpp>
#include <opus/service.hpp>

#include "libopus/store/sqlite/db.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

/// Newest first, ties by id. A `filter.before` that is gone stands for the time in its id.
Result<std::vector<JobSummary>> list_jobs(Connection& connection, const JobFilter& filter);

/// The statement of a list: one range of one index for each phase, merged without sorting. For
/// list_jobs and for tests of its plan. Parameters: ?1 description, ?2 owner, ?3 created after, ?4
/// and ?5 creation time and id that end it, ?6 limit, ?7 and on the phases.
std::string list_sql(bool by_description, bool by_owner, std::size_t phases);

}}}}  // namespace opus::uws0::store::sqlite
