#include "libopus/store/sqlite/db.hpp"

#include <opus/testing.hpp>

#include <sqlite3.h>

#include <system_error>

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

Errc errc_of(int extended) noexcept {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY: return Errc::conflict;
    default: break;
  }
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_PERM:
    case SQLITE_AUTH: return Errc::unavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Errc::corrupt;
    case SQLITE_TOOBIG: return Errc::too_large;
    default: return Errc::internal;
  }
}

/// Where the reason lies in the system rather than in SQLite.
bool has_system_reason(int extended) noexcept {
  const int code = extended & 0xff;
  return code == SQLITE_IOERR || code == SQLITE_CANTOPEN || code == SQLITE_FULL;
}

}  // namespace

// --- Query

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::note(int rc) noexcept {
  if (rc_ == SQLITE_OK) rc_ = rc;
}

void Query::bind(int index, std::int64_t value) {
  note(sqlite3_bind_int64(statement_, index, value));
}

void Query::bind(int index, double value) { note(sqlite3_bind_double(statement_, index, value)); }

void Query::bind(int index, std::string_view text) {
  // A null pointer would bind NULL.
  note(sqlite3_bind_text64(statement_, index, text.data() ? text.data() : "", text.size(),
                           SQLITE_STATIC, SQLITE_UTF8));
}

void Query::bind_copy(int index, std::string_view text) {
  note(sqlite3_bind_text64(statement_, index, text.data() ? text.data() : "", text.size(),
                           SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Query::bind_null(int index) { note(sqlite3_bind_null(statement_, index)); }

Result<bool> Query::step() {
  if (rc_ != SQLITE_OK) return connection_->error(rc_);
  if (!started_) {
    started_ = true;
    if (!sqlite3_stmt_readonly(statement_) && connection_->should_fail())
      return connection_->injected_error();
  }
  const int rc = sqlite3_step(statement_);
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  return connection_->error(rc);
}

Result<void> Query::run() {
  for (;;) {
    OPUS_UWS_TRY(const bool row, step());
    if (!row) return {};
  }
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void Query::read(int column, std::int64_t& out) const {
  out = sqlite3_column_int64(statement_, column);
}

void Query::read(int column, double& out) const { out = sqlite3_column_double(statement_, column); }

void Query::read(int column, std::string& out) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  out.assign(text ? std::string_view{text, size} : std::string_view{});
}

void Query::read(int column, Phase& out) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  out = parse_phase(text ? text : "").value_or(Phase::unknown);
}

// --- Connection

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& file,
                                                     Access access,
                                                     std::chrono::milliseconds busy_timeout,
                                                     std::shared_ptr<testing::Faults> faults) {
  // NOMUTEX: one thread at a time, as the class says.
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE |
                    (access == Access::read_only ? SQLITE_OPEN_READONLY
                                                 : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  sqlite3* db = nullptr;
  const int rc = sqlite3_open_v2(file.c_str(), &db, flags, nullptr);
  if (db == nullptr) return Error{Errc::unavailable, "no memory for a database connection"};
  std::unique_ptr<Connection> connection{new Connection{file, db, std::move(faults)}};
  if (rc != SQLITE_OK) return connection->error(rc);
  sqlite3_busy_timeout(db, static_cast<int>(busy_timeout.count()));
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // Also switches SQLite's own checkpoints off: they would run inside a commit.
  sqlite3_wal_hook(
      db,
      [](void* pages, sqlite3*, const char*, int count) {
        *static_cast<int*>(pages) = count;
        return SQLITE_OK;
      },
      &connection->wal_pages_);
  return connection;
}

Connection::Connection(std::filesystem::path path, sqlite3* db,
                       std::shared_ptr<testing::Faults> faults)
    : path_(std::move(path)), db_(db), faults_(std::move(faults)) {}

Connection::~Connection() {
  for (auto& [text, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

Result<Query> Connection::query(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end())
    return Query{*this, found->second};
  sqlite3_stmt* statement = nullptr;
  const int rc = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                    SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (rc != SQLITE_OK) return error(rc);
  statements_.emplace(sql, statement);
  return Query{*this, statement};
}

Result<void> Connection::execute(const std::string& sql) {
  const int rc = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  if (rc != SQLITE_OK) return error(rc);
  return {};
}

std::int64_t Connection::last_insert_key() const noexcept { return sqlite3_last_insert_rowid(db_); }

std::int64_t Connection::changes() const noexcept { return sqlite3_changes64(db_); }

std::int64_t Connection::total_changes() const noexcept { return sqlite3_total_changes64(db_); }

bool Connection::in_transaction() const noexcept { return sqlite3_get_autocommit(db_) == 0; }

bool Connection::is_read_only() const noexcept { return sqlite3_db_readonly(db_, "main") == 1; }

Result<void> Connection::checkpoint() {
  int left = 0;
  int copied = 0;
  const int rc = sqlite3_wal_checkpoint_v2(db_, "main", SQLITE_CHECKPOINT_PASSIVE, &left, &copied);
  if (rc != SQLITE_OK) return error(rc);
  wal_pages_ = left - copied;
  return {};
}

void Connection::checkpoint_on_close(bool on) noexcept {
  sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on ? 0 : 1, nullptr);
}

Error Connection::error(int rc) const {
  std::string message = "database '" + path_.string() + "': ";
  // errmsg belongs to the last call of this connection; a failed bind may have been an earlier one.
  const bool last = sqlite3_extended_errcode(db_) == rc;
  message += last ? sqlite3_errmsg(db_) : sqlite3_errstr(rc);
  if (const int number = sqlite3_system_errno(db_); number != 0 && has_system_reason(rc)) {
    message += ": " + std::generic_category().message(number);
  }
  return {errc_of(rc), std::move(message)};
}

bool Connection::should_fail() noexcept { return faults_ && faults_->should_fail(); }

Error Connection::injected_error() const {
  return {errc_of(SQLITE_IOERR_WRITE),
          "database '" + path_.string() + "': " + sqlite3_errstr(SQLITE_IOERR_WRITE)};
}

// --- Transaction

Result<Transaction> Transaction::begin(Connection& connection, Kind kind) {
  OPUS_UWS_TRY(Query query, connection.query(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN"));
  OPUS_UWS_CHECK(query.run());
  return Transaction{connection, kind};
}

Transaction::~Transaction() {
  // SQLite has rolled back by itself after some errors.
  if (connection_ == nullptr || !connection_->in_transaction()) return;
  if (auto query = connection_->query("ROLLBACK")) (void)query->run();
}

Result<void> Transaction::commit() {
  if (kind_ == Kind::write && connection_->should_fail()) return connection_->injected_error();
  OPUS_UWS_TRY(Query query, connection_->query("COMMIT"));
  OPUS_UWS_CHECK(query.run());
  connection_ = nullptr;
  return {};
}

// --- Savepoint

Result<Savepoint> Savepoint::begin(Connection& connection) {
  OPUS_UWS_TRY(Query query, connection.query("SAVEPOINT change"));
  OPUS_UWS_CHECK(query.run());
  return Savepoint{connection};
}

Savepoint::~Savepoint() {
  if (connection_ == nullptr || !connection_->in_transaction()) return;
  if (auto query = connection_->query("ROLLBACK TO change")) (void)query->run();
  if (auto query = connection_->query("RELEASE change")) (void)query->run();
}

Result<void> Savepoint::release() {
  OPUS_UWS_TRY(Query query, connection_->query("RELEASE change"));
  OPUS_UWS_CHECK(query.run());
  connection_ = nullptr;
  return {};
}

}}}}  // namespace opus::uws0::store::sqlite
