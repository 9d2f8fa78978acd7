#include "libopus/store/sqlite/job_parts.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>

#include "libopus/store/sqlite/rows.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

/// Calls write(ordinal, part) for each part that is not at its place yet, and `cut` (a statement
/// that deletes rows of ?1 from ordinal ?2 on) if there are fewer than before.
template <class Part, class Write>
Result<void> write_parts(Connection& connection, std::int64_t key, const std::vector<Part>& before,
                         const std::vector<Part>& after, std::string_view cut, Write write) {
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (i < before.size() && before[i] == after[i]) continue;
    OPUS_UWS_CHECK(write(i, after[i]));
  }
  if (after.size() >= before.size()) return {};
  OPUS_UWS_TRY(Query query, connection.query(cut));
  return query.bind_all(key, after.size()).run();
}

Result<std::optional<std::int64_t>> entity_key(Connection& connection, const JobInput& input) {
  if (input.entity.empty()) return std::optional<std::int64_t>{};
  auto key = key_of(connection, input.entity);
  if (key) return std::optional{*key};
  Error error = std::move(key).error();
  error.message = "input '" + input.name + "': " + error.message;
  return error;
}

/// A result that is removed: its entity goes, or stays for the jobs that use it.
Result<void> drop_entity(Connection& connection, const EntityId& id) {
  OPUS_UWS_TRY(const std::int64_t entity, key_of(connection, id));
  {
    OPUS_UWS_TRY(Query query, connection.query("DELETE FROM entity WHERE key = ?1 AND NOT EXISTS"
                                               " (SELECT 1 FROM input WHERE input.entity = ?1)"));
    OPUS_UWS_CHECK(query.bind_all(entity).run());
  }
  OPUS_UWS_TRY(Query query, connection.query("UPDATE entity SET generated_by = NULL,"
                                             " result_ordinal = NULL, result_name = NULL"
                                             " WHERE key = ?1"));
  return query.bind_all(entity).run();
}

Result<void> check_result(const JobId& job, const JobResult& result) {
  if (result.entity.generated_by == job && result.entity.role == result.id) return {};
  return Error{Errc::internal, "result '" + result.id + "' of job '" + job.value +
                                   "': its entity says that it is '" + result.entity.role +
                                   "' of job '" + result.entity.generated_by.value + "'"};
}

}  // namespace

