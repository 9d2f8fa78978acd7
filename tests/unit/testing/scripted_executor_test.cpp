#include "tests/executors/recorder.hpp"
#include "tests/support/catch.hpp"

#include <opus/testing.hpp>

using namespace opus;
using namespace opus_test;
using namespace std::chrono_literals;
using opus::testing::ManualClock;
using opus::testing::ScriptedExecutor;

namespace {

Task task_named(const std::string& job) {
  Task task;
  task.job.value = job;
  return task;
}

}  // namespace

TEST_CASE("a scripted task is queued, runs and ends exactly when the script says") {
  const auto clock = std::make_shared<ManualClock>();
  const auto begin = clock->now();
  Recorder recorder;
  ScriptedExecutor executor{clock};
  executor.queue_for(2min).run_for(1h).exit_with(3);
  executor.start(recorder).value();
  CHECK(executor.sink() == &recorder);
  const auto task = task_named("a");
  executor.submit(task).value();
  clock->advance(2min - 1ms);
  CHECK(recorder.starts(task.job) == 0);
  clock->advance(1ms);
  CHECK(recorder.start_of(task.job) == begin + 2min);
  clock->advance(1h);
  const auto outcome = recorder.end_of(task.job);
  CHECK(outcome.ending == Ending::exited);
  CHECK(outcome.facts.exit_code == 3);
  CHECK(outcome.started == begin + 2min);
  CHECK(outcome.ended == begin + 2min + 1h);
}

TEST_CASE("scripted submissions fail as told, in order, then succeed") {
  const auto clock = std::make_shared<ManualClock>();
  Recorder recorder;
  ScriptedExecutor executor{clock, "cluster"};
  CHECK(executor.name() == "cluster");
  executor.fail_submit(
      {Error{Errc::unavailable, "first"}, Error{Errc::invalid_argument, "second"}});
  executor.start(recorder).value();
  CHECK(executor.submit(task_named("a")).error().message == "first");
  CHECK(executor.submit(task_named("a")).error().message == "second");
  CHECK(executor.submitted().empty());
  CHECK(executor.submit(task_named("a")));
  CHECK(executor.submitted().size() == 1);
  CHECK(recorder.end_of({"a"}).facts.exit_code == 0);
}

TEST_CASE("a scripted task that is cancelled ends then, and only then") {
  const auto clock = std::make_shared<ManualClock>();
  Recorder recorder;
  ScriptedExecutor executor{clock};
  executor.run_for(1h);
  executor.start(recorder).value();
  executor.submit(task_named("a")).value();
  recorder.start_of({"a"});
  CHECK(executor.cancel({"a"}, {}, 5s));
  CHECK(executor.cancelled() == std::vector<JobId>{{"a"}});
  CHECK(recorder.end_of({"a"}).ending == Ending::cancelled);
  clock->advance(2h);
  CHECK(executor.cancel({"a"}, {}, 5s).error().code == Errc::not_found);
  CHECK(recorder.ends({"a"}) == 1);
}

TEST_CASE("a scripted executor answers attach as told for jobs it does not know") {
  Recorder recorder;
  ScriptedExecutor executor{std::make_shared<ManualClock>()};
  executor.run_for(1h);
  executor.start(recorder).value();
  CHECK(executor.attach(task_named("a"), {}).value() == Attach::never_ran);
  executor.answer_attach(Attach::unknown);
  CHECK(executor.attach(task_named("a"), {}).value() == Attach::unknown);
  executor.submit(task_named("a")).value();
  CHECK(executor.attach(task_named("a"), {}).value() == Attach::attached);
}
