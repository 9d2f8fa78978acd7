// Torque's commands as they come with Slurm, for real, and OpenPBS's as cluster/openpbs plays them.
#include "tests/executors/cluster_rigs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::Attach;
using opus::Ending;
using opus::Errc;

namespace {

/// The player of OpenPBS under the names of its commands, and a folder for its jobs.
class OpenPbs {
 public:
  OpenPbs() {
    std::filesystem::create_directory(folder_ / "jobs");
    std::filesystem::create_directory(folder_ / "bin");
    for (const char* name : {"qsub", "qstat", "qselect", "qdel", "qhold", "qrls"})
      std::filesystem::create_symlink(OPUS_UWS_TEST_OPENPBS, folder_ / "bin" / name);
  }
  opus::PbsExecutorConfig config() const {
    opus::PbsExecutorConfig config;
    config.batch.command_prefix = {"/usr/bin/env", "OPENPBS_FOLDER=" + (folder_ / "jobs").string(),
                                   "PATH=" + (folder_ / "bin").string() + ":/usr/bin:/bin"};
    return config;
  }
  /// Instead of qsub: `before` it, and then `after`.
  void lose_answer_of_qsub(const std::string& after) const {
    std::filesystem::remove(folder_ / "bin/qsub");
    std::filesystem::create_directory(folder_ / "real");
    std::filesystem::create_symlink(OPUS_UWS_TEST_OPENPBS, folder_ / "real/qsub");
    const auto file = folder_.write("bin/qsub", "#!/bin/sh\n" + (folder_ / "real/qsub").string() +
                                                    " \"$@\" >/dev/null; " + after + '\n');
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  }

 private:
  TempFolder folder_{};
};

}  // namespace

TEST_CASE("Torque: a job runs with its result, and the exit code that qstat does not tell") {
  TorqueRig rig;
  const auto task = rig.shell("echo said; exit 7");
  CHECK(rig.run(task).facts.exit_code == 7);
  CHECK(stdout_of(task) == "said\n");
}

TEST_CASE("Torque: a job that qsub refuses is refused, with its reason") {
  opus::PbsExecutorConfig config;
  config.batch.options = {{"queue", "nosuch"}};
  TorqueRig rig{config};
  const auto refused = rig.executor().submit(rig.task(Act::succeed));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::invalid_argument);
  CHECK(contains(refused.error().message, "PBS refuses the job: "));
  CHECK(contains(refused.error().message, "invalid partition specified: nosuch"));
}

TEST_CASE("Torque: a job from before a restart is found by its name") {
  TorqueRig rig;
  const auto task = rig.task(Act::run_until_stopped);
  const auto native = rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  rig.leave();
  std::filesystem::remove(task.directory / "submission.json");
  rig.come_back();
  CHECK(rig.executor().attach(task, {}).value() == Attach::attached);
  CHECK(rig.executor().cancel(task.job, {}, 1s));
  CHECK(rig.recorder().end_of(task.job).ending == Ending::cancelled);
}

TEST_CASE("OpenPBS: a job runs, and is cancelled, by the commands of OpenPBS") {
  const OpenPbs pbs;
  TorqueRig rig{pbs.config()};
  const auto good = rig.shell("echo $PBS_JOBID; exit 3");
  const auto native = rig.executor().submit(good).value();
  CHECK(rig.recorder().end_of(good.job).facts.exit_code == 3);
  CHECK(stdout_of(good) == native.value + '\n');
  CHECK(contains(native.value, ".pbstest"));
  const auto cancelled = rig.task(Act::run_until_stopped);
  rig.executor().submit(cancelled).value();
  rig.recorder().start_of(cancelled.job);
  CHECK(rig.executor().cancel(cancelled.job, {}, 1s));
  CHECK(rig.recorder().end_of(cancelled.job).ending == Ending::cancelled);
}

