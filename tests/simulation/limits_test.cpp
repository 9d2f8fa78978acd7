// What a client may set, what it gets instead, and what it can expect: UWS 1.1 §2.1.4 to §2.1.6.
#include "tests/simulation/rig.hpp"

using namespace opus_test;
using opus::Phase;

namespace {

opus::JobDescription limited() {
  opus::JobDescription description = scripted_description("limited");
  description.execution_duration = 10min;
  description.execution_duration_min = 1min;
  description.execution_duration_max = 1h;
  description.retention = 48h;
  description.retention_min = 1h;
  description.retention_max = 72h;
  return description;
}

/// Runs one job of "sim" for that long.
void run_one(SimulationRig& rig, std::chrono::milliseconds time) {
  rig.executor->run_for(time);
  const opus::Job job = rig.create();
  until(rig.service(), job.id, Phase::executing);
  rig.clock->advance(time);
  until(rig.service(), job.id, Phase::completed);
}

}  // namespace

TEST_CASE("UWS-EXD-03, UWS-EXD-07: an execution duration is moved into the description's limits",
          "[simulation]") {
  SimulationRig rig;
  opus::Service& service = rig.open();
  REQUIRE(service.define(limited()));
  const opus::Job job = service.create({.description = "limited"}).value();
  CHECK(job.execution_duration == 10min);
  const auto set = [&](std::chrono::seconds asked) {
    const auto created =
        service.create({.description = "limited", .execution_duration = asked}).value();
    const auto updated = service.update(job.id, {.execution_duration = asked}).value();
    CHECK(created.execution_duration == updated.execution_duration);
    return updated.execution_duration;
  };
  CHECK(set(2min) == 2min);
  CHECK(set(1s) == 1min);
  CHECK(set(2h) == 1h);
  CHECK(set(0s) == 1h);  // unlimited is more than the maximum
}

TEST_CASE("UWS-DST-02: a destruction time is moved into the description's limits", "[simulation]") {
  SimulationRig rig;
  opus::Service& service = rig.open();
  REQUIRE(service.define(limited()));
  const opus::TimePoint now = rig.clock->now();
  const opus::Job job = service.create({.description = "limited"}).value();
  CHECK(job.destruction == now + 48h);
  const auto set = [&](opus::TimePoint asked) {
    const auto created = service.create({.description = "limited", .destruction = asked}).value();
    const auto updated = service.update(job.id, {.destruction = asked}).value();
    CHECK(created.destruction == updated.destruction);
    return updated.destruction;
  };
  CHECK(set(now + 24h) == now + 24h);
  CHECK(set(now + 1s) == now + 1h);
  CHECK(set(now + 1000h) == now + 72h);
  // Renewed later, it counts from then.
  rig.clock->advance(24h);
  CHECK(service.update(job.id, {.destruction = now + 1000h})->destruction == now + 96h);
}

TEST_CASE("UWS-EXD-07, UWS-DST-02: the limits of the service count for every description",
          "[simulation]") {
  SimulationRig rig;
  rig.config().execution_duration_min = 2min;
  rig.config().execution_duration_max = 30min;
  rig.config().retention = 0s;
  rig.config().retention_min = 2h;
  rig.config().retention_max = 60h;
  opus::Service& service = rig.open();
  REQUIRE(service.define(limited()));
  const opus::TimePoint now = rig.clock->now();
  const auto create = [&](std::string name, std::optional<std::chrono::seconds> duration,
                          std::optional<opus::TimePoint> destruction) {
    return service
        .create({.description = std::move(name),
                 .execution_duration = duration,
                 .destruction = destruction})
        .value();
  };
  CHECK(create("sim", {}, {}).execution_duration == 30min);  // its default is an hour
  CHECK(create("sim", 1s, {}).execution_duration == 2min);
  CHECK(create("sim", {}, {}).destruction == now + 60h);  // never is later than the maximum
  CHECK(create("limited", 1s, {}).execution_duration == 2min);
  CHECK(create("limited", 1h, {}).execution_duration == 30min);
  CHECK(create("limited", {}, {}).destruction == now + 48h);
  CHECK(create("limited", {}, now + 1h).destruction == now + 2h);
  CHECK(create("limited", {}, now + 71h).destruction == now + 60h);
}

