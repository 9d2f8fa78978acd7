#pragma once
// What the engine needs of a persistent store. One implementation: sqlite/. Reads run on the
// caller's thread and see committed state only; writes are queued to one writer, which joins
// those that wait into one transaction (group commit) and reports back after it is on disk.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/entity.hpp>
#include <opus/error.hpp>
#include <opus/history.hpp>
#include <opus/job.hpp>
#include <opus/service.hpp>
#include <opus/statistics.hpp>

#include "libopus/store/archive.hpp"
#include "libopus/store/contents.hpp"
#include "libopus/store/definitions.hpp"
#include "libopus/store/shares.hpp"
#include "libopus/store/usage.hpp"

namespace opus { inline namespace uws0 { namespace store {

using EventRow = HistoryEntry;

/// An exact version of a description that jobs refer to; kept, whether or not one still does.
struct SavedDescription {
  std::string hash{};  ///< SHA-256 of `json`
  std::string name{};
  std::string version{};
  std::string json{};
};

/// When a job that COMPLETED ran.
struct PastRun {
  JobId id{};
  TimePoint started{};
  TimePoint ended{};
};

/// An instant at which the engine must do something about a job.
struct DueJob {
  JobId id{};
  TimePoint at{};
};

/// From some jobs on to those that generated what they used, or to those that used what they
/// generated.
struct Reach {
  std::vector<JobId> from{};
  bool upstream = true;
  std::size_t limit = 1;                            ///< jobs looked at; the nearest come first
  std::function<bool(const JobId& id)> is_known{};  ///< those are passed, but not read
};

struct Reached {
  std::vector<Job> jobs{};       ///< whole, as Reader::job
  std::vector<Entity> inputs{};  ///< upstream: what they used and none of them generated
};

/// Reads. Threads: any, no external locking. Errors: not_found, corrupt, unavailable.
class Reader {
 public:
  virtual ~Reader() = default;

  /// The whole job: parameters, inputs and results with their entities, in creation order.
  /// not_found also for a job that is `destroyed`; so in list, due_destructions, users_of.
  virtual Result<Job> job(const JobId& id) = 0;
  virtual Result<std::vector<JobSummary>> list(const JobFilter& filter) = 0;
  /// Every job that is_live(phase), `stopping` or `destroyed` (whole, as Writer::job), oldest
  /// `queued` first: what restart must go on with.
  virtual Result<std::vector<Job>> unfinished_jobs() = 0;
  /// Jobs that are not ARCHIVED with destruction <= `until`, earliest first, at most `limit`.
  virtual Result<std::vector<DueJob>> due_destructions(TimePoint until, std::size_t limit) = 0;
  /// The earliest destruction after `after` of a job that is not ARCHIVED.
  virtual Result<std::optional<TimePoint>> next_destruction(TimePoint after) = 0;
  /// Of the newest `limit` jobs of this description that are COMPLETED, those that ran.
  virtual Result<std::vector<PastRun>> past_runs(std::string_view description,
                                                 std::size_t limit) = 0;
  /// COMPLETED jobs of this owner or of nobody with this Job::request_hash, not empty; oldest
  /// first, at most `limit`.
  virtual Result<std::vector<JobId>> jobs_that_answer(std::string_view request_hash,
                                                      const std::optional<std::string>& owner,
                                                      std::size_t limit) = 0;
  /// Jobs with this Job::reuse_of, oldest first; of an empty id, any one of all that have one.
  virtual Result<std::vector<JobId>> reusers_of(const JobId& id) = 0;
  virtual Result<std::vector<EventRow>> events(const JobId& id) = 0;
  /// Numbers of jobs by description and phase.
  virtual Result<std::vector<JobCount>> job_counts() = 0;
  /// When the QUEUED job that has waited longest was queued.
  virtual Result<std::optional<TimePoint>> oldest_queued() = 0;

  virtual Result<SavedDescription> description(std::string_view hash) = 0;

  virtual Result<Entity> entity(const EntityId& id) = 0;
  /// Jobs with this entity among their inputs, oldest first: downstream provenance.
  virtual Result<std::vector<JobId>> users_of(const EntityId& id) = 0;

  /// Many jobs of a lineage at the price of a few: these jobs, as far as they exist, and those
  /// behind them.
  virtual Result<Reached> reach(const Reach& reach) = 0;

  /// What the code of a job with Job::has_record told of its run: PROV-JSON. not_found.
  virtual Result<std::string> record_of(const JobId& id) = 0;

  /// The newest `limit` jobs of this owner that were retired.
  virtual Result<std::vector<JobId>> retired_jobs_of(std::string_view owner, std::size_t limit) = 0;

