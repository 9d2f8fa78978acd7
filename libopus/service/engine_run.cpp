// From the queue to the backend, and from the backend to the store.

#include <algorithm>
#include <utility>

#include <opus/version.hpp>

#include "libopus/entity/ingest.hpp"
#include "libopus/service/engine.hpp"
#include "libopus/service/engine_host.hpp"
#include "libopus/service/finish.hpp"
#include "libopus/service/owner_limits.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

constexpr std::chrono::milliseconds k_first_pause{500};
constexpr std::chrono::milliseconds k_longest_pause{60'000};
constexpr std::chrono::milliseconds k_progress_interval{200};

/// The task with the limits of now: they may have changed since the task was staged.
std::shared_ptr<const Task> with_limits(std::shared_ptr<const Task> task,
                                        std::chrono::seconds duration,
                                        const std::optional<std::uint64_t>& result_bytes) {
  auto file_size = task->limits.file_size_bytes;
  if (result_bytes) file_size = std::min(file_size.value_or(*result_bytes), *result_bytes);
  if (task->execution_duration == duration && task->limits.file_size_bytes == file_size)
    return task;
  Task changed = *task;
  changed.execution_duration = duration;
  changed.limits.file_size_bytes = file_size;
  return std::make_shared<const Task>(std::move(changed));
}

bool has_downloads(const Job& job) {
  return std::any_of(job.inputs.begin(), job.inputs.end(),
                     [](const JobInput& input) { return input.entity.empty(); });
}

}  // namespace

void Engine::pump() {
  if (taking_up_) return;
  std::vector<const Host*> held_back;  // by limits of owners
  while (executing_ < max_executing_ && !closing_) {
    // Executors take turns, so that a long queue at one does not starve another.
    auto host = hosts_.upper_bound(last_host_);
    const auto ready = [&](const auto& entry) {
      return entry.second && !entry.second->blocked && entry.second->queue.waiting() > 0 &&
             std::find(held_back.begin(), held_back.end(), entry.second.get()) == held_back.end();
    };
    host = std::find_if(host, hosts_.end(), ready);
    if (host == hosts_.end()) host = std::find_if(hosts_.begin(), hosts_.end(), ready);
    if (host == hosts_.end()) break;
    last_host_ = host->first;
    const std::optional<JobId> id = host->second->queue.pop(may_begin());
    if (!id) {
      held_back.push_back(host->second.get());
      continue;
    }
    Live* const live = find(*id);
    if (live == nullptr) continue;
    ++executing_;
    live->holds_slot = true;
    count(*live);
    take_turn_with_others(*live);
  }
  if (!held_back.empty()) look_at_limits_later();
  stage_ahead();
}

FairQueue::May Engine::may_begin() const {
  if (!at_work_.is_limited()) return {};
  return [this](const FairQueue::Owner& owner, const std::string& description) {
    return at_work_.room(owner, description) > 0;
  };
}

void Engine::look_at_limits_later() {
  if (std::exchange(looks_at_limits_, true)) return;
  after(k_look_again, [this] {
    looks_at_limits_ = false;
    pump();
  });
}

void Engine::take_turn(Live& live) {
  live.stage = Stage::staging;
  if (live.staged.task) return record_hand_over(live);
  if (!live.is_staging) start_staging(live);
}

void Engine::take_turn_with_others(Live& live) {
  TakesMany* const many = live.host->takes_many();
  if (many == nullptr || live.job->run_id.empty()) return take_turn(live);
  // A download may take long: nobody else shall wait for it.
  if (has_downloads(*live.job)) return take_turn(live);
  const auto is_like = [this, &job = *live.job](const JobId& id) {
    const Live* const other = find(id);
    return other != nullptr && other->job->run_id == job.run_id &&
           other->job->description_hash == job.description_hash && !has_downloads(*other->job);
  };
  const std::uint64_t room = at_work_.room(live.job->owner, live.job->description);
  const std::size_t most =
      std::min<std::uint64_t>(many->most_at_once() - 1, room);  // they are of its description
  const std::vector<JobId> others = live.host->queue.take(live.job->owner, most, is_like);
  if (others.empty()) return take_turn(live);
  const auto group = std::make_shared<Group>(Group{live.host, others.size() + 1, {}});
  live.group = group;
  for (const JobId& id : others) {
    Live& other = *find(id);
    other.group = group;
    count(other);
  }
  take_turn(live);
  for (const JobId& id : others)
    if (Live* const other = find(id)) take_turn(*other);
}

