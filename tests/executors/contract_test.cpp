// What include/opus/executor.hpp promises, for each executor. Executors for clusters join with a
// rig of their own.
#include <set>

#include "tests/executors/cluster_rigs.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::Attach;
using opus::Ending;
using opus::Errc;

#define EVERY_EXECUTOR LocalRig, FunctionRig, ScriptedRig, SlurmRig, TorqueRig

TEMPLATE_TEST_CASE("a code that ends well is reported once, as exited with 0", "[executor]",
                   EVERY_EXECUTOR) {
  TestType rig;
  const auto task = rig.task(Act::succeed);
  const auto native = rig.executor().submit(task);
  REQUIRE(native);
  CHECK_FALSE(native->empty());
  rig.let_time_pass();
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(outcome.ending == Ending::exited);
  CHECK(outcome.facts.exit_code == 0);
  CHECK_FALSE(outcome.facts.signal);
  CHECK(outcome.message.empty());
  REQUIRE(outcome.started);
  REQUIRE(outcome.ended);
  CHECK(*outcome.started <= *outcome.ended);
  CHECK(rig.recorder().ends(task.job) == 1);
  CHECK(rig.recorder().starts(task.job) <= 1);
}

TEMPLATE_TEST_CASE("a code that fails is reported with an exit code that is not 0", "[executor]",
                   EVERY_EXECUTOR) {
  TestType rig;
  const auto task = rig.task(Act::fail);
  rig.executor().submit(task).value();
  rig.let_time_pass();
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(outcome.ending == Ending::exited);
  CHECK(outcome.facts.exit_code.value_or(0) != 0);
}

TEMPLATE_TEST_CASE("what a code writes is in the job's stdout when its end is reported",
                   "[executor]", LocalRig, FunctionRig, SlurmRig, TorqueRig) {
  TestType rig;
  const auto task = rig.task(Act::write_a_line);
  rig.executor().submit(task).value();
  rig.recorder().end_of(task.job);
  CHECK(stdout_of(task) == "a line\n");
}

TEMPLATE_TEST_CASE(
    "a cancelled code is told to have started, ends as cancelled, and is then unknown",
    "[executor]", EVERY_EXECUTOR) {
  TestType rig;
  const auto task = rig.task(Act::run_until_stopped);
  const auto native = rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  CHECK(rig.executor().cancel(task.job, native, 1s));
  CHECK(rig.recorder().end_of(task.job).ending == Ending::cancelled);
  CHECK(rig.recorder().ends(task.job) == 1);
  const auto again = rig.executor().cancel(task.job, native, 1s);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Errc::not_found);
  CHECK(rig.recorder().ends(task.job) == 1);
}

TEMPLATE_TEST_CASE("cancel is idempotent while the code runs, and needs no native id", "[executor]",
                   EVERY_EXECUTOR) {
  TestType rig;
  const auto task = rig.task(Act::run_until_stopped);
  rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  CHECK(rig.executor().cancel(task.job, {}, 60s));
  if (const auto again = rig.executor().cancel(task.job, {}, 0s); !again)
    CHECK(again.error().code == Errc::not_found);  // it was quick
  CHECK(rig.recorder().end_of(task.job).ending == Ending::cancelled);
  CHECK(rig.recorder().ends(task.job) == 1);
}

TEMPLATE_TEST_CASE("a job that was cancelled right after submit() ends, and but once", "[executor]",
                   EVERY_EXECUTOR) {
  TestType rig;
  for (int i = 0; i < 10; ++i) {
    const auto task = rig.task(Act::run_until_stopped);
    rig.executor().submit(task).value();
    CHECK(rig.executor().cancel(task.job, {}, 1s));
    CHECK(rig.recorder().end_of(task.job).ending == Ending::cancelled);
    CHECK(rig.recorder().ends(task.job) == 1);
  }
}

TEMPLATE_TEST_CASE("a job that is submitted again while it is there runs once", "[executor]",
                   EVERY_EXECUTOR) {
  TestType rig;
  const auto task = rig.task(Act::run_until_stopped);
  const auto first = rig.executor().submit(task).value();
  const auto second = rig.executor().submit(task);
  REQUIRE(second);
  CHECK(*second == first);
  rig.recorder().start_of(task.job);
  CHECK(rig.executor().submit(task));
  CHECK(rig.executor().cancel(task.job, {}, 1s));
  CHECK(rig.recorder().end_of(task.job).ending == Ending::cancelled);
  // One more job through the same queue: nothing of the other submissions can be left behind it.
  const auto other = rig.task(Act::succeed);
  rig.executor().submit(other).value();
  rig.let_time_pass();
  rig.recorder().end_of(other.job);
  CHECK(rig.recorder().starts(task.job) == 1);
  CHECK(rig.recorder().ends(task.job) == 1);
}