  /// What provenance is read from: all reads see the state at the first one, and jobs that are
  /// `destroyed` or were retired, too. One thread at a time; holds a connection, and keeps the log
  /// from being written anew: let it go soon.
  virtual Result<std::unique_ptr<Reader>> snapshot() = 0;
};

/// Inside one write transaction, on the writer's thread. Sees its own changes. An error returned by
/// the enclosing change undoes that change alone, not the others of the same commit.
class Writer : public DefinitionWriter,
               public ContentWriter,
               public ArchiveWriter,
               public ShareWriter,
               public UsageReader {
 public:
  virtual Result<Job> job(const JobId& id) = 0;  ///< destroyed ones too
  virtual Result<Entity> entity(const EntityId& id) = 0;
  virtual Result<std::vector<JobId>> users_of(const EntityId& id) = 0;
  /// HELD jobs with an input that waits for a result of this job (job::awaited), oldest first.
  virtual Result<std::vector<JobId>> waiting_for(const JobId& id) = 0;

  /// The job with all its parts and its events, which must end in its phase. conflict: id taken;
  /// not_found: an input's entity; internal: its description was not saved before.
  virtual Result<void> insert_job(const Job& job, const std::vector<EventRow>& events) = 0;

  /// Compare-and-set: writes what differs between `before` and `after` if the stored row still has
  /// before.phase and before.version, with the event row and version + 1; else conflict and no
  /// change. Parameters, inputs and results are replaced where they differ; entities of new results
  /// are inserted, those of results that are gone are treated as by delete_job. Returns the job as
  /// stored (after, with the new version). not_found: the job, or an input's entity; internal: a
  /// move of phase that the table does not have or no event tells, or another fixed value.
  virtual Result<Job> update_job(const Job& before, Job after,
                                 const std::vector<EventRow>& events) = 0;

  /// What the code of the job told of its run, in place of what it told before. The caller sets
  /// Job::has_record in the same change. not_found.
  virtual Result<void> keep_record(const JobId& id, std::string_view json) = 0;

  /// The job is no more, but for Reader::snapshot(). Its results lose their `location` and are
  /// `invalidated`, but for those that other jobs use. not_found.
  virtual Result<void> retire_job(const JobId& id, TimePoint at) = 0;
  /// Removes at most `limit` jobs that were retired until then, as delete_job does, and what only
  /// they used of which the content is gone. Returns how many.
  virtual Result<std::size_t> forget_retired(TimePoint until, std::size_t limit) = 0;

  /// Removes the job with parameters, inputs, events. Its result entities go too, but for those
  /// that other jobs use: these stay, with `generated_by` emptied. not_found.
  virtual Result<void> delete_job(const JobId& id) = 0;

  /// Idempotent by hash.
  virtual Result<void> save_description(const SavedDescription& description) = 0;

  virtual Result<void> insert_entity(const Entity& entity) = 0;
  /// Replaces all but the id (e.g. content deleted: `invalidated` set, `location` emptied).
  virtual Result<void> update_entity(const Entity& entity) = 0;
  /// conflict: it is an input or a result of a job, be it a retired one.
  virtual Result<void> delete_entity(const EntityId& id) = 0;
};

class Store {
 public:
  /// Runs on the writer's thread, inside the transaction.
  using Change = std::function<Result<void>(Writer&)>;
  /// Runs on the writer's thread after the commit (or its failure), in the order of the changes of
  /// one commit; must not block. The Result is the change's own error, or the commit's.
  using Committed = std::function<void(Result<void>)>;

  virtual ~Store() = default;
  virtual Reader& reader() noexcept = 0;
  virtual DefinitionReader& definitions() noexcept = 0;
  virtual ContentReader& contents() noexcept = 0;
  virtual ShareReader& shares() noexcept = 0;
  virtual UsageReader& usage() noexcept = 0;
  /// Holds a connection, as Reader::snapshot.
  virtual Result<std::unique_ptr<ArchiveReader>> archive() = 0;

  /// Queues a change. Threads: any, also from within Committed. Changes are applied in the order of
  /// the calls. After close(): unavailable, reported on the caller's thread.
  virtual void write(Change change, Committed committed) = 0;

  /// Queues and waits. Not from the writer's thread.
  Result<void> write(Change change);

  /// Threads: any.
  virtual CommitStatistics commit_statistics() const = 0;

  /// Commits what is queued, then refuses further writes. Idempotent.
  virtual void close() noexcept = 0;
};

}}}  // namespace opus::uws0::store
