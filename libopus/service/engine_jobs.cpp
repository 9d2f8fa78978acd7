// What each live job needs now: the engine's decisions, from committed jobs alone.

#include <algorithm>
#include <utility>

#include "libopus/service/cleanup.hpp"
#include "libopus/service/engine.hpp"
#include "libopus/service/engine_host.hpp"
#include "libopus/service/owner_limits.hpp"
#include "libopus/service/reuse.hpp"

namespace opus { inline namespace uws0 { namespace service {

void Engine::take_up(const std::shared_ptr<const Job>& job) {
  watch_destruction(*job);
  const bool wanted = job::actions_for(*job) != job::Actions{};
  if (!wanted && live_.find(job->id) == live_.end()) return;
  Live& live = live_[job->id];
  if (live.job && live.job->version > job->version) return;
  if (live.job && !live.job->started && job->started) live.paused = std::chrono::milliseconds{0};
  live.job = job;
  if (!live.defined) {
    Result<DefinedPtr> defined =
        parts_.descriptions.by_hash(job->description_hash, parts_.store.reader());
    // Without its description it cannot run or be found, but it can still end and be deleted.
    if (!defined && job->stopping) return record(live, job::Stopped{});
    if (!defined && !job->destroyed && !is_final(job->phase)) return fail(live, defined.error());
    if (defined) live.defined = *std::move(defined);
  }
  act(live);
}

void Engine::act(Live& live) {
  const job::Actions actions = job::actions_for(*live.job);
  if (actions.stop) return stop_code(live);
  if (actions.remove_files) return remove_files(live);
  live.hold_sent = live.hold_sent && actions.hold;
  live.release_sent = live.release_sent && actions.release;
  if (actions.hold) return hold_code(live);
  if (actions.run) {
    watch_duration(live);
    if (actions.release) release_code(live);
    return run(live);
  }
  if (live.stage == Stage::queued && leave_queue(live)) return;
  if (live.stage == Stage::none || live.stage == Stage::queued || live.stage == Stage::parked ||
      live.stage == Stage::collecting)
    forget(live);
}

void Engine::run(Live& live) {
  if (live.stage != Stage::none) return;
  const JobDescription& description = live.defined->description;
  const auto found = hosts_.find(description.executor);
  if (found == hosts_.end() || !found->second || !gate_(description)) {
    live.stage = Stage::parked;
    return;
  }
  Host& host = *found->second;
  live.host = &host;
  const bool may_be_there = host.executor().remembers_tasks() || !live.job->executor.empty();
  if (std::exchange(live.recovered, false) && may_be_there) return attach(live, host);
  if (!live.looked_for_results && may_be_given_results(*live.job, description) &&
      check_values(limits_of_job(parts_.config, live.job->owner, description.name).values,
                   description, live.job->parameters))
    return look_for_results(live);
  live.stage = Stage::queued;
  host.queue.push(live.job->owner, live.job->id, live.job->description);
  pump();
}

void Engine::look_for_results(Live& live) {
  live.looked_for_results = true;
  live.stage = Stage::collecting;  // if it is aborted or held meanwhile, what is found decides
  results_.post([this, job = live.job, defined = live.defined] {
    auto found = reuse_results(*job, defined->description, parts_.folder, parts_.store.reader(),
                               clock_->now());
    post([this, id = job->id, found = std::move(found)]() mutable {
      on_results_looked_for(id, std::move(found));
    });
  });
}

void Engine::on_results_looked_for(const JobId& id, Result<std::optional<job::Reused>> found) {
  Live* const live = find(id);
  if (live == nullptr || live->stage != Stage::collecting) return;
  if (found && *found) return record(*live, **std::move(found));
  if (!found)
    log(LogLevel::warning, "cannot reuse results, the job is run: " + found.error().message,
        {{"job", id.value}});
  live->stage = Stage::none;
  act(*live);
}

bool Engine::leave_queue(Live& live) {
  live.host->queue.remove(live.job->owner, live.job->id);
  live.stage = live.is_staging ? Stage::staging : Stage::none;
  if (live.is_staging) live.stop_staging.request_stop();
  return live.is_staging;
}

bool Engine::look_at_backend(Live& live) {
  if (!live.recovered) return false;
  const auto found = hosts_.find(live.defined->description.executor);
  if (found == hosts_.end() || !found->second) {
    live.stage = Stage::parked;
    return true;
  }
  live.recovered = false;
  live.host = found->second.get();
  if (!live.host->executor().remembers_tasks() && live.job->executor.empty()) return false;
  attach(live, *live.host);
  return true;
}

void Engine::attach(Live& live, Host& host) {
  live.stage = Stage::handing_over;
  count(live);  // until it is known that it is not there
  auto task =
      std::make_shared<const Task>(task_of(*live.job, live.defined->description, parts_.folder));
  live.task = task;
  host.call([this, task, native = live.job->native_id](Executor& executor) {
    Result<Attach> answer = executor.attach(*task, native);
    post([this, id = task->job, answer = std::move(answer)] { on_attached(id, answer); });
  });
}

void Engine::on_attached(const JobId& id, const Result<Attach>& answer) {
  Live* const live = find(id);
  if (live == nullptr || live->stage != Stage::handing_over) return;  // its end came first
  if (!answer &&
      (answer.error().code == Errc::unavailable || answer.error().code == Errc::timed_out)) {
    log(LogLevel::warning, "cannot ask the backend yet: " + answer.error().message,
        {{"job", id.value}});
    after(k_retry, [this, id] {
      if (Live* again = find(id); again && again->stage == Stage::handing_over)
        attach(*again, *again->host);
    });
    return;
  }
  if (answer && *answer == Attach::attached) {
    live->stage = Stage::at_backend;
    if (!live->host->executor().queues_tasks()) occupy(*live);
    log(LogLevel::info, "attached to a job from before the restart", {{"job", id.value}});
    return act(*live);
  }
  live->stage = Stage::none;
  release(*live);
  const Phase phase = live->job->phase;
  const bool started = phase == Phase::executing || phase == Phase::suspended;
  if (live->job->stopping) {
    record(*live, job::Stopped{});
  } else if (answer && *answer == Attach::never_ran && !started) {
    act(*live);
  } else {
    fail(*live, Error{Errc::unavailable,
                      "the service was restarted and the end of the code cannot be learned" +
                          (answer ? std::string{} : ": " + answer.error().message)});
  }
}

void Engine::stop_code(Live& live) {
  switch (live.stage) {
    case Stage::none:
      // The backend may still run it: look before saying that it is stopped.
      if (!look_at_backend(live)) record(live, job::Stopped{});
      return;
    case Stage::parked:
      if (live.recovered) return;  // until its executor is there
      live.stage = Stage::none;
      return record(live, job::Stopped{});
    case Stage::queued:
      if (leave_queue(live)) return;
      return record(live, job::Stopped{});
    case Stage::staging: live.stop_staging.request_stop(); return;
    case Stage::handing_over: return;  // decided when the answer is there
    case Stage::at_backend: break;
    case Stage::collecting: return;  // ends by itself
  }
  if (std::exchange(live.cancel_sent, true)) return;
  live.host->call([this, id = live.job->id, native = live.job->native_id,
                   grace = parts_.config.cancel_grace](Executor& executor) {
    Result<void> answer = executor.cancel(id, native, grace);
    post([this, id, answer = std::move(answer)] { on_cancelled(id, answer); });
  });
}

/// What has not been handed over waits here; it is queued anew when its owner says RUN.
void Engine::hold_code(Live& live) {
  switch (live.stage) {
    case Stage::none:
      // It waits here, unless its backend has had it since before a restart: then it is held there.
      (void)look_at_backend(live);
      return;
    case Stage::parked:
      if (!live.recovered) live.stage = Stage::none;
      return;
    case Stage::queued:
      if (leave_queue(live)) return;
      discard(std::exchange(live.staged, {}), parts_.folder);
      live.staged_ahead = false;
      return;
    case Stage::staging: live.stop_staging.request_stop(); return;
    case Stage::handing_over: return;  // decided when the answer is there
    case Stage::at_backend: break;
    case Stage::collecting: return;
  }
  if (std::exchange(live.hold_sent, true)) return;
  live.host->call([this, id = live.job->id, native = live.job->native_id](Executor& executor) {
    Result<void> answer = executor.hold(id, native);
    post([this, id, answer = std::move(answer)] { on_held(id, answer); });
  });
}

void Engine::ask_again(const JobId& id, bool Live::*sent, std::string why) {
  log(LogLevel::warning, std::move(why), {{"job", id.value}});
  after(k_retry, [this, id, sent] {
    if (Live* live = find(id)) {
      live->*sent = false;
      act(*live);
    }
  });
}

void Engine::on_held(const JobId& id, const Result<void>& answer) {
  Live* const live = find(id);
  if (live == nullptr || answer || !job::actions_for(*live->job).hold) return;
  if (answer.error().code != Errc::unavailable)  // it goes on, or has gone
    return record(*live, job::StateSeen{Phase::queued, answer.error().message});
  ask_again(id, &Live::hold_sent, "cannot hold the job yet: " + answer.error().message);
}

/// Its owner has said RUN to what was HELD. Where its backend does not let go, it is HELD again.
void Engine::release_code(Live& live) {
  if (live.stage != Stage::at_backend || std::exchange(live.release_sent, true)) return;
  live.host->call([this, id = live.job->id, native = live.job->native_id](Executor& executor) {
    Result<void> answer = executor.release(id, native);
    post([this, id, answer = std::move(answer)] { on_released(id, answer); });
  });
}

void Engine::on_released(const JobId& id, const Result<void>& answer) {
  Live* const live = find(id);
  if (live == nullptr || !job::actions_for(*live->job).release) return;
  if (answer) return record(*live, job::Released{});
  if (answer.error().code != Errc::unavailable)
    return record(*live, job::StateSeen{Phase::held, answer.error().message});
  ask_again(id, &Live::release_sent, "cannot release the job yet: " + answer.error().message);
}

void Engine::ask_hold(const JobId& id, std::function<void(Result<void>)> answer) {
  post([this, id, answer = std::move(answer)] {
    const Live* const live = find(id);
    const bool is_there = live != nullptr && live->job->phase == Phase::queued &&
                          (live->stage == Stage::handing_over || live->stage == Stage::at_backend);
    if (!is_there || live->host->executor().can_hold(live->job->native_id)) return answer({});
    answer(Error{Errc::conflict, "job " + id.value + " cannot be held any more: the executor '" +
                                     std::string{live->host->executor().name()} + "' has it"});
  });
}

void Engine::on_cancelled(const JobId& id, const Result<void>& answer) {
  Live* const live = find(id);
  if (live == nullptr || answer || live->stage != Stage::at_backend) return;
  if (answer.error().code == Errc::not_found) {
    release(*live);
    live->stage = Stage::none;
    return record(*live, job::Stopped{});
  }
  ask_again(id, &Live::cancel_sent, "cannot stop the code yet: " + answer.error().message);
}

void Engine::remove_files(Live& live) {
  if (std::exchange(live.removing, true)) return;
  files_.post([this, job = live.job] {
    Result<Released> released = release_job(*job, parts_.folder, parts_.store.reader());
    if (!released) return on_removed(job->id, std::move(released).error());
    changes_->remove(*job, *std::move(released),
                     [this, id = job->id](Result<Changes::Garbage> garbage) {
                       on_removed(id, std::move(garbage));
                     });
  });
}

void Engine::on_removed(const JobId& id, Result<Changes::Garbage> garbage) {
  post([this, id, garbage = std::move(garbage)] {
    Live* const live = find(id);
    if (garbage) clear_garbage(*garbage);
    if (live == nullptr) return;
    if (garbage || garbage.error().code == Errc::not_found) return forget(*live);
    log(LogLevel::warning, "cannot delete a job's files yet: " + garbage.error().message,
        {{"job", id.value}});
    after(k_retry, [this, id] {
      if (Live* again = find(id)) {
        again->removing = false;
        act(*again);
      }
    });
  });
}

void Engine::forget(Live& live) {
  release(live);
  discard(live.staged, parts_.folder);  // ahead of a turn that never came
  const std::shared_ptr<const Job> job = live.job;
  live_.erase(job->id);
  if (job->destroyed) return;
  files_.post([this, id = job->id] { remove_work(id, parts_.folder); });
  if (job->destruction && *job->destruction <= clock_->now()) destroy(*job);
}

}}}  // namespace opus::uws0::service
