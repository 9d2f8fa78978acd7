// What a real Slurm does to jobs, and what the executor says of it.
#include <signal.h>

#include "libopus/executor/job_files.hpp"
#include "tests/executors/cluster_rigs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::Ending;
using opus::Errc;
using opus::Phase;

namespace {

std::string told(const opus::Outcome& outcome) {
  return std::string{outcome.message.empty() ? "(nothing)" : outcome.message};
}

}  // namespace

TEST_CASE("a Slurm job runs with its own environment and what Slurm tells of the allocation") {
  SlurmRig rig;
  auto task = rig.shell("echo \"$GREETING $SLURM_JOB_ID ${HOME-none} $SLURM_JOB_NAME\"; pwd");
  task.environment["GREETING"] = "a 'quoted' $text";
  const auto native = rig.executor().submit(task).value();
  CHECK(rig.recorder().end_of(task.job).facts.exit_code == 0);
  CHECK(stdout_of(task) == "a 'quoted' $text " + native.value + " none uws-" + task.job.value +
                               "\n" + task.work_dir.string() + "\n");
  CHECK(opus::read_claim(task.directory / "started.json").value().native == native.value);
}

TEST_CASE("a Slurm job that is killed by a signal of its own says which") {
  SlurmRig rig;
  const auto outcome = rig.run(rig.shell("kill -SEGV $$"));
  CHECK(outcome.ending == Ending::signalled);
  CHECK(outcome.facts.signal == SIGSEGV);
}

TEST_CASE("a running Slurm job that an operator cancels ends as cancelled, and not by us") {
  SlurmRig rig;
  const auto task = rig.task(Act::run_until_stopped);
  const auto native = rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  rig.cluster().run("scancel " + native.value);
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(outcome.ending == Ending::cancelled);
  CHECK(contains(told(outcome), "not by this service, but in Slurm itself"));
}

TEST_CASE("a code that goes on after SIGTERM is killed when the grace of the executor is over") {
  opus::SlurmExecutorConfig config;
  config.batch.kill_grace = 100ms;
  SlurmRig rig{config};
  const auto task = rig.shell("trap '' TERM; echo ready > say; sleep 1000; sleep 1000");
  Fifo fifo{task};
  rig.executor().submit(task).value();
  fifo.line();
  CHECK(rig.executor().cancel(task.job, {}, 100ms));
  CHECK(rig.recorder().end_of(task.job).ending == Ending::cancelled);
}

TEST_CASE("a held Slurm job is HELD, and goes on when it is released") {
  SlurmRig rig;
  auto config = opus::SlurmExecutorConfig{};
  config.batch.extra_arguments = {"--hold"};
  SlurmRig held{config};
  const auto task = held.task(Act::succeed);
  const auto native = held.executor().submit(task).value();
  CHECK(held.recorder().reason_of(task.job, Phase::held) == "JobHeldUser");
  CHECK(held.executor().release(task.job, native));
  CHECK(held.recorder().end_of(task.job).facts.exit_code == 0);
}

TEST_CASE("the execution duration of a Slurm job does not count the time it is suspended") {
  SlurmRig rig;
  auto task = rig.shell("for i in 1 2 3 4 5 6; do sleep 0.5; done; exit 6");
  task.execution_duration = 6s;
  const auto native = rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  // Time that passes is the point here.
  rig.cluster().run("scontrol suspend " + native.value + "; sleep 6; scontrol resume " +
                    native.value);
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(outcome.ending == Ending::exited);
  CHECK(outcome.facts.exit_code == 6);
}

TEST_CASE("a Slurm job that an operator suspends is SUSPENDED, and EXECUTING when it is resumed") {
  SlurmRig rig;
  const auto task = rig.task(Act::run_until_stopped);
  const auto native = rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  rig.cluster().run("scontrol suspend " + native.value);
  rig.recorder().reason_of(task.job, Phase::suspended);
  rig.cluster().run("scontrol resume " + native.value);
  rig.recorder().reason_of(task.job, Phase::executing);
  CHECK(rig.executor().cancel(task.job, native, 1s));
  CHECK(rig.recorder().end_of(task.job).ending == Ending::cancelled);
}