TEST_CASE("UWS-QUO-01, UWS-QUO-04: without past runs a quote is what the description expects",
          "[simulation]") {
  SimulationRig rig;
  opus::Service& service = rig.open();
  const opus::TimePoint now = rig.clock->now();
  CHECK(rig.create({}, false).quote == now + 1h);  // at the latest
  opus::JobDescription description = scripted_description("quoted");
  description.quote = 90s;
  REQUIRE(service.define(description));
  CHECK(service.create({.description = "quoted"})->quote == now + 90s);
  description.name = "endless";
  description.quote.reset();
  description.execution_duration = 0s;
  REQUIRE(service.define(description));
  CHECK_FALSE(service.create({.description = "endless"})->quote);
}

TEST_CASE("UWS-QUO-01: a quote is the median time of the last runs that completed",
          "[simulation]") {
  SimulationRig rig;
  rig.open();
  run_one(rig, 10min);
  CHECK(rig.create({}, false).quote == rig.clock->now() + 10min);
  run_one(rig, 1min);
  run_one(rig, 20min);
  CHECK(rig.create({}, false).quote == rig.clock->now() + 10min);
  // Runs that failed, and other changes of those that completed, do not count.
  rig.executor->run_for(1s).exit_with(1);
  const opus::Job failed = rig.create();
  until(rig.service(), failed.id, Phase::executing);
  rig.clock->advance(1s);
  until(rig.service(), failed.id, Phase::error);
  rig.executor->exit_with(0);
  for (const opus::JobSummary& job : rig.service().list({.phases = {Phase::completed}}).value())
    REQUIRE(rig.service().update(job.id, {.destruction = rig.clock->now() + 1h}));
  CHECK(rig.create({}, false).quote == rig.clock->now() + 10min);

  SECTION("which a new service finds in its store") {
    rig.open([](auto&) {});
    CHECK(rig.create({}, false).quote == rig.clock->now() + 10min);
  }
  SECTION("of which the oldest are forgotten") {
    for (int i = 0; i < 20; ++i) run_one(rig, 2s);
    CHECK(rig.create({}, false).quote == rig.clock->now() + 2s);
    rig.open([](auto&) {});
    CHECK(rig.create({}, false).quote == rig.clock->now() + 2s);
  }
}

TEST_CASE("UWS-QUO-01: a quote is made again when the job is run, and moves with its start",
          "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& executor) { executor.queue_for(3min).run_for(10min); });
  const opus::Job pending = rig.create({}, false);
  rig.clock->advance(1h);
  const opus::Job queued = rig.service().run(pending.id).value();
  CHECK(queued.quote == *queued.queued + 1h);
  rig.submitted(1);
  rig.clock->advance(3min);
  const opus::Job executing = until(rig.service(), pending.id, Phase::executing);
  CHECK(executing.quote == *executing.started + 1h);
}

TEST_CASE("a job that waits can be told its place", "[simulation]") {
  SimulationRig rig{1};
  rig.open([](auto& executor) { executor.run_for(10min); });
  const opus::Job running = rig.create("alice");
  until(rig.service(), running.id, Phase::executing);
  const opus::Job second = rig.create("alice");
  const opus::Job third = rig.create("alice");
  const opus::Job of_bob = rig.create("bob");
  const auto place = [&](const opus::JobId& id) {
    return rig.service().queue_position(rig.service().get(id).value());
  };
  eventually([&] { return place(of_bob.id) == 1u; });  // one of alice's runs
  CHECK(place(second.id) == 2u);
  CHECK(place(third.id) == 3u);
  CHECK_FALSE(place(running.id));
  CHECK_FALSE(place(rig.create({}, false).id));
  REQUIRE(rig.service().abort(of_bob.id));
  eventually([&] { return place(second.id) == 1u; });
  CHECK_FALSE(place(of_bob.id));
}
