// WAIT on a sweep: until the numbers of its jobs in the phases change, or all have ended.
#include "server/rest/sweep_wait.hpp"

#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::JobChange;
using opus::Phase;
using opus::rest::Interrupt;
using opus::rest::JobPtrs;
using opus::rest::SweepWatch;

namespace {

struct Sweep {
  RestRig rig{};
  std::string path{};

  explicit Sweep(const std::string& form, const std::string& list = "echo") {
    const Answer answer = rig.post("/rest/" + list, form + "&SWEEP=product&RUNID=r");
    REQUIRE(answer.status == 303);
    path = path_of(answer.header("Location"));
  }
  std::string job(std::size_t newest) {
    return "/rest/echo/" + rig.service().list({}).value().at(newest).id.value;
  }
  std::shared_ptr<TestCall> wait(const std::string& query) {
    return rig.start("GET", path + '?' + query);
  }
};

int count(const Answer& answer, const std::string& phase) {
  const std::string mark = '"' + phase + "\":";
  const auto at = answer.body.find(mark);
  REQUIRE(at != std::string::npos);
  return std::stoi(answer.body.substr(at + mark.size()));
}

std::shared_ptr<const opus::Job> job(const std::string& id, Phase phase, std::uint64_t version,
                                     const std::string& run_id = "r") {
  opus::Job one;
  one.id = {id};
  one.description = "echo";
  one.run_id = run_id;
  one.phase = phase;
  one.version = version;
  return std::make_shared<const opus::Job>(std::move(one));
}

JobChange change(std::shared_ptr<const opus::Job> to) {
  return {to->id, to->description, {}, to->phase, std::nullopt, false, to};
}

}  // namespace

TEST_CASE("a WAIT on a sweep ends when one of its jobs changes its phase") {
  Sweep sweep("times=1..3");
  const auto call = sweep.wait("WAIT=30");
  CHECK_FALSE(call->response);
  CHECK(sweep.rig.host().timers() == std::vector<std::chrono::milliseconds>{30s});
  sweep.rig.create("echo", "PHASE=RUN&RUNID=other");  // concerns nobody here
  sweep.rig.host().run_posted();
  CHECK_FALSE(call->response);
  REQUIRE(sweep.rig.post(sweep.job(1) + "/phase", "PHASE=ABORT").status == 303);
  const Answer answer = sweep.rig.await(call);
  CHECK(answer.status == 200);
  CHECK(count(answer, "ABORTED") == 1);
  CHECK(count(answer, "PENDING") == 2);
  CHECK(sweep.rig.host().timers().empty());
}

TEST_CASE("UNTIL=FINAL waits for the end of all jobs") {
  Sweep sweep("times=1..3");
  const auto call = sweep.wait("wait=-1&until=final");
  CHECK(sweep.rig.host().timers() == std::vector<std::chrono::milliseconds>{50s});
  for (std::size_t i = 0; i < 3; ++i) {
    sweep.rig.host().run_posted();
    CHECK_FALSE(call->response);
    REQUIRE(sweep.rig.post(sweep.job(i) + "/phase", i == 0 ? "PHASE=ABORT" : "PHASE=RUN").status ==
            303);
    sweep.rig.ended(sweep.job(i));
  }
  const Answer answer = sweep.rig.await(call);
  CHECK(count(answer, "COMPLETED") == 2);
  CHECK(count(answer, "ABORTED") == 1);
  CHECK(sweep.wait("WAIT=30&UNTIL=FINAL")->response);  // they have ended: at once
  CHECK(sweep.wait("WAIT=30")->response);
  CHECK(sweep.rig.host().timers().empty());
}

TEST_CASE("a job that joins or leaves a sweep ends a WAIT") {
  Sweep sweep("times=1..2");
  const auto joined = sweep.wait("WAIT=30");
  sweep.rig.create("echo", "RUNID=r");
  CHECK(count(sweep.rig.await(joined), "PENDING") == 3);
  const auto left = sweep.wait("WAIT=30");
  CHECK_FALSE(left->response);
  REQUIRE(sweep.rig.send("DELETE", sweep.job(0)).status == 303);
  CHECK(count(sweep.rig.await(left), "PENDING") == 2);
  const auto gone = sweep.wait("WAIT=30&UNTIL=FINAL");
  REQUIRE(sweep.rig.send("DELETE", sweep.path).status == 303);
  CHECK(sweep.rig.await(gone).status == 404);
}