TEMPLATE_TEST_CASE("a job that is submitted again after its end does not run again", "[executor]",
                   LocalRig, FunctionRig, SlurmRig, TorqueRig) {
  TestType rig;
  const auto task = rig.task(Act::write_a_line);
  rig.executor().submit(task).value();
  rig.recorder().end_of(task.job);
  CHECK(rig.executor().submit(task));
  const auto other = rig.task(Act::succeed);
  rig.executor().submit(other).value();
  rig.recorder().end_of(other.job);
  CHECK(stdout_of(task) == "a line\n");
}

TEMPLATE_TEST_CASE("the execution duration is enforced to the second, from the start of the code",
                   "[executor]", LocalRig, FunctionRig, SlurmRig, TorqueRig) {
  TestType rig;
  auto task = rig.task(Act::run_until_stopped);
  task.execution_duration = 1s;
  rig.executor().submit(task).value();
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(outcome.ending == Ending::time_limit);
  CHECK(*outcome.ended - *outcome.started >= 1s);
  CHECK(*outcome.ended - *outcome.started < 3s);
}

TEMPLATE_TEST_CASE("the execution duration of a running code can be shortened and lifted",
                   "[executor]", LocalRig, FunctionRig, SlurmRig, TorqueRig) {
  TestType rig;
  auto shortened = rig.task(Act::run_until_stopped);
  shortened.execution_duration = 1000s;
  auto lifted = rig.task(Act::run_until_stopped);
  lifted.execution_duration = 2s;
  rig.executor().submit(lifted).value();
  rig.executor().submit(shortened).value();
  rig.recorder().start_of(shortened.job);
  CHECK(rig.executor().set_execution_duration(lifted.job, {}, 0s));
  CHECK(rig.executor().set_execution_duration(shortened.job, {}, 3s));
  const auto outcome = rig.recorder().end_of(shortened.job);
  CHECK(outcome.ending == Ending::time_limit);
  CHECK(*outcome.ended - *outcome.started >= 3s);
  CHECK(rig.recorder().ends(lifted.job) == 0);
  CHECK(rig.executor().cancel(lifted.job, {}, 1s));
  CHECK(rig.recorder().end_of(lifted.job).ending == Ending::cancelled);
  const auto late = rig.executor().set_execution_duration(lifted.job, {}, 1s);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Errc::not_found);
}

TEMPLATE_TEST_CASE("attach knows a job that was submitted and tells of one that was not",
                   "[executor]", EVERY_EXECUTOR) {
  TestType rig;
  const auto task = rig.task(Act::run_until_stopped);
  const auto native = rig.executor().submit(task).value();
  CHECK(rig.executor().attach(task, native).value() == Attach::attached);
  const auto stranger = rig.task(Act::succeed);
  CHECK(rig.executor().attach(stranger, {}).value() == TestType::k_traits.of_the_unsubmitted);
  CHECK(rig.executor().cancel(task.job, native, 1s));
  CHECK(rig.recorder().end_of(task.job).ending == Ending::cancelled);
}

TEMPLATE_TEST_CASE("of a burst of short jobs each end is told exactly once", "[executor]",
                   EVERY_EXECUTOR) {
  TestType rig;
  std::set<opus::JobId> jobs;
  const auto first = rig.task(Act::succeed);
  for (int i = 0; i < TestType::k_traits.burst; ++i) {
    auto task = make_task(rig.folder());
    task.description = first.description;
    task.command = first.command;
    rig.executor().submit(task).value();
    jobs.insert(task.job);
  }
  rig.let_time_pass();
  rig.recorder().wait_for_ends(jobs.size());
  for (const auto& job : jobs) {
    const auto outcome = rig.recorder().end_of(job);
    CHECK(outcome.ending == Ending::exited);
    CHECK(outcome.facts.exit_code == 0);
    CHECK(rig.recorder().ends(job) == 1);
  }
  CHECK(rig.recorder().all_ends() == jobs.size());
}

TEMPLATE_TEST_CASE("no event comes after stop()", "[executor]", EVERY_EXECUTOR) {
  TestType rig;
  std::vector<opus::JobId> jobs;
  for (int i = 0; i < 20; ++i) {
    const auto task = rig.task(Act::succeed);
    rig.executor().submit(task).value();
  }
  rig.executor().stop();
  const auto before = rig.recorder().all_ends();
  rig.let_time_pass();
  CHECK(rig.recorder().all_ends() == before);
  rig.executor().stop();  // and stopping twice does no harm
}
