#include "libopus/job/apply.hpp"

#include <algorithm>
#include <utility>

#include "libopus/core/strings.hpp"
#include "libopus/job/chain.hpp"

namespace opus { inline namespace uws0 { namespace job {
namespace {

/// What most programs say last is why they failed; most clients show one line only.
std::string last_line(std::string_view text) {
  const std::string_view body = trim(text);
  const std::size_t begin = body.rfind('\n');
  return printable(begin == std::string_view::npos ? body : body.substr(begin + 1), 200);
}

/// Applies one event to one job; collects the history on the way.
class Application {
 public:
  Application(Job job, TimePoint at) : at_(at) { result_.job = std::move(job); }

  Result<Applied> operator()(const RunAsked& event) {
    if (waits_for_inputs(job())) {  // it goes on by itself, if it is not on hold
      if (std::exchange(job().on_hold, false)) note("run", {});
      return done();
    }
    const bool was_held = job().phase == Phase::held;
    const bool waits =
        std::any_of(event.inputs.begin(), event.inputs.end(),
                    [](const JobInput& input) { return awaited(input).has_value(); });
    OPUS_UWS_CHECK(ask(waits ? Phase::held : Phase::queued, "run", "be run"));
    job().parameters = event.parameters;
    job().inputs = event.inputs;
    job().quote = event.quote;
    job().queued = at_;
    job().on_hold = false;
    job().releasing = was_held;
    return done();
  }

  Result<Applied> operator()(const InputsArrived& event) {
    if (!waits_for_inputs(job()) || job().inputs == event.inputs) return done();
    job().inputs = event.inputs;
    if (waits_for_inputs(job()) || job().on_hold) {
      note("input arrived", {});
      return done();
    }
    move(Phase::queued, Actor::service, "inputs arrived", {});
    return done();
  }

  Result<Applied> operator()(const HoldAsked&) {
    if (job().phase == Phase::held) {
      // What has begun is HELD by its backend, and goes on when that lets it.
      if (!job().started && !std::exchange(job().on_hold, true)) note("held", {});
      return done();
    }
    if (job().phase == Phase::pending) return conflict("be held before it is run");
    OPUS_UWS_CHECK(ask(Phase::held, "held", "be held"));
    job().on_hold = true;
    job().releasing = false;
    return done();
  }

  Result<Applied> operator()(const Released&) {
    result_.changed = std::exchange(job().releasing, false);
    return done();
  }

  Result<Applied> operator()(const AbortAsked& event) {
    if (job().phase == Phase::aborted) return done();
    const bool live = may_have_code();
    OPUS_UWS_CHECK(ask(Phase::aborted, "aborted", "be aborted", told(event.by, event.reason)));
    job().stopping = live;
    remember_abort(event.by, event.reason);
    return done();
  }

  Result<Applied> operator()(const DestroyAsked& event) {
    if (job().destroyed) return done();
    if (!is_final(job().phase)) {
      job().stopping = may_have_code();
      remember_abort(event.by, event.reason.empty() ? "the job was deleted" : event.reason);
      move(Phase::aborted, Actor::client, "aborted", "the job was deleted");
    }
    job().destroyed = true;
    note("destroyed", {});
    return done();
  }

  Result<Applied> operator()(const Reused& event) {
    if (!is_live(job().phase)) {  // its owner was faster
      if (std::exchange(job().stopping, false)) note("stopped", {});
      return done();
    }
    job().reuse_of = event.of;
    job().results = event.results;
    job().request_hash = event.request_hash;
    job().on_hold = job().releasing = false;
    move(Phase::executing, Actor::executor, "reused", event.of.value);
    move(Phase::completed, Actor::executor, "finished", {});
    return done();
  }

  Result<Applied> operator()(const HandedOver& event) {
    if (!is_live(job().phase)) return done();
    job().executor = event.executor;
    job().command = event.command;
    job().inputs = event.inputs;
    job().software = event.software;
    const std::chrono::seconds most = event.execution_duration_max, none{0};
    if (most != none && (job().execution_duration == none || job().execution_duration > most))
      job().execution_duration = most;
    job().request_hash = event.request_hash;
    note("handed over", event.executor);
    return done();
  }

