#include "libopus/store/sqlite/writer.hpp"

#include <exception>
#include <string>

#include "libopus/store/sqlite/archive.hpp"
#include "libopus/store/sqlite/contents.hpp"
#include "libopus/store/sqlite/definitions.hpp"
#include "libopus/store/sqlite/job_columns.hpp"
#include "libopus/store/sqlite/job_parts.hpp"
#include "libopus/store/sqlite/records.hpp"
#include "libopus/store/sqlite/retired.hpp"
#include "libopus/store/sqlite/rows.hpp"
#include "libopus/store/sqlite/shares.hpp"
#include "libopus/store/sqlite/usage.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

/// May anybody make this move? From nothing, at creation, a job may come to any phase.
bool is_allowed(std::optional<Phase> from, Phase to) {
  if (!from) return true;
  for (const Move& move : k_moves)
    if (move.from == *from && move.to == to) return true;
  return false;
}

std::string word(std::optional<Phase> phase) {
  return phase ? std::string{to_string(*phase)} : "nothing";
}

/// The last line of defence of the phase table: a new phase is reached by moves that somebody may
/// make, and each of them is told by an event.
Result<void> check_moves(const JobId& id, std::optional<Phase> from, Phase to,
                         const std::vector<EventRow>& events) {
  std::optional<Phase> phase = from;
  for (const EventRow& event : events) {
    if (!event.from && !event.to) continue;
    if (event.from != phase || !event.to || !is_allowed(phase, *event.to))
      return Error{Errc::internal, "job '" + id.value + "': event '" + event.kind +
                                       "' moves from " + word(event.from) + " to " +
                                       word(event.to) + ", which is no move from " + word(phase)};
    phase = event.to;
  }
  if (phase == to) return {};
  return Error{Errc::internal, "job '" + id.value + "': it moves to " + word(to) +
                                   ", but its events end at " + word(phase)};
}

Result<void> check_fixed(const Job& before, const Job& after) {
  if (before.id == after.id && before.description == after.description &&
      before.description_version == after.description_version &&
      before.description_hash == after.description_hash && before.owner == after.owner &&
      before.created == after.created)
    return {};
  return Error{Errc::internal, "job '" + before.id.value +
                                   "': id, description, owner and creation time never change"};
}

Result<std::optional<std::int64_t>> description_key(Connection& connection, const Job& job) {
  if (job.description_hash.empty()) return std::optional<std::int64_t>{};
  OPUS_UWS_TRY(Query query, connection.query("SELECT key FROM description WHERE hash = ?1"));
  OPUS_UWS_TRY(const bool found, query.bind_all(job.description_hash).step());
  if (!found)
    return Error{Errc::internal, "job '" + job.id.value + "': its description '" + job.description +
                                     "' with hash '" + job.description_hash +
                                     "' was not saved before it"};
  return std::optional{query.get<std::int64_t>(0)};
}

std::string insert_sql() {
  std::string names =
      "id, description, description_version, description_key, owner, created, version";
  std::string values = "?1, ?2, ?3, ?4, ?5, ?6, ?7";
  int index = 8;
  for (const JobColumn& column : job_columns()) {
    names.append(", ").append(column.name);
    values.append(", ?").append(std::to_string(index++));
  }
  return "INSERT INTO job (" + names + ") VALUES (" + values + ")";
}

/// Writes the row; returns its key.
Result<std::int64_t> insert_job_row(Connection& connection, const Job& job) {
  static const std::string sql = insert_sql();
  OPUS_UWS_TRY(const std::optional<std::int64_t> description, description_key(connection, job));
  OPUS_UWS_TRY(Query query, connection.query(sql));
  query.bind_all(job.id, job.description, job.description_version, description, job.owner,
                 job.created, job.version);
  int index = 8;
  for (const JobColumn& column : job_columns()) column.bind(query, index++, job);
  if (auto done = query.run(); !done) {
    if (done.error().code != Errc::conflict) return std::move(done).error();
    return Error{Errc::conflict, "there is a job '" + job.id.value + "' already"};
  }
  return connection.last_insert_key();
}

Error moved_meanwhile(const Job& before) {
  return {Errc::conflict, "job '" + before.id.value + "' was changed meanwhile: it is no longer " +
                              std::string{to_string(before.phase)} + " in version " +
                              std::to_string(before.version)};
}

/// Compare-and-set of the columns that differ; returns the row's key.
Result<std::int64_t> update_job_row(Connection& connection, const Job& before, const Job& after) {
  // One statement per combination of columns: few occur, and indexes of others are not touched.
  std::string sql = "UPDATE job SET version = version + 1";
  int index = 4;
  for (const JobColumn& column : job_columns())
    if (!column.same(before, after))
      sql.append(", ").append(column.name).append(" = ?").append(std::to_string(index++));
  sql += " WHERE id = ?1 AND phase = ?2 AND version = ?3 RETURNING key";

  OPUS_UWS_TRY(Query query, connection.query(sql));
  query.bind_all(before.id, before.phase, before.version);
  index = 4;
  for (const JobColumn& column : job_columns())
    if (!column.same(before, after)) column.bind(query, index++, after);
  OPUS_UWS_TRY(const bool found, query.step());
  if (!found) {
    OPUS_UWS_CHECK(key_of(connection, before.id, Destroyed::shown));
    return moved_meanwhile(before);
  }
  const auto key = query.get<std::int64_t>(0);
  OPUS_UWS_CHECK(query.run());
  return key;
}

}  // namespace

