// Jobs that their owners keep from beginning: in the queue, at the backend, over restarts.
#include "tests/simulation/rig.hpp"

using namespace opus_test;
using opus::Attach;
using opus::Errc;
using opus::Error;
using opus::Phase;

namespace {

/// Room for one job, and it is taken.
struct BusyRig : SimulationRig {
  opus::JobId running{};
  BusyRig() : SimulationRig(1) {
    open([](auto& scripted) { scripted.run_for(30min); });
    running = create().id;
    until(service(), running, Phase::executing);
  }
  void end_of_running() {
    clock->advance(30min);
    until(service(), running, Phase::completed);
  }
};

/// A job that waits at its backend for an hour.
struct QueuedThere : SimulationRig {
  opus::JobId id{};
  template <class Script> explicit QueuedThere(Script script) {
    open([&](auto& scripted) {
      scripted.queue_for(1h).run_for(1min);
      script(scripted);
    });
    id = create().id;
    eventually([&] { return !service().get(id)->native_id.empty(); });
  }
  QueuedThere() : QueuedThere([](auto&) {}) {}
  opus::Result<opus::Job> hold() { return service().hold(id); }
  opus::Job job() { return service().get(id).value(); }
  std::string last_detail() { return service().history(id).value().back().detail; }
};

}  // namespace

TEST_CASE("a job that waits in the queue is held there, whatever its executor can",
          "[simulation]") {
  BusyRig rig;
  rig.executor->answer_can_hold(false);
  const auto id = rig.create().id;
  const auto other = rig.create().id;
  CHECK(rig.service().hold(id)->phase == Phase::held);
  rig.end_of_running();
  rig.submitted(2);
  CHECK(rig.executor->submitted().back().job == other);  // not the one that came before it
  CHECK(rig.service().get(id)->phase == Phase::held);
  CHECK(rig.executor->held().empty());
  CHECK(rig.service().run(id)->phase == Phase::queued);
  rig.clock->advance(30min);
  until(rig.service(), id, Phase::executing);
  CHECK(rig.executor->submitted().size() == 3);
  CHECK_FALSE(rig.service().get(id)->releasing);
}

TEST_CASE("a job held in the queue has no place there", "[simulation]") {
  BusyRig rig;
  const auto id = rig.create().id;
  eventually([&] { return rig.service().queue_position(*rig.service().peek(id).value()) == 1u; });
  rig.service().hold(id).value();
  eventually([&] { return !rig.service().queue_position(*rig.service().peek(id).value()); });
  const auto other = rig.create().id;
  eventually(
      [&] { return rig.service().queue_position(*rig.service().peek(other).value()) == 1u; });
  rig.service().run(id).value();  // behind who came meanwhile
  eventually([&] { return rig.service().queue_position(*rig.service().peek(id).value()) == 2u; });
}

TEST_CASE("a job that waits at its backend is held and released there", "[simulation]") {
  QueuedThere rig;
  CHECK(rig.hold()->phase == Phase::held);
  eventually([&] { return rig.executor->held() == std::vector{rig.id}; });
  rig.clock->advance(2h);
  CHECK(rig.job().phase == Phase::held);
  CHECK(rig.service().run(rig.id)->phase == Phase::queued);
  eventually([&] { return rig.executor->released() == std::vector{rig.id}; });
  eventually([&] { return !rig.job().releasing; });
  rig.clock->advance(1h);
  until(rig.service(), rig.id, Phase::executing);
  CHECK(rig.executor->submitted().size() == 1);  // UWS-RUN-04
}

TEST_CASE("HOLD is refused where the executor has the job and cannot hold it", "[simulation]") {
  QueuedThere rig{[](auto& scripted) { scripted.answer_can_hold(false); }};
  const auto held = rig.hold();
  REQUIRE_FALSE(held);
  CHECK(held.error().code == Errc::conflict);
  CHECK(held.error().message ==
        "job " + rig.id.value + " cannot be held any more: the executor 'scripted' has it");
  CHECK(rig.job().phase == Phase::queued);
}

TEST_CASE("a job whose backend refuses to hold it is QUEUED again, with the reason",
          "[simulation]") {
  QueuedThere rig{[](auto& scripted) {
    scripted.answer_hold(Error{Errc::unsupported, "not this one"});
  }};
  REQUIRE(rig.hold());
  until(rig.service(), rig.id, Phase::queued);
  CHECK(rig.last_detail() == "not this one");
  CHECK_FALSE(rig.job().on_hold);
}

