// Jobs whose backend holds, suspends or loses them; ARCHIVED jobs; what jobInfo tells.
#include <opus/testing.hpp>

#include "tests/server/rest_rig.hpp"
#include "tests/simulation/rig.hpp"

using namespace opus_test;
using opus::Phase;
using opus::testing::ManualClock;
using opus::testing::ScriptedExecutor;

namespace {

/// With the job "sim", which runs for a day unless something else is said.
class PhaseRig : public RestRig {
 public:
  explicit PhaseRig(opus::OnDestruction at_end = opus::OnDestruction::remove,
                    std::shared_ptr<ManualClock> time = std::make_shared<ManualClock>())
      : RestRig({}, {.max_executing = 1, .clock = time}), clock(std::move(time)) {
    auto made = std::make_unique<ScriptedExecutor>(clock);
    executor = made.get();
    executor->run_for(24h);
    opus::JobDescription description = scripted_description();
    description.execution_duration = 0s;
    description.retention = 48h;
    description.on_destruction = at_end;
    service().define(description).value();
    service().add_executor(std::move(made)).value();
  }
  std::string executing() {
    std::string path = create("sim", "PHASE=RUN");
    until(service(), id_of(path), Phase::executing);
    return path;
  }
  void report(const std::string& path, Phase phase) {
    executor->sink()->on_state(id_of(path), phase, "because");
    until(service(), id_of(path), phase);
  }
  bool has(const std::string& path, const std::string& text) {
    return get(path).body.find(text) != std::string::npos;
  }

  std::shared_ptr<ManualClock> clock;
  ScriptedExecutor* executor = nullptr;
};

}  // namespace

TEST_CASE("UWS-PHS-01, UWS-PHS-07: HELD, SUSPENDED and UNKNOWN are shown as they are") {
  PhaseRig rig;
  const std::string path = rig.executing();
  for (const Phase phase : {Phase::suspended, Phase::held, Phase::unknown, Phase::executing}) {
    if (phase == Phase::held) rig.report(path, Phase::executing);
    rig.report(path, phase);
    const std::string word{to_string(phase)};
    CHECK(rig.phase(path) == word);
    CHECK(rig.has(path, "<uws:phase>" + word + "</uws:phase>"));
    CHECK(rig.has("/rest/sim?PHASE=" + word, rig.id_of(path).value));
    CHECK(rig.has(path, "<uws:endTime xsi:nil=\"true\"/>"));
  }
}

TEST_CASE("UWS-PHS-06, UWS-RUN-04: PHASE=RUN is taken from HELD and refused from SUSPENDED") {
  PhaseRig rig;
  const std::string path = rig.executing();
  rig.report(path, Phase::suspended);
  CHECK(rig.post(path + "/phase", "PHASE=RUN").status == 403);
  CHECK(rig.phase(path) == "SUSPENDED");
  rig.report(path, Phase::executing);
  rig.report(path, Phase::held);
  CHECK(rig.post(path + "/parameters", "n=2").status == 403);  // UWS-RUN-05
  CHECK(rig.post(path + "/phase", "PHASE=RUN").status == 303);
  CHECK(rig.phase(path) == "QUEUED");
  CHECK(rig.post(path + "/phase", "PHASE=ABORT").status == 303);
  CHECK(rig.phase(path) == "ABORTED");
}

TEST_CASE("PHASE=HOLD keeps a job that has not begun from beginning, until PHASE=RUN") {
  PhaseRig rig;
  const std::string running = rig.executing();
  CHECK(rig.post(running + "/phase", "PHASE=HOLD").status == 403);
  CHECK(rig.phase(running) == "EXECUTING");
  const std::string path = rig.create("sim", "PHASE=RUN");
  CHECK(rig.post(path + "/phase", "phase=hold").status == 303);
  CHECK(rig.phase(path) == "HELD");
  CHECK(rig.post(path, "PHASE=HOLD").status == 303);  // once more, and at the job itself
  CHECK(rig.post(path + "/phase", "PHASE=RUN").status == 303);
  CHECK(rig.phase(path) == "QUEUED");
  const std::string pending = rig.create("sim");
  CHECK(rig.post(pending + "/phase", "PHASE=HOLD").status == 403);
  CHECK(rig.phase(pending) == "PENDING");
  const auto refused = rig.post("/rest/sim", "PHASE=HOLD");
  CHECK(refused.status == 400);
  CHECK(has_text(refused, "PHASE: expected RUN, or no PHASE for a new job, got 'HOLD'"));
}

TEST_CASE("PHASE=HOLD of a job that its executor has and cannot hold is 403, with the reason") {
  PhaseRig rig;
  rig.executor->answer_can_hold(false).queue_for(24h);
  const std::string path = rig.create("sim", "PHASE=RUN");
  eventually([&] { return !rig.service().get(rig.id_of(path))->native_id.empty(); });
  const auto refused = rig.post(path + "/phase", "PHASE=HOLD");
  CHECK(refused.status == 403);
  CHECK(has_text(refused, "the executor 'scripted' has it"));
  CHECK(rig.phase(path) == "QUEUED");
}

TEST_CASE("UWS-WAI-09: a WAIT for a SUSPENDED job is paced, not answered at once") {
  PhaseRig rig;
  const std::string path = rig.executing();
  rig.report(path, Phase::suspended);
  const auto call = rig.start("GET", path + "?WAIT=-1&PHASE=SUSPENDED");
  CHECK_FALSE(call->response);
  CHECK(rig.host().timers() == std::vector<std::chrono::milliseconds>{1s});
  rig.host().fire_timers();
  CHECK(rig.await(call).status == 200);
}

