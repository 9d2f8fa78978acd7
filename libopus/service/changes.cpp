#include "libopus/service/changes.hpp"

#include <utility>

namespace opus { inline namespace uws0 { namespace service {

/// What a transaction did, for the callback after its commit.
struct Changes::Outcome {
  std::shared_ptr<const Job> job{};
  std::optional<Phase> from{};
  bool changed = false;
  bool was_destroyed = false;
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
  store_.write(
      [this, outcome, job = std::move(job), description = std::move(description),
       uploads = std::move(uploads),
       prepare = std::move(prepare)](store::Writer& writer) -> Result<void> {
        for (const Entity& entity : uploads) OPUS_UWS_CHECK(writer.insert_entity(entity));
        OPUS_UWS_TRY(job::Applied applied, prepare(writer, job, clock_->now()));
        OPUS_UWS_CHECK(writer.save_description(description));
        applied.history.insert(applied.history.begin(),
                               {job.created, "created", std::nullopt, Phase::pending, {}});
        OPUS_UWS_CHECK(writer.insert_job(applied.job, applied.history));
        outcome->job = std::make_shared<const Job>(std::move(applied.job));
        outcome->changed = true;
        return {};
      },
      [this, outcome, done = std::move(done)](Result<void> result) {
        committed(outcome, std::move(result), done);
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
        outcome->from = before.phase;
        outcome->was_destroyed = before.destroyed;
        outcome->changed = true;
        outcome->job = std::make_shared<const Job>(std::move(after));
        return {};
      },
      [this, outcome, done = std::move(done)](Result<void> result) {
        committed(outcome, std::move(result), done);
      });
}

void Changes::committed(const std::shared_ptr<Outcome>& outcome, Result<void> result,
                        const Done& done) {
  if (!result) {
    if (done) notifier_.post([done, error = std::move(result).error()] { done(error); });
    return;
  }
  const std::shared_ptr<const Job>& job = outcome->job;
  if (outcome->changed) {
    if (job->destroyed)
      cache_.erase(job->id);
    else
      cache_.put(job);
    observer_(job);
  }
  notifier_.post([this, outcome, done] {
    const Job& now = *outcome->job;
    if (outcome->changed && !outcome->was_destroyed)
      waiters_.publish({now.id, now.description, now.owner, now.phase, outcome->from, now.destroyed,
                        now.destroyed ? nullptr : outcome->job});
    if (done) done(outcome->job);
  });
}

void Changes::remove(const JobId& id, std::vector<Entity> moved, std::vector<EntityId> uploads,
                     std::function<void(Result<std::vector<Entity>>)> done) {
  auto orphans = std::make_shared<std::vector<Entity>>();
  store_.write(
      [id, moved = std::move(moved), uploads = std::move(uploads),
       orphans](store::Writer& writer) -> Result<void> {
        for (const Entity& entity : moved) OPUS_UWS_CHECK(writer.update_entity(entity));
        OPUS_UWS_CHECK(writer.delete_job(id));
        for (const EntityId& upload : uploads) {
          Result<Entity> entity = writer.entity(upload);
          if (!entity || !entity->generated_by.empty()) continue;
          OPUS_UWS_TRY(const std::vector<JobId> users, writer.users_of(upload));
          if (!users.empty()) continue;
          OPUS_UWS_CHECK(writer.delete_entity(upload));
          orphans->push_back(*std::move(entity));
        }
        return {};
      },
      [this, orphans, done = std::move(done)](Result<void> result) {
        notifier_.post([done, orphans, result = std::move(result)] {
          if (result)
            done(std::move(*orphans));
          else
            done(result.error());
        });
      });
}

void Changes::stop() { notifier_.stop(); }

}}}  // namespace opus::uws0::service
