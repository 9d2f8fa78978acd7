// The life of a job as a pure function.
#include <opus/phase.hpp>

#include "libopus/job/apply.hpp"
#include "tests/support/catch.hpp"

using namespace opus;
using namespace std::chrono_literals;

namespace {

const TimePoint k_now = TimePoint{std::chrono::sys_days{std::chrono::year{2026} / 3 / 8}};

Job job_in(Phase phase) {
  Job job;
  job.id = JobId{"01890a5d-ac96-774b-bcce-b302099a8057"};
  job.description = "stack";
  job.created = k_now - 1h;
  job.execution_duration = 60s;
  job.phase = phase;
  if (phase == Phase::executing || phase == Phase::suspended) job.started = k_now - 10min;
  if (is_final(phase)) job.ended = k_now - 1min;
  return job;
}

Job applied(Job job, const job::Event& event, TimePoint at = k_now) {
  const Result<job::Applied> result = job::apply(std::move(job), event, at);
  REQUIRE(result);
  return result->job;
}

job::Finished exited(int code) {
  job::Finished finished;
  finished.outcome.facts.exit_code = code;
  finished.outcome.started = k_now - 5min;
  return finished;
}

/// One event of each kind, with content that would change a job if it could.
std::vector<job::Event> all_events() {
  return {job::RunAsked{},
          job::HoldAsked{},
          job::Released{},
          job::AbortAsked{},
          job::DestroyAsked{},
          job::Reused{JobId{"earlier"}, {}, "hash"},
          job::HandedOver{"local", {"true"}, {}, "opus", std::chrono::seconds{0}, ""},
          job::Submitted{NativeId{"4711"}},
          job::Started{k_now},
          job::StateSeen{Phase::held, "by the operator"},
          job::StateSeen{Phase::suspended, "preempted"},
          job::StateSeen{Phase::unknown, "scheduler unreachable"},
          job::StateSeen{Phase::queued, "requeued"},
          job::StateSeen{Phase::executing, ""},
          job::ProgressSeen{0.5, "half"},
          exited(0),
          exited(1),
          job::Failed{{ErrorKind::fatal, "no", {}}},
          job::Stopped{},
          job::DurationExceeded{},
          job::Archived{}};
}

}  // namespace

TEST_CASE("no event moves a job against the phase table (UWS-PHS-01, UWS-PHS-03)", "[apply]") {
  for (const Phase phase : k_phases) {
    for (const job::Event& event : all_events()) {
      CAPTURE(to_string(phase), event.index());
      const Result<job::Applied> result = job::apply(job_in(phase), event, k_now);
      if (!result) {
        CHECK(result.error().code == Errc::conflict);
        continue;
      }
      Phase at = phase;
      for (const HistoryEntry& step : result->history) {
        if (!step.to) continue;
        REQUIRE(step.from == at);
        CHECK((may_move(at, *step.to, Actor::client) || may_move(at, *step.to, Actor::service) ||
               may_move(at, *step.to, Actor::executor)));
        at = *step.to;
      }
      CHECK(result->job.phase == at);
      if (!result->changed) CHECK(result->job == job_in(phase));
      if (is_final(phase) && phase != result->job.phase)
        CHECK(result->job.phase == Phase::archived);
    }
  }
}

TEST_CASE("RUN is accepted from PENDING and HELD only (UWS-RUN-01, UWS-RUN-04)", "[apply]") {
  for (const Phase phase : k_phases) {
    CAPTURE(to_string(phase));
    const bool allowed = phase == Phase::pending || phase == Phase::held;
    const auto result = job::apply(job_in(phase), job::RunAsked{{{"a", "1"}}, {}, {}}, k_now);
    // The service lets UNKNOWN and PENDING jobs be queued too, but not at a client's wish.
    CHECK(result.has_value() == allowed);
    if (result) {
      CHECK(result->job.phase == Phase::queued);
      CHECK(result->job.queued == k_now);
      CHECK(result->job.parameters.size() == 1);
    } else {
      CHECK(result.error().message.find(to_string(phase)) != std::string::npos);
    }
  }
}

