// At most once: whatever is lost on the way between the executor and a real Slurm. Fakes of sbatch
// and squeue in a folder before the real ones lose it.
#include <algorithm>
#include <fstream>

#include "tests/executors/cluster_rigs.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::Attach;
using opus::Ending;
using opus::Errc;
using opus::Phase;

namespace {

std::size_t jobs_at_slurm(SlurmRig& rig, const opus::Task& task) {
  const auto out = rig.cluster().run("squeue -h -t all --name=uws-" + task.job.value + " -o %i");
  return static_cast<std::size_t>(std::count(out.begin(), out.end(), '\n'));
}

}  // namespace

TEST_CASE("a submission whose answer is lost is found by its tag, and not made again") {
  const Fakes fakes;
  const std::string after_it_was_taken = GENERATE(
      "echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation' "
      ">&2; "
      "exit 1",
      "exit 0", "kill -KILL $$", "echo Sub; exit 0",
      "echo 'sbatch: error: Batch job submission failed: Zero Bytes were transmitted or received' "
      ">&2; exit 1");
  fakes.put("sbatch", "/usr/bin/sbatch \"$@\" > /dev/null; " + after_it_was_taken);
  SlurmRig rig{fakes.config()};
  const auto task = counted(rig);
  const auto native = rig.executor().submit(task);
  REQUIRE(native);
  CHECK(native->empty());
  CHECK(rig.recorder().end_of(task.job).facts.exit_code == 0);
  CHECK(times(task) == "ran\n");
  CHECK(jobs_at_slurm(rig, task) == 1);
}

TEST_CASE("a submission that hangs after Slurm took it is ended, and its job found") {
  const Fakes fakes;
  fakes.put("sbatch", "/usr/bin/sbatch \"$@\" > /dev/null; exec sleep 1000");
  auto config = fakes.config();
  config.batch.command_timeout = 3s;
  SlurmRig rig{config};
  const auto task = counted(rig);
  REQUIRE(rig.executor().submit(task));
  CHECK(rig.recorder().end_of(task.job).facts.exit_code == 0);
  CHECK(times(task) == "ran\n");
  CHECK(jobs_at_slurm(rig, task) == 1);
}

TEST_CASE("a submission that was lost before Slurm took it is made again") {
  const Fakes fakes;
  fakes.put("sbatch", "rm -f \"$0\"; echo 'sbatch: error: Socket timed out' >&2; exit 1");
  SlurmRig rig{fakes.config()};
  const auto task = counted(rig);
  REQUIRE(rig.executor().submit(task));
  CHECK(rig.recorder().end_of(task.job).facts.exit_code == 0);
  CHECK(times(task) == "ran\n");
}

TEST_CASE("a job in doubt that was cancelled is cancelled as soon as it is found") {
  const Fakes fakes;
  fakes.put("sbatch", "/usr/bin/sbatch --hold \"$@\" > /dev/null; kill -KILL $$");
  fakes.put("squeue", "exit 1");
  SlurmRig rig{fakes.config()};
  const auto task = counted(rig);
  REQUIRE(rig.executor().submit(task));
  CHECK(rig.executor().cancel(task.job, {}, 1s));
  fakes.remove("squeue");
  CHECK(rig.recorder().end_of(task.job).ending == Ending::cancelled);
  CHECK(times(task).empty());
}

TEST_CASE("a job that Slurm took right before we died is adopted by who comes next") {
  const Fakes fakes;
  SlurmRig rig{fakes.config()};
  const auto task = counted(rig);
  SECTION("with its id unknown, because we died before sbatch answered") {
    fakes.put("sbatch", "/usr/bin/sbatch \"$@\" > /dev/null; kill -KILL $$");
    REQUIRE(rig.executor().submit(task));
  }
  SECTION("with its id known in the folder of the job alone") {
    REQUIRE(rig.executor().submit(task));
  }
  SECTION("without even the mark in its folder") {
    REQUIRE(rig.executor().submit(task));
    std::filesystem::remove(task.directory / "submission.json");
  }
  rig.leave();
  fakes.put("sbatch", "exit 1");  // it shall not be needed
  rig.come_back();
  CHECK(rig.executor().attach(task, {}).value() == Attach::attached);
  CHECK(rig.recorder().end_of(task.job).facts.exit_code == 0);
  CHECK(times(task) == "ran\n");
  CHECK(jobs_at_slurm(rig, task) == 1);
}

