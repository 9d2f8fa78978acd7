#pragma once
// SQLite as three small classes: a connection with its prepared statements, one use of a statement,
// a transaction. sqlite3.h stays in db.cpp.

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <opus/error.hpp>
#include <opus/id.hpp>
#include <opus/phase.hpp>
#include <opus/time.hpp>

struct sqlite3;
struct sqlite3_stmt;

namespace opus { inline namespace uws0 { namespace testing {
class Faults;
}}}  // namespace opus::uws0::testing

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

class Connection;

/// One use of a cached statement: bind, step, read. Ready for the next use when it goes out of
/// scope. Texts are bound by reference and must outlive it; columns are read before the next step.
class Query {
 public:
  Query(Query&& other) noexcept
      : connection_(other.connection_),
        statement_(std::exchange(other.statement_, nullptr)),
        rc_(other.rc_),
        started_(other.started_) {}
  Query& operator=(Query&&) = delete;
  ~Query();

  // Parameters, counted from 1. What goes wrong here is reported by step().
  void bind(int index, std::int64_t value);
  void bind(int index, double value);
  void bind(int index, std::string_view text);
  void bind(int index, std::string&& text) = delete;  ///< it dies before step()
  void bind_copy(int index, std::string_view text);   ///< for a text that dies before the Query
  void bind_null(int index);
  template <std::integral T> void bind(int index, T value) {
    bind(index, static_cast<std::int64_t>(value));
  }
  void bind(int index, Phase phase) { bind(index, to_string(phase)); }
  void bind(int index, TimePoint at) { bind(index, at.time_since_epoch()); }
  template <class Rep, class Period> void bind(int index, std::chrono::duration<Rep, Period> time) {
    bind(index, static_cast<std::int64_t>(time.count()));
  }
  template <class Tag> void bind(int index, const Id<Tag>& id) { bind(index, id.value); }
  template <class T> void bind(int index, const std::optional<T>& value) {
    value ? bind(index, *value) : bind_null(index);
  }
  template <class... Values> Query& bind_all(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    return *this;
  }

  /// True: a row can be read. False: the end.
  Result<bool> step();
  /// Steps to the end.
  Result<void> run();

  // Columns, counted from 0. Phases that are no UWS word are read as UNKNOWN; the schema keeps them
  // out.
  bool is_null(int column) const;
  void read(int column, std::int64_t& out) const;
  void read(int column, double& out) const;
  void read(int column, std::string& out) const;
  void read(int column, Phase& out) const;
  template <std::integral T> void read(int column, T& out) const {
    out = static_cast<T>(get<std::int64_t>(column));
  }
  void read(int column, TimePoint& out) const {
    out = TimePoint{std::chrono::milliseconds{get<std::int64_t>(column)}};
  }
  template <class Rep, class Period>
  void read(int column, std::chrono::duration<Rep, Period>& out) const {
    out = std::chrono::duration<Rep, Period>{static_cast<Rep>(get<std::int64_t>(column))};
  }
  template <class Tag> void read(int column, Id<Tag>& out) const { read(column, out.value); }
  template <class T> void read(int column, std::optional<T>& out) const {
    out.reset();
    if (!is_null(column)) read(column, out.emplace());
  }
  template <class T> T get(int column) const {
    T out{};
    read(column, out);
    return out;
  }

 private:
  friend class Connection;
  Query(Connection& connection, sqlite3_stmt* statement) noexcept
      : connection_(&connection), statement_(statement) {}
  void note(int rc) noexcept;

  Connection* connection_;
  sqlite3_stmt* statement_;
  int rc_ = 0;  ///< first failed bind
  bool started_ = false;
};

/// An open database with its prepared statements. One thread at a time.
class Connection {
 public:
  enum class Access { read_only, read_write };

  /// Opens the file, with read_write creates it. Nothing is read or written yet. `faults`, if any,
  /// is asked before each statement that writes and each commit.
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& file, Access access,
                                                  std::chrono::milliseconds busy_timeout,
                                                  std::shared_ptr<testing::Faults> faults = {});
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// A use of the statement with this text, which is prepared once.
  Result<Query> query(std::string_view sql);
  /// Runs one or more statements that are needed once; rows are ignored.
  Result<void> execute(const std::string& sql);
  /// The first column of the first row; T{} if there is none.
  template <class T, class... Values>
  Result<T> value(std::string_view sql, const Values&... values) {
    OPUS_UWS_TRY(Query row, query(sql));
    OPUS_UWS_TRY(const bool found, row.bind_all(values...).step());
    return found ? row.get<T>(0) : T{};
  }

  std::int64_t last_insert_key() const noexcept;
  std::int64_t changes() const noexcept;        ///< rows changed by the last statement
  std::int64_t total_changes() const noexcept;  ///< and by all statements that succeeded
  bool in_transaction() const noexcept;
  bool is_read_only() const noexcept;

  /// Pages in the write-ahead log after the last commit of this connection.
  int wal_pages() const noexcept { return wal_pages_; }
  /// Copies what it can of the write-ahead log into the database without waiting for readers. A log
  /// that was copied whole is written again from its start.
  Result<void> checkpoint();
  /// May closing copy the log and delete it? On unless switched off.
  void checkpoint_on_close(bool on) noexcept;

  const std::filesystem::path& path() const noexcept { return path_; }
  /// The failure of the last call, with the path of the database.
  Error error(int rc) const;
  bool should_fail() noexcept;
  /// What an injected fault looks like: a failed write to the disk.
  Error injected_error() const;

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  Connection(std::filesystem::path path, sqlite3* db, std::shared_ptr<testing::Faults> faults);

  std::filesystem::path path_;
  sqlite3* db_;
  std::shared_ptr<testing::Faults> faults_;
  std::unordered_map<std::string, sqlite3_stmt*, TextHash, std::equal_to<>> statements_{};
  int wal_pages_ = 0;
};

/// Rolled back when it goes out of scope, unless committed.
class Transaction {
 public:
  enum class Kind {
    read,   ///< one snapshot for several statements
    write,  ///< takes the write lock at once
  };
  static Result<Transaction> begin(Connection& connection, Kind kind);
  Transaction(Transaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)), kind_(other.kind_) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  Result<void> commit();

 private:
  Transaction(Connection& connection, Kind kind) noexcept : connection_(&connection), kind_(kind) {}
  Connection* connection_;
  Kind kind_;
};

/// A part of a transaction that can be undone alone; undone when it goes out of scope, unless
/// released. One at a time.
class Savepoint {
 public:
  static Result<Savepoint> begin(Connection& connection);
  Savepoint(Savepoint&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Savepoint& operator=(Savepoint&&) = delete;
  ~Savepoint();

  Result<void> release();

 private:
  explicit Savepoint(Connection& connection) noexcept : connection_(&connection) {}
  Connection* connection_;
};

}}}}  // namespace opus::uws0::store::sqlite