void Engine::stage_ahead() {
  if (closing_) return;
  for (const auto& [name, host] : hosts_) {
    if (!host || host->blocked) continue;
    const std::optional<JobId> next = host->queue.next(may_begin());
    Live* const live = next ? find(*next) : nullptr;
    if (live != nullptr && !std::exchange(live->staged_ahead, true)) start_staging(*live);
  }
}

void Engine::occupy(Live& live) {
  if (std::exchange(live.holds_slot, true)) return;
  ++executing_;
  live.host->queue.occupy(live.job->owner);
}

void Engine::count(Live& live) {
  if (std::exchange(live.counts, true)) return;
  at_work_.add(live.job->owner, live.job->description);
}

void Engine::release(Live& live) {
  leave_group(live, nullptr);
  const bool counted = std::exchange(live.counts, false);
  if (counted) at_work_.remove(live.job->owner, live.job->description);
  if (live.holds_slot)
    release_slot(live);
  else if (counted && at_work_.is_limited())
    pump();
}

void Engine::release_slot(Live& live) {
  if (!std::exchange(live.holds_slot, false)) return;
  --executing_;
  live.host->queue.release(live.job->owner);
  pump();
}

void Engine::start_staging(Live& live) {
  live.is_staging = true;
  live.stop_staging = std::stop_source{};
  (has_downloads(*live.job) ? downloads_ : files_)
      .post([this, job = live.job, defined = live.defined, stop = live.stop_staging.get_token()] {
        Result<Staged> staged =
            stage(*job, *defined, parts_.folder, parts_.config,
                  {[this](const EntityId& id) { return parts_.store.reader().entity(id); },
                   [this](const std::string& hash) {
                     return parts_.store.definitions().versions_with(hash);
                   }},
                  stop);
        post([this, id = job->id, staged = std::move(staged)]() mutable {
          on_staged(id, std::move(staged));
        });
      });
}

void Engine::on_staged(const JobId& id, Result<Staged> staged) {
  Live* const live = find(id);
  if (live == nullptr || closing_) {
    if (staged) discard(*staged, parts_.folder);
    return;
  }
  live->is_staging = false;
  if (live->stage == Stage::queued) {  // ahead of its turn; what went wrong is tried again then
    if (staged) live->staged = *std::move(staged);
    return;
  }
  live->stage = Stage::none;
  // It may have been on hold for a moment, and then its staging was stopped.
  if (live->stop_staging.stop_requested() || !job::actions_for(*live->job).run) {
    if (staged) discard(*staged, parts_.folder);
    live->staged_ahead = false;
    return turn_back(*live);
  }
  if (!staged) {
    release(*live);
    return fail(*live, staged.error());
  }
  live->staged = *std::move(staged);
  record_hand_over(*live);
}