Result<void> SqliteWriter::apply(const Store::Change& change) {
  broken_.reset();
  OPUS_UWS_TRY(Savepoint savepoint, Savepoint::begin(connection_));
  try {
    OPUS_UWS_CHECK(change(*this));
  } catch (const std::exception& e) {
    return Error{Errc::internal, std::string{"a change of the store threw: "} + e.what()};
  } catch (...) {
    return Error{Errc::internal, "a change of the store threw"};
  }
  if (broken_) return *std::move(broken_);
  return savepoint.release();
}

/// An operation is done wholly or not at all: if it failed after it wrote something, the change
/// cannot be kept.
template <class Operation> auto SqliteWriter::whole(Operation operation) -> decltype(operation()) {
  const std::int64_t before = connection_.total_changes();
  auto outcome = operation();
  if (!outcome && !broken_) {
    const Errc code = outcome.error().code;
    const bool wrote = connection_.total_changes() != before;
    if (wrote || code == Errc::unavailable || code == Errc::corrupt) broken_ = outcome.error();
  }
  return outcome;
}

Result<Job> SqliteWriter::job(const JobId& id) {
  return read_job(connection_, id, Destroyed::shown);
}

Result<Entity> SqliteWriter::entity(const EntityId& id) { return read_entity(connection_, id); }

Result<std::vector<JobId>> SqliteWriter::users_of(const EntityId& id) {
  return read_users_of(connection_, id, Destroyed::shown);
}

Result<std::vector<JobId>> SqliteWriter::waiting_for(const JobId& id) {
  return read_waiting_for(connection_, id);
}

Result<void> SqliteWriter::insert_job(const Job& job, const std::vector<EventRow>& events) {
  return whole([&]() -> Result<void> {
    OPUS_UWS_CHECK(check_moves(job.id, std::nullopt, job.phase, events));
    OPUS_UWS_TRY(const std::int64_t key, insert_job_row(connection_, job));
    OPUS_UWS_CHECK(write_parameters(connection_, key, job.created, {}, job.parameters));
    OPUS_UWS_CHECK(write_inputs(connection_, key, {}, job.inputs));
    OPUS_UWS_CHECK(write_results(connection_, key, job.id, {}, job.results));
    return append_events(connection_, key, events);
  });
}

Result<Job> SqliteWriter::update_job(const Job& before, Job after,
                                     const std::vector<EventRow>& events) {
  return whole([&]() -> Result<Job> {
    OPUS_UWS_CHECK(check_fixed(before, after));
    OPUS_UWS_CHECK(check_moves(before.id, before.phase, after.phase, events));
    OPUS_UWS_TRY(const std::int64_t key, update_job_row(connection_, before, after));
    OPUS_UWS_CHECK(
        write_parameters(connection_, key, after.created, before.parameters, after.parameters));
    OPUS_UWS_CHECK(write_inputs(connection_, key, before.inputs, after.inputs));
    OPUS_UWS_CHECK(write_results(connection_, key, after.id, before.results, after.results));
    OPUS_UWS_CHECK(append_events(connection_, key, events));
    after.version = before.version + 1;
    return std::move(after);
  });
}

Result<void> SqliteWriter::delete_job(const JobId& id) {
  return whole([&]() -> Result<void> {
    OPUS_UWS_TRY(const std::int64_t key, key_of(connection_, id, Destroyed::shown));
    return delete_job_rows(connection_, key);
  });
}

Result<void> SqliteWriter::keep_record(const JobId& id, std::string_view json) {
  return whole([&]() -> Result<void> {
    OPUS_UWS_TRY(const std::int64_t key, key_of(connection_, id, Destroyed::shown));
    return write_record(connection_, key, json);
  });
}

Result<void> SqliteWriter::retire_job(const JobId& id, TimePoint at) {
  return whole([&]() -> Result<void> {
    OPUS_UWS_TRY(const std::int64_t key, key_of(connection_, id, Destroyed::shown));
    return retire_job_rows(connection_, key, at);
  });
}

Result<std::size_t> SqliteWriter::forget_retired(TimePoint until, std::size_t limit) {
  return whole([&] { return delete_retired_rows(connection_, until, limit); });
}

Result<bool> SqliteWriter::import_description(const SavedDescription& description) {
  return whole([&] { return import_description_row(connection_, description); });
}