Result<void> write_parameters(Connection& connection, std::int64_t key, TimePoint created,
                              const std::vector<Parameter>& before,
                              const std::vector<Parameter>& after) {
  return write_parts(
      connection, key, before, after, "DELETE FROM parameter WHERE job = ?1 AND ordinal >= ?2",
      [&](std::size_t ordinal, const Parameter& parameter) -> Result<void> {
        OPUS_UWS_TRY(Query query,
                     connection.query("INSERT OR REPLACE INTO parameter"
                                      " (job, ordinal, name, value, by_default, created)"
                                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
        return query
            .bind_all(key, ordinal, parameter.name, parameter.value, parameter.by_default, created)
            .run();
      });
}

Result<void> write_inputs(Connection& connection, std::int64_t key,
                          const std::vector<JobInput>& before, const std::vector<JobInput>& after) {
  return write_parts(
      connection, key, before, after, "DELETE FROM input WHERE job = ?1 AND ordinal >= ?2",
      [&](std::size_t ordinal, const JobInput& input) -> Result<void> {
        OPUS_UWS_TRY(const std::optional<std::int64_t> entity, entity_key(connection, input));
        OPUS_UWS_TRY(Query query,
                     connection.query("INSERT OR REPLACE INTO input"
                                      " (job, ordinal, name, entity, url, file_name, used)"
                                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
        return query
            .bind_all(key, ordinal, input.name, entity, input.url, input.file_name, input.used)
            .run();
      });
}

Result<void> write_results(Connection& connection, std::int64_t key, const JobId& id,
                           const std::vector<JobResult>& before,
                           const std::vector<JobResult>& after) {
  if (before == after) return {};
  std::unordered_map<std::string_view, std::size_t> stored;
  for (std::size_t i = 0; i < before.size(); ++i) stored.emplace(before[i].entity.id.value, i);

  for (std::size_t i = 0; i < after.size(); ++i) {
    const JobResult& result = after[i];
    OPUS_UWS_CHECK(check_result(id, result));
    const ResultPlace place{static_cast<std::int64_t>(i), result.name};
    const auto found = stored.find(result.entity.id.value);
    if (found == stored.end()) {
      OPUS_UWS_CHECK(insert_entity_row(connection, result.entity, key, place));
      continue;
    }
    const std::size_t was = found->second;
    stored.erase(found);
    if (was != i || before[was] != result)
      OPUS_UWS_CHECK(update_entity_row(connection, result.entity, key, place));
  }
  for (const JobResult& result : before)
    if (stored.count(result.entity.id.value) != 0)
      OPUS_UWS_CHECK(drop_entity(connection, result.entity.id));
  return {};
}

Result<void> append_events(Connection& connection, std::int64_t key,
                           const std::vector<EventRow>& events) {
  for (const EventRow& event : events) {
    OPUS_UWS_TRY(Query query,
                 connection.query("INSERT INTO event"
                                  " (job, ordinal, at, kind, from_phase, to_phase, detail)"
                                  " VALUES (?1, (SELECT coalesce(max(ordinal) + 1, 0) FROM event"
                                  " WHERE job = ?1), ?2, ?3, ?4, ?5, ?6)"));
    query.bind_all(key, event.at, event.kind, event.from, event.to, event.detail);
    OPUS_UWS_CHECK(query.run());
  }
  return {};
}

Result<void> insert_entity_row(Connection& connection, const Entity& entity,
                               std::optional<std::int64_t> generator,
                               std::optional<ResultPlace> place) {
  OPUS_UWS_TRY(Query query,
               connection.query("INSERT INTO entity (id, name, media_type, size, sha256, location,"
                                " source_url, created, invalidated, owner, role, expires,"
                                " generated_by, result_ordinal, result_name) VALUES (?1, ?2, ?3,"
                                " ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"));
  query.bind_all(entity.id, entity.name, entity.media_type, entity.size, entity.sha256,
                 entity.location, entity.source_url, entity.created, entity.invalidated,
                 entity.owner, entity.role, entity.expires, generator);
  if (place) {
    query.bind(14, place->ordinal);
    query.bind(15, place->name);
  }
  auto done = query.run();
  if (!done && done.error().code == Errc::conflict)
    return Error{Errc::conflict, "there is an entity '" + entity.id.value + "' already"};
  return done;
}

Result<void> update_entity_row(Connection& connection, const Entity& entity,
                               std::optional<std::int64_t> generator,
                               std::optional<ResultPlace> place) {
  // Without a place an entity keeps the one it has, as long as it keeps its generator.
  OPUS_UWS_TRY(
      Query query,
      connection.query("UPDATE entity SET name = ?2, media_type = ?3, size = ?4, sha256 = ?5,"
                       " location = ?6, source_url = ?7, created = ?8, invalidated = ?9,"
                       " owner = ?10, role = ?11, expires = ?12, generated_by = ?13,"
                       " result_ordinal = coalesce(?14, iif(generated_by IS ?13, result_ordinal,"
                       " NULL)), result_name = coalesce(?15, iif(generated_by IS ?13, result_name,"
                       " NULL)) WHERE id = ?1"));
  query.bind_all(entity.id, entity.name, entity.media_type, entity.size, entity.sha256,
                 entity.location, entity.source_url, entity.created, entity.invalidated,
                 entity.owner, entity.role, entity.expires, generator);
  if (place) {
    query.bind(14, place->ordinal);
    query.bind(15, place->name);
  }
  OPUS_UWS_CHECK(query.run());
  if (connection.changes() == 0) return no_entity(entity.id);
  return {};
}

Result<void> drop_generated_entities(Connection& connection, std::int64_t key) {
  {
    OPUS_UWS_TRY(Query query, connection.query("UPDATE entity SET generated_by = NULL,"
                                               " result_ordinal = NULL, result_name = NULL"
                                               " WHERE generated_by = ?1 AND EXISTS"
                                               " (SELECT 1 FROM input"
                                               " WHERE input.entity = entity.key)"));
    OPUS_UWS_CHECK(query.bind_all(key).run());
  }
  OPUS_UWS_TRY(Query query, connection.query("DELETE FROM entity WHERE generated_by = ?1"));
  return query.bind_all(key).run();
}

}}}}  // namespace opus::uws0::store::sqlite
