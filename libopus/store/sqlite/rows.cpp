#include "libopus/store/sqlite/rows.hpp"

#include <utility>

#include "libopus/core/strings.hpp"
#include "libopus/store/sqlite/job_columns.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

struct JobRow {
  std::int64_t key = 0;
  Job job{};
};

std::string select_job(std::string_view from) {
  std::string sql =
      "SELECT job.key, job.id, job.description, job.description_version, saved.hash, job.owner,"
      " job.created, job.version";
  for (const JobColumn& column : job_columns()) sql.append(", job.").append(column.name);
  return sql.append(" FROM job ").append(from);
}

JobRow read_job_row(const Query& query) {
  JobRow row;
  query.read(0, row.key);
  query.read(1, row.job.id);
  query.read(2, row.job.description);
  query.read(3, row.job.description_version);
  query.read(4, row.job.description_hash);  // NULL is the empty text
  query.read(5, row.job.owner);
  query.read(6, row.job.created);
  query.read(7, row.job.version);
  int column = 8;
  for (const JobColumn& kept : job_columns()) kept.read(query, column++, row.job);
  return row;
}

Result<void> read_parameters(Connection& connection, JobRow& row) {
  OPUS_UWS_TRY(Query query, connection.query("SELECT name, value, by_default FROM parameter"
                                             " WHERE job = ?1 ORDER BY ordinal"));
  query.bind(1, row.key);
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return {};
    Parameter& parameter = row.job.parameters.emplace_back();
    query.read(0, parameter.name);
    query.read(1, parameter.value);
    query.read(2, parameter.by_default);
  }
}

Result<void> read_inputs(Connection& connection, JobRow& row) {
  OPUS_UWS_TRY(Query query,
               connection.query("SELECT input.name, entity.id, input.url, input.file_name,"
                                " input.used FROM input LEFT JOIN entity"
                                " ON entity.key = input.entity"
                                " WHERE input.job = ?1 ORDER BY input.ordinal"));
  query.bind(1, row.key);
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return {};
    JobInput& input = row.job.inputs.emplace_back();
    query.read(0, input.name);
    query.read(1, input.entity);
    query.read(2, input.url);
    query.read(3, input.file_name);
    query.read(4, input.used);
  }
}

/// The columns of an entity from `column` on, in the order of k_entity_columns.
constexpr std::string_view k_entity_columns =
    "entity.id, entity.name, entity.media_type, entity.size, entity.sha256, entity.location,"
    " entity.source_url, entity.created, entity.invalidated, entity.owner, entity.role,"
    " entity.expires";

Entity read_entity_row(const Query& query, int column) {
  Entity entity;
  query.read(column++, entity.id);
  query.read(column++, entity.name);
  query.read(column++, entity.media_type);
  query.read(column++, entity.size);
  query.read(column++, entity.sha256);
  query.read(column++, entity.location);
  query.read(column++, entity.source_url);
  query.read(column++, entity.created);
  query.read(column++, entity.invalidated);
  query.read(column++, entity.owner);
  query.read(column++, entity.role);
  query.read(column++, entity.expires);
  return entity;
}

Result<void> read_results(Connection& connection, JobRow& row) {
  static const std::string sql = "SELECT entity.result_name, " + std::string{k_entity_columns} +
                                 " FROM entity WHERE entity.generated_by = ?1"
                                 " AND entity.result_ordinal >= 0 ORDER BY entity.result_ordinal";
  OPUS_UWS_TRY(Query query, connection.query(sql));
  query.bind(1, row.key);
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return {};
    JobResult& result = row.job.results.emplace_back();
    query.read(0, result.name);
    result.entity = read_entity_row(query, 1);
    result.entity.generated_by = row.job.id;
    result.id = result.entity.role;
  }
}

Result<void> read_children(Connection& connection, JobRow& row) {
  OPUS_UWS_CHECK(read_parameters(connection, row));
  OPUS_UWS_CHECK(read_inputs(connection, row));
  return read_results(connection, row);
}

}  // namespace

Error no_job(const JobId& id) {
  return {Errc::not_found, "there is no job '" + printable(id.value) + "'"};
}

Error no_entity(const EntityId& id) {
  return {Errc::not_found, "there is no entity '" + printable(id.value) + "'"};
}

