// WAIT (UWS 1.1 §2.2.1.2) with timers that fire when told.
#include "server/rest/wait.hpp"

#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::Phase;
using opus::rest::Interrupt;
using opus::rest::read_wait;
using opus::rest::Request;
using opus::rest::time_to_wait;
using opus::rest::WaitRequest;

namespace {

opus::Result<std::optional<WaitRequest>> wait_of(const std::string& query) {
  Request request;
  REQUIRE(request.set_target("/x?" + query));
  return read_wait(request, 50s);
}

std::string phase_in(const Answer& answer) {
  const std::string mark = "<uws:phase>";
  const auto at = answer.body.find(mark) + mark.size();
  return answer.body.substr(at, answer.body.find('<', at) - at);
}

}  // namespace

TEST_CASE("UWS-WAI-04, UWS-WAI-07, UWS-WAI-10: WAIT is seconds, capped; negative means the cap") {
  const auto time = [](const std::string& query) { return wait_of(query).value()->time; };
  CHECK(time("WAIT=10") == 10s);
  CHECK(time("wait=0") == 0s);
  CHECK(time("WAIT=-1") == 50s);
  CHECK(time("WAIT=-7") == 50s);
  CHECK(time("WAIT=51") == 50s);
  CHECK(time("WAIT=9223372036854775807") == 50s);
  CHECK_FALSE(wait_of("PHASE=QUEUED").value());
  CHECK(wait_of("WAIT=1&PHASE=queued").value()->phase == Phase::queued);
  for (const char* bad : {"WAIT=", "WAIT", "WAIT=x", "WAIT=1.5", "WAIT=1&WAIT=2",
                          "WAIT=1&PHASE=RUNNING", "WAIT=1&PHASE="})
    CHECK_FALSE(wait_of(bad));
}

TEST_CASE("UWS-WAI-03, UWS-WAI-05, UWS-WAI-09: which phases a WAIT blocks in") {
  for (const Phase phase : opus::k_phases) {
    INFO(to_string(phase));
    const auto time = time_to_wait({10s, {}}, phase, 1s);
    if (is_active(phase))
      CHECK(time == 10s);
    else if (is_final(phase))
      CHECK(time == 0s);
    else
      CHECK(time == 1s);  // paced
    CHECK(time_to_wait({10s, phase}, phase, 1s) == time);
    CHECK(time_to_wait({0s, {}}, phase, 1s) == 0s);
    for (const Phase other : opus::k_phases)
      if (other != phase) CHECK(time_to_wait({10s, other}, phase, 1s) == 0s);
  }
}

TEST_CASE("UWS-WAI-01, UWS-WAI-02: a WAIT ends when the phase changes") {
  RestRig rig;
  const auto path = rig.create("echo");
  const auto call = rig.start("GET", path + "?WAIT=30");
  CHECK_FALSE(call->response);
  CHECK(rig.host().timers() == std::vector<std::chrono::milliseconds>{30s});
  REQUIRE(rig.post(path + "/phase", "PHASE=ABORT").status == 303);
  const Answer answer = rig.await(call);
  CHECK(answer.status == 200);
  CHECK(phase_in(answer) == "ABORTED");
  CHECK(rig.host().timers().empty());
}

TEST_CASE("UWS-WAI-02: a WAIT ends when its time is over, changed or not") {
  RestRig rig;
  const auto path = rig.create("echo");
  const auto call = rig.start("GET", path + "?WAIT=5&PHASE=PENDING");
  CHECK_FALSE(call->response);
  rig.host().fire_timers();
  const Answer answer = rig.await(call);
  CHECK(answer.status == 200);
  CHECK(phase_in(answer) == "PENDING");
}

TEST_CASE("UWS-WAI-05, UWS-WAI-12: a WAIT for another phase, and PHASE alone, answer at once") {
  RestRig rig;
  const auto path = rig.create("echo");
  CHECK(rig.start("GET", path + "?WAIT=30&PHASE=QUEUED")->response);
  CHECK(rig.start("GET", path + "?WAIT=30&PHASE=COMPLETED")->response);
  CHECK(rig.start("GET", path + "?PHASE=PENDING")->response);
  CHECK(rig.start("GET", path + "?WAIT=0")->response);
  CHECK(rig.start("GET", path)->response);  // UWS-WAI-14
  CHECK(rig.start("GET", path + "/phase?WAIT=30")->response);
  CHECK(rig.get(path + "?WAIT=soon").status == 400);
  CHECK(rig.host().timers().empty());
}

TEST_CASE("UWS-WAI-03: a WAIT for a job that has ended answers at once") {
  RestRig rig;
  const auto path = rig.create("echo", "PHASE=RUN");
  rig.ended(path);
  const auto call = rig.start("GET", path + "?WAIT=-1");
  REQUIRE(call->response);
  CHECK(rig.get(path + "?WAIT=10&PHASE=COMPLETED").status == 200);
}

TEST_CASE("UWS-WAI-01: a WAIT while EXECUTING ends with the job") {
  RestRig rig;
  const auto path = rig.create("gate", "PHASE=RUN");
  while (rig.phase(path) == "QUEUED") rig.get(path + "?WAIT=10&PHASE=QUEUED");
  REQUIRE(rig.phase(path) == "EXECUTING");
  const auto call = rig.start("GET", path + "?WAIT=-1&PHASE=EXECUTING");
  CHECK_FALSE(call->response);
  rig.open_gate();
  CHECK(phase_in(rig.await(call)) == "COMPLETED");
}

TEST_CASE("UWS-WAI-11: a job destroyed while it is waited for is 404 now") {
  RestRig rig;
  const auto path = rig.create("echo");
  const auto call = rig.start("GET", path + "?WAIT=30");
  REQUIRE(rig.send("DELETE", path).status == 303);
  CHECK(rig.await(call).status == 404);
}

TEST_CASE("UWS-WAI-11: a client that goes away frees what waited for it") {
  RestRig rig;
  const auto path = rig.create("echo");
  auto call = rig.start("GET", path + "?WAIT=30");
  REQUIRE(call->interruptible());
  opus::rest::Call::interrupt(call, Interrupt::gone);
  CHECK(rig.host().timers().empty());
  CHECK_FALSE(call->response);
  const std::weak_ptr<TestCall> weak = call;
  call.reset();
  CHECK(weak.expired());
  CHECK(rig.post(path + "/phase", "PHASE=ABORT").status == 303);  // nobody is told
}

TEST_CASE("UWS-WAI-11: a server that stops answers all who wait") {
  RestRig rig;
  const auto path = rig.create("echo");
  const auto call = rig.start("GET", path + "?WAIT=30");
  opus::rest::Call::interrupt(call, Interrupt::stopping);
  REQUIRE(call->response);
  CHECK(call->response->status == 200);
  CHECK(rig.host().timers().empty());
}

TEST_CASE("UWS-WAI-13: of thousands of waiting calls each is answered once") {
  RestRig rig;
  const auto path = rig.create("echo");
  std::vector<std::shared_ptr<TestCall>> calls;
  for (int i = 0; i < 2000; ++i) calls.push_back(rig.start("GET", path + "?WAIT=30"));
  REQUIRE(rig.post(path + "/phase", "PHASE=ABORT").status == 303);
  for (const auto& call : calls) CHECK(rig.await(call).status == 200);
  rig.host().run_posted();
  CHECK(rig.host().timers().empty());
}
