// Jobs that run /bin/true through the library: created, queued, run, collected, recorded.
// usage: bench-jobs_true <data folder> <count> <parallel>        prints jobs per second
#include <opus/opus.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>

int main(int argc, char** argv) try {
  if (argc != 4) return 2;
  const int count = std::atoi(argv[2]);
  opus::ServiceConfig config;
  config.data_dir = argv[1];
  config.max_executing = static_cast<unsigned>(std::atoi(argv[3]));
  opus::Service service = opus::Service::open(config).value();
  service.add_executor(opus::make_local_executor()).value();
  opus::JobDescription description;
  description.name = "true";
  description.command = {"/bin/true"};
  service.define(description).value();

  std::mutex mutex;
  std::condition_variable wake;
  int completed = 0;
  int failed = 0;
  const auto subscription = service.subscribe([&](const opus::JobChange& change) {
    if (!opus::is_final(change.phase)) return;
    const std::lock_guard lock{mutex};
    ++(change.phase == opus::Phase::completed ? completed : failed);
    wake.notify_one();
  });
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i)
    service.create({.description = "true", .run = true}, [&](const auto& created) {
      if (created) return;
      const std::lock_guard lock{mutex};
      ++failed;
    });
  std::unique_lock lock{mutex};
  wake.wait(lock, [&] { return completed + failed == count; });
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  std::printf("%.1f\n", count / time.count());
  return failed == 0 ? 0 : 1;
} catch (const opus::Exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