  Result<Applied> operator()(const Submitted& event) {
    if (job().native_id == event.native) return done();
    job().native_id = event.native;
    note("submitted", event.native.value);
    return done();
  }

  Result<Applied> operator()(const Started& event) {
    if (!is_live(job().phase) || job().phase == Phase::executing) return done();
    begin(event.at);
    return done();
  }

  Result<Applied> operator()(const StateSeen& event) {
    if (!is_live(job().phase) || job().phase == event.phase) return done();
    if (event.phase == Phase::executing) {
      begin(at_);
    } else if (move(event.phase, Actor::executor, "state", event.reason)) {
      if (event.phase != Phase::unknown) job().on_hold = job().releasing = false;
    }
    return done();
  }

  Result<Applied> operator()(const ProgressSeen& event) {
    if (!is_live(job().phase)) return done();
    if (event.fraction) job().progress = std::clamp(*event.fraction, 0.0, 1.0);
    if (!event.text.empty()) job().progress_text = event.text;
    result_.changed = true;
    return done();
  }

  Result<Applied> operator()(const Finished& event) {
    const bool live = is_live(job().phase);
    if (!live && !job().stopping) return done();
    job().stopping = false;
    job().facts = event.outcome.facts;
    job().results = event.results;
    job().logs = event.logs;
    job().has_record = event.record.has_value();
    job().record_fault = event.record_fault;
    result_.record = event.record;
    if (live) {
      if (event.outcome.started && job().phase != Phase::executing) begin(*event.outcome.started);
      end(event);
    } else {
      if (event.outcome.started && !job().started) job().started = event.outcome.started;
      note("stopped", event.outcome.message);
    }
    return done();
  }

  Result<Applied> operator()(const Failed& event) {
    if (is_final(job().phase)) return done();
    job().error = event.error;
    move(Phase::error, Actor::service, "failed", event.error.message);
    return done();
  }

  Result<Applied> operator()(const Stopped&) {
    if (!job().stopping) return done();
    job().stopping = false;
    note("stopped", {});
    return done();
  }

  Result<Applied> operator()(const DurationExceeded&) {
    if (job().phase != Phase::executing) return done();
    job().error = JobError{ErrorKind::fatal, duration_message(), {}};
    job().stopping = true;
    remember_abort({}, job().error->message);
    move(Phase::aborted, Actor::service, "time limit", job().error->message);
    return done();
  }

  Result<Applied> operator()(const Archived& event) {
    if (job().phase == Phase::archived) return done();
    if (!is_final(job().phase)) {
      job().error = JobError{ErrorKind::fatal, "the destruction time was reached", {}};
      job().stopping = may_have_code();
      remember_abort({}, job().error->message);
      move(Phase::aborted, Actor::service, "aborted", job().error->message);
      return done();
    }
    if (job().stopping) return done();
    move(Phase::archived, Actor::service, "archived", {});
    for (JobResult& result : job().results) {
      const auto& kept = event.kept;
      if (std::find(kept.begin(), kept.end(), result.entity.id) != kept.end()) continue;
      if (!result.entity.invalidated) result.entity.invalidated = at_;
      result.entity.location.clear();
    }
    return done();
  }

 private:
  Job& job() { return result_.job; }
  Result<Applied> done() { return std::move(result_); }

  /// Has anything been done for it that must be undone?
  bool may_have_code() { return is_live(job().phase) && !waits_for_inputs(job()); }

  void note(std::string kind, std::string detail) {
    result_.history.push_back({at_, std::move(kind), {}, {}, std::move(detail)});
    result_.changed = true;
  }

  /// Moves if the table allows it; the callers have made sure that it does where it must.
  bool move(Phase to, Actor actor, std::string kind, std::string detail) {
    if (!may_move(job().phase, to, actor)) return false;
    result_.history.push_back({at_, std::move(kind), job().phase, to, std::move(detail)});
    result_.changed = true;
    job().phase = to;
    if (to == Phase::completed || to == Phase::error || to == Phase::aborted) job().ended = at_;
    return true;
  }

