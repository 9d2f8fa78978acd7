#include "libopus/store/sqlite/counts.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

Result<std::vector<JobCount>> count_jobs(Connection& connection) {
  OPUS_UWS_TRY(Query query, connection.query("SELECT description, phase, count(*)"
                                             " FROM job INDEXED BY job_by_description"
                                             " WHERE destroyed = 0 GROUP BY description, phase"));
  std::vector<JobCount> counts;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return counts;
    JobCount& count = counts.emplace_back();
    query.read(0, count.description);
    query.read(1, count.phase);
    query.read(2, count.jobs);
  }
}

Result<std::optional<TimePoint>> read_oldest_queued(Connection& connection) {
  OPUS_UWS_TRY(Query query,
               connection.query("SELECT queued FROM job INDEXED BY job_unfinished"
                                " WHERE (phase IN ('QUEUED', 'EXECUTING', 'UNKNOWN', 'HELD',"
                                " 'SUSPENDED') OR stopping = 1 OR destroyed = 1)"
                                " AND phase = 'QUEUED' AND destroyed = 0 AND queued IS NOT NULL"
                                " ORDER BY queued LIMIT 1"));
  OPUS_UWS_TRY(const bool found, query.step());
  if (!found) return std::optional<TimePoint>{};
  return std::optional{query.get<TimePoint>(0)};
}

}}}}  // namespace opus::uws0::store::sqlite
