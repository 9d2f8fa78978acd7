#include "libopus/store/sqlite/rows.hpp"

#include <string>
#include <utility>

#include "libopus/core/strings.hpp"
#include "libopus/store/sqlite/job_columns.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

/// Some jobs, as far as they have been read. Ascending by key.
struct JobRows {
  std::vector<std::int64_t> keys{};
  std::vector<Job> jobs{};
};

constexpr std::string_view k_one = " = ?1 ";
/// ?1 is a JSON array of keys.
constexpr std::string_view k_listed = " IN (SELECT value FROM json_each(?1)) ";

std::string select_job(std::string_view from) {
  std::string sql =
      "SELECT job.key, job.id, job.description, job.description_version, saved.hash, job.owner,"
      " job.created, job.version";
  for (const JobColumn& column : job_columns()) sql.append(", job.").append(column.name);
  return sql.append(" FROM job ").append(from);
}

void read_job_row(const Query& query, JobRows& rows) {
  query.read(0, rows.keys.emplace_back());
  Job& job = rows.jobs.emplace_back();
  query.read(1, job.id);
  query.read(2, job.description);
  query.read(3, job.description_version);
  query.read(4, job.description_hash);  // NULL is the empty text
  query.read(5, job.owner);
  query.read(6, job.created);
  query.read(7, job.version);
  int column = 8;
  for (const JobColumn& kept : job_columns()) kept.read(query, column++, job);
}

/// Gives each row that `query` finds to read(job): the first column is the key of the job, and rows
/// come in the order of keys.
template <class Read> Result<void> read_parts(Query& query, JobRows& rows, Read read) {
  std::size_t at = 0;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return {};
    const auto key = query.get<std::int64_t>(0);
    while (at < rows.keys.size() && rows.keys[at] < key) ++at;
    if (at < rows.keys.size() && rows.keys[at] == key) read(rows.jobs[at]);
  }
}

std::string select_parameters(std::string_view which) {
  return "SELECT job, name, value, by_default FROM parameter WHERE job" + std::string{which} +
         "ORDER BY job, ordinal";
}

Result<void> read_parameters(Query& query, JobRows& rows) {
  return read_parts(query, rows, [&](Job& job) {
    Parameter& parameter = job.parameters.emplace_back();
    query.read(1, parameter.name);
    query.read(2, parameter.value);
    query.read(3, parameter.by_default);
  });
}

std::string select_inputs(std::string_view which) {
  return "SELECT input.job, input.name, entity.id, input.url, input.file_name, input.used"
         " FROM input LEFT JOIN entity ON entity.key = input.entity WHERE input.job" +
         std::string{which} + "ORDER BY input.job, input.ordinal";
}

Result<void> read_inputs(Query& query, JobRows& rows) {
  return read_parts(query, rows, [&](Job& job) {
    JobInput& input = job.inputs.emplace_back();
    query.read(1, input.name);
    query.read(2, input.entity);
    query.read(3, input.url);
    query.read(4, input.file_name);
    query.read(5, input.used);
  });
}

/// The columns of an entity from `column` on, in the order of k_entity_columns.
constexpr std::string_view k_entity_columns =
    "entity.id, entity.name, entity.media_type, entity.size, entity.sha256, entity.location,"
    " entity.source_url, entity.created, entity.invalidated, entity.owner, entity.role,"
    " entity.expires";

void read_entity_row(const Query& query, int column, Entity& entity) {
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
}

std::string select_results(std::string_view which) {
  return "SELECT entity.generated_by, entity.result_name, " + std::string{k_entity_columns} +
         " FROM entity WHERE entity.generated_by" + std::string{which} +
         "AND entity.result_ordinal >= 0 ORDER BY entity.generated_by, entity.result_ordinal";
}

Result<void> read_results(Query& query, JobRows& rows) {
  return read_parts(query, rows, [&](Job& job) {
    JobResult& result = job.results.emplace_back();
    query.read(1, result.name);
    read_entity_row(query, 2, result.entity);
    result.entity.generated_by = job.id;
    result.id = result.entity.role;
  });
}

/// What belongs to jobs, by the keys of these.
struct ChildStatements {
  explicit ChildStatements(std::string_view which)
      : parameters(select_parameters(which)),
        inputs(select_inputs(which)),
        results(select_results(which)) {}
  std::string parameters, inputs, results;
};

/// `which`: bound as ?1.
template <class Which>
Result<void> read_children(Connection& connection, const ChildStatements& statements,
                           const Which& which, JobRows& rows) {
  OPUS_UWS_TRY(Query parameters, connection.query(statements.parameters));
  OPUS_UWS_CHECK(read_parameters(parameters.bind_all(which), rows));
  OPUS_UWS_TRY(Query inputs, connection.query(statements.inputs));
  OPUS_UWS_CHECK(read_inputs(inputs.bind_all(which), rows));
  OPUS_UWS_TRY(Query results, connection.query(statements.results));
  return read_results(results.bind_all(which), rows);
}

/// The job that `query` is at.
Result<Job> read_whole_job(Connection& connection, const Query& query) {
  static const ChildStatements statements{k_one};
  JobRows rows;
  read_job_row(query, rows);
  OPUS_UWS_CHECK(read_children(connection, statements, rows.keys.front(), rows));
  return std::move(rows.jobs.front());
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
  return read_whole_job(connection, query);
}

Result<std::vector<Job>> read_jobs(Connection& connection, const std::string& keys,
                                   Destroyed destroyed) {
  static const std::string sql = select_job(
      "LEFT JOIN description AS saved ON saved.key = job.description_key"
      " WHERE job.key" +
      std::string{k_listed} + "AND job.destroyed <= ?2 ORDER BY job.key");
  static const ChildStatements statements{k_listed};
  JobRows rows;
  OPUS_UWS_TRY(Query query, connection.query(sql));
  query.bind_all(keys, static_cast<int>(destroyed));
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) break;
    read_job_row(query, rows);
  }
  OPUS_UWS_CHECK(read_children(connection, statements, keys, rows));
  return std::move(rows.jobs);
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
    OPUS_UWS_TRY(jobs.emplace_back(), read_whole_job(connection, query));
  }
}

Result<Entity> read_entity(Connection& connection, const EntityId& id) {
  static const std::string sql = "SELECT job.id, " + std::string{k_entity_columns} +
                                 " FROM entity LEFT JOIN job ON job.key = entity.generated_by"
                                 " WHERE entity.id = ?1";
  OPUS_UWS_TRY(Query query, connection.query(sql));
  OPUS_UWS_TRY(const bool found, query.bind_all(id).step());
  if (!found) return no_entity(id);
  Entity entity;
  query.read(0, entity.generated_by);
  read_entity_row(query, 1, entity);
  return entity;
}

Result<std::vector<Entity>> read_foreign_inputs(Connection& connection, const std::string& keys) {
  static const std::string sql =
      "SELECT job.id, " + std::string{k_entity_columns} +
      " FROM entity LEFT JOIN job ON job.key = entity.generated_by WHERE entity.key IN"
      " (SELECT entity FROM input WHERE job" +
      std::string{k_listed} + ") AND coalesce(entity.generated_by NOT" + std::string{k_listed} +
      ", 1)";
  OPUS_UWS_TRY(Query query, connection.query(sql));
  query.bind_all(keys);
  std::vector<Entity> entities;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return entities;
    Entity& entity = entities.emplace_back();
    query.read(0, entity.generated_by);
    read_entity_row(query, 1, entity);
  }
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
