#pragma once
// Rows to values: what readers and the writer both read. Each function makes several reads, which
// belong together only inside a transaction of the caller.

#include <string>
#include <string_view>
#include <vector>

#include <opus/entity.hpp>
#include <opus/error.hpp>
#include <opus/job.hpp>

#include "libopus/store/sqlite/db.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

/// Are jobs that are `destroyed` there? And those that are no more but in provenance? The values
/// are the largest of column `destroyed`.
enum class Destroyed { hidden = 0, shown = 1, retired_too = 2 };

Result<Job> read_job(Connection& connection, const JobId& id, Destroyed destroyed);
/// Live, stopping or destroyed jobs, oldest `queued` first.
Result<std::vector<Job>> read_unfinished_jobs(Connection& connection);
/// Those of the jobs that are there, oldest first. `keys`: a JSON array.
Result<std::vector<Job>> read_jobs(Connection& connection, const std::string& keys,
                                   Destroyed destroyed);
/// What jobs of this JSON array of keys used and none of them generated.
Result<std::vector<Entity>> read_foreign_inputs(Connection& connection, const std::string& keys);
Result<Entity> read_entity(Connection& connection, const EntityId& id);
/// Jobs with this entity among their inputs, oldest first.
Result<std::vector<JobId>> read_users_of(Connection& connection, const EntityId& id,
                                         Destroyed destroyed);
/// HELD jobs with an input that waits for a result of this job, oldest first.
Result<std::vector<JobId>> read_waiting_for(Connection& connection, const JobId& id);

/// Keys by which child rows refer to a row. not_found.
Result<std::int64_t> key_of(Connection& connection, const JobId& id, Destroyed destroyed);
Result<std::int64_t> key_of(Connection& connection, const EntityId& id);

Error no_job(const JobId& id);
Error no_entity(const EntityId& id);

}}}}  // namespace opus::uws0::store::sqlite
