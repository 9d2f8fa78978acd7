#include "libopus/store/sqlite/group_commit.hpp"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

// The write-ahead log is copied into the database when it has this many pages (8 MiB), between two
// commits; or when nothing was written for a while, so that a quiet store has a short log.
constexpr int k_checkpoint_pages = 2048;
constexpr std::chrono::seconds k_quiet{1};

/// A thread on which none of the host's signals is handled.
template <class Body> std::thread thread_without_signals(Body body) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread{std::move(body)};
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

GroupCommit::GroupCommit(std::unique_ptr<Connection> connection, std::size_t max_batch, LogSink log)
    : connection_(std::move(connection)),
      writer_(*connection_),
      max_batch_(std::max<std::size_t>(max_batch, 1)),
      log_(std::move(log)),
      thread_(thread_without_signals([this] { run(); })) {}

GroupCommit::~GroupCommit() {
  close();
  thread_.join();
}

void GroupCommit::write(Store::Change change, Store::Committed committed) {
  {
    const std::lock_guard lock{mutex_};
    if (!closing_) {
      queue_.push_back({std::move(change), std::move(committed)});
      wake_.notify_one();
      return;
    }
  }
  committed(Error{Errc::unavailable, "the store is closed"});
}

void GroupCommit::close() noexcept {
  std::unique_lock lock{mutex_};
  closing_ = true;
  wake_.notify_one();
  if (std::this_thread::get_id() == thread_.get_id()) return;
  drained_.wait(lock, [this] { return done_; });
}

void GroupCommit::run() {
  std::vector<Pending> batch;
  while (take(batch)) {
    commit(batch);
    report(batch);
    if (connection_->wal_pages() >= k_checkpoint_pages) checkpoint();
  }
  checkpoint();
  const std::lock_guard lock{mutex_};
  done_ = true;
  drained_.notify_all();
}

/// The next changes in `batch`; false: closed and nothing left.
bool GroupCommit::take(std::vector<Pending>& batch) {
  batch.clear();
  std::unique_lock lock{mutex_};
  const auto needed = [this] { return !queue_.empty() || closing_; };
  if (connection_->wal_pages() > 0 && !wake_.wait_for(lock, k_quiet, needed)) {
    lock.unlock();
    checkpoint();
    lock.lock();
  }
  wake_.wait(lock, needed);
  const auto end =
      queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), max_batch_));
  batch.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  return !batch.empty();
}

void GroupCommit::commit(std::vector<Pending>& batch) {
  const auto began = std::chrono::steady_clock::now();
  const Result<void> fate = apply_all(batch);
  count(batch.size(), !fate, std::chrono::steady_clock::now() - began);
  if (fate) return;
  log(LogLevel::error, fate.error(),
      "a commit failed, and with it " + std::to_string(batch.size()) + " changes");
  for (Pending& pending : batch) pending.outcome = fate.error();
}

void GroupCommit::count(std::size_t changes, bool failed,
                        std::chrono::steady_clock::duration time) {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(time);
  const std::lock_guard lock{mutex_};
  ++statistics_.commits;
  statistics_.changes += changes;
  if (failed) ++statistics_.failures;
  statistics_.time += microseconds;
  statistics_.longest = std::max(statistics_.longest, microseconds);
}

CommitStatistics GroupCommit::statistics() const {
  const std::lock_guard lock{mutex_};
  return statistics_;
}

/// One transaction. An error here is that of all changes; the error of one is in its `outcome`.
Result<void> GroupCommit::apply_all(std::vector<Pending>& batch) {
  OPUS_UWS_TRY(Transaction transaction, Transaction::begin(*connection_, Transaction::Kind::write));
  for (Pending& pending : batch) {
    pending.outcome = writer_.apply(pending.change);
    // After some failures of the disk SQLite has undone everything.
    if (!connection_->in_transaction()) return pending.outcome;
  }
  return transaction.commit();
}

void GroupCommit::report(std::vector<Pending>& batch) {
  for (Pending& pending : batch) {
    try {
      pending.committed(std::move(pending.outcome));
    } catch (const std::exception& e) {
      log(LogLevel::error, {Errc::internal, e.what()}, "a callback after a commit threw");
    } catch (...) {
      log(LogLevel::error, {Errc::internal, "no exception of the standard library"},
          "a callback after a commit threw");
    }
  }
  batch.clear();  // what the changes hold is released now, not when the next one comes
}

void GroupCommit::checkpoint() {
  if (connection_->wal_pages() == 0) return;
  if (auto done = connection_->checkpoint(); !done)
    log(LogLevel::warning, done.error(), "the write-ahead log could not be copied");
}

void GroupCommit::log(LogLevel level, const Error& error, std::string what) const {
  if (log_) log_({level, "store: " + std::move(what), {{"error", error.message}}});
}

}}}}  // namespace opus::uws0::store::sqlite