TEST_CASE("UWS-WAI-08, AMB-11: progress does not end a WAIT") {
  PhaseRig rig;
  const std::string path = rig.executing();
  const auto call = rig.start("GET", path + "?WAIT=30&PHASE=EXECUTING");
  rig.executor->sink()->on_progress(rig.id_of(path), 0.25, "a quarter");
  eventually([&] { return rig.has(path, "<progressText>a quarter</progressText>"); });
  rig.host().run_posted();
  CHECK_FALSE(call->response);
  rig.report(path, Phase::unknown);
  CHECK(rig.await(call).body.find("<uws:phase>UNKNOWN<") != std::string::npos);
}

TEST_CASE("UWS-INF-01, UWS-INF-03: jobInfo tells progress, executor, native id and place") {
  PhaseRig rig;
  const std::string running = rig.executing();
  eventually([&] { return rig.has(running, "<nativeId>scripted-"); });
  rig.executor->sink()->on_progress(rig.id_of(running), 0.5, "half");
  eventually([&] { return rig.has(running, "<progress>0.5</progress>"); });
  CHECK(rig.has(running, "<executor>scripted</executor>"));
  CHECK_FALSE(rig.has(running, "<queuePosition>"));

  const std::string next = rig.create("sim", "PHASE=RUN");
  const std::string last = rig.create("sim", "PHASE=RUN");
  eventually([&] { return rig.has(last, "<queuePosition>2</queuePosition>"); });
  CHECK(rig.has(next, "<queuePosition>1</queuePosition>"));
  CHECK(rig.has(last + "?RESPONSEFORMAT=json", "\"queuePosition\":2,"));
  CHECK(rig.has(running + "?RESPONSEFORMAT=json", "\"queuePosition\":null,"));
  CHECK(rig.has("/rest/sim?DETAILS=true&RESPONSEFORMAT=json", "\"queuePosition\":2,"));
  // The job is the same; what is before it is not.
  REQUIRE(rig.send("DELETE", next).status == 303);
  eventually([&] { return rig.has(last, "<queuePosition>1</queuePosition>"); });
  CHECK_FALSE(rig.has(rig.create("sim"), "<queuePosition>"));
}

TEST_CASE("UWS-PHS-09, UWS-ARC-01, UWS-ARC-02: an ARCHIVED job keeps its record alone") {
  PhaseRig rig{opus::OnDestruction::archive};
  const std::string path = rig.create("sim", "n=7&RUNID=kept&PHASE=RUN");
  const opus::JobId id = rig.id_of(path);
  until(rig.service(), id, Phase::executing);
  rig.clock->advance(24h);
  until(rig.service(), id, Phase::completed);
  REQUIRE(rig.has("/rest/sim", id.value));
  rig.clock->advance(24h);
  until(rig.service(), id, Phase::archived);

  CHECK(rig.phase(path) == "ARCHIVED");
  CHECK(rig.get(path).status == 200);
  CHECK(rig.has(path, "<uws:parameter id=\"n\">7</uws:parameter>"));
  CHECK(rig.has(path, "<uws:runId>kept</uws:runId>"));
  CHECK(rig.get(path + "/results").status == 200);
  CHECK(rig.get(path + "/stdout").status == 404);
  CHECK_FALSE(rig.has("/rest/sim", id.value));
  CHECK_FALSE(rig.has("/rest/sim?LAST=9&AFTER=2020", id.value));
  CHECK_FALSE(rig.has("/rest/sim?PHASE=COMPLETED", id.value));
  CHECK(rig.has("/rest/sim?PHASE=ARCHIVED", id.value));
  CHECK(rig.has("/rest/sim?PHASE=PENDING&PHASE=archived", id.value));  // UWS-LST-06
  CHECK(rig.get(path + "?WAIT=10").status == 200);                     // at once: UWS-WAI-03
  for (const char* command : {"PHASE=RUN", "PHASE=ABORT"})
    CHECK(rig.post(path + "/phase", command).status == 403);
  CHECK(rig.post(path + "/destruction", "DESTRUCTION=2090-01-01T00:00:00Z").status == 403);
  CHECK(rig.post(path + "/parameters", "n=8").status == 403);
  CHECK(rig.send("DELETE", path).status == 303);
  CHECK(rig.get(path).status == 404);
}

TEST_CASE("UWS-DST-02: the destruction time of a running job can change, and is what counts") {
  PhaseRig rig;
  const std::string path = rig.executing();
  REQUIRE(rig.post(path + "/destruction", "DESTRUCTION=2026-01-01T02:00:00").status == 303);
  CHECK(rig.has(path, "<uws:destruction>2026-01-01T02:00:00.000Z</uws:destruction>"));
  rig.clock->advance(2h);
  eventually([&] { return rig.get(path).status == 404; });
}

TEST_CASE("UWS-EXD-06: the execution duration can change while EXECUTING, and is what counts") {
  PhaseRig rig;
  const std::string path = rig.executing();
  REQUIRE(rig.post(path + "/executionduration", "EXECUTIONDURATION=7200").status == 303);
  CHECK(rig.get(path + "/executionduration").body == "7200");
  rig.clock->advance(119min);
  CHECK(rig.phase(path) == "EXECUTING");
  rig.clock->advance(1min);
  until(rig.service(), rig.id_of(path), Phase::aborted);  // UWS-EXD-04
  CHECK(rig.has(path, "<uws:message>execution duration of 7200 s exceeded</uws:message>"));
  CHECK(rig.get(path + "/error").status == 200);  // UWS-ERR-11
}
