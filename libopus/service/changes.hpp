#pragma once
// Every change of a job goes through here: read, apply, write in one transaction, together with
// what it means to the jobs that wait for this one's results; after the commit the cache, the
// engine and everybody who waits are told, in commit order.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <opus/service.hpp>

#include "libopus/job/apply.hpp"
#include "libopus/service/chains.hpp"
#include "libopus/service/cleanup.hpp"
#include "libopus/service/job_cache.hpp"
#include "libopus/service/waiters.hpp"
#include "libopus/service/worker.hpp"
#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// Threads: any. Callbacks come from one thread, the notifier's.
class Changes {
 public:
  /// Works out the change, on the writer's thread inside the transaction. The job is as stored.
  using Mutate = std::function<Result<job::Applied>(store::Writer&, Job, TimePoint now)>;
  /// Hears of the jobs of each commit, on the writer's thread: must not block.
  using Observer = std::function<void(const std::vector<std::shared_ptr<const Job>>&)>;

  Changes(store::Store& store, JobCache& cache, Waiters& waiters, std::shared_ptr<Clock> clock,
          Observer observer);

  /// `prepare` may fail, and may run the PENDING job.
  using Prepare = std::function<Result<job::Applied>(store::Writer&, Job, TimePoint now)>;
  void create(Job job, store::SavedDescription description, std::vector<Entity> uploads,
              Prepare prepare, Done done);
  /// All or none.
  using DoneAll = std::function<void(Result<void>)>;
  void create(std::vector<Job> jobs, store::SavedDescription description,
              std::vector<Entity> uploads, Prepare prepare, DoneAll done);

  /// For owners: a destroyed job is not_found.
  void change(const JobId& id, Mutate mutate, Done done);

  /// For the engine: applies the events in order, as one change. No job is no error.
  void record(const JobId& id, std::vector<job::Event> events, Done done);

  /// Retires a destroyed job whose files are gone or will be; one that was never run is forgotten.
  /// The content of what only it used goes with it: of uploads, and of what is left of ARCHIVED
  /// jobs. `done` gets the paths that can be deleted now;
  /// they are kept as garbage until that is done.
  using Garbage = std::vector<std::string>;
  void remove(const Job& job, Released released, std::function<void(Result<Garbage>)> done);

  /// Lets what is queued be told, then stops telling.
  void stop();

 private:
  struct Outcome;
  void write(const JobId& id, Mutate mutate, bool for_owner, Done done);
  void insert(std::shared_ptr<Outcome> outcome, std::vector<Job> jobs,
              store::SavedDescription description, std::vector<Entity> uploads, Prepare prepare,
              DoneAll done);
  static DoneAll with_job(std::shared_ptr<Outcome> outcome, Done done);
  void publish(const Changed& one);
  void committed(const std::shared_ptr<Outcome>& outcome, Result<void> result, DoneAll done);

  store::Store& store_;
  JobCache& cache_;
  Waiters& waiters_;
  std::shared_ptr<Clock> clock_;
  Observer observer_;
  Worker notifier_{1};
};

}}}  // namespace opus::uws0::service