void Engine::record_hand_over(Live& live) {
  const JobId id = live.job->id;
  const Job& as_queued = *live.job;
  const OwnerLimits limits = limits_of_job(parts_.config, as_queued.owner, as_queued.description);
  if (const auto allowed =
          check_values(limits.values, live.defined->description, as_queued.parameters);
      !allowed) {
    discard(std::exchange(live.staged, {}), parts_.folder);
    live.stage = Stage::none;
    release(live);
    return fail(live, allowed.error());
  }
  Staged staged = std::exchange(live.staged, {});
  const std::chrono::seconds duration =
      shorter(as_queued.execution_duration, limits.execution_duration_max);
  live.task = with_limits(std::move(staged.task), duration, limits.result_bytes);
  live.stage = Stage::handing_over;
  job::HandedOver event{live.defined->description.executor,
                        live.task->command,
                        staged.inputs,
                        std::string{"opus-uws " OPUS_UWS_VERSION},
                        limits.execution_duration_max,
                        staged.request_hash};

  // What attach() can find again need not be on disk before submit(), but inputs must be: the
  // provenance of a job that ran without our knowing its inputs could not be told. So must a
  // duration that its owner did not ask for.
  if (live.host->executor().remembers_tasks() && staged.inputs.empty() &&
      duration == as_queued.execution_duration) {
    live.unrecorded.emplace_back(std::move(event));
    return hand_over(live);
  }
  changes_->change(
      id,
      [event = std::move(event), fetched = staged.fetched](store::Writer& writer, Job job,
                                                           TimePoint now) -> Result<job::Applied> {
        for (const Entity& entity : fetched) OPUS_UWS_CHECK(writer.insert_entity(entity));
        return job::apply(std::move(job), event, now);
      },
      [this, id, staged](const Result<std::shared_ptr<const Job>>& written) {
        for (const Entity& entity : staged.fetched)
          written ? entity::settle(entity.id, parts_.folder.root())
                  : entity::discard(entity, parts_.folder.root());
        post([this, id, written] {
          Live* const again = find(id);
          if (again == nullptr || again->stage != Stage::handing_over) return;
          if (written) return hand_over(*again);
          again->stage = Stage::none;
          release(*again);
          if (written.error().code == Errc::not_found) return act(*again);
          log(LogLevel::error, "cannot record a job yet: " + written.error().message,
              {{"job", id.value}});
          after(k_retry, [this, id] {
            if (Live* later = find(id)) act(*later);
          });
        });
      });
}

void Engine::turn_back(Live& live) {
  live.stage = Stage::none;
  release(live);
  act(live);
}

void Engine::hand_over(Live& live) {
  if (!job::actions_for(*live.job).run) return turn_back(live);
  if (live.group) return leave_group(live, live.task);
  live.host->call([this, task = live.task](Executor& executor) {
    Result<NativeId> answer = executor.submit(*task);
    post([this, id = task->job, answer = std::move(answer)] { on_submitted(id, answer); });
  });
}

void Engine::leave_group(Live& live, std::shared_ptr<const Task> task) {
  const std::shared_ptr<Group> group = std::exchange(live.group, nullptr);
  if (!group) return;
  if (task) group->tasks.push_back(std::move(task));
  if (--group->missing == 0 && !group->tasks.empty()) hand_over(*group);
}

void Engine::hand_over(Group& group) {
  // While one waited for the files of the others its owner may have thought better of it.
  std::vector<std::shared_ptr<const Task>> wanted;
  for (auto& task : std::exchange(group.tasks, {})) {
    Live* const live = find(task->job);
    if (live == nullptr) continue;
    if (job::actions_for(*live->job).run)
      wanted.push_back(std::move(task));
    else
      turn_back(*live);
  }
  if (wanted.empty()) return;
  TakesMany* const many = group.host->takes_many();
  group.host->call([this, many, shared = std::move(wanted)](Executor&) {
    std::vector<Task> tasks;
    for (const auto& task : shared) tasks.push_back(*task);
    auto answers = many->submit_all(tasks);
    const Error none{Errc::internal, "the executor gave no answer for this job"};
    while (answers.size() < tasks.size()) answers.emplace_back(none);
    post([this, shared, answers = std::move(answers)] {
      // From the last to the first, as those that must wait go back to the head of the queue.
      for (std::size_t i = shared.size(); i-- > 0;) on_submitted(shared[i]->job, answers[i]);
    });
  });
}

