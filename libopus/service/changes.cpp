#include "libopus/service/changes.hpp"

#include <iterator>
#include <utility>

#include "libopus/provenance/secrets.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// What a transaction did, for the callback after its commit.
struct Changes::Outcome {
  std::shared_ptr<const Job> job{};  ///< the one (or last) that the caller named, changed or not
  std::vector<Changed> changed{};    ///< in the order of the changes
  bool was_destroyed = false;        ///< `job` was no longer seen by anybody before
};

Changes::Changes(store::Store& store, JobCache& cache, Waiters& waiters,
                 std::shared_ptr<Clock> clock, Observer observer)
    : store_(store),
      cache_(cache),
      waiters_(waiters),
      clock_(std::move(clock)),
      observer_(std::move(observer)) {}

void Changes::create(Job job, store::SavedDescription description, std::vector<Entity> uploads,
                     Prepare prepare, Done done) {
  auto outcome = std::make_shared<Outcome>();
  std::vector<Job> jobs;
  jobs.push_back(std::move(job));
  insert(outcome, std::move(jobs), std::move(description), std::move(uploads), std::move(prepare),
         with_job(outcome, std::move(done)));
}

void Changes::create(std::vector<Job> jobs, store::SavedDescription description,
                     std::vector<Entity> uploads, Prepare prepare, DoneAll done) {
  insert(std::make_shared<Outcome>(), std::move(jobs), std::move(description), std::move(uploads),
         std::move(prepare), std::move(done));
}

void Changes::insert(std::shared_ptr<Outcome> outcome, std::vector<Job> jobs,
                     store::SavedDescription description, std::vector<Entity> uploads,
                     Prepare prepare, DoneAll done) {
  store_.write(
      [this, outcome, jobs = std::move(jobs), description = std::move(description),
       uploads = std::move(uploads),
       prepare = std::move(prepare)](store::Writer& writer) -> Result<void> {
        for (const Entity& entity : uploads) OPUS_UWS_CHECK(writer.insert_entity(entity));
        OPUS_UWS_CHECK(writer.save_description(description));
        for (const Job& job : jobs) {
          OPUS_UWS_TRY(job::Applied applied, prepare(writer, job, clock_->now()));
          applied.history.insert(applied.history.begin(),
                                 {job.created, "created", std::nullopt, Phase::pending, {}});
          OPUS_UWS_CHECK(writer.insert_job(applied.job, applied.history));
          outcome->job = std::make_shared<const Job>(std::move(applied.job));
          outcome->changed.push_back({outcome->job, std::nullopt});
        }
        return {};
      },
      [this, outcome, done = std::move(done)](Result<void> result) mutable {
        committed(outcome, std::move(result), std::move(done));
      });
}

void Changes::change(const JobId& id, Mutate mutate, Done done) {
  write(id, std::move(mutate), true, std::move(done));
}

void Changes::record(const JobId& id, std::vector<job::Event> events, Done done) {
  write(
      id,
      [events = std::move(events)](store::Writer&, Job job, TimePoint now) -> Result<job::Applied> {
        job::Applied all;
        all.job = std::move(job);
        for (const job::Event& event : events) {
          OPUS_UWS_TRY(job::Applied one, job::apply(std::move(all.job), event, now));
          all.job = std::move(one.job);
          all.changed = all.changed || one.changed;
          if (one.record) all.record = std::move(one.record);
          all.history.insert(all.history.end(), std::make_move_iterator(one.history.begin()),
                             std::make_move_iterator(one.history.end()));
        }
        return all;
      },
      false, std::move(done));
}

void Changes::write(const JobId& id, Mutate mutate, bool for_owner, Done done) {
  auto outcome = std::make_shared<Outcome>();
  store_.write(
      [this, outcome, id, for_owner,
       mutate = std::move(mutate)](store::Writer& writer) -> Result<void> {
        OPUS_UWS_TRY(Job before, writer.job(id));
        if (for_owner && before.destroyed) return Error{Errc::not_found, "no job " + id.value};
        OPUS_UWS_TRY(job::Applied applied, mutate(writer, before, clock_->now()));
        if (!applied.changed) {
          outcome->job = std::make_shared<const Job>(std::move(before));
          return {};
        }
        OPUS_UWS_TRY(Job after, writer.update_job(before, std::move(applied.job), applied.history));
        if (applied.record) OPUS_UWS_CHECK(writer.keep_record(id, *applied.record));
        outcome->was_destroyed = before.destroyed;
        outcome->job = std::make_shared<const Job>(std::move(after));
        outcome->changed.push_back({outcome->job, before.phase});
        if (!ends(before, *outcome->job)) return {};
        OPUS_UWS_TRY(std::vector<Changed> others,
                     settle_waiting(writer, *outcome->job, clock_->now()));
        outcome->changed.insert(outcome->changed.end(), std::make_move_iterator(others.begin()),
                                std::make_move_iterator(others.end()));
        return {};
      },
      [this, outcome, done = with_job(outcome, std::move(done))](Result<void> result) mutable {
        committed(outcome, std::move(result), std::move(done));
      });
}

Changes::DoneAll Changes::with_job(std::shared_ptr<Outcome> outcome, Done done) {
  if (!done) return {};
  return [outcome = std::move(outcome), done = std::move(done)](const Result<void>& result) {
    if (result)
      done(outcome->job);
    else
      done(result.error());
  };
}

