#include "libopus/store/sqlite/retired.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <vector>

#include "libopus/store/sqlite/job_parts.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

template <class... Values>
Result<void> run(Connection& connection, std::string_view sql, const Values&... values) {
  OPUS_UWS_TRY(Query query, connection.query(sql));
  return query.bind_all(values...).run();
}

template <class... Values>
Result<std::vector<std::int64_t>> keys(Connection& connection, std::string_view sql,
                                       const Values&... values) {
  OPUS_UWS_TRY(Query query, connection.query(sql));
  query.bind_all(values...);
  std::vector<std::int64_t> found;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return found;
    query.read(0, found.emplace_back());
  }
}

}  // namespace

Result<std::vector<JobId>> read_retired_jobs_of(Connection& connection, std::string_view owner,
                                                std::size_t limit) {
  OPUS_UWS_TRY(Query query, connection.query("SELECT id FROM job INDEXED BY job_retired_by_owner"
                                             " WHERE destroyed = 2 AND owner = ?1"
                                             " ORDER BY created DESC, id DESC LIMIT ?2"));
  query.bind_all(owner, std::min<std::size_t>(limit, std::numeric_limits<std::int64_t>::max()));
  std::vector<JobId> jobs;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return jobs;
    query.read(0, jobs.emplace_back());
  }
}

Result<void> delete_job_rows(Connection& connection, std::int64_t key) {
  // Its own inputs first: an entity that only this job uses is not kept for it.
  OPUS_UWS_CHECK(run(connection, "DELETE FROM input WHERE job = ?1", key));
  OPUS_UWS_CHECK(drop_generated_entities(connection, key));
  return run(connection, "DELETE FROM job WHERE key = ?1", key);
}

Result<void> retire_job_rows(Connection& connection, std::int64_t key, TimePoint at) {
  OPUS_UWS_CHECK(run(connection,
                     "UPDATE entity SET location = '', invalidated = coalesce(invalidated, ?2)"
                     " WHERE generated_by = ?1 AND NOT EXISTS"
                     " (SELECT 1 FROM input JOIN job ON job.key = input.job"
                     " WHERE input.entity = entity.key AND job.key <> ?1 AND job.destroyed <= 1)",
                     key, at));
  return run(connection,
             "UPDATE job SET destroyed = 2, deleted = ?2, retired = ?2, version = version + 1"
             " WHERE key = ?1",
             key, at);
}

Result<std::size_t> delete_retired_rows(Connection& connection, TimePoint until,
                                        std::size_t limit) {
  const auto most = std::min<std::size_t>(limit, std::numeric_limits<std::int64_t>::max());
  OPUS_UWS_TRY(const auto jobs, keys(connection,
                                     "SELECT key FROM job INDEXED BY job_retired"
                                     " WHERE destroyed = 2 AND retired <= ?1"
                                     " ORDER BY retired LIMIT ?2",
                                     until, most));
  for (const std::int64_t job : jobs) {
    OPUS_UWS_TRY(const auto inputs, keys(connection,
                                         "SELECT DISTINCT entity FROM input"
                                         " WHERE job = ?1 AND entity IS NOT NULL",
                                         job));
    OPUS_UWS_CHECK(delete_job_rows(connection, job));
    for (const std::int64_t entity : inputs)
      OPUS_UWS_CHECK(run(connection,
                         "DELETE FROM entity WHERE key = ?1 AND location = ''"
                         " AND generated_by IS NULL"
                         " AND NOT EXISTS (SELECT 1 FROM input WHERE input.entity = ?1)",
                         entity));
  }
  return jobs.size();
}

}}}}  // namespace opus::uws0::store::sqlite