TEST_CASE("a WAIT on a sweep ends when its time is over or the server stops") {
  Sweep sweep("times=1..2");
  const auto late = sweep.wait("WAIT=5&RESPONSEFORMAT=xml");
  CHECK_FALSE(late->response);
  sweep.rig.host().fire_timers();
  const Answer answer = sweep.rig.await(late);
  CHECK(answer.header("Content-Type") == "text/xml;charset=UTF-8");
  const auto stopped = sweep.wait("WAIT=30");
  opus::rest::Call::interrupt(stopped, Interrupt::stopping);
  CHECK(sweep.rig.await(stopped).status == 200);
  CHECK(sweep.rig.host().timers().empty());
}

TEST_CASE("a client that goes away frees what waited for its sweep") {
  Sweep sweep("times=1..2");
  auto call = sweep.wait("WAIT=30");
  REQUIRE(call->interruptible());
  opus::rest::Call::interrupt(call, Interrupt::gone);
  CHECK(sweep.rig.host().timers().empty());
  CHECK_FALSE(call->response);
  const std::weak_ptr<TestCall> weak = call;
  call.reset();
  CHECK(weak.expired());
  CHECK(sweep.rig.post(sweep.job(0) + "/phase", "PHASE=ABORT").status == 303);
}

TEST_CASE("bad WAITs on a sweep are refused at once") {
  Sweep sweep("times=1..2");
  for (const char* bad : {"WAIT=", "WAIT=soon", "WAIT=1.5", "WAIT=1&WAIT=2", "WAIT=1&UNTIL=END",
                          "UNTIL=", "WAIT=9&RESPONSEFORMAT=csv"}) {
    INFO(bad);
    const auto call = sweep.wait(bad);
    REQUIRE(call->response);
    CHECK(call->response->status == 400);
  }
  CHECK(sweep.wait("WAIT=0")->response->status == 200);
  CHECK(sweep.wait("UNTIL=FINAL")->response->status == 200);
  CHECK(sweep.rig.get("/rest/echo/sweeps/none?WAIT=30").status == 404);
  CHECK(sweep.rig.host().timers().empty());
}

TEST_CASE("what happens while the jobs of a sweep are read is neither missed nor counted twice") {
  const auto first = job("a", Phase::queued, 2);
  SECTION("known already") {
    SweepWatch watch("echo", "r", false);
    CHECK_FALSE(watch.on_change(change(job("a", Phase::pending, 1))));
    CHECK_FALSE(watch.on_change(change(first)));
    CHECK_FALSE(watch.begin({first}));
    CHECK_FALSE(watch.on_change(change(first)));
    CHECK(watch.on_change(change(job("a", Phase::executing, 3))));
    CHECK_FALSE(watch.on_change(change(job("a", Phase::completed, 4))));  // told once
  }
  SECTION("not known yet") {
    SweepWatch watch("echo", "r", false);
    CHECK_FALSE(watch.on_change(change(job("a", Phase::executing, 3))));
    CHECK(watch.begin({first}));
  }
  SECTION("of others") {
    SweepWatch watch("echo", "r", false);
    CHECK_FALSE(watch.begin({first}));
    CHECK_FALSE(watch.on_change(change(job("b", Phase::queued, 1, "other"))));
    JobChange gone = change(job("b", Phase::queued, 1));
    gone.destroyed = true;
    gone.job = nullptr;
    CHECK_FALSE(watch.on_change(gone));
    CHECK(watch.on_change(change(job("b", Phase::queued, 1))));
  }
  SECTION("one moves each way") {
    SweepWatch watch("echo", "r", false);
    CHECK_FALSE(watch.begin({first, job("b", Phase::pending, 1)}));
    CHECK(watch.on_change(change(job("b", Phase::queued, 2))));
  }
  SECTION("a new run of the same counts") {
    SweepWatch watch("echo", "r", true);
    CHECK_FALSE(watch.begin({first}));
    CHECK(watch.on_change(change(job("a", Phase::error, 3))));
  }
}