Result<bool> SqliteWriter::import_job(const Job& job, TimePoint at) {
  return whole([&]() -> Result<bool> {
    if (key_of(connection_, job.id, Destroyed::retired_too)) return false;
    if (!is_final(job.phase))
      return Error{Errc::internal, "job '" + job.id.value + "' has not ended"};
    OPUS_UWS_TRY(const std::int64_t key, insert_job_row(connection_, job));
    OPUS_UWS_CHECK(write_parameters(connection_, key, job.created, {}, job.parameters));
    OPUS_UWS_CHECK(retire_imported(connection_, key, job, at));
    return true;
  });
}

Result<bool> SqliteWriter::import_record(const JobId& job, std::string_view json) {
  return whole([&] { return import_record_row(connection_, job, json); });
}

Result<bool> SqliteWriter::import_entity(const ArchivedEntity& entity) {
  return whole([&] { return import_entity_row(connection_, entity); });
}

Result<bool> SqliteWriter::import_inputs(const JobId& job, const std::vector<JobInput>& inputs) {
  return whole([&] { return import_input_rows(connection_, job, inputs); });
}

Result<void> SqliteWriter::save_description(const SavedDescription& description) {
  return whole([&]() -> Result<void> {
    OPUS_UWS_TRY(Query query,
                 connection_.query("INSERT INTO description (hash, name, version, json)"
                                   " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (hash) DO UPDATE"
                                   // An imported one may have come without its secrets.
                                   " SET json = excluded.json WHERE json <> excluded.json"));
    return query.bind_all(description.hash, description.name, description.version, description.json)
        .run();
  });
}

Result<void> SqliteWriter::insert_entity(const Entity& entity) {
  return whole([&]() -> Result<void> {
    OPUS_UWS_TRY(const std::optional<std::int64_t> generator, generator_of(entity));
    return insert_entity_row(connection_, entity, generator, {});
  });
}

Result<void> SqliteWriter::update_entity(const Entity& entity) {
  return whole([&]() -> Result<void> {
    OPUS_UWS_TRY(const std::optional<std::int64_t> generator, generator_of(entity));
    return update_entity_row(connection_, entity, generator, {});
  });
}

Result<void> SqliteWriter::delete_entity(const EntityId& id) {
  return whole([&]() -> Result<void> {
    OPUS_UWS_TRY(const std::int64_t key, key_of(connection_, id));
    OPUS_UWS_TRY(
        const std::int64_t needed,
        connection_.value<std::int64_t>("SELECT EXISTS (SELECT 1 FROM input WHERE entity = ?1)"
                                        " OR EXISTS (SELECT 1 FROM entity WHERE key = ?1"
                                        " AND result_ordinal IS NOT NULL)",
                                        key));
    if (needed != 0)
      return Error{Errc::conflict, "entity '" + id.value + "' is an input or a result of a job"};
    OPUS_UWS_TRY(Query query, connection_.query("DELETE FROM entity WHERE key = ?1"));
    return query.bind_all(key).run();
  });
}

Result<std::vector<DescriptionVersion>> SqliteWriter::versions_of(std::string_view name) {
  return read_versions_of(connection_, name);
}

Result<std::vector<DescriptionVersion>> SqliteWriter::versions_with(std::string_view hash) {
  return read_versions_with(connection_, hash);
}

Result<unsigned> SqliteWriter::count_pending() { return count_pending_versions(connection_); }

Result<DescriptionVersion> SqliteWriter::insert_version(DescriptionVersion version) {
  return whole([&] { return insert_version_row(connection_, std::move(version)); });
}

Result<void> SqliteWriter::update_version(const DescriptionVersion& version) {
  return whole([&] { return update_version_row(connection_, version); });
}

Result<void> SqliteWriter::add_garbage(std::string_view path) {
  return whole([&] { return add_garbage_row(connection_, path); });
}

Result<void> SqliteWriter::forget_garbage(std::string_view path) {
  return whole([&] { return forget_garbage_row(connection_, path); });
}

Result<std::optional<std::int64_t>> SqliteWriter::generator_of(const Entity& entity) {
  if (entity.generated_by.empty()) return std::optional<std::int64_t>{};
  OPUS_UWS_TRY(const std::int64_t key,
               key_of(connection_, entity.generated_by, Destroyed::retired_too));
  return std::optional{key};
}

Result<void> SqliteWriter::insert_share(const ShareRow& row, std::size_t most) {
  return whole([&]() -> Result<void> { return insert_share_row(connection_, row, most); });
}

Result<Share> SqliteWriter::delete_share(const JobId& job, std::string_view id) {
  return whole([&]() -> Result<Share> { return delete_share_row(connection_, job, id); });
}

Result<std::uint64_t> SqliteWriter::waiting_jobs(const std::optional<std::string>& owner,
                                                 std::string_view description) {
  return count_jobs_of(connection_, UsageOf::waiting, owner, description);
}

Result<std::uint64_t> SqliteWriter::executing_jobs(const std::optional<std::string>& owner,
                                                   std::string_view description) {
  return count_jobs_of(connection_, UsageOf::executing, owner, description);
}

Result<std::uint64_t> SqliteWriter::disk_bytes(const std::optional<std::string>& owner) {
  return read_disk_bytes(connection_, owner);
}

}}}}  // namespace opus::uws0::store::sqlite
