// However the code of a local job ends, and whatever it does before: its end is defined, it is told
// once, and nothing of it runs any more.
#include <sys/mount.h>

#include <csignal>

#include "libopus/executor/job_files.hpp"
#include "tests/executors/rigs.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::Ending;
namespace fs = std::filesystem;

TEST_CASE("an exit code is told as it is", "[local]") {
  LocalRig rig;
  for (const int code : {0, 1, 3, 127, 255}) {
    const auto outcome = rig.run(rig.shell("exit " + std::to_string(code)));
    CHECK(outcome.ending == Ending::exited);
    CHECK(outcome.facts.exit_code == code);
  }
}

TEST_CASE("a code that a signal kills ends as signalled", "[local]") {
  LocalRig rig;
  for (const int signal : {SIGSEGV, SIGKILL, SIGTERM, SIGABRT}) {
    const auto outcome = rig.run(rig.shell("kill -" + std::to_string(signal) + " $$"));
    CHECK(outcome.ending == Ending::signalled);
    CHECK(outcome.facts.signal == signal);
    CHECK_FALSE(outcome.facts.exit_code);
  }
}

TEST_CASE("a code that handles SIGTERM has the grace for its farewell", "[local]") {
  LocalRig rig;
  const auto task = rig.shell(
      "trap 'echo farewell; exit 5' TERM; echo ready > say; while :; do sleep 0.02; done");
  Fifo say{task};
  rig.executor().submit(task).value();
  CHECK(say.line() == "ready");
  CHECK(rig.executor().cancel(task.job, {}, 60s));
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(outcome.ending == Ending::cancelled);
  CHECK(outcome.facts.exit_code == 5);
  CHECK(stdout_of(task) == "farewell\n");
}

TEST_CASE("a code that ignores SIGTERM is killed after the grace, with its children", "[local]") {
  LocalRig rig;
  const auto task =
      rig.shell("trap '' TERM; sleep 1000 & echo $! > say; while :; do sleep 1000; done");
  Fifo say{task};
  rig.executor().submit(task).value();
  const int child = say.number();
  const auto before = std::chrono::steady_clock::now();
  CHECK(rig.executor().cancel(task.job, {}, 300ms));
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(std::chrono::steady_clock::now() - before >= 300ms);
  CHECK(outcome.ending == Ending::cancelled);
  CHECK(outcome.facts.signal == SIGKILL);
  CHECK_FALSE(process_exists(child));
}

TEST_CASE("a later cancel may shorten the grace", "[local]") {
  LocalRig rig;
  const auto task = rig.shell("trap '' TERM; echo ready > say; while :; do sleep 1000; done");
  Fifo say{task};
  rig.executor().submit(task).value();
  say.line();
  CHECK(rig.executor().cancel(task.job, {}, 1h));
  CHECK(rig.executor().cancel(task.job, {}, 0s));
  CHECK(rig.recorder().end_of(task.job).facts.signal == SIGKILL);
}

TEST_CASE("a code that is stopped can be cancelled all the same", "[local]") {
  LocalRig rig;
  const auto task = rig.shell("echo ready > say; kill -STOP $$");
  Fifo say{task};
  rig.executor().submit(task).value();
  say.line();
  CHECK(rig.executor().cancel(task.job, {}, 60s));
  CHECK(rig.recorder().end_of(task.job).facts.signal == SIGTERM);
}

TEST_CASE("at the time limit a code that ignores SIGTERM is killed after the configured grace",
          "[local]") {
  LocalRig rig{200ms};
  auto task = rig.shell("trap '' TERM; while :; do sleep 1000; done");
  task.execution_duration = 1s;
  rig.executor().submit(task).value();
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(outcome.ending == Ending::time_limit);
  CHECK(outcome.facts.signal == SIGKILL);
  CHECK(*outcome.ended - *outcome.started >= 1200ms);
  CHECK(*outcome.ended - *outcome.started < 4s);
}

TEST_CASE("children that a code leaves behind end with it", "[local]") {
  LocalRig rig;
  const auto task =
      rig.shell("sleep 1000 & echo $! > say; (sleep 1000; true) & echo $! > say; exit 4");
  Fifo say{task};
  const auto outcome = rig.run(task);
  CHECK(outcome.ending == Ending::exited);
  CHECK(outcome.facts.exit_code == 4);
  CHECK_FALSE(process_exists(say.number()));
  CHECK_FALSE(process_exists(say.number()));
}

