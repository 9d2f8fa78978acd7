// What the engine does because time has passed: execution duration and destruction.

#include <utility>

#include "libopus/service/cleanup.hpp"
#include "libopus/service/engine.hpp"
#include "libopus/service/engine_host.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

constexpr std::size_t k_destructions_at_once = 100;

/// How long it has been SUSPENDED, HELD or QUEUED again since it started and until it last went on:
/// that counts for no limit (UWS 1.1 §2.1.4: time of execution).
std::chrono::milliseconds paused_time(const std::vector<store::EventRow>& events) {
  std::chrono::milliseconds paused{0};
  bool started = false, pausing = false;
  TimePoint since{};
  for (const store::EventRow& event : events) {
    if (!event.to) continue;
    if (*event.to == Phase::executing) {
      if (pausing) paused += event.at - since;
      pausing = false;
      started = true;
    } else if (started && !pausing &&
               (*event.to == Phase::suspended || *event.to == Phase::held ||
                *event.to == Phase::queued)) {
      pausing = true;
      since = event.at;
    }
  }
  return paused;
}

}  // namespace

void Engine::tell_duration(Live& live) {
  live.host->call([this, id = live.job->id, native = live.job->native_id,
                   limit = live.job->execution_duration](Executor& executor) {
    const Result<void> told = executor.set_execution_duration(id, native, limit);
    if (!told && told.error().code != Errc::unsupported)
      log(LogLevel::warning, "cannot change the execution duration: " + told.error().message,
          {{"job", id.value}});
  });
}

void Engine::watch_duration(Live& live) {
  const Job& job = *live.job;
  if (!job.started && live.stage == Stage::at_backend && live.task &&
      live.task->execution_duration != job.execution_duration) {
    // It waits at its backend, which was told another one.
    Task changed = *live.task;
    changed.execution_duration = job.execution_duration;
    live.task = std::make_shared<const Task>(std::move(changed));
    tell_duration(live);
  }
  const bool limited =
      job.phase == Phase::executing && job.started && job.execution_duration.count() > 0;
  if (job.phase != Phase::executing && job.started) live.paused.reset();
  if (limited && !live.paused) {
    const auto events = parts_.store.reader().events(job.id);
    live.paused = events ? paused_time(*events) : std::chrono::milliseconds{0};
  }
  const std::optional<TimePoint> end =
      limited ? std::optional{*job.started + *live.paused + job.execution_duration} : std::nullopt;
  if (end == live.duration_end) return;
  const bool changed = std::exchange(live.duration_end, end).has_value();
  if (changed && live.stage == Stage::at_backend) tell_duration(live);
  if (!end) return;
  at(*end, [this, id = job.id, due = *end] {
    if (Live* again = find(id); again && again->duration_end == due)
      record(*again, job::DurationExceeded{});
  });
}

void Engine::watch_destruction(const Job& job) {
  if (!job.destruction || job.phase == Phase::archived || job.destroyed) return;
  if (!destruction_at_ || *job.destruction < *destruction_at_) arm_destruction(job.destruction);
}

void Engine::arm_destruction(std::optional<TimePoint> when) {
  destruction_at_ = when;
  if (!when) return;
  at(*when, [this, when] {
    if (destruction_at_ == when) destroy_due();
  });
}

void Engine::destroy_due() {
  const TimePoint now = clock_->now();
  store::Reader& reader = parts_.store.reader();
  const auto due = reader.due_destructions(now, k_destructions_at_once);
  const auto next = reader.next_destruction(now);
  if (!due || !next) {
    log(LogLevel::error,
        "cannot look for jobs to destroy: " + (due ? next.error() : due.error()).message, {});
    return arm_destruction(now + k_look_again);
  }
  for (const store::DueJob& one : *due)
    if (const Result<Job> job = reader.job(one.id)) destroy(*job);

  // What is still due then (it was running, or the disk was full) is tried again.
  std::optional<TimePoint> again = *next;
  if (!due->empty() && (!again || *again > now + k_look_again)) again = now + k_look_again;
  if (due->size() == k_destructions_at_once) again = now + std::chrono::milliseconds{1};
  arm_destruction(again);
}

void Engine::destroy(const Job& job) {
  if (job.stopping || job.destroyed || job.phase == Phase::archived) return;
  const auto defined = parts_.descriptions.by_hash(job.description_hash, parts_.store.reader());
  const bool keeps_record =
      defined && (*defined)->description.on_destruction == OnDestruction::archive;
  if (!keeps_record) return write(job.id, {job::DestroyAsked{}});
  if (!is_final(job.phase)) return write(job.id, {job::Archived{}});  // first it is stopped
  // Files first: a crash in between leaves a job that is still due.
  files_.post([this, job] {
    const Result<Released> released = release_files(job, parts_.folder, parts_.store.reader());
    if (!released)
      return log(LogLevel::warning, "cannot delete files yet: " + released.error().message,
                 {{"job", job.id.value}});
    archive(job.id, released->kept);
  });
}

void Engine::archive(const JobId& id, const std::vector<Entity>& candidates) {
  auto unused = std::make_shared<Changes::Garbage>();
  changes_->change(
      id,
      [candidates, unused](store::Writer& writer, Job job, TimePoint now) -> Result<job::Applied> {
        unused->clear();
        job::Archived archived;
        for (const Entity& entity : candidates) {
          OPUS_UWS_TRY(const std::vector<JobId> users, writer.users_of(entity.id));
          if (!users.empty()) {
            archived.kept.push_back(entity.id);
            continue;
          }
          // Its last user went after its files were looked at.
          unused->push_back(entity.location);
          OPUS_UWS_CHECK(writer.add_garbage(unused->back()));
        }
        return job::apply(std::move(job), archived, now);
      },
      [this, id, unused](const Result<std::shared_ptr<const Job>>& written) {
        if (written) return on_garbage(*unused);
        if (written.error().code == Errc::not_found) return;
        // It is still due, so it is tried again.
        log(LogLevel::error, "cannot archive a job yet: " + written.error().message,
            {{"job", id.value}});
      });
}

}}}  // namespace opus::uws0::service