  /// A move the owner asked for.
  Result<void> ask(Phase to, std::string kind, std::string_view what, std::string detail = {}) {
    if (move(to, Actor::client, std::move(kind), std::move(detail))) return {};
    return conflict(what);
  }

  static std::string told(const std::string& by, const std::string& reason) {
    std::string text = by.empty() ? std::string{} : "by " + by;
    if (!reason.empty()) text += (text.empty() ? "" : ": ") + reason;
    return text;
  }

  void remember_abort(std::string by, std::string reason) {
    job().aborted = true;
    job().aborted_by = std::move(by);
    job().abort_reason = std::move(reason);
  }

  Error conflict(std::string_view what) {
    return Error{Errc::conflict, "a job in phase " + std::string{to_string(job().phase)} +
                                     " cannot " + std::string{what}};
  }

  void begin(TimePoint at) {
    if (!move(Phase::executing, Actor::executor, "started", {})) return;
    job().on_hold = job().releasing = false;
    if (job().started) return;
    job().started = std::max(at, job().created);
    // The quote was made for a start at once.
    if (job().quote && job().queued) *job().quote += *job().started - *job().queued;
  }

  std::string duration_message() {
    return "execution duration of " + std::to_string(job().execution_duration.count()) +
           " s exceeded";
  }

  void fail(std::string message, std::string detail, bool transient) {
    // The move first: it may go through EXECUTING for a task whose start was never reported.
    job().error = JobError{transient ? ErrorKind::transient : ErrorKind::fatal, std::move(message),
                           std::move(detail)};
    move(Phase::error, Actor::executor, "finished", job().error->message);
  }

  void stop_by_backend(std::string message) {
    job().error = JobError{ErrorKind::fatal, std::move(message), {}};
    remember_abort({}, job().error->message);
    move(Phase::aborted, Actor::executor, "finished", job().error->message);
  }

  void end(const Finished& event) {
    const Outcome& outcome = event.outcome;
    const std::string reason =
        outcome.message.empty() ? last_line(event.stderr_tail) : outcome.message;
    const std::string why = reason.empty() ? "" : ": " + reason;
    switch (outcome.ending) {
      case Ending::exited:
        if (outcome.facts.exit_code.value_or(0) != 0) {
          // A function says itself what is wrong; an exit code needs words.
          fail(outcome.message.empty()
                   ? "the code exited with code " + std::to_string(*outcome.facts.exit_code) + why
                   : outcome.message,
               event.stderr_tail, outcome.transient);
        } else if (event.results_error) {
          fail(event.results_error->message, event.stderr_tail, false);
        } else {
          if (job().phase != Phase::executing) begin(outcome.started.value_or(at_));
          move(Phase::completed, Actor::executor, "finished", {});
        }
        break;
      case Ending::signalled:
        fail("the code was killed by signal " + std::to_string(outcome.facts.signal.value_or(0)) +
                 why,
             event.stderr_tail, outcome.transient);
        break;
      case Ending::out_of_memory:
        fail("the code was killed because it used too much memory" + why, event.stderr_tail,
             outcome.transient);
        break;
      case Ending::not_started:
        fail("the code could not be started" + why, event.stderr_tail, outcome.transient);
        break;
      case Ending::lost:
        fail("how the code ended is not known" + why, event.stderr_tail, true);
        break;
      case Ending::time_limit: stop_by_backend(duration_message()); break;
      case Ending::cancelled: stop_by_backend("the job was cancelled at its backend" + why); break;
    }
  }

  TimePoint at_;
  Applied result_{};
};

}  // namespace

Result<Applied> apply(Job job, const Event& event, TimePoint at) {
  return std::visit(Application{std::move(job), at}, event);
}

Actions actions_for(const Job& job) {
  Actions actions;
  const bool may_go_on = is_live(job.phase) && !job.destroyed && !waits_for_inputs(job);
  actions.hold = may_go_on && job.phase == Phase::held && job.on_hold;
  actions.run = may_go_on && !actions.hold;
  actions.release = may_go_on && job.phase == Phase::queued && job.releasing;
  actions.stop = job.stopping;
  actions.remove_files = job.destroyed && !job.stopping;
  return actions;
}

}}}  // namespace opus::uws0::job