void Changes::committed(const std::shared_ptr<Outcome>& outcome, Result<void> result,
                        DoneAll done) {
  if (!result) {
    if (done)
      notifier_.post([done = std::move(done), error = std::move(result).error()] { done(error); });
    return;
  }
  std::vector<std::shared_ptr<const Job>> jobs;
  for (const Changed& one : outcome->changed) {
    if (one.job->destroyed)
      cache_.erase(one.job->id);
    else
      cache_.put(one.job);
    jobs.push_back(one.job);
  }
  observer_(jobs);
  notifier_.post([this, outcome, done = std::move(done)] {
    for (const Changed& one : outcome->changed)
      if (one.job != outcome->job || !outcome->was_destroyed) publish(one);
    if (done) done({});
  });
}

void Changes::publish(const Changed& one) {
  const Job& now = *one.job;
  waiters_.publish({now.id, now.description, now.owner, now.phase, one.from, now.destroyed,
                    now.destroyed ? nullptr : one.job});
}

namespace {

/// What became of the inputs of a job that is gone.
struct Dropped {
  Changes::Garbage garbage{};
  std::vector<JobId> changed{};  ///< ARCHIVED jobs whose results lost their content
};

/// An input that no job uses any more goes, unless it is an upload that may still wait for one.
Result<void> drop_input(store::Writer& writer, const EntityId& id, TimePoint now,
                        Dropped& dropped) {
  Result<Entity> entity = writer.entity(id);
  if (!entity) return {};  // it was an input twice
  OPUS_UWS_TRY(const std::vector<JobId> users, writer.users_of(id));
  if (!users.empty() || entity->location.empty()) return {};
  if (entity->generated_by.empty()) {
    if (entity->expires && *entity->expires > now) return {};
    OPUS_UWS_TRY(const std::string path, drop_upload(writer, *entity, now));
    dropped.garbage.push_back(path);
    return {};
  }
  const Result<Job> origin = writer.job(entity->generated_by);
  if (!origin && origin.error().code != Errc::not_found) return origin.error();
  if (origin && origin->phase != Phase::archived) return {};
  // Of a job that is no more it lies where uploads do.
  dropped.garbage.push_back(origin ? entity->location : garbage_of(*entity));
  entity->location.clear();
  entity->invalidated = now;
  OPUS_UWS_CHECK(writer.add_garbage(dropped.garbage.back()));
  if (origin) dropped.changed.push_back(origin->id);
  return writer.update_entity(*entity);
}

/// Nobody can run it again: what only that would need goes.
Result<void> forget_secrets(store::Writer& writer, const JobId& id) {
  OPUS_UWS_TRY(const Job job, writer.job(id));
  Job bare = job;
  bare.command = provenance::public_argv(job);
  for (Parameter& parameter : bare.parameters) {
    if (provenance::is_secret_parameter(parameter.name))
      parameter.value.clear();
    else
      parameter.value = provenance::public_url(parameter.value);
  }
  bare.request_hash.clear();  // short secrets can be guessed from it
  for (JobInput& input : bare.inputs) input.url = provenance::public_url(input.url);
  if (bare == job) return {};
  OPUS_UWS_CHECK(writer.update_job(job, std::move(bare), {}));
  return {};
}

}  // namespace

void Changes::remove(const Job& job, Released released, std::function<void(Result<Garbage>)> done) {
  auto dropped = std::make_shared<Dropped>();
  dropped->garbage = released.garbage;
  store_.write(
      [this, id = job.id, inputs = job.inputs, was_run = job.queued.has_value(),
       released = std::move(released), dropped](store::Writer& writer) -> Result<void> {
        for (const Entity& entity : released.kept) OPUS_UWS_CHECK(writer.update_entity(entity));
        for (const std::string& path : released.garbage) OPUS_UWS_CHECK(writer.add_garbage(path));
        if (was_run) {
          OPUS_UWS_CHECK(forget_secrets(writer, id));
          OPUS_UWS_CHECK(writer.retire_job(id, clock_->now()));
        } else {  // there is nothing to tell
          OPUS_UWS_CHECK(writer.delete_job(id));
        }
        for (const Entity& entity : released.kept) {
          const Result<Entity> still = writer.entity(entity.id);
          if (still && !still->location.empty()) continue;
          if (!still && still.error().code != Errc::not_found) return still.error();
          // Its last user went after its files were looked at.
          dropped->garbage.push_back(garbage_of(entity));
          OPUS_UWS_CHECK(writer.add_garbage(dropped->garbage.back()));
        }
        for (const JobInput& input : inputs)
          if (!input.entity.empty())
            OPUS_UWS_CHECK(drop_input(writer, input.entity, clock_->now(), *dropped));
        return {};
      },
      [this, dropped, done = std::move(done)](Result<void> result) {
        if (result)
          for (const JobId& changed : dropped->changed) cache_.erase(changed);
        notifier_.post([done, dropped, result = std::move(result)] {
          if (result)
            done(std::move(dropped->garbage));
          else
            done(result.error());
        });
      });
}

void Changes::stop() { notifier_.stop(); }

}}}  // namespace opus::uws0::service
