// What 10,000 jobs that wait at a private Slurm cost. Prints the commands to Slurm, in how many
// seconds, and the processor time that we and that they took, in percent of a core.
// OPUS_UWS_LAUNCHER names the launcher.
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

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

/// Hears of each question to Slurm: the fake squeue writes a byte into the fifo first.
class Questions {
 public:
  explicit Questions(const std::string& path) {
    if (::mkfifo(path.c_str(), 0600) != 0) std::abort();
    fd_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (fd_ < 0) std::abort();
  }
  ~Questions() { ::close(fd_); }
  Questions(const Questions&) = delete;
  Questions& operator=(const Questions&) = delete;

  /// When the next one was asked.
  Clock::time_point next() const {
    constexpr int k_patience_ms = 60'000;
    pollfd ready{fd_, POLLIN, 0};
    char mark = 0;
    if (::poll(&ready, 1, k_patience_ms) != 1 || ::read(fd_, &mark, 1) != 1) {
      std::fputs("Slurm is not asked any more\n", stderr);
      std::exit(1);
    }
    return Clock::now();
  }

 private:
  int fd_ = -1;
};

}  // namespace

int main() {
  constexpr int k_jobs = 10'000, k_measured = 15;
  const Fakes fakes;
  const Questions questions(fakes.path("asked"));
  fakes.put("squeue", "printf x > " + fakes.path("asked") + "; exec /usr/bin/squeue \"$@\"");
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

  // Once the news is old the whole interval lies between two questions.
  const auto interval = config.batch.poll_interval;
  for (auto last = questions.next(), next = questions.next(); next - last < interval;
       next = questions.next())
    last = next;
  const auto begin = questions.next();
  const double ours = seconds_of(RUSAGE_SELF), squeues = seconds_of(RUSAGE_CHILDREN);
  auto end = begin;
  for (int i = 0; i < k_measured; ++i) end = questions.next();
  const double took = std::chrono::duration<double>(end - begin).count();
  std::printf("%d %.1f %.2f %.2f\n", k_measured, took,
              100 * (seconds_of(RUSAGE_SELF) - ours) / took,
              100 * (seconds_of(RUSAGE_CHILDREN) - squeues) / took);
  executor->stop();
  SlurmCluster::instance().run("scancel --me");
}
