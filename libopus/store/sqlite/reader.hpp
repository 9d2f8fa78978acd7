#pragma once
// Reads, each on a connection of its own and in one snapshot: no reader waits for the writer.

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "libopus/store/sqlite/db.hpp"
#include "libopus/store/sqlite/rows.hpp"
#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

/// Read-only connections, opened when first needed and lent to one thread at a time. Threads: any.
class ReaderPool {
 public:
  ReaderPool(std::filesystem::path file, unsigned most, std::chrono::milliseconds busy_timeout);

  /// Returns its connection to the pool when it goes out of scope.
  class Loan {
   public:
    Loan(ReaderPool& pool, std::unique_ptr<Connection> connection) noexcept
        : pool_(&pool), connection_(std::move(connection)) {}
    Loan(Loan&&) noexcept = default;
    Loan& operator=(Loan&&) = delete;
    ~Loan();
    Connection& operator*() const noexcept { return *connection_; }

   private:
    ReaderPool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  /// Waits while all connections are lent: reads are short.
  Result<Loan> borrow();

 private:
  void give_back(std::unique_ptr<Connection> connection) noexcept;

  const std::filesystem::path file_;
  const unsigned most_;
  const std::chrono::milliseconds busy_timeout_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> idle_;
  unsigned open_ = 0;  ///< idle or lent
};

class SqliteReader final : public Reader,
                           public DefinitionReader,
                           public ContentReader,
                           public ShareReader,
                           public UsageReader,
                           public ArchiveReader {
 public:
  explicit SqliteReader(ReaderPool& pool);
  ~SqliteReader() override;

  Result<Job> job(const JobId& id) override;
  Result<std::vector<JobSummary>> list(const JobFilter& filter) override;
  Result<std::vector<Job>> unfinished_jobs() override;
  Result<std::vector<DueJob>> due_destructions(TimePoint until, std::size_t limit) override;
  Result<std::optional<TimePoint>> next_destruction(TimePoint after) override;
  Result<std::vector<PastRun>> past_runs(std::string_view description, std::size_t limit) override;
  Result<std::vector<JobId>> jobs_that_answer(std::string_view request_hash,
                                              const std::optional<std::string>& owner,
                                              std::size_t limit) override;
  Result<std::vector<JobId>> reusers_of(const JobId& id) override;
  Result<std::vector<EventRow>> events(const JobId& id) override;
  Result<std::vector<JobCount>> job_counts() override;
  Result<std::optional<TimePoint>> oldest_queued() override;
  Result<SavedDescription> description(std::string_view hash) override;
  Result<Entity> entity(const EntityId& id) override;
  Result<std::vector<JobId>> users_of(const EntityId& id) override;
  Result<Reached> reach(const Reach& reach) override;
  Result<std::string> record_of(const JobId& id) override;
  Result<std::vector<JobId>> retired_jobs_of(std::string_view owner, std::size_t limit) override;
  Result<std::unique_ptr<Reader>> snapshot() override;
  Result<std::unique_ptr<SqliteReader>> hold();

  Result<std::vector<JobId>> ended_jobs_after(std::int64_t& key, std::size_t limit) override;
  Result<std::vector<ArchivedEntity>> entities_after(std::int64_t& key, std::size_t limit) override;

  Result<std::vector<DescriptionVersion>> versions_of(std::string_view name) override;
  Result<std::vector<DescriptionVersion>> all_versions() override;
  Result<std::vector<DescriptionVersion>> versions_with(std::string_view hash) override;

  Result<std::vector<Entity>> uploads_with(std::string_view sha256) override;
  Result<std::vector<EntityId>> expired_uploads(TimePoint until, std::size_t limit) override;
  Result<std::optional<TimePoint>> next_expiry() override;
  Result<std::vector<std::string>> garbage() override;

  Result<std::vector<ShareRow>> shares_of(const JobId& job) override;
  Result<ShareRow> share(std::string_view id) override;

  Result<std::uint64_t> waiting_jobs(const std::optional<std::string>& owner,
                                     std::string_view description) override;
  Result<std::uint64_t> executing_jobs(const std::optional<std::string>& owner,
                                       std::string_view description) override;
  Result<std::uint64_t> disk_bytes(const std::optional<std::string>& owner) override;

 private:
  struct Held;
  SqliteReader(ReaderPool& pool, std::unique_ptr<Held> held) noexcept;
  template <class Read> auto in_snapshot(Read read);
  Destroyed shown() const { return held_ ? Destroyed::retired_too : Destroyed::hidden; }

  ReaderPool& pool_;
  std::unique_ptr<Held> held_{};  ///< of a snapshot: all reads are in this transaction
};

}}}}  // namespace opus::uws0::store::sqlite
