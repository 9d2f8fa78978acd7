#include "libopus/executor/batch/verdict.hpp"

#include <csignal>

namespace opus { inline namespace uws0 { namespace batch {

namespace {

/// The runner knows exactly how the code ended, but not who wanted an end that came from outside.
bool needs_a_reason(const Outcome& record) {
  return record.ending == Ending::cancelled ||
         (record.ending == Ending::signalled &&
          (record.facts.signal == SIGTERM || record.facts.signal == SIGKILL));
}

std::string with_reason(std::string text, const Listed& listed) {
  return listed.reason.empty() ? text : text + " (" + listed.reason + ")";
}

/// What the scheduler did to it, put into `outcome`. False: it did nothing.
bool explain(const Listed& listed, std::string_view title, Outcome& outcome) {
  const std::string by{title};
  switch (listed.state) {
    case State::cancelled:
      outcome.ending = Ending::cancelled;
      outcome.message = with_reason("not by this service, but in " + by + " itself", listed);
      return true;
    case State::time_limit:
      outcome.ending = Ending::cancelled;
      outcome.message = "it reached the time limit that " + by + " has for it";
      return true;
    case State::preempted:
      outcome.ending = Ending::cancelled;
      outcome.message = by + " needed its place for a job of higher priority (preemption)";
      outcome.transient = true;
      return true;
    case State::requeued:
      outcome.ending = Ending::cancelled;
      outcome.message =
          by + " stopped it to run it again later (requeue), but a job runs at most once";
      outcome.transient = true;
      return true;
    case State::out_of_memory:
      outcome.ending = Ending::out_of_memory;
      outcome.message = "more than the memory that " + by + " allotted to it";
      return true;
    case State::node_failed:
      outcome.ending = Ending::lost;
      outcome.message = with_reason("the compute node failed", listed);
      outcome.transient = true;
      return true;
    default: return false;
  }
}

std::string runner_status(const Listed& listed) {
  if (listed.signal) return "signal " + std::to_string(*listed.signal);
  if (listed.exit_code) return "exit code " + std::to_string(*listed.exit_code);
  return "no status";
}

/// The scheduler says that it is over, and the runner has left nothing.
Outcome without_record(const Evidence& evidence, Outcome outcome) {
  const Listed& listed = *evidence.listed;
  const std::string by{evidence.title};
  if (explain(listed, evidence.title, outcome)) return outcome;
  if (!evidence.claim) {
    outcome.ending = Ending::not_started;
    outcome.message = with_reason(by + " reports " + listed.word, listed) + ", " +
                      runner_status(listed) +
                      ", and OPUS's runner did not begin: is the data folder there on the compute "
                      "node, and the runner program?";
    if (listed.state == State::not_started)
      outcome.message = with_reason(by + " will never start it", listed);
    outcome.transient = listed.state != State::not_started;
    return outcome;
  }
  outcome.ending = Ending::lost;
  outcome.message = with_reason(by + " reports " + listed.word, listed) + ", " +
                    runner_status(listed) +
                    ", and OPUS's runner could not write down how the code ended";
  return outcome;
}

Outcome forgotten(const Evidence& evidence, Outcome outcome) {
  outcome.ending = Ending::lost;
  outcome.message = std::string{evidence.title} + " does not know the job any more, and ";
  outcome.message += evidence.claim ? "OPUS's runner left no word of its end"
                                    : "OPUS's runner had not begun: somebody may have cancelled it";
  return outcome;
}

}  // namespace

std::optional<Outcome> verdict(const Evidence& evidence) {
  const bool over = evidence.listed && is_over(evidence.listed->state);
  if (evidence.record) {
    Outcome outcome = *evidence.record;
    if (!needs_a_reason(outcome)) return outcome;
    if (evidence.cancel_asked) {
      outcome.ending = Ending::cancelled;
      return outcome;
    }
    if (over) {
      explain(*evidence.listed, evidence.title, outcome);
      return outcome;
    }
    if (!evidence.forgotten && !evidence.patience_over) return std::nullopt;
    return outcome;
  }
  if (!over && !evidence.forgotten) return std::nullopt;

  Outcome outcome;
  if (evidence.claim) {
    outcome.started = evidence.claim->at;
    outcome.facts.host = evidence.claim->host;
  }
  const bool unstarted_end = over && !evidence.claim &&
                             (evidence.cancel_asked || evidence.listed->state == State::cancelled);
  if (unstarted_end || evidence.patience_over) {
    if (evidence.cancel_asked) {
      outcome.ending = Ending::cancelled;
      return outcome;
    }
    outcome = over ? without_record(evidence, std::move(outcome))
                   : forgotten(evidence, std::move(outcome));
    if (!evidence.record_fault.empty()) outcome.message += "; " + evidence.record_fault;
    return outcome;
  }
  return std::nullopt;
}

}}}  // namespace opus::uws0::batch
