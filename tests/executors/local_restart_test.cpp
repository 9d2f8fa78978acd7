// Local jobs outlive the service and the launcher, and run once.
#include <csignal>
#include <set>

#include "libopus/core/process.hpp"
#include "libopus/executor/job_files.hpp"
#include "tests/executors/rigs.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::Attach;
using opus::Ending;
using opus::Errc;

namespace {

/// Appends a line to "runs" in the work folder, then waits for a word in "go".
const std::string k_wait_for_go = "echo run >> runs; echo $$ > say; read word < go; exit 7";

void say_go(const opus::Task& task) { std::ofstream{task.work_dir / "go"} << "go\n"; }

std::string runs_of(const opus::Task& task) { return TempFolder::read(task.work_dir / "runs"); }

/// Refused while no launcher is there: then again, as the service does.
void submit_when_there_is_a_launcher(LocalRig& rig, const opus::Task& task) {
  for (;;) {
    const auto submitted = rig.executor().submit(task);
    if (submitted) return;
    REQUIRE(submitted.error().code == Errc::unavailable);
  }
}

}  // namespace

TEST_CASE("a job that runs while the service is away is attached to, and its end is told",
          "[local]") {
  LocalRig rig;
  const auto task = rig.shell(k_wait_for_go);
  Fifo say{task}, go{task, "go"};
  rig.executor().submit(task).value();
  say.line();
  const auto started = rig.recorder().start_of(task.job);
  rig.leave();
  rig.come_back();
  CHECK(rig.executor().attach(task, {}).value() == Attach::attached);
  CHECK(rig.recorder().start_of(task.job) - started < 1s);
  CHECK(rig.recorder().ends(task.job) == 0);
  say_go(task);
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(outcome.ending == Ending::exited);
  CHECK(outcome.facts.exit_code == 7);
  CHECK(runs_of(task) == "run\n");
}

TEST_CASE("a job that ended while the service was away is told when it is attached to", "[local]") {
  LocalRig rig;
  const auto task = rig.shell(k_wait_for_go);
  Fifo say{task}, go{task, "go"};
  rig.executor().submit(task).value();
  const int code = say.number();
  const auto supervisor = opus::process_stat(code)->parent;
  rig.leave();
  say_go(task);
  wait_for_end_of_process(supervisor);
  rig.come_back();
  CHECK(rig.executor().attach(task, {}).value() == Attach::attached);
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(outcome.facts.exit_code == 7);
  CHECK(rig.recorder().starts(task.job) == 1);
  CHECK(rig.recorder().ends(task.job) == 1);
}

TEST_CASE("an attached job can be cancelled, with the launcher and without", "[local]") {
  const bool without_launcher = GENERATE(false, true);
  LocalRig rig;
  const auto task = rig.shell("sleep 1000 & echo $! > say; wait");
  Fifo say{task};
  rig.executor().submit(task).value();
  const int child = say.number();
  const int launcher = rig.launcher_pid();
  rig.leave();
  if (without_launcher) {
    REQUIRE(kill(launcher, SIGKILL) == 0);
    wait_for_end_of_process(launcher);
  }
  rig.come_back();
  REQUIRE(rig.executor().attach(task, {}).value() == Attach::attached);
  CHECK(rig.executor().cancel(task.job, {}, 10s));
  CHECK(rig.recorder().end_of(task.job).ending == Ending::cancelled);
  CHECK_FALSE(process_exists(child));
}

TEST_CASE("the execution duration is enforced while neither service nor launcher are there",
          "[local]") {
  LocalRig rig;
  auto task = rig.shell("echo $$ > say; exec sleep 1000");
  task.execution_duration = 1s;
  Fifo say{task};
  rig.executor().submit(task).value();
  const int code = say.number();
  const int supervisor = opus::process_stat(code)->parent;
  const int launcher = rig.launcher_pid();
  rig.leave();
  REQUIRE(kill(launcher, SIGKILL) == 0);
  wait_for_end_of_process(supervisor);
  rig.come_back();
  CHECK(rig.executor().attach(task, {}).value() == Attach::attached);
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(outcome.ending == Ending::time_limit);
  CHECK(*outcome.ended - *outcome.started < 3s);
}

TEST_CASE("when the launcher is killed its jobs run on, their ends are told, and others can start",
          "[local]") {
  LocalRig rig;
  std::vector<opus::Task> tasks;
  std::vector<std::unique_ptr<Fifo>> fifos;
  for (int i = 0; i < 5; ++i) {
    tasks.push_back(rig.shell(k_wait_for_go));
    fifos.push_back(std::make_unique<Fifo>(tasks.back()));
    fifos.push_back(std::make_unique<Fifo>(tasks.back(), "go"));
    rig.executor().submit(tasks.back()).value();
    fifos[fifos.size() - 2]->line();
  }
  const int launcher = rig.launcher_pid();
  REQUIRE(kill(launcher, SIGKILL) == 0);
  wait_for_end_of_process(launcher);
  const auto after = rig.task(Act::succeed);
  submit_when_there_is_a_launcher(rig, after);
  CHECK(rig.recorder().end_of(after.job).facts.exit_code == 0);
  CHECK(rig.launcher_pid() != launcher);
  CHECK(rig.executor().cancel(tasks[0].job, {}, 10s));
  CHECK(rig.executor().set_execution_duration(tasks[1].job, {}, 1s));
  CHECK(rig.recorder().end_of(tasks[0].job).ending == Ending::cancelled);
  CHECK(rig.recorder().end_of(tasks[1].job).ending == Ending::time_limit);
  for (int i = 2; i < 5; ++i) {
    say_go(tasks[i]);
    CHECK(rig.recorder().end_of(tasks[i].job).facts.exit_code == 7);
    CHECK(rig.recorder().starts(tasks[i].job) == 1);
    CHECK(runs_of(tasks[i]) == "run\n");
  }
}