Result<std::int64_t> key_of(Connection& connection, const JobId& id, Destroyed destroyed) {
  OPUS_UWS_TRY(Query query, connection.query("SELECT key, destroyed FROM job WHERE id = ?1"));
  OPUS_UWS_TRY(const bool found, query.bind_all(id).step());
  if (!found || query.get<int>(1) > static_cast<int>(destroyed)) return no_job(id);
  return query.get<std::int64_t>(0);
}

Result<std::int64_t> key_of(Connection& connection, const EntityId& id) {
  OPUS_UWS_TRY(Query query, connection.query("SELECT key FROM entity WHERE id = ?1"));
  OPUS_UWS_TRY(const bool found, query.bind_all(id).step());
  if (!found) return no_entity(id);
  return query.get<std::int64_t>(0);
}

Result<Job> read_job(Connection& connection, const JobId& id, Destroyed destroyed) {
  static const std::string sql = select_job(
      "LEFT JOIN description AS saved ON saved.key = job.description_key"
      " WHERE job.id = ?1 AND job.destroyed <= ?2");
  OPUS_UWS_TRY(Query query, connection.query(sql));
  OPUS_UWS_TRY(const bool found, query.bind_all(id, static_cast<int>(destroyed)).step());
  if (!found) return no_job(id);
  JobRow row = read_job_row(query);
  OPUS_UWS_CHECK(read_children(connection, row));
  return std::move(row.job);
}

Result<std::vector<Job>> read_unfinished_jobs(Connection& connection) {
  // The condition is the index's own, word for word: only then SQLite uses it.
  static const std::string sql = select_job(
      "INDEXED BY job_unfinished"
      " LEFT JOIN description AS saved ON saved.key = job.description_key"
      " WHERE job.phase IN ('QUEUED', 'EXECUTING', 'UNKNOWN', 'HELD', 'SUSPENDED')"
      " OR job.stopping = 1 OR job.destroyed = 1 ORDER BY job.queued, job.id");
  std::vector<Job> jobs;
  OPUS_UWS_TRY(Query query, connection.query(sql));
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return jobs;
    JobRow row = read_job_row(query);
    OPUS_UWS_CHECK(read_children(connection, row));
    jobs.push_back(std::move(row.job));
  }
}

Result<Entity> read_entity(Connection& connection, const EntityId& id) {
  static const std::string sql = "SELECT job.id, " + std::string{k_entity_columns} +
                                 " FROM entity LEFT JOIN job ON job.key = entity.generated_by"
                                 " WHERE entity.id = ?1";
  OPUS_UWS_TRY(Query query, connection.query(sql));
  OPUS_UWS_TRY(const bool found, query.bind_all(id).step());
  if (!found) return no_entity(id);
  Entity entity = read_entity_row(query, 1);
  query.read(0, entity.generated_by);
  return entity;
}

Result<std::vector<JobId>> read_users_of(Connection& connection, const EntityId& id,
                                         Destroyed destroyed) {
  OPUS_UWS_TRY(const std::int64_t entity, key_of(connection, id));
  OPUS_UWS_TRY(Query query, connection.query("SELECT DISTINCT job.id, job.created FROM input"
                                             " JOIN job ON job.key = input.job"
                                             " WHERE input.entity = ?1 AND job.destroyed <= ?2"
                                             " ORDER BY job.created, job.id"));
  query.bind_all(entity, static_cast<int>(destroyed));
  std::vector<JobId> users;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return users;
    query.read(0, users.emplace_back());
  }
}

Result<std::vector<JobId>> read_waiting_for(Connection& connection, const JobId& id) {
  // The conditions of index input_awaited, word for word; '0' comes after '/'.
  OPUS_UWS_TRY(Query query, connection.query("SELECT DISTINCT job.id, job.created"
                                             " FROM input INDEXED BY input_awaited"
                                             " JOIN job ON job.key = input.job"
                                             " WHERE input.entity IS NULL AND input.url >= 'job:'"
                                             " AND input.url < 'job;' AND input.url >= ?1"
                                             " AND input.url < ?2 AND job.phase = 'HELD'"
                                             " AND job.destroyed = 0"
                                             " ORDER BY job.created, job.id"));
  const std::string from = "job:" + id.value + '/';
  const std::string to = "job:" + id.value + '0';
  query.bind_all(from, to);
  std::vector<JobId> waiting;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return waiting;
    query.read(0, waiting.emplace_back());
  }
}

}}}}  // namespace opus::uws0::store::sqlite
