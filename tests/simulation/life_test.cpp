// From creation to the end, on a clock that only moves when told.
#include "tests/simulation/rig.hpp"

using namespace opus_test;
using opus::Phase;

TEST_CASE("a job is queued, executes and completes when its backend says so", "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& executor) { executor.queue_for(2min).run_for(30min).exit_with(0); });
  const opus::Job job = rig.create("alice");
  CHECK(job.phase == Phase::queued);  // UWS-RUN-02: never PENDING once RUN is answered
  CHECK(job.owner == "alice");
  rig.submitted(1);
  rig.clock->advance(2min - 1ms);
  CHECK(rig.service().get(job.id)->phase == Phase::queued);
  rig.clock->advance(1ms);
  const opus::Job running = until(rig.service(), job.id, Phase::executing);
  CHECK(running.started == job.created + 2min);
  CHECK(running.executor == "scripted");
  CHECK(running.command == std::vector<std::string>{"simulate", "1"});
  rig.clock->advance(30min - 1s);
  CHECK(rig.service().get(job.id)->phase == Phase::executing);
  rig.clock->advance(1s);
  const opus::Job done = until(rig.service(), job.id, Phase::completed);
  CHECK(done.ended == job.created + 2min + 30min);
  CHECK(done.facts.exit_code == 0);
}

TEST_CASE("a job that exits with an error is ERROR (UWS-ERR-01)", "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& executor) { executor.run_for(1s).exit_with(3); });
  const opus::Job job = rig.create();
  until(rig.service(), job.id, Phase::executing);
  rig.clock->advance(1s);
  const opus::Job done = until(rig.service(), job.id, Phase::error);
  CHECK(done.error->message == "the code exited with code 3");
}

TEST_CASE("no more jobs execute than the limit, and owners take turns", "[simulation]") {
  SimulationRig rig{2};
  rig.open([](auto& executor) { executor.run_for(10s).exit_with(0); });
  std::vector<opus::JobId> greedy;
  for (int i = 0; i < 6; ++i) greedy.push_back(rig.create("greedy").id);
  const opus::JobId modest = rig.create("modest").id;
  rig.submitted(2);
  until(rig.service(), greedy[0], Phase::executing);
  until(rig.service(), greedy[1], Phase::executing);
  CHECK(rig.executor->submitted().size() == 2);
  rig.clock->advance(10s);
  // Two places are free: the owner who runs nothing comes first, whatever the other has queued.
  until(rig.service(), modest, Phase::executing);
  rig.submitted(4);
  CHECK(rig.executor->submitted().size() == 4);
  for (int i = 0; i < 5; ++i) {
    rig.clock->advance(10s);
    rig.submitted(std::min<std::size_t>(7, 4 + 2 * static_cast<std::size_t>(i)));
  }
  for (const opus::JobId& id : greedy) {
    rig.clock->advance(10s);
    until(rig.service(), id, Phase::completed);
  }
}

TEST_CASE("the execution duration is enforced to the second (UWS-EXD-04)", "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& executor) { executor.run_for(2h).exit_with(0); });
  const opus::Job job =
      rig.service().create({.description = "sim", .execution_duration = 90s, .run = true}).value();
  until(rig.service(), job.id, Phase::executing);
  rig.clock->advance(89s);
  CHECK(rig.service().get(job.id)->phase == Phase::executing);
  rig.clock->advance(1s);
  const opus::Job done = until(rig.service(), job.id, Phase::aborted);
  CHECK(done.error->message == "execution duration of 90 s exceeded");
  CHECK(done.ended == job.created + 90s);
  eventually([&] { return rig.executor->cancelled() == std::vector{job.id}; });
}

TEST_CASE("a longer execution duration counts while the job executes (UWS-EXD-06)",
          "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& executor) { executor.run_for(100s).exit_with(0); });
  const opus::Job job =
      rig.service().create({.description = "sim", .execution_duration = 50s, .run = true}).value();
  until(rig.service(), job.id, Phase::executing);
  rig.service().update(job.id, {.execution_duration = 200s}).value();
  rig.clock->advance(100s);
  CHECK(until(rig.service(), job.id, Phase::completed).execution_duration == 200s);
}

TEST_CASE("an abort is ABORTED at once and stops the code (UWS-ABT-01, UWS-ABT-04)",
          "[simulation]") {
  SimulationRig rig{1};
  rig.open([](auto& executor) { executor.run_for(1h).exit_with(0); });
  const opus::Job running = rig.create();
  until(rig.service(), running.id, Phase::executing);
  const opus::Job waiting = rig.create();
  CHECK(rig.service().abort(waiting.id)->phase == Phase::aborted);
  CHECK(rig.service().abort(running.id)->phase == Phase::aborted);
  CHECK(rig.service().abort(running.id)->phase == Phase::aborted);  // UWS-ABT-03
  eventually([&] { return rig.executor->cancelled() == std::vector{running.id}; });
  eventually([&] { return !rig.service().get(running.id)->stopping; });
  CHECK(rig.executor->submitted().size() == 1);
  // The place is free again.
  const opus::Job next = rig.create();
  until(rig.service(), next.id, Phase::executing);
}

