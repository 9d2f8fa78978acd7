#include "libopus/store/sqlite/archive.hpp"

#include <algorithm>
#include <string>

#include "libopus/store/sqlite/job_parts.hpp"
#include "libopus/store/sqlite/records.hpp"
#include "libopus/store/sqlite/rows.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

/// The key of a job that provenance alone knows: others are not changed from outside.
Result<std::int64_t> retired_key(Connection& connection, const JobId& id) {
  OPUS_UWS_TRY(const std::int64_t key, key_of(connection, id, Destroyed::retired_too));
  if (!key_of(connection, id, Destroyed::shown)) return key;
  return Error{Errc::conflict, "job '" + id.value + "' is one of this store's own"};
}

}  // namespace

Result<std::vector<JobId>> read_ended_jobs_after(Connection& connection, std::int64_t& key,
                                                 std::size_t limit) {
  OPUS_UWS_TRY(Query query, connection.query("SELECT key, id FROM job WHERE key > ?1 AND phase IN"
                                             " ('COMPLETED', 'ERROR', 'ABORTED', 'ARCHIVED')"
                                             " ORDER BY key LIMIT ?2"));
  query.bind_all(key, limit);
  std::vector<JobId> jobs;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return jobs;
    query.read(0, key);
    query.read(1, jobs.emplace_back());
  }
}

Result<std::vector<ArchivedEntity>> read_entities_after(Connection& connection, std::int64_t& key,
                                                        std::size_t limit) {
  struct Row {
    EntityId id{};
    std::string name{};
    std::optional<std::int64_t> ordinal{};
  };
  std::vector<Row> rows;
  {
    OPUS_UWS_TRY(Query query,
                 connection.query("SELECT entity.key, entity.id, result_name, result_ordinal"
                                  " FROM entity LEFT JOIN job ON job.key = entity.generated_by"
                                  " WHERE entity.key > ?1 AND (job.key IS NULL OR job.phase IN"
                                  " ('COMPLETED', 'ERROR', 'ABORTED', 'ARCHIVED'))"
                                  " ORDER BY entity.key LIMIT ?2"));
    query.bind_all(key, limit);
    for (;;) {
      OPUS_UWS_TRY(const bool more, query.step());
      if (!more) break;
      query.read(0, key);
      Row& row = rows.emplace_back();
      query.read(1, row.id);
      query.read(2, row.name);  // NULL is the empty text
      query.read(3, row.ordinal);
    }
  }
  std::vector<ArchivedEntity> entities;
  for (Row& row : rows) {
    OPUS_UWS_TRY(Entity entity, read_entity(connection, row.id));
    entities.push_back({std::move(entity), std::move(row.name), row.ordinal});
  }
  return entities;
}

Result<bool> import_description_row(Connection& connection, const SavedDescription& description) {
  OPUS_UWS_TRY(Query query,
               connection.query("INSERT INTO description (hash, name, version, json)"
                                " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (hash) DO NOTHING"));
  query.bind_all(description.hash, description.name, description.version, description.json);
  OPUS_UWS_CHECK(query.run());
  return connection.changes() > 0;
}

Result<void> retire_imported(Connection& connection, std::int64_t key, const Job& job,
                             TimePoint at) {
  OPUS_UWS_TRY(Query query, connection.query("UPDATE job SET destroyed = 2, deleted = ?2,"
                                             " retired = coalesce(?2, ?3) WHERE key = ?1"));
  return query.bind_all(key, job.deleted, at).run();
}

Result<bool> import_record_row(Connection& connection, const JobId& job, std::string_view json) {
  OPUS_UWS_TRY(const std::int64_t key, key_of(connection, job, Destroyed::retired_too));
  if (read_record(connection, job, Destroyed::retired_too)) return false;
  OPUS_UWS_CHECK(retired_key(connection, job));
  OPUS_UWS_CHECK(write_record(connection, key, json));
  OPUS_UWS_TRY(Query query, connection.query("UPDATE job SET has_record = 1 WHERE key = ?1"));
  OPUS_UWS_CHECK(query.bind_all(key).run());
  return true;
}

Result<bool> import_entity_row(Connection& connection, const ArchivedEntity& archived) {
  if (key_of(connection, archived.entity.id)) return false;
  std::optional<std::int64_t> generator;
  if (!archived.entity.generated_by.empty()) {
    OPUS_UWS_TRY(generator, retired_key(connection, archived.entity.generated_by));
  }
  std::optional<ResultPlace> place;
  if (generator && archived.ordinal) place = ResultPlace{*archived.ordinal, archived.result_name};
  OPUS_UWS_CHECK(insert_entity_row(connection, archived.entity, generator, place));
  return true;
}

Result<bool> import_input_rows(Connection& connection, const JobId& job,
                               const std::vector<JobInput>& inputs) {
  OPUS_UWS_TRY(const std::int64_t key, key_of(connection, job, Destroyed::retired_too));
  OPUS_UWS_TRY(const std::int64_t known,
               connection.value<std::int64_t>("SELECT count(*) FROM input WHERE job = ?1", key));
  if (known > 0) return false;
  OPUS_UWS_CHECK(retired_key(connection, job));
  OPUS_UWS_CHECK(write_inputs(connection, key, {}, inputs));
  return true;
}

}}}}  // namespace opus::uws0::store::sqlite
