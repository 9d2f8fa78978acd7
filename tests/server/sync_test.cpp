// /sync: one request that starts a job, waits for it and gets its result.
#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::Phase;

namespace {

/// Follows redirections as a client does.
Answer follow(RestRig& rig, Answer answer) {
  while (answer.status == 303) answer = rig.get(path_of(answer.header("Location")));
  return answer;
}

/// The path of the job behind /sync/{name}/{id}.
std::string job_behind(const Answer& started) {
  return "/rest" + path_of(started.header("Location")).substr(std::string_view("/sync").size());
}

}  // namespace

TEST_CASE("DALI-03, UWS-SYN-01, UWS-SYN-02: GET and POST run a job and end at its result") {
  RestRig rig;
  for (const bool by_get : {true, false}) {
    const Answer started =
        by_get ? rig.get("/sync/echo?text=now") : rig.post("/sync/echo", "text=now");
    REQUIRE(started.status == 303);
    const std::string job = job_behind(started);
    const Answer result = follow(rig, started);
    CHECK(result.status == 200);
    CHECK(result.body == rig.get(job + "/results/result").body);
    CHECK(rig.phase(job) == "COMPLETED");  // an ordinary job, in its list
    CHECK(has_text(rig.get("/rest/echo"), job));
  }
}

TEST_CASE("UWS-SYN-01: who waits is woken by each phase and sent on when the job has ended") {
  RestRig rig;
  const Answer started = rig.post("/sync/gate");
  const auto call = rig.start("GET", path_of(started.header("Location")));
  CHECK_FALSE(call->response);
  CHECK(rig.host().timers().size() == 1);
  rig.open_gate();
  const Answer ended = rig.await(call);
  CHECK(ended.status == 303);
  // It makes no result: what it said is the answer.
  CHECK(path_of(ended.header("Location")) == job_behind(started) + "/stdout");
  CHECK(follow(rig, ended).status == 200);
}

TEST_CASE("DALI-05, UWS-SYN-03: a failure is an error status with the error's document") {
  RestRig rig;
  const Answer started = rig.post("/sync/fail");
  const std::string job = job_behind(started);
  const std::string path = path_of(started.header("Location"));
  const Answer failed = follow(rig, started);
  CHECK(failed.status == 500);
  CHECK(failed.body == rig.get(job + "/error").body);
  CHECK(failed.header("Content-Type") == "text/xml;charset=UTF-8");
  const Answer text = rig.get(path, {{"Accept", "text/plain"}});
  CHECK(text.status == 500);
  CHECK(text.body == rig.get(job + "/error", {{"Accept", "text/plain"}}).body);
  CHECK(rig.get(path + "?RESPONSEFORMAT=fits").status == 400);

  const Answer gate = rig.post("/sync/gate");
  rig.post(job_behind(gate) + "/phase", "PHASE=ABORT");
  CHECK(follow(rig, gate).status == 500);
}

TEST_CASE("DALI-05: bad requests start nothing") {
  RestRig rig;
  CHECK(rig.get("/sync/nosuch").status == 404);
  CHECK(has_text(rig.get("/sync/echo?times=many"), "times"));
  CHECK(rig.get("/sync/echo?times=many").status == 400);
  CHECK(rig.get("/sync/echo?PHASE=ABORT").status == 400);
  CHECK(has_text(rig.get("/sync/echo?SWEEP=PRODUCT&text=a&text=b"), "SWEEP"));
  CHECK(rig.send("PUT", "/sync/echo").header("Allow") == "GET, HEAD, POST, OPTIONS");
  const Answer head = rig.send("HEAD", "/sync/echo?text=x");
  CHECK(head.status == 405);
  CHECK(head.header("Allow") == "GET, POST, OPTIONS");
  CHECK_FALSE(has_text(rig.get("/rest/echo"), "jobref"));

  const std::string pending = rig.create("echo");
  CHECK(rig.get("/sync" + pending.substr(5)).status == 403);
  CHECK(rig.get("/sync/gate/" + pending.substr(11)).status == 404);
}

TEST_CASE("UWS-SYN-03: who has waited long is sent round again, and in the end to the job") {
  RestRig rig;
  const Answer started = rig.post("/sync/gate");
  std::string path = path_of(started.header("Location"));
  REQUIRE(rig.get(job_behind(started) + "?WAIT=30&PHASE=QUEUED").status == 200);
  for (int round = 1; round <= 9; ++round) {
    const auto call = rig.start("GET", path);
    rig.host().fire_timers();
    const Answer answer = rig.await(call);
    if (round == 9) {
      CHECK(answer.status == 408);
      CHECK(has_text(answer, job_behind(started)));
      break;
    }
    REQUIRE(answer.status == 303);
    const std::string next = path_of(answer.header("Location"));
    CHECK(contains(next, "?ROUND=" + std::to_string(round)));
    path = next;
  }
  for (const char* bad : {"ROUND=9", "ROUND=-1", "ROUND=x", "ROUND="})
    CHECK(rig.get(path_of(started.header("Location")) + "?" + bad).status == 400);
  CHECK(rig.phase(job_behind(started)) == "EXECUTING");  // it goes on
  rig.open_gate();
}

TEST_CASE(
    "UWS-SYN-03: a client that goes away leaves the job running; one that is there when the "
    "server stops is sent round") {
  RestRig rig;
  const Answer started = rig.post("/sync/gate");
  const std::string path = path_of(started.header("Location"));
  const auto gone = rig.start("GET", path);
  opus::rest::Call::interrupt(gone, opus::rest::Interrupt::gone);
  const auto there = rig.start("GET", path);
  opus::rest::Call::interrupt(there, opus::rest::Interrupt::stopping);
  CHECK(rig.await(there).status == 303);
  CHECK_FALSE(gone->response);
  rig.open_gate();
  CHECK(rig.ended(job_behind(started)).phase == Phase::completed);
}

TEST_CASE("synchronous requests can be switched off") {
  RestRig rig{{.synchronous = false}};
  CHECK(rig.get("/sync/echo?text=x").status == 404);
  CHECK(has_text(rig.post("/sync/echo"), "/rest/echo"));
  CHECK_FALSE(has_text(rig.get("/capabilities"), "/sync/"));
  CHECK(has_text(RestRig{}.get("/capabilities"), "/sync/echo</accessURL>"));
}
