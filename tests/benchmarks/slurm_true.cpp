// 1,000 jobs of /bin/true through the executor `slurm` and through a loop of sbatch, on a private
// Slurm. OPUS_UWS_LAUNCHER names the launcher.
#include <chrono>
#include <cstdio>

#include "tests/executors/cluster_rigs.hpp"

using namespace opus_test;
using Clock = std::chrono::steady_clock;

namespace {

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

int main() {
  constexpr int k_jobs = 1000;
  SlurmRig rig;
  const auto plain = Clock::now();
  rig.cluster().run("for i in $(seq " + std::to_string(k_jobs) +
                    "); do sbatch --parsable -J plain -o /dev/null --wrap /bin/true; done "
                    ">/dev/null; while squeue -h -n plain | grep -q .; do sleep 0.1; done");
  const double plain_s = seconds_since(plain);
  const auto ours = Clock::now();
  for (int i = 0; i < k_jobs; ++i)
    rig.executor().submit(make_task(rig.folder(), {"/bin/true"})).value();
  const double submitted_s = seconds_since(ours);
  rig.recorder().wait_for_ends(k_jobs);
  const double ours_s = seconds_since(ours);
  std::printf("plain loop %.2f s; executor %.2f s (%.2f s of it submitting): %.2f times\n", plain_s,
              ours_s, submitted_s, ours_s / plain_s);
}
