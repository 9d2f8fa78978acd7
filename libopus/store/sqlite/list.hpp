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

/// What a list is filtered by, as far as its statement depends on it.
struct ListShape {
  bool description = false;
  bool owner = false;
  bool run_id = false;
  std::size_t phases = 1;
  std::size_t parameters = 0;
};

/// The statement of a list, for list_jobs and for tests of its plan. By parameter alone: the range
/// of the first parameter's value in its index. Else one range of one index for each phase, merged
/// without sorting; parameters are then looked up in each job of it. Numbers of its parameters: ?1
/// description, ?2 owner, ?3 run id, ?4 created after, ?5 and ?6 creation time and id that end it,
/// ?7 limit, ?8 and on the phases, then name and value of each parameter.
std::string list_sql(const ListShape& shape);

}}}}  // namespace opus::uws0::store::sqlite