TEST_CASE("a Slurm job whose node fails is lost, and may be tried again") {
  SlurmRig rig;
  const auto task = rig.task(Act::run_until_stopped);
  rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  rig.cluster().run("scontrol update nodename=node1 state=down reason=test");
  const auto outcome = rig.recorder().end_of(task.job);
  rig.cluster().run("scontrol update nodename=node1 state=resume 2>/dev/null || true");
  CHECK((outcome.ending == Ending::lost || outcome.ending == Ending::cancelled));
  CHECK(contains(told(outcome), "the compute node failed"));
}

TEST_CASE("a Slurm job that gives way to one of higher priority says so, and may be tried again") {
  opus::SlurmExecutorConfig config;
  config.batch.options = {{"partition", "low"}};
  SlurmRig rig{config};
  const auto task = rig.task(Act::run_until_stopped);
  rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  rig.cluster().run("sbatch -p high --exclusive -o /dev/null --wrap /bin/true");
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(outcome.ending == Ending::cancelled);
  CHECK(outcome.transient);
  CHECK(contains(told(outcome), "Slurm needed its place for a job of higher priority"));
}

TEST_CASE("a Slurm job that was stopped to run again ends with that, and leaves the queue") {
  SlurmRig rig;
  const auto task = rig.shell("echo ran >> times; echo ready > say; exec sleep 1000");
  Fifo fifo{task};
  const auto native = rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  fifo.line();
  CHECK_THROWS(rig.cluster().run("scontrol requeue " + native.value + " 2>&1"));
  rig.cluster().run("scontrol update JobId=" + native.value + " Requeue=1");
  SECTION("and told its runner so") { rig.cluster().run("scontrol requeue " + native.value); }
  SECTION("and its runner could not say a word") {
    kill(opus::read_claim(task.directory / "started.json").value().pid, SIGKILL);
    rig.cluster().run("scontrol requeue " + native.value);
  }
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(outcome.ending == Ending::cancelled);
  CHECK(outcome.transient);
  CHECK(told(outcome) ==
        "Slurm stopped it to run it again later (requeue), but a job runs at most once");
  CHECK(rig.cluster().run("squeue -h -t all -o %T -j " + native.value) == "CANCELLED\n");
  CHECK(times(task) == "ran\n");
}

TEST_CASE("a Slurm job whose runner is not on the node says what to look at") {
  opus::SlurmExecutorConfig config;
  config.batch.runner = "/no/such/folder/opus-uws-launcher";
  config.batch.file_grace = 200ms;
  SlurmRig rig{config};
  const auto outcome = rig.run(rig.task(Act::succeed));
  CHECK(outcome.ending == Ending::not_started);
  CHECK(contains(told(outcome), "Slurm reports FAILED (NonZeroExitCode), exit code 127"));
  CHECK(contains(told(outcome), "the runner program?"));
}

TEST_CASE("a job that Slurm refuses is not submitted again, and the reason is Slurm's") {
  opus::SlurmExecutorConfig config;
  config.batch.options = {{"partition", "nosuch"}};
  SlurmRig rig{config};
  const auto refused = rig.executor().submit(rig.task(Act::succeed));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::invalid_argument);
  CHECK(refused.error().message == "Slurm refuses the job: Invalid partition name specified");
}

TEST_CASE("the resources of a description reach Slurm, those of a parameter too") {
  SlurmRig rig;
  auto task = rig.shell("echo $SLURM_CPUS_PER_TASK $SLURM_JOB_PARTITION $SLURM_MEM_PER_NODE");
  task.options = {
      {"cpus", "${threads}"}, {"partition", "main"}, {"memory", "64M"}, {"qos", "${not_given}"}};
  task.parameters = {{"threads", "3", false}};
  CHECK(rig.run(task).facts.exit_code == 0);
  CHECK(stdout_of(task) == "3 main 64\n");
}

TEST_CASE("the execution duration of a waiting Slurm job is changed at Slurm too") {
  opus::SlurmExecutorConfig config;
  config.batch.extra_arguments = {"--hold"};
  SlurmRig rig{config};
  auto task = rig.task(Act::run_until_stopped);
  task.execution_duration = 1000s;
  const auto native = rig.executor().submit(task).value();
  const auto limit = [&] { return rig.cluster().run("squeue -h -o %l -j " + native.value); };
  CHECK(limit() == "18:00\n");  // rounded up, and one minute more for the runner to be first
  CHECK(rig.executor().set_execution_duration(task.job, native, 1s));
  CHECK(limit() == "2:00\n");
  CHECK(rig.executor().release(task.job, native));
  CHECK(rig.recorder().end_of(task.job).ending == Ending::time_limit);
}
