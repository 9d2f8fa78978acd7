#include "libopus/store/sqlite/reader.hpp"
#include "libopus/store/sqlite/counts.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "libopus/core/strings.hpp"
#include "libopus/store/sqlite/archive.hpp"
#include "libopus/store/sqlite/contents.hpp"
#include "libopus/store/sqlite/definitions.hpp"
#include "libopus/store/sqlite/list.hpp"
#include "libopus/store/sqlite/reach.hpp"
#include "libopus/store/sqlite/records.hpp"
#include "libopus/store/sqlite/retired.hpp"
#include "libopus/store/sqlite/rows.hpp"
#include "libopus/store/sqlite/shares.hpp"
#include "libopus/store/sqlite/usage.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

// The conditions of index job_due, word for word.
constexpr std::string_view k_due =
    "SELECT id, destruction FROM job INDEXED BY job_due WHERE destruction IS NOT NULL"
    " AND phase <> 'ARCHIVED' AND destroyed = 0 AND destruction <= ?1"
    " ORDER BY destruction, id LIMIT ?2";
constexpr std::string_view k_past_runs =
    "SELECT id, started, ended FROM job INDEXED BY job_by_description WHERE destroyed = 0"
    " AND description = ?1 AND phase = 'COMPLETED' ORDER BY created DESC, id DESC LIMIT ?2";
constexpr std::string_view k_answers =
    "SELECT id FROM job INDEXED BY job_by_request WHERE request_hash <> '' AND request_hash = ?1"
    " AND phase = 'COMPLETED' AND destroyed = 0 AND (owner IS NULL OR owner = ?2)"
    " ORDER BY created, id LIMIT ?3";
constexpr std::string_view k_reusers =
    "SELECT id FROM job INDEXED BY job_by_reuse WHERE reuse_of <> '' AND reuse_of = ?1"
    " AND destroyed = 0 ORDER BY created, id";
constexpr std::string_view k_any_reuser =
    "SELECT id FROM job INDEXED BY job_by_reuse WHERE reuse_of <> '' LIMIT 1";
constexpr std::string_view k_reusers_retired_too =
    "SELECT id FROM job INDEXED BY job_by_reuse WHERE reuse_of <> '' AND reuse_of = ?1"
    " ORDER BY created, id";
constexpr std::string_view k_next_due =
    "SELECT destruction FROM job INDEXED BY job_due WHERE destruction IS NOT NULL"
    " AND phase <> 'ARCHIVED' AND destroyed = 0 AND destruction > ?1"
    " ORDER BY destruction LIMIT 1";

Result<std::vector<JobId>> ids_of(Query& query) {
  std::vector<JobId> ids;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return ids;
    query.read(0, ids.emplace_back());
  }
}

Result<std::unique_ptr<Connection>> open_reader(const std::filesystem::path& file,
                                                std::chrono::milliseconds busy_timeout) {
  OPUS_UWS_TRY(std::unique_ptr<Connection> connection,
               Connection::open(file, Connection::Access::read_only, busy_timeout));
  // The file is in the system's page cache anyway: half a MiB here is enough.
  OPUS_UWS_CHECK(connection->execute("PRAGMA cache_size = -512; PRAGMA temp_store = MEMORY"));
  return connection;
}

}  // namespace

ReaderPool::ReaderPool(std::filesystem::path file, unsigned most,
                       std::chrono::milliseconds busy_timeout)
    : file_(std::move(file)), most_(std::max(most, 1u)), busy_timeout_(busy_timeout) {
  idle_.reserve(most_);
}

ReaderPool::Loan::~Loan() {
  if (connection_) pool_->give_back(std::move(connection_));
}

Result<ReaderPool::Loan> ReaderPool::borrow() {
  {
    std::unique_lock lock{mutex_};
    returned_.wait(lock, [this] { return !idle_.empty() || open_ < most_; });
    if (!idle_.empty()) {
      Loan loan{*this, std::move(idle_.back())};
      idle_.pop_back();
      return loan;
    }
    ++open_;
  }
  auto connection = open_reader(file_, busy_timeout_);
  if (connection) return Loan{*this, *std::move(connection)};
  {
    const std::lock_guard lock{mutex_};
    --open_;
  }
  returned_.notify_one();
  return std::move(connection).error();
}

void ReaderPool::give_back(std::unique_ptr<Connection> connection) noexcept {
  {
    const std::lock_guard lock{mutex_};
    idle_.push_back(std::move(connection));  // the room is reserved
  }
  returned_.notify_one();
}

struct SqliteReader::Held {
  ReaderPool::Loan loan;
  Transaction transaction;
};

SqliteReader::SqliteReader(ReaderPool& pool) : pool_(pool) {}

SqliteReader::SqliteReader(ReaderPool& pool, std::unique_ptr<Held> held) noexcept
    : pool_(pool), held_(std::move(held)) {}

SqliteReader::~SqliteReader() = default;