TEST_CASE("Torque: a job that waits is held until it is released, one that runs is not") {
  opus::PbsExecutorConfig config;
  config.batch.options = {{"arguments", "-h"}};
  config.batch.allowed_arguments = {"-h"};
  TorqueRig rig{config};
  const auto task = rig.task(Act::succeed);
  const auto native = rig.executor().submit(task).value();
  CHECK(rig.executor().can_hold(native));
  CHECK(rig.executor().hold(task.job, native));
  CHECK(rig.executor().hold(task.job, native));
  CHECK(rig.executor().release(task.job, native));
  CHECK(rig.recorder().end_of(task.job).facts.exit_code == 0);
  const auto over = rig.executor().hold(task.job, native);
  REQUIRE_FALSE(over);
  CHECK(over.error().code == Errc::not_found);
}

TEST_CASE("OpenPBS: a job is held and released by qhold and qrls; one of an array cannot be") {
  const OpenPbs pbs;
  auto config = pbs.config();
  config.batch.options = {{"arguments", "-h"}};
  config.batch.allowed_arguments = {"-h"};
  TorqueRig rig{config};
  const auto task = rig.task(Act::succeed);
  const auto native = rig.executor().submit(task).value();
  CHECK(rig.executor().hold(task.job, native));
  CHECK(rig.executor().release(task.job, native));
  CHECK(rig.recorder().end_of(task.job).facts.exit_code == 0);
  CHECK_FALSE(rig.executor().can_hold({"35[1].pbstest"}));
}

TEST_CASE("OpenPBS: a job that runs is not held, and says why") {
  const OpenPbs pbs;
  TorqueRig rig{pbs.config()};
  const auto task = rig.task(Act::run_until_stopped);
  const auto native = rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  const auto held = rig.executor().hold(task.job, native);
  REQUIRE_FALSE(held);
  CHECK(held.error().code == Errc::unsupported);
  CHECK(contains(held.error().message, "has begun"));
  CHECK(rig.executor().cancel(task.job, {}, 1s));
  CHECK(rig.recorder().end_of(task.job).ending == Ending::cancelled);
}

TEST_CASE("OpenPBS: a submission whose answer is lost is found by qselect") {
  const OpenPbs pbs;
  pbs.lose_answer_of_qsub("kill -KILL $$");
  TorqueRig rig{pbs.config()};
  const auto task = rig.shell("echo ran >> times");
  REQUIRE(rig.executor().submit(task));
  CHECK(rig.recorder().end_of(task.job).facts.exit_code == 0);
  CHECK(TempFolder::read(task.work_dir / "times") == "ran\n");
}

TEST_CASE("OpenPBS: a job that was never submitted may be, one from before a restart is adopted") {
  const OpenPbs pbs;
  TorqueRig rig{pbs.config()};
  const auto task = rig.task(Act::run_until_stopped);
  CHECK(rig.executor().attach(task, {}).value() == Attach::never_ran);
  const auto native = rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  rig.leave();
  rig.come_back();
  CHECK(rig.executor().attach(task, {}).value() == Attach::attached);
  CHECK(rig.executor().cancel(task.job, native, 1s));
  CHECK(rig.recorder().end_of(task.job).ending == Ending::cancelled);
}

TEST_CASE("OpenPBS: a job that the server does not know any more has what its runner wrote") {
  const OpenPbs pbs;
  auto config = pbs.config();
  config.batch.file_grace = 100ms;
  TorqueRig rig{config};
  const auto task = rig.task(Act::succeed);
  CHECK(rig.run(task).facts.exit_code == 0);
  rig.leave();
  std::filesystem::remove(task.directory / "exit.json");
  config.batch.command_prefix[1] = "OPENPBS_FOLDER=/nonexistent";
  TorqueRig other{config};
  CHECK(other.executor().attach(task, {"1.pbstest"}).value() == Attach::attached);
  const auto outcome = other.recorder().end_of(task.job);
  CHECK(outcome.ending == Ending::lost);
  CHECK(contains(outcome.message, "PBS does not know the job any more"));
}
