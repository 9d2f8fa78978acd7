// What Slurm's accounting database knows of jobs that Slurm itself has forgotten: a real slurmdbd
// with a database of its own.
#include <signal.h>

#include <chrono>

#include "libopus/executor/job_files.hpp"
#include "libopus/executor/takes_many.hpp"
#include "tests/executors/cluster_rigs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::Ending;

namespace {

/// Waits until the database says that of a job.
void await_in_accounting(const std::string& native, const std::string& state) {
  const auto id = native.substr(0, native.find('_'));
  const auto deadline = std::chrono::steady_clock::now() + Recorder::k_patience;
  std::string said;
  while (std::chrono::steady_clock::now() < deadline) {
    said = SlurmCluster::with_accounting().run("sacct -X -n -P -j " + id + " -o JobID,State");
    for (const auto& line : {native + "|" + state, id + "_[0-1]|" + state})
      if (contains(said, line)) return;
  }
  throw std::runtime_error("waited in vain for " + native + " to be " + state + ": " + said);
}

}  // namespace

TEST_CASE("the ends of jobs that Slurm has forgotten are told by its accounting database") {
  auto& cluster = SlurmCluster::with_accounting();
  const Fakes fakes;
  auto config = fakes.config(cluster);
  config.accounting = true;
  config.batch.file_grace = 100ms;
  SlurmRig rig{config};
  const auto many = [&](std::vector<opus::Task>& tasks) {
    std::vector<std::string> natives;
    for (const auto& native : dynamic_cast<opus::TakesMany&>(rig.executor()).submit_all(tasks))
      natives.push_back(native.value().value);
    return natives;
  };
  std::vector<opus::Task> running{rig.task(Act::run_until_stopped),
                                  rig.task(Act::run_until_stopped)};
  const auto natives = many(running);
  CHECK(contains(natives[1], "_1"));
  auto lower = rig.task(Act::run_until_stopped);
  lower.options = {{"partition", "low"}};
  const auto lower_native = rig.executor().submit(lower).value().value;
  for (const auto& task : running) rig.recorder().start_of(task.job);
  rig.recorder().start_of(lower.job);
  std::vector<opus::Task> waiting{rig.task(Act::succeed), rig.task(Act::succeed)};
  for (auto& task : waiting) task.options = {{"cpus", "32"}};
  const auto waiting_natives = many(waiting);

  // All this happens while there is no service, and for longer than Slurm remembers it.
  rig.leave();
  cluster.run("scancel " + waiting_natives[0].substr(0, waiting_natives[0].find('_')));
  cluster.run("scancel " + natives[0]);
  kill(opus::read_claim(running[1].directory / "started.json").value().pid, SIGKILL);
  await_in_accounting(natives[0], "CANCELLED");
  await_in_accounting(natives[1], "FAILED");
  cluster.run("sbatch -p high --exclusive -o /dev/null --wrap /bin/true");
  await_in_accounting(lower_native, "PREEMPTED");
  await_in_accounting(waiting_natives[1], "CANCELLED");
  fakes.put("squeue", "exit 0");
  rig.come_back();
  const auto end_of = [&](const opus::Task& task, const std::string& native) {
    REQUIRE(rig.executor().attach(task, {native}).value() == opus::Attach::attached);
    return rig.recorder().end_of(task.job);
  };

  const auto cancelled = end_of(running[0], natives[0]);
  CHECK(cancelled.ending == Ending::cancelled);
  CHECK(contains(cancelled.message, "not by this service, but in Slurm itself (CANCELLED by "));
  const auto killed = end_of(running[1], natives[1]);
  CHECK(killed.ending == Ending::lost);
  CHECK(contains(killed.message, "Slurm reports FAILED, signal 9, and OPUS's runner could not"));
  const auto preempted = end_of(lower, lower_native);
  CHECK(preempted.ending == Ending::cancelled);
  CHECK(contains(preempted.message, "for a job of higher priority (preemption)"));
  CHECK(preempted.transient);
  const auto never = end_of(waiting[1], waiting_natives[1]);
  CHECK(never.ending == Ending::cancelled);
  CHECK(contains(never.message, "in Slurm itself (CANCELLED by "));
  CHECK_FALSE(never.started);
}
