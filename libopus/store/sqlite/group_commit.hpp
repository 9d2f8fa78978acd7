#pragma once
// The one thread that writes. Changes that come while it commits wait for the next commit and share
// it: the cost of making them durable is paid once, and nobody waits for company.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <opus/log.hpp>
#include <opus/statistics.hpp>

#include "libopus/store/sqlite/db.hpp"
#include "libopus/store/sqlite/writer.hpp"
#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

class GroupCommit {
 public:
  GroupCommit(std::unique_ptr<Connection> connection, std::size_t max_batch, LogSink log);
  ~GroupCommit();

  void write(Store::Change change, Store::Committed committed);
  /// Refuses what comes from now on and waits until the rest is committed and reported, but for the
  /// writer's own thread, which does not wait.
  void close() noexcept;

  CommitStatistics statistics() const;

 private:
  struct Pending {
    Store::Change change;
    Store::Committed committed;
    Result<void> outcome{};
  };

  void run();
  bool take(std::vector<Pending>& batch);
  void commit(std::vector<Pending>& batch);
  Result<void> apply_all(std::vector<Pending>& batch);
  void count(std::size_t changes, bool failed, std::chrono::steady_clock::duration time);
  void report(std::vector<Pending>& batch);
  void checkpoint();
  void log(LogLevel level, const Error& error, std::string what) const;

  const std::unique_ptr<Connection> connection_;
  SqliteWriter writer_;
  const std::size_t max_batch_;
  const LogSink log_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;     ///< something is queued, or closing
  std::condition_variable drained_;  ///< the thread has done its last
  std::deque<Pending> queue_;
  CommitStatistics statistics_{};
  bool closing_ = false;
  bool done_ = false;
  std::thread thread_;  ///< last: it uses everything above
};

}}}}  // namespace opus::uws0::store::sqlite