void Engine::on_submitted(const JobId& id, const Result<NativeId>& answer) {
  Live* const live = find(id);
  if (live == nullptr) return;
  if (answer) {
    live->host->pause = std::chrono::milliseconds{0};
    if (!answer->empty()) record(*live, job::Submitted{*answer});
    if (live->stage != Stage::handing_over) return;  // its end came first
    live->stage = Stage::at_backend;
    if (live->host->executor().queues_tasks()) release_slot(*live);
    return act(*live);
  }
  live->stage = Stage::none;
  live->unrecorded.clear();
  Host& host = *live->host;
  const bool retry =
      answer.error().code == Errc::unavailable || answer.error().code == Errc::timed_out;
  const bool wanted = job::actions_for(*live->job).run;
  if (retry && wanted) {
    log(LogLevel::warning, "submission refused, will try again: " + answer.error().message,
        {{"job", id.value}, {"executor", std::string{host.executor().name()}}});
    live->stage = Stage::queued;
    back_off(host);
    host.queue.push_front(live->job->owner, id, live->job->description);
    return release(*live);
  }
  if (!wanted) return turn_back(*live);
  release(*live);
  fail(*live, answer.error());
}

void Engine::back_off(Host& host) {
  if (std::exchange(host.blocked, true)) return;  // many may be refused at once
  host.pause = std::clamp(host.pause * 2, k_first_pause, k_longest_pause);
  after(host.pause, [this, &host] {
    host.blocked = false;
    pump();
  });
}

void Engine::on_finished(const JobId& id, Outcome outcome) {
  Live* const live = find(id);
  const bool expected =
      live != nullptr && (live->stage == Stage::handing_over || live->stage == Stage::at_backend);
  if (!expected) return;
  live->stage = Stage::collecting;
  release(*live);
  if (live->job->destroyed) return record(*live, job::Stopped{});
  results_.post(
      [this, job = live->job, defined = live->defined, outcome = std::move(outcome)]() mutable {
        job::Finished finished =
            collect(*job, defined->description, parts_.folder, std::move(outcome), clock_->now(),
                    limits_of_job(parts_.config, job->owner, job->description).result_bytes);
        post([this, id = job->id, finished = std::move(finished)] {
          if (Live* again = find(id)) record(*again, finished);
        });
      });
}

void Engine::on_progress(const JobId& id, std::optional<double> fraction, const std::string& text) {
  Live* const live = find(id);
  if (live == nullptr) return;
  // Each report is a durable change; more than a few per second tell nobody more.
  const TimePoint now = clock_->now();
  const bool complete = fraction && *fraction >= 1.0;
  if (live->last_progress && now - *live->last_progress < k_progress_interval && !complete) return;
  live->last_progress = now;
  record(*live, job::ProgressSeen{fraction, text});
}

void Engine::record(Live& live, job::Event event) {
  std::vector<job::Event> events = std::exchange(live.unrecorded, {});
  events.push_back(std::move(event));
  write(live.job->id, std::move(events));
}

void Engine::write(const JobId& id, std::vector<job::Event> events) {
  changes_->record(
      id, events, [this, id, events](const Result<std::shared_ptr<const Job>>& written) {
        if (written || written.error().code == Errc::not_found) return;
        // What a backend said once must not be lost: it is written when the store can.
        post([this, id, events, error = written.error()] {
          log(LogLevel::error, "cannot record a job yet: " + error.message, {{"job", id.value}});
          if (error.code != Errc::unavailable) return;
          after(k_retry, [this, id, events] { write(id, events); });
        });
      });
}

void Engine::fail(Live& live, const Error& error) {
  const bool transient = error.code == Errc::unavailable || error.code == Errc::timed_out;
  live.unrecorded.clear();
  record(live,
         job::Failed{{transient ? ErrorKind::transient : ErrorKind::fatal, error.message, {}}});
}

}}}  // namespace opus::uws0::service
