// What 10,000 jobs that wait at a private Slurm cost. Prints the commands to Slurm, in how many
// seconds, and the processor time that we and that they took, in percent of a core.
// OPUS_UWS_LAUNCHER names the launcher.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "libopus/executor/takes_many.hpp"
#include "tests/executors/cluster_rigs.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

double seconds_of(int who) {
  rusage used{};
  getrusage(who, &used);
  const auto seconds = [](const timeval& time) { return time.tv_sec + time.tv_usec / 1e6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

int main() {
  constexpr int k_jobs = 10'000;
  constexpr auto k_settled = 20s, k_measured = 30s;
  const Fakes fakes;
  fakes.put("squeue", "echo >> " + fakes.path("asked") + "; exec /usr/bin/squeue \"$@\"");
  TempFolder folder;
  Recorder recorder;
  auto config = fakes.config();
  config.batch.extra_arguments = {"--hold"};
  const auto executor = opus::make_slurm_executor(config);
  executor->start(recorder).value();
  std::vector<opus::Task> tasks;
  for (int i = 0; i < k_jobs; ++i) tasks.push_back(make_task(folder.path(), {"/bin/true"}));
  for (const auto& native : dynamic_cast<opus::TakesMany&>(*executor).submit_all(tasks))
    (void)native.value();
  for (const auto& task : tasks) recorder.reason_of(task.job, opus::Phase::held);

  std::this_thread::sleep_for(k_settled);  // until the news is old
  const auto asked = [&] {
    const auto marks = fakes.said("asked");
    return std::count(marks.begin(), marks.end(), '\n');
  };
  const auto asked_before = asked();
  const auto begin = Clock::now();
  const double ours = seconds_of(RUSAGE_SELF), squeues = seconds_of(RUSAGE_CHILDREN);
  std::this_thread::sleep_for(k_measured);
  const double ours_used = seconds_of(RUSAGE_SELF) - ours;
  const double squeues_used = seconds_of(RUSAGE_CHILDREN) - squeues;
  const double took = std::chrono::duration<double>(Clock::now() - begin).count();
  const auto questions = asked() - asked_before;
  std::printf("%ld %.1f %.2f %.2f\n", static_cast<long>(questions), took, 100 * ours_used / took,
              100 * squeues_used / took);
  executor->stop();
  SlurmCluster::instance().run("scancel --me");
}
