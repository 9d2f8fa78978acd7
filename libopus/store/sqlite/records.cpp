#include "libopus/store/sqlite/records.hpp"

#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

Result<std::string> read_record(Connection& connection, const JobId& id, Destroyed destroyed) {
  OPUS_UWS_TRY(Query query, connection.query("SELECT record.json FROM job JOIN record"
                                             " ON record.job = job.key"
                                             " WHERE job.id = ?1 AND job.destroyed <= ?2"));
  OPUS_UWS_TRY(const bool found, query.bind_all(id, static_cast<int>(destroyed)).step());
  if (found) return query.get<std::string>(0);
  return Error{Errc::not_found, "there is no record of job '" + printable(id.value) + "'"};
}

Result<void> write_record(Connection& connection, std::int64_t key, std::string_view json) {
  OPUS_UWS_TRY(Query query, connection.query("INSERT INTO record (job, json) VALUES (?1, ?2)"
                                             " ON CONFLICT (job) DO UPDATE SET json = ?2"));
  return query.bind_all(key, json).run();
}

}}}}  // namespace opus::uws0::store::sqlite