Result<std::unique_ptr<SqliteReader>> SqliteReader::hold() {
  OPUS_UWS_TRY(ReaderPool::Loan loan, pool_.borrow());
  OPUS_UWS_TRY(Transaction transaction, Transaction::begin(*loan, Transaction::Kind::read));
  auto held = std::make_unique<Held>(Held{std::move(loan), std::move(transaction)});
  return std::unique_ptr<SqliteReader>{new SqliteReader(pool_, std::move(held))};
}

Result<std::unique_ptr<Reader>> SqliteReader::snapshot() {
  OPUS_UWS_TRY(std::unique_ptr<SqliteReader> reader, hold());
  return std::unique_ptr<Reader>{std::move(reader)};
}

/// Calls read(connection) inside one read transaction.
template <class Read> auto SqliteReader::in_snapshot(Read read) {
  using Answer = decltype(read(std::declval<Connection&>()));
  return [&]() -> Answer {
    if (held_) return read(*held_->loan);
    OPUS_UWS_TRY(const ReaderPool::Loan loan, pool_.borrow());
    OPUS_UWS_TRY(Transaction snapshot, Transaction::begin(*loan, Transaction::Kind::read));
    Answer answer = read(*loan);
    OPUS_UWS_CHECK(snapshot.commit());
    return answer;
  }();
}

Result<Job> SqliteReader::job(const JobId& id) {
  return in_snapshot([&](Connection& db) { return read_job(db, id, shown()); });
}

Result<std::vector<JobSummary>> SqliteReader::list(const JobFilter& filter) {
  return in_snapshot([&](Connection& db) { return list_jobs(db, filter); });
}

Result<std::vector<Job>> SqliteReader::unfinished_jobs() {
  return in_snapshot([&](Connection& db) { return read_unfinished_jobs(db); });
}

Result<std::vector<DueJob>> SqliteReader::due_destructions(TimePoint until, std::size_t limit) {
  return in_snapshot([&](Connection& db) -> Result<std::vector<DueJob>> {
    OPUS_UWS_TRY(Query query, db.query(k_due));
    query.bind_all(until, std::min<std::size_t>(limit, std::numeric_limits<std::int64_t>::max()));
    std::vector<DueJob> due;
    for (;;) {
      OPUS_UWS_TRY(const bool more, query.step());
      if (!more) return due;
      DueJob& job = due.emplace_back();
      query.read(0, job.id);
      query.read(1, job.at);
    }
  });
}

Result<std::optional<TimePoint>> SqliteReader::next_destruction(TimePoint after) {
  return in_snapshot([&](Connection& db) -> Result<std::optional<TimePoint>> {
    OPUS_UWS_TRY(Query query, db.query(k_next_due));
    OPUS_UWS_TRY(const bool found, query.bind_all(after).step());
    if (!found) return std::optional<TimePoint>{};
    return std::optional{query.get<TimePoint>(0)};
  });
}

Result<std::vector<PastRun>> SqliteReader::past_runs(std::string_view description,
                                                     std::size_t limit) {
  return in_snapshot([&](Connection& db) -> Result<std::vector<PastRun>> {
    OPUS_UWS_TRY(Query query, db.query(k_past_runs));
    query.bind_all(description,
                   std::min<std::size_t>(limit, std::numeric_limits<std::int64_t>::max()));
    std::vector<PastRun> runs;
    for (;;) {
      OPUS_UWS_TRY(const bool more, query.step());
      if (!more) return runs;
      const auto started = query.get<std::optional<TimePoint>>(1);
      const auto ended = query.get<std::optional<TimePoint>>(2);
      if (started && ended) runs.push_back({query.get<JobId>(0), *started, *ended});
    }
  });
}

Result<std::vector<JobId>> SqliteReader::jobs_that_answer(std::string_view request_hash,
                                                          const std::optional<std::string>& owner,
                                                          std::size_t limit) {
  return in_snapshot([&](Connection& db) -> Result<std::vector<JobId>> {
    OPUS_UWS_TRY(Query query, db.query(k_answers));
    query.bind_all(request_hash, owner,
                   std::min<std::size_t>(limit, std::numeric_limits<std::int64_t>::max()));
    return ids_of(query);
  });
}

Result<std::vector<JobId>> SqliteReader::reusers_of(const JobId& id) {
  return in_snapshot([&](Connection& db) -> Result<std::vector<JobId>> {
    if (id.empty()) {
      OPUS_UWS_TRY(Query any, db.query(k_any_reuser));
      return ids_of(any);
    }
    OPUS_UWS_TRY(Query query,
                 db.query(shown() == Destroyed::hidden ? k_reusers : k_reusers_retired_too));
    query.bind_all(id);
    return ids_of(query);
  });
}

Result<std::vector<JobCount>> SqliteReader::job_counts() {
  return in_snapshot([](Connection& db) { return count_jobs(db); });
}

Result<std::optional<TimePoint>> SqliteReader::oldest_queued() {
  return in_snapshot([](Connection& db) { return read_oldest_queued(db); });
}