TEST_CASE("the launcher is killed at any moment of a burst: each job runs once and is told once",
          "[local]") {
  LocalRig rig;
  std::vector<opus::Task> tasks;
  int launchers_killed = 0;
  for (int i = 0; i < 120; ++i) {
    tasks.push_back(rig.shell("echo run >> runs"));
    submit_when_there_is_a_launcher(rig, tasks.back());
    if (i % 15 == 7)
      if (const int launcher = rig.launcher_pid(); launcher > 0)
        launchers_killed += kill(launcher, SIGKILL) == 0;
  }
  CHECK(launchers_killed > 0);
  for (const auto& task : tasks) {
    const auto outcome = rig.recorder().end_of(task.job);
    CHECK(outcome.ending == Ending::exited);
    CHECK(outcome.facts.exit_code == 0);
    CHECK(runs_of(task) == "run\n");
  }
  CHECK(rig.recorder().all_ends() == tasks.size());
}

TEST_CASE("launcher and supervisor killed: the code dies with them and the job is lost",
          "[local]") {
  LocalRig rig;
  const auto task = rig.shell("echo $$ > say; exec sleep 1000");
  Fifo say{task};
  rig.executor().submit(task).value();
  const int code = say.number();
  const int supervisor = opus::process_stat(code)->parent;
  rig.recorder().start_of(task.job);
  SECTION("while the service watches") {
    REQUIRE(kill(rig.launcher_pid(), SIGKILL) == 0);
    REQUIRE(kill(supervisor, SIGKILL) == 0);
  }
  SECTION("while the service is away") {
    const int launcher = rig.launcher_pid();
    rig.leave();
    REQUIRE(kill(launcher, SIGKILL) == 0);
    REQUIRE(kill(supervisor, SIGKILL) == 0);
    wait_for_end_of_process(supervisor);
    rig.come_back();
    CHECK(rig.executor().attach(task, {}).value() == Attach::attached);
  }
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(outcome.ending == Ending::lost);
  CHECK(outcome.message == "the job's supervisor was killed while the job ran");
  wait_for_end_of_process(code);
}

TEST_CASE("a job of an earlier boot of the machine is lost, and the message says so", "[local]") {
  LocalRig rig;
  const auto task = rig.task(Act::succeed);
  std::ofstream{task.directory / "started.json"}
      << R"({"version":1,"job":")" << task.job.value
      << R"(","pid":1,"start_ticks":5,"boot_id":"00000000-0000-0000-0000-000000000000","host":")"
      << opus::host_name() << R"(","claimed":"2026-01-01T00:00:00.000Z"})";
  CHECK(rig.executor().attach(task, {}).value() == Attach::attached);
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(outcome.ending == Ending::lost);
  CHECK(outcome.message == "the machine was restarted while the job ran");
  CHECK(opus::to_iso8601(*outcome.started) == "2026-01-01T00:00:00.000Z");
}

TEST_CASE("after a restart of the machine a job that may have been handed over is unknown",
          "[local]") {
  LocalRig rig;
  rig.run(rig.task(Act::succeed));
  rig.leave();
  std::ofstream{rig.state_dir() / "launcher.boot"} << "an earlier boot\n";
  rig.come_back();
  const auto prepared = rig.task(Act::succeed);
  CHECK(rig.executor().attach(prepared, {}).value() == Attach::unknown);
  const auto waiting = rig.task(Act::succeed);
  std::filesystem::remove(waiting.work_dir);
  CHECK(rig.executor().attach(waiting, {}).value() == Attach::never_ran);
  rig.run(rig.task(Act::succeed));
  rig.leave();
  rig.come_back();
  CHECK(rig.executor().attach(prepared, {}).value() == Attach::never_ran);
}

TEST_CASE("a job is never run again, though it be submitted again", "[local]") {
  LocalRig rig;
  const auto task = rig.shell("echo run >> runs; exit 2");
  CHECK(rig.run(task).facts.exit_code == 2);
  SECTION("to the same executor") {}
  SECTION("to a new one") {
    rig.leave();
    rig.come_back();
  }
  SECTION("to a new one, its record being gone") {
    rig.leave();
    std::filesystem::remove(task.directory / "exit.json");
    rig.come_back();
    const auto outcome = rig.run(task);
    CHECK(outcome.ending == Ending::lost);
    CHECK(runs_of(task) == "run\n");
    return;
  }
  rig.executor().submit(task).value();
  rig.run(rig.task(Act::succeed));
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(outcome.ending == Ending::exited);
  CHECK(outcome.facts.exit_code == 2);
  CHECK(runs_of(task) == "run\n");
}

TEST_CASE("a record that is damaged gives a job that is lost, with the file in the message",
          "[local]") {
  LocalRig rig;
  const auto task = rig.task(Act::succeed);
  CHECK(rig.run(task).facts.exit_code == 0);
  rig.leave();
  std::ofstream{task.directory / "exit.json"} << "{\"ending\":";
  rig.come_back();
  CHECK(rig.executor().attach(task, {}).value() == Attach::attached);
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(outcome.ending == Ending::lost);
  CHECK(outcome.message.find("exit.json") != std::string::npos);
}