TEST_CASE("ABORT ends every job that has not ended (UWS-ABT-02, UWS-ABT-03)", "[apply]") {
  for (const Phase phase : k_phases) {
    CAPTURE(to_string(phase));
    const auto result = job::apply(job_in(phase), job::AbortAsked{}, k_now);
    if (is_final(phase) && phase != Phase::aborted) {
      REQUIRE_FALSE(result);
      CHECK(result.error().code == Errc::conflict);
      continue;
    }
    REQUIRE(result);
    CHECK(result->job.phase == Phase::aborted);
    CHECK(result->job.ended.has_value());  // UWS-PHS-10, also from PENDING
    CHECK(result->job.stopping == is_live(phase));
    CHECK(result->changed == (phase != Phase::aborted));
  }
}

TEST_CASE("exit code 0 completes, anything else is an error with its reason", "[apply]") {
  Job done = applied(job_in(Phase::executing), exited(0));
  CHECK(done.phase == Phase::completed);
  CHECK(done.ended == k_now);
  CHECK(done.started == k_now - 10min);  // UWS-PHS-10: never reverts
  CHECK_FALSE(done.error);

  job::Finished failed = exited(3);
  failed.stderr_tail = "warming up\nno such star: Nemesis\n";
  done = applied(job_in(Phase::executing), failed);
  CHECK(done.phase == Phase::error);
  REQUIRE(done.error);
  CHECK(done.error->message == "the code exited with code 3: no such star: Nemesis");
  CHECK(done.error->detail == failed.stderr_tail);
  CHECK(done.error->kind == ErrorKind::fatal);

  failed = exited(1);
  failed.outcome.message = "no such star: Nemesis";  // a function says it by itself
  CHECK(applied(job_in(Phase::executing), failed).error->message == "no such star: Nemesis");
}

TEST_CASE("every ending has its phase, a message, and whether to try again (UWS-ERR-04)",
          "[apply]") {
  struct Row {
    Ending ending;
    Phase phase;
    std::string_view says;
    ErrorKind kind;
  };
  const Row row = GENERATE(
      Row{Ending::signalled, Phase::error, "killed by signal 9", ErrorKind::fatal},
      Row{Ending::out_of_memory, Phase::error, "too much memory", ErrorKind::fatal},
      Row{Ending::not_started, Phase::error, "could not be started: why", ErrorKind::fatal},
      Row{Ending::lost, Phase::error, "not known: why", ErrorKind::transient},
      Row{Ending::time_limit, Phase::aborted, "execution duration of 60 s exceeded",
          ErrorKind::fatal},
      Row{Ending::cancelled, Phase::aborted, "cancelled at its backend: why", ErrorKind::fatal});
  job::Finished finished;
  finished.outcome.ending = row.ending;
  finished.outcome.facts.signal = 9;
  finished.outcome.message = "why";
  const Job done = applied(job_in(Phase::executing), finished);
  CHECK(done.phase == row.phase);
  REQUIRE(done.error);
  CAPTURE(done.error->message);
  CHECK(done.error->message.find(row.says) != std::string::npos);
  CHECK(done.error->kind == row.kind);
}

TEST_CASE("missing results make a good exit an error that names them", "[apply]") {
  job::Finished finished = exited(0);
  finished.results_error = Error{Errc::not_found, "result map: expected 1 file, found none", {}};
  const Job done = applied(job_in(Phase::executing), finished);
  CHECK(done.phase == Phase::error);
  CHECK(done.error->message == finished.results_error->message);
}

TEST_CASE("an end whose start was never told passes through EXECUTING", "[apply]") {
  const auto result = job::apply(job_in(Phase::queued), exited(0), k_now);
  REQUIRE(result);
  CHECK(result->job.phase == Phase::completed);
  CHECK(result->job.started == k_now - 5min);
  REQUIRE(result->history.size() == 2);
  CHECK(result->history[0].to == Phase::executing);
  CHECK(result->history[1].to == Phase::completed);
}

TEST_CASE("a result that comes after ABORTED does not change the phase (UWS-PHS-11)", "[apply]") {
  Job job = applied(job_in(Phase::executing), job::AbortAsked{});
  REQUIRE(job.stopping);
  job::Finished finished = exited(0);
  finished.results.resize(1);
  job = applied(job, finished, k_now + 1s);
  CHECK(job.phase == Phase::aborted);
  CHECK(job.ended == k_now);
  CHECK(job.results.size() == 1);  // UWS-ABT-01: what is there is retained
  CHECK_FALSE(job.stopping);
  CHECK(applied(job, exited(1)) == job);
}

