// HELD, SUSPENDED and UNKNOWN, as backends report them (UWS 1.1 §2.1.3).
#include "tests/simulation/rig.hpp"

using namespace opus_test;
using opus::Phase;

namespace {

/// A rig with one job that executes for an hour, unless its backend does something else.
struct RunningJob {
  SimulationRig rig{};
  opus::JobId id{};

  RunningJob() {
    rig.open([](auto& executor) { executor.run_for(24h); });
    id = rig.create().id;
    until(rig.service(), id, Phase::executing);
  }
  void report(Phase phase, std::string reason = {}) {
    rig.executor->sink()->on_state(id, phase, std::move(reason));
    until(rig.service(), id, phase);
  }
  opus::Job job() { return rig.service().get(id).value(); }
};

}  // namespace

TEST_CASE("UWS-PHS-05: a SUSPENDED job goes on when its backend says so", "[simulation]") {
  RunningJob running;
  const auto started = running.job().started;
  running.report(Phase::suspended);
  running.rig.clock->advance(10min);
  running.report(Phase::executing);
  CHECK(running.job().started == started);  // UWS-PHS-10
}

TEST_CASE("UWS-PHS-08: a backend that cannot be asked makes a job UNKNOWN, not ERROR",
          "[simulation]") {
  RunningJob running;
  running.report(Phase::unknown, "the scheduler does not answer");
  CHECK_FALSE(running.job().error);
  running.report(Phase::executing);
}

TEST_CASE("UWS-PHS-06, AMB-01: a HELD job goes on only when its owner says RUN", "[simulation]") {
  RunningJob running;
  running.report(Phase::held, "held by the operator of the cluster");
  const opus::Job held = running.job();
  running.rig.clock->advance(10min);
  CHECK(running.job().phase == Phase::held);
  CHECK(running.rig.executor->released().empty());
  const opus::Job again = running.rig.service().run(running.id).value();
  CHECK(again.phase == Phase::queued);
  CHECK(again.parameters == held.parameters);
  eventually([&] { return running.rig.executor->released().size() == 1; });
  CHECK(running.rig.executor->submitted().size() == 1);  // UWS-RUN-04: it never runs twice
  running.report(Phase::executing);
}

TEST_CASE("a HELD job that its backend does not let go is HELD again", "[simulation]") {
  RunningJob running;
  running.rig.executor->answer_release(opus::Error{opus::Errc::unsupported, "only the operator"});
  running.report(Phase::held);
  running.rig.clock->advance(1s);
  REQUIRE(running.rig.service().run(running.id));
  until(running.rig.service(), running.id, Phase::held);
  CHECK(running.rig.executor->released().empty());
}

TEST_CASE("AMB-02, UWS-ABT-02: HELD, SUSPENDED and UNKNOWN jobs can be aborted", "[simulation]") {
  for (const Phase phase : {Phase::held, Phase::suspended, Phase::unknown}) {
    RunningJob running;
    running.report(phase);
    CHECK(running.rig.service().abort(running.id)->phase == Phase::aborted);
    eventually([&] { return !running.rig.executor->cancelled().empty(); });
  }
}

TEST_CASE("UWS-RUN-04: RUN is for PENDING and HELD jobs alone", "[simulation]") {
  for (const Phase phase : {Phase::suspended, Phase::unknown, Phase::executing}) {
    RunningJob running;
    if (phase != Phase::executing) running.report(phase);
    CHECK(running.rig.service().run(running.id).error().code == opus::Errc::conflict);
    CHECK(running.job().phase == phase);
  }
}

TEST_CASE("AMB-10: time in SUSPENDED and HELD is no execution time", "[simulation]") {
  RunningJob running;  // may execute for an hour
  auto& clock = *running.rig.clock;
  clock.advance(30min);
  running.report(Phase::suspended);
  clock.advance(5h);
  running.report(Phase::executing);
  clock.advance(20min);
  running.report(Phase::held);
  clock.advance(5h);
  running.report(Phase::executing);
  clock.advance(10min - 1ms);
  REQUIRE(running.rig.service().update(running.id, {.execution_duration = 61min}));
  REQUIRE(running.rig.service().update(running.id, {.execution_duration = 60min}));
  CHECK(running.job().phase == Phase::executing);

  clock.advance(1ms);
  const opus::Job ended = until(running.rig.service(), running.id, Phase::aborted);
  CHECK(ended.error->message == "execution duration of 3600 s exceeded");
}

TEST_CASE("UWS-PHS-04: what a job in QUEUED has is no result", "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& executor) { executor.queue_for(1h).run_for(1s); });
  const opus::Job job = rig.create();
  rig.submitted(1);
  rig.clock->advance(59min);
  CHECK(rig.service().get(job.id)->phase == Phase::queued);
  CHECK(rig.service().get(job.id)->results.empty());
}