TEST_CASE("what is not allowed in a phase is a conflict and changes nothing", "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& executor) { executor.run_for(1s).exit_with(0); });
  const opus::Job job = rig.create();
  until(rig.service(), job.id, Phase::executing);
  rig.clock->advance(1s);
  const opus::Job done = until(rig.service(), job.id, Phase::completed);
  for (const auto& result : {rig.service().run(job.id), rig.service().abort(job.id),
                             rig.service().update(job.id, {.parameters = {{"n", "2"}}}),
                             rig.service().update(job.id, {.execution_duration = 5s})}) {
    REQUIRE_FALSE(result);
    CHECK(result.error().code == opus::Errc::conflict);
  }
  CHECK(*rig.service().get(job.id) == done);
}

TEST_CASE("bad values are refused at run with all faults, and the job stays PENDING",
          "[simulation]") {
  SimulationRig rig;
  rig.open();
  const opus::Job job = rig.create({}, false);
  rig.service().update(job.id, {.parameters = {{"N", "0"}}}).value();
  const auto refused = rig.service().run(job.id);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == opus::Errc::invalid_argument);
  CHECK(refused.error().faults.at(0).field == "n");
  CHECK(rig.service().get(job.id)->phase == Phase::pending);
  rig.service().update(job.id, {.parameters = {{"n", "7"}}}).value();
  CHECK(rig.service().run(job.id)->parameters ==
        std::vector<opus::Parameter>{{.name = "n", .value = "7"}});

  const auto created =
      rig.service().create({.description = "sim", .parameters = {{"n", "many"}}, .run = true});
  REQUIRE_FALSE(created);
  CHECK(created.error().message.find("many") != std::string::npos);
  CHECK(rig.service().list({})->size() == 1);
}

TEST_CASE("a submission that may work later is tried again, another is an ERROR", "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& executor) {
    executor.run_for(1s).exit_with(0).fail_submit(
        {opus::Error{opus::Errc::unavailable, "scheduler down", {}},
         opus::Error{opus::Errc::unavailable, "scheduler down", {}}});
  });
  const opus::Job job = rig.create();
  // Each attempt is followed by a longer pause: advance until it has gone through.
  eventually([&] {
    rig.clock->advance(500ms);
    return rig.executor->submitted().size() == 1;
  });
  eventually([&] {
    rig.clock->advance(1s);
    return rig.service().get(job.id)->phase == Phase::completed;
  });

  rig.executor->fail_submit({opus::Error{opus::Errc::invalid_argument, "no such queue", {}}});
  const opus::Job refused = until(rig.service(), rig.create().id, Phase::error);
  CHECK(refused.error->message == "no such queue");
  CHECK(refused.error->kind == opus::ErrorKind::fatal);
}

TEST_CASE("subscribers hear of every committed change in order", "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& executor) { executor.run_for(1s).exit_with(0); });
  std::mutex mutex;
  std::vector<Phase> seen;
  bool destroyed = false;
  const auto subscription = rig.service().subscribe([&](const opus::JobChange& change) {
    const std::lock_guard lock{mutex};
    destroyed = destroyed || change.destroyed;
    if (!change.destroyed && (seen.empty() || seen.back() != change.phase))
      seen.push_back(change.phase);
  });
  const opus::Job job = rig.create({}, false);
  rig.service().run(job.id).value();
  until(rig.service(), job.id, Phase::executing);
  rig.clock->advance(1s);
  until(rig.service(), job.id, Phase::completed);
  rig.service().destroy(job.id).value();
  eventually([&] {
    const std::lock_guard lock{mutex};
    return destroyed;
  });
  const std::lock_guard lock{mutex};
  CHECK(seen == std::vector{Phase::pending, Phase::queued, Phase::executing, Phase::completed});
}

TEST_CASE("waiting ends with the job, with the time, or with its deletion (UWS-WAI-11)",
          "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& executor) { executor.run_for(1s).exit_with(0); });
  const opus::Job job = rig.create({}, false);
  CHECK(rig.service().wait(job.id, 10ms)->phase == Phase::pending);
  std::mutex mutex;
  std::condition_variable wake;
  std::optional<opus::Errc> code;
  const auto waiter = rig.service().when_phase_leaves(job.id, Phase::pending, [&](auto result) {
    const std::lock_guard lock{mutex};
    code = result ? opus::Errc::internal : result.error().code;
    wake.notify_one();
  });
  rig.service().destroy(job.id).value();
  std::unique_lock lock{mutex};
  CHECK(wake.wait_for(lock, k_patience, [&] { return code.has_value(); }));
  CHECK(code == opus::Errc::not_found);
  CHECK(rig.service().wait(job.id, 10ms).error().code == opus::Errc::not_found);
}
