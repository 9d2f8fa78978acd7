// Slurm's commands on a login node: a real sshd on loopback, with file systems shared.
#include "tests/executors/cluster_rigs.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::Ending;
using opus::Errc;

TEST_CASE("through ssh: a job runs, another is cancelled, and every argument arrives as it is") {
  const LoginNode login;
  auto config = login.config();
  config.batch.extra_arguments = {"--comment=it's \"$HOME\" `id` ; exit"};
  SlurmRig rig{config};
  const auto good = rig.shell("echo said; exit 5");
  const auto native = rig.executor().submit(good).value();
  CHECK(rig.recorder().end_of(good.job).facts.exit_code == 5);
  CHECK(stdout_of(good) == "said\n");
  CHECK(rig.cluster().run("squeue -h -t all -o %k -j " + native.value) ==
        "it's \"$HOME\" `id` ; exit\n");
  const auto cancelled = rig.task(Act::run_until_stopped);
  rig.executor().submit(cancelled).value();
  rig.recorder().start_of(cancelled.job);
  CHECK(rig.executor().cancel(cancelled.job, {}, 1s));
  CHECK(rig.recorder().end_of(cancelled.job).ending == Ending::cancelled);
}

TEST_CASE("through ssh: a login node that is down is no reason to give a job up") {
  opus::SlurmExecutorConfig config;
  config.batch.command_prefix = {"ssh", "-o", "BatchMode=yes", "-p", "1", "127.0.0.1"};
  SlurmRig rig{config};
  const auto refused = rig.executor().submit(rig.task(Act::succeed));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::unavailable);
}
