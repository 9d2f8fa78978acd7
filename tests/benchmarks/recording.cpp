// Jobs with a file that they use and one that they generate, created and run through the library,
// two at a time. usage: bench-recording <data folder> <count>
// Prints jobs per second, and microseconds of this process's processor time for each.
#include <opus/opus.hpp>

#include <sys/resource.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>

namespace {

constexpr std::size_t k_file_bytes = 64 << 10;

double processor_us() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto us = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

opus::JobDescription copy_description() {
  opus::JobDescription description;
  description.name = "copy";
  description.command = {"/bin/cp", "${image}", "copy.fits"};
  description.parameters = {{.name = "sigma", .default_value = "3.5"}};
  description.inputs = {{.name = "image"}};
  description.results = {{.name = "copy", .path = "copy.fits"}};
  return description;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  const std::filesystem::path folder = argv[1];
  const int count = std::atoi(argv[2]);
  std::filesystem::create_directories(folder / "files");
  const auto file = [&](int i) { return folder / "files" / std::to_string(i); };
  for (int i = 0; i < count; ++i)  // each other content: equal uploads are stored once
    std::ofstream{file(i)} << i << std::string(k_file_bytes, 'x');

  opus::ServiceConfig config;
  config.data_dir = folder / "data";
  config.max_executing = 2;
  opus::Service service = opus::Service::open(config).value();
  service.add_executor(opus::make_local_executor()).value();
  service.define(copy_description()).value();

  std::mutex mutex;
  std::condition_variable wake;
  int completed = 0, failed = 0;
  const auto subscription = service.subscribe([&](const opus::JobChange& change) {
    if (!opus::is_final(change.phase)) return;
    const std::lock_guard lock{mutex};
    ++(change.phase == opus::Phase::completed ? completed : failed);
    wake.notify_one();
  });
  const auto begun = std::chrono::steady_clock::now();
  const double processor = processor_us();
  for (int i = 0; i < count; ++i)
    service
        .create({.description = "copy",
                 .owner = "alice",
                 .uploads = {{.name = "image", .file_name = "image.fits", .path = file(i)}},
                 .run = true})
        .value();
  std::unique_lock lock{mutex};
  wake.wait(lock, [&] { return completed + failed == count; });
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begun;
  std::printf("%.1f %.1f\n", count / time.count(), (processor_us() - processor) / count);
  return failed == 0 ? 0 : 1;
} catch (const opus::Exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