TEST_CASE("a daemon (new session, parent gone) ends with the code that started it", "[local]") {
  LocalRig rig;
  const auto task = rig.shell(
      "(setsid sh -c 'trap \"\" TERM HUP; echo $$ > say; sleep 1000; sleep 1000' "
      "</dev/null >/dev/null 2>&1 &) ; read go < go; exit 0");
  Fifo say{task}, go{task, "go"};
  rig.executor().submit(task).value();
  const int daemon = say.number();
  CHECK(process_exists(daemon));
  std::ofstream{task.work_dir / "go"} << "go\n";
  CHECK(rig.recorder().end_of(task.job).facts.exit_code == 0);
  CHECK_FALSE(process_exists(daemon));
}

TEST_CASE("a daemon is told to end and killed when its job is cancelled", "[local]") {
  LocalRig rig;
  const auto task = rig.shell(
      "(setsid sh -c 'trap \"\" TERM; echo $$ > say; while :; do sleep 1000; done' "
      "</dev/null >/dev/null 2>&1 &) ; sleep 1000");
  Fifo say{task};
  rig.executor().submit(task).value();
  const int daemon = say.number();
  CHECK(rig.executor().cancel(task.job, {}, 100ms));
  CHECK(rig.recorder().end_of(task.job).ending == Ending::cancelled);
  CHECK_FALSE(process_exists(daemon));
}

TEST_CASE("a code that kills its parent gives a job that is lost, and nothing of it goes on",
          "[local]") {
  LocalRig rig;
  const auto task = rig.shell(
      "sleep 1000 & echo $! > say; setsid sleep 1000 & echo $! > say;"
      "kill -9 $PPID; echo survived > say; sleep 1000");
  Fifo say{task};
  const auto outcome = rig.run(task);
  CHECK(outcome.ending == Ending::lost);
  CHECK(outcome.message == "the job's supervisor was killed while the job ran");
  CHECK(outcome.ended.has_value());
  CHECK_FALSE(process_exists(say.number()));
  CHECK_FALSE(process_exists(say.number()));
  // The record is on disk for those who come later.
  CHECK(opus::read_exit_record(task.directory / "exit.json")->ending == Ending::lost);
  // And other jobs are not concerned.
  CHECK(rig.run(rig.task(Act::succeed)).facts.exit_code == 0);
}

TEST_CASE("signals that a code sends to its supervisor do not impress it", "[local]") {
  LocalRig rig;
  const auto task =
      rig.shell("for s in TERM INT HUP USR1 PIPE 40 41 STOP; do kill -$s $PPID; done; exit 6");
  const auto outcome = rig.run(task);
  CHECK(outcome.ending == Ending::exited);
  CHECK(outcome.facts.exit_code == 6);
}

TEST_CASE("a code that closes its output runs on", "[local]") {
  LocalRig rig;
  const auto task = rig.shell("exec >&- 2>&-; echo lost; true");
  CHECK(rig.run(task).facts.exit_code == 0);
  CHECK(stdout_of(task).empty());
}

TEST_CASE("the times of children and daemons count for the job", "[local]") {
  LocalRig rig;
  const auto busy = std::string{"i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done"};
  const auto child = rig.run(rig.shell("(" + busy + ")"));
  CHECK(*child.facts.user_time > 5ms);
  const auto daemon = rig.shell("(setsid sh -c '" + busy + "; echo done > say' &); read x < say");
  Fifo say{daemon};
  CHECK(*rig.run(daemon).facts.user_time > 5ms);
}

TEST_CASE("on a full disk the end of a job is still recorded, and no other job begins", "[local]") {
  LocalRig rig;
  const auto disk = rig.folder() / "jobs";  // where the rig makes its tasks
  fs::create_directories(disk);
  if (mount("none", disk.c_str(), "tmpfs", 0, "size=256k") != 0) {
    WARN("cannot mount a small disk, so what happens when it is full was not tested");
    return;
  }
  const auto unmount = [&](void*) { umount2(disk.c_str(), MNT_DETACH); };
  const std::unique_ptr<void, decltype(unmount)> mounted{&rig, unmount};

  const auto task = rig.shell("dd if=/dev/zero of=fill bs=1024; echo nor this; exit 9");
  const auto late = rig.task(Act::succeed);
  const auto outcome = rig.run(task);
  CHECK(outcome.facts.exit_code == 9);
  const auto record = opus::read_exit_record(task.directory / "exit.json");
  REQUIRE(record);
  CHECK(record->facts.exit_code == 9);

  const auto refused = rig.run(late);
  CHECK(refused.ending == Ending::not_started);
  CHECK(refused.transient);
  CHECK(refused.message.find("No space left on device") != std::string::npos);
}