TEST_CASE("a limit exceeded aborts with a reason (UWS-EXD-04)", "[apply]") {
  const Job job = applied(job_in(Phase::executing), job::DurationExceeded{});
  CHECK(job.phase == Phase::aborted);
  CHECK(job.stopping);
  REQUIRE(job.error);
  CHECK(job.error->message == "execution duration of 60 s exceeded");
  for (const Phase phase : {Phase::queued, Phase::suspended, Phase::held, Phase::unknown})
    CHECK(applied(job_in(phase), job::DurationExceeded{}) == job_in(phase));  // AMB-10
}

TEST_CASE("deletion hides at once and removes when nothing runs (UWS-DEL-03)", "[apply]") {
  Job job = applied(job_in(Phase::executing), job::DestroyAsked{});
  CHECK(job.destroyed);
  CHECK(job::actions_for(job) == job::Actions{false, true, false});
  job = applied(job, job::Stopped{});
  CHECK(job::actions_for(job) == job::Actions{false, false, true});
  CHECK(job::actions_for(applied(job_in(Phase::completed), job::DestroyAsked{})) ==
        job::Actions{false, false, true});
}

TEST_CASE("archiving stops first, then forgets results but not the record (UWS-DST-05, UWS-PHS-09)",
          "[apply]") {
  Job job = applied(job_in(Phase::executing), job::Archived{});
  CHECK(job.phase == Phase::aborted);
  CHECK(job.stopping);
  CHECK(applied(job, job::Archived{}).phase == Phase::aborted);  // not while it runs
  job.stopping = false;
  job.results = {{"a", "a", {}}, {"b", "b", {}}};
  job.results[0].entity.id = EntityId{"a"};
  job.results[0].entity.location = "jobs/a";
  job.results[1].entity.id = EntityId{"b"};
  job.results[1].entity.location = "jobs/b";
  job = applied(job, job::Archived{{EntityId{"b"}}});
  CHECK(job.phase == Phase::archived);
  CHECK(job.results[0].entity.location.empty());
  CHECK(job.results[0].entity.invalidated == k_now);
  CHECK(job.results[1].entity.location == "jobs/b");
  CHECK_FALSE(job.results[1].entity.invalidated);
}

TEST_CASE("what must be done follows from the job alone and can be repeated", "[apply]") {
  for (const Phase phase : k_phases) {
    CAPTURE(to_string(phase));
    CHECK(job::actions_for(job_in(phase)) == job::Actions{is_live(phase), false, false});
  }
}

TEST_CASE(
    "what is reused completes a job that waits, and comes too late for one that was aborted") {
  const job::Reused reused{JobId{"earlier"}, {{"map", "map", {}}}, "hash"};
  for (const Phase phase : {Phase::queued, Phase::held}) {
    const Result<job::Applied> result = job::apply(job_in(phase), reused, k_now);
    REQUIRE(result);
    CHECK(result->job.phase == Phase::completed);
    CHECK(result->job.reuse_of == JobId{"earlier"});
    CHECK(result->job.results.size() == 1);
    CHECK(result->job.ended == k_now);
    CHECK_FALSE(result->job.started);
    REQUIRE(result->history.size() == 2);  // the phase table has no shorter way
    CHECK(result->history[0].kind == "reused");
    CHECK(result->history[0].to == Phase::executing);
  }
  const Job aborted = applied(job_in(Phase::queued), job::AbortAsked{"alice", "a mistake"});
  CHECK(aborted.stopping);
  const Job late = applied(aborted, reused);
  CHECK(late.phase == Phase::aborted);
  CHECK_FALSE(late.stopping);
  CHECK(late.results.empty());
}

TEST_CASE("who ended a job before its code did, and why, is kept and told in its history") {
  const Result<job::Applied> asked =
      job::apply(job_in(Phase::executing), job::AbortAsked{"alice", "a mistake"}, k_now);
  REQUIRE(asked);
  CHECK(asked->job.aborted);
  CHECK(asked->job.aborted_by == "alice");
  CHECK(asked->job.abort_reason == "a mistake");
  CHECK(asked->history.at(0).detail == "by alice: a mistake");
  CHECK(applied(job_in(Phase::executing), job::DestroyAsked{}).abort_reason ==
        "the job was deleted");
  const Job late = applied(job_in(Phase::executing), job::DurationExceeded{});
  CHECK(late.aborted);
  CHECK(late.aborted_by.empty());
  CHECK(late.abort_reason == "execution duration of 60 s exceeded");
  CHECK_FALSE(applied(job_in(Phase::executing), exited(0)).aborted);
}