TEST_CASE("while sbatch of a service that died still runs, nothing is decided") {
  const Fakes fakes;
  SlurmRig rig{fakes.config()};
  const auto task = counted(rig);
  Fifo say{task}, go{task, "go"};
  // A process that has left its group outlives it; that it has the lock is what counts.
  fakes.put("sbatch", "cd " + task.work_dir.string() +
                          "; setsid sh -c 'echo $$ > say; read line < go' </dev/null >/dev/null "
                          "2>&1 & sleep 0; kill -KILL $$");
  REQUIRE(rig.executor().submit(task));
  const int pid = say.number();
  rig.leave();
  rig.come_back();
  const auto early = rig.executor().attach(task, {});
  REQUIRE_FALSE(early);
  CHECK(early.error().code == Errc::unavailable);
  std::ofstream{task.work_dir / "go"} << "on\n";
  wait_for_end_of_process(pid);
  CHECK(rig.executor().attach(task, {}).value() == Attach::never_ran);
}

TEST_CASE("of a job that ran while nobody watched the end is told, from its files alone") {
  const Fakes fakes;
  SlurmRig rig{fakes.config()};
  const auto task = rig.shell("exit 7");
  rig.run(task);
  rig.leave();
  fakes.put("squeue", "exit 1");
  rig.come_back();
  CHECK(rig.executor().attach(task, {"1"}).value() == Attach::attached);
  CHECK(rig.recorder().end_of(task.job).facts.exit_code == 7);
}

TEST_CASE("a job that was never submitted may be, but not before Slurm has said so") {
  const Fakes fakes;
  SlurmRig rig{fakes.config()};
  const auto task = counted(rig);
  fakes.put("squeue",
            "echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1");
  const auto asked = rig.executor().attach(task, {});
  REQUIRE_FALSE(asked);
  CHECK(asked.error().code == Errc::unavailable);
  fakes.remove("squeue");
  CHECK(rig.executor().attach(task, {}).value() == Attach::never_ran);
}

TEST_CASE("while Slurm does not answer jobs are UNKNOWN and their ends are told all the same") {
  const Fakes fakes;
  auto config = fakes.config();
  config.batch.unreachable_after = 0ms;
  SlurmRig rig{config};
  const auto task = rig.shell("read line < say");
  Fifo fifo{task};
  const auto held = rig.task(Act::run_until_stopped);
  rig.executor().submit(task).value();
  rig.executor().submit(held).value();
  rig.recorder().start_of(task.job);
  rig.recorder().start_of(held.job);
  const std::string answer = GENERATE(
      "echo 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)' >&2; "
      "exit 1",
      "echo Good morning", "printf '4711\\037RUNN'", "kill -KILL $$");
  fakes.put("squeue", answer);
  CHECK(rig.recorder().reason_of(held.job, Phase::unknown).find("Slurm cannot be reached") == 0);
  std::ofstream{task.work_dir / "say"} << "go on\n";
  CHECK(rig.recorder().end_of(task.job).facts.exit_code == 0);
  fakes.remove("squeue");
  rig.recorder().reason_of(held.job, Phase::executing);
  CHECK(rig.executor().cancel(held.job, {}, 1s));
  CHECK(rig.recorder().end_of(held.job).ending == Ending::cancelled);
}

TEST_CASE("a state that Slurm did not have when we were written is UNKNOWN, for that job alone") {
  const Fakes fakes;
  SlurmRig rig{fakes.config()};
  const auto strange = rig.task(Act::run_until_stopped);
  const auto other = rig.task(Act::run_until_stopped);
  rig.executor().submit(strange).value();
  rig.executor().submit(other).value();
  rig.recorder().start_of(strange.job);
  rig.recorder().start_of(other.job);
  fakes.put("squeue", "/usr/bin/squeue \"$@\" | sed '/" + strange.job.value +
                          "/s/RUNNING/LEVITATING/; /" + other.job.value + "/s/RUNNING/SUSPENDED/'");
  CHECK(rig.recorder().reason_of(strange.job, Phase::unknown) ==
        "Slurm reports the state 'LEVITATING'");
  rig.recorder().reason_of(other.job, Phase::suspended);
  fakes.remove("squeue");
  for (const auto& task : {strange, other}) {
    CHECK(rig.executor().cancel(task.job, {}, 1s));
    CHECK(rig.recorder().end_of(task.job).ending == Ending::cancelled);
  }
}

TEST_CASE("a job that Slurm has forgotten ends as lost when its runner left no word") {
  const Fakes fakes;
  auto config = fakes.config();
  config.batch.file_grace = 100ms;
  config.accounting = GENERATE(false, true);
  SlurmRig rig{config};
  const auto task = rig.task(Act::run_until_stopped);
  const auto native = rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  fakes.put("sacct", "echo '" + native.value + "|TIMEOUT|0:15|uws-" + task.job.value + "'");
  fakes.put("squeue", "exit 0");
  const auto outcome = rig.recorder().end_of(task.job);
  CHECK(outcome.ending == (config.accounting ? Ending::cancelled : Ending::lost));
  CHECK(outcome.message == (config.accounting
                                ? "it reached the time limit that Slurm has for it"
                                : "Slurm does not know the job any more, and OPUS's runner left no "
                                  "word of its end"));
}