Result<std::vector<EventRow>> SqliteReader::events(const JobId& id) {
  return in_snapshot([&](Connection& db) -> Result<std::vector<EventRow>> {
    OPUS_UWS_TRY(const std::int64_t key, key_of(db, id, shown()));
    OPUS_UWS_TRY(Query query, db.query("SELECT at, kind, from_phase, to_phase, detail FROM event"
                                       " WHERE job = ?1 ORDER BY ordinal"));
    query.bind_all(key);
    std::vector<EventRow> events;
    for (;;) {
      OPUS_UWS_TRY(const bool more, query.step());
      if (!more) return events;
      EventRow& event = events.emplace_back();
      query.read(0, event.at);
      query.read(1, event.kind);
      query.read(2, event.from);
      query.read(3, event.to);
      query.read(4, event.detail);
    }
  });
}

Result<SavedDescription> SqliteReader::description(std::string_view hash) {
  return in_snapshot([&](Connection& db) -> Result<SavedDescription> {
    OPUS_UWS_TRY(Query query,
                 db.query("SELECT hash, name, version, json FROM description WHERE hash = ?1"));
    OPUS_UWS_TRY(const bool found, query.bind_all(hash).step());
    if (!found)
      return Error{Errc::not_found,
                   "there is no saved description with hash '" + printable(hash) + "'"};
    SavedDescription description;
    query.read(0, description.hash);
    query.read(1, description.name);
    query.read(2, description.version);
    query.read(3, description.json);
    return description;
  });
}

Result<Entity> SqliteReader::entity(const EntityId& id) {
  return in_snapshot([&](Connection& db) { return read_entity(db, id); });
}

Result<std::vector<JobId>> SqliteReader::users_of(const EntityId& id) {
  return in_snapshot([&](Connection& db) { return read_users_of(db, id, shown()); });
}

Result<Reached> SqliteReader::reach(const Reach& reach) {
  return in_snapshot([&](Connection& db) { return read_reach(db, reach, shown()); });
}

Result<std::vector<DescriptionVersion>> SqliteReader::versions_of(std::string_view name) {
  return in_snapshot([&](Connection& db) { return read_versions_of(db, name); });
}

Result<std::vector<DescriptionVersion>> SqliteReader::all_versions() {
  return in_snapshot([](Connection& db) { return read_all_versions(db); });
}

Result<std::vector<DescriptionVersion>> SqliteReader::versions_with(std::string_view hash) {
  return in_snapshot([&](Connection& db) { return read_versions_with(db, hash); });
}

Result<std::vector<Entity>> SqliteReader::uploads_with(std::string_view sha256) {
  return in_snapshot([&](Connection& db) -> Result<std::vector<Entity>> {
    OPUS_UWS_TRY(const std::vector<EntityId> ids, read_uploads_with(db, sha256));
    std::vector<Entity> entities;
    for (const EntityId& id : ids) {
      OPUS_UWS_TRY(Entity entity, read_entity(db, id));
      entities.push_back(std::move(entity));
    }
    return entities;
  });
}

Result<std::vector<EntityId>> SqliteReader::expired_uploads(TimePoint until, std::size_t limit) {
  return in_snapshot([&](Connection& db) { return read_expired_uploads(db, until, limit); });
}

Result<std::optional<TimePoint>> SqliteReader::next_expiry() {
  return in_snapshot([](Connection& db) { return read_next_expiry(db); });
}

Result<std::string> SqliteReader::record_of(const JobId& id) {
  return in_snapshot([&](Connection& db) { return read_record(db, id, shown()); });
}

Result<std::vector<JobId>> SqliteReader::retired_jobs_of(std::string_view owner,
                                                         std::size_t limit) {
  return in_snapshot([&](Connection& db) { return read_retired_jobs_of(db, owner, limit); });
}

Result<std::vector<JobId>> SqliteReader::ended_jobs_after(std::int64_t& key, std::size_t limit) {
  return in_snapshot([&](Connection& db) { return read_ended_jobs_after(db, key, limit); });
}

Result<std::vector<ArchivedEntity>> SqliteReader::entities_after(std::int64_t& key,
                                                                 std::size_t limit) {
  return in_snapshot([&](Connection& db) { return read_entities_after(db, key, limit); });
}

Result<std::vector<ShareRow>> SqliteReader::shares_of(const JobId& job) {
  return in_snapshot([&](Connection& db) { return read_shares(db, job); });
}

Result<ShareRow> SqliteReader::share(std::string_view id) {
  return in_snapshot([&](Connection& db) { return read_share(db, id); });
}

Result<std::uint64_t> SqliteReader::waiting_jobs(const std::optional<std::string>& owner,
                                                 std::string_view description) {
  return in_snapshot(
      [&](Connection& db) { return count_jobs_of(db, UsageOf::waiting, owner, description); });
}

Result<std::uint64_t> SqliteReader::executing_jobs(const std::optional<std::string>& owner,
                                                   std::string_view description) {
  return in_snapshot(
      [&](Connection& db) { return count_jobs_of(db, UsageOf::executing, owner, description); });
}

Result<std::uint64_t> SqliteReader::disk_bytes(const std::optional<std::string>& owner) {
  return in_snapshot([&](Connection& db) { return read_disk_bytes(db, owner); });
}

Result<std::vector<std::string>> SqliteReader::garbage() {
  return in_snapshot([](Connection& db) { return read_garbage(db); });
}

}}}}  // namespace opus::uws0::store::sqlite