TEST_CASE("while the backend cannot be reached a job is HELD, and it is asked again",
          "[simulation]") {
  QueuedThere rig{[](auto& scripted) {
    scripted.answer_hold(Error{Errc::unavailable, "no answer"});
  }};
  REQUIRE(rig.hold());
  rig.executor->answer_hold({});
  eventually([&] {
    rig.clock->advance(1s);
    return !rig.executor->held().empty();
  });
  CHECK(rig.job().phase == Phase::held);
}

TEST_CASE("a release that does not reach the backend is said again", "[simulation]") {
  QueuedThere rig;
  REQUIRE(rig.hold());
  eventually([&] { return !rig.executor->held().empty(); });
  rig.executor->answer_release(Error{Errc::unavailable, "no answer"});
  REQUIRE(rig.service().run(rig.id));
  rig.executor->answer_release({});
  eventually([&] {
    rig.clock->advance(1s);
    return !rig.executor->released().empty();
  });
}

TEST_CASE("a job that begins while it is being held is EXECUTING", "[simulation]") {
  QueuedThere rig;
  REQUIRE(rig.hold());
  rig.executor->sink()->on_started(rig.id, rig.clock->now());
  until(rig.service(), rig.id, Phase::executing);
  CHECK_FALSE(rig.job().on_hold);
}

TEST_CASE(
    "a job that is being staged or handed over when it is held goes no further, or is held "
    "there",
    "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& scripted) { scripted.queue_for(1h); });
  for (int i = 0; i < 50; ++i) {  // it may be anywhere
    const auto id = rig.create().id;
    REQUIRE(rig.service().hold(id));
    REQUIRE(rig.service().run(id));
    REQUIRE(rig.service().hold(id));
    rig.service().run(id).value();
    eventually([&] { return !rig.service().get(id)->native_id.empty(); });
    CHECK(rig.service().get(id)->phase == Phase::queued);
    CHECK(rig.executor->submitted().size() == static_cast<std::size_t>(i) + 1);
    REQUIRE(rig.service().abort(id));
  }
}

TEST_CASE("a job held in the queue is HELD after a restart, and its RUN is, too", "[simulation]") {
  BusyRig rig;
  const auto id = rig.create().id;
  REQUIRE(rig.service().hold(id));
  rig.open([](auto& scripted) { scripted.answer_attach(Attach::attached); });
  CHECK(rig.service().get(id)->phase == Phase::held);
  CHECK(rig.executor->submitted().empty());
  REQUIRE(rig.service().run(id));
  rig.executor->sink()->on_finished(rig.running, {});
  until(rig.service(), id, Phase::completed);
}

TEST_CASE("a job held at its backend is held there again after a restart", "[simulation]") {
  QueuedThere rig;
  REQUIRE(rig.hold());
  eventually([&] { return !rig.executor->held().empty(); });
  rig.open([](auto& scripted) { scripted.answer_attach(Attach::attached); });
  eventually([&] { return rig.executor->held() == std::vector{rig.id}; });
  CHECK(rig.job().phase == Phase::held);
  REQUIRE(rig.service().run(rig.id));
  eventually([&] { return rig.executor->released() == std::vector{rig.id}; });
  CHECK(rig.executor->submitted().empty());
}

TEST_CASE("a RUN of which the backend has not heard is said to it after a restart",
          "[simulation]") {
  QueuedThere rig;
  REQUIRE(rig.hold());
  eventually([&] { return !rig.executor->held().empty(); });
  rig.executor->answer_release(Error{Errc::unavailable, "no answer"});
  REQUIRE(rig.service().run(rig.id));
  rig.open([](auto& scripted) { scripted.answer_attach(Attach::attached); });
  eventually([&] { return rig.executor->released() == std::vector{rig.id}; });
  eventually([&] { return !rig.job().releasing; });
  CHECK(rig.job().phase == Phase::queued);
}

TEST_CASE("jobs on hold are aborted and deleted as others are", "[simulation]") {
  SECTION("in the queue") {
    BusyRig rig;
    const auto id = rig.create().id;
    REQUIRE(rig.service().hold(id));
    CHECK(rig.service().abort(id)->phase == Phase::aborted);
    eventually([&] { return !rig.service().get(id)->stopping; });
    CHECK(rig.service().destroy(id));
    CHECK(rig.executor->cancelled().empty());
  }
  SECTION("at the backend") {
    QueuedThere rig;
    REQUIRE(rig.hold());
    CHECK(rig.service().abort(rig.id)->phase == Phase::aborted);
    eventually([&] { return rig.executor->cancelled() == std::vector{rig.id}; });
    eventually([&] { return !rig.job().stopping; });
  }
}
