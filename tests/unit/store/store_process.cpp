// A process that writes to a store until it is killed, or until its files may not grow any more.
//
//   store_process write <folder>          prints "<job id> <version>" for each acknowledged change
//   store_process fill <folder> <bytes>   the same, until a change fails: then its error
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "libopus/core/ids.hpp"
#include "libopus/store/sqlite/sqlite_store.hpp"

using namespace opus;

namespace {

Job new_job() {
  const auto now =
      std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  Job job;
  job.id.value = make_uuid7(now);
  job.description = "sim";
  job.created = now;
  job.parameters = {{"text", std::string(2000, 'x'), false}};
  return job;
}

/// One line, in one piece even if several threads write.
void print(const std::string& line) {
  if (write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    std::abort();
}

Result<void> move(store::Store& store, Job& job, Phase to) {
  Job stored;
  auto done = store.write([&](store::Writer& writer) -> Result<void> {
    Job after = job;
    after.phase = to;
    OPUS_UWS_TRY(stored,
                 writer.update_job(job, after, {{job.created, "moved", job.phase, to, {}}}));
    return {};
  });
  if (done) job = std::move(stored);
  return done;
}

Result<void> one_job(store::Store& store) {
  Job job = new_job();
  const auto insert = [&](store::Writer& writer) {
    return writer.insert_job(job, {{job.created, "created", std::nullopt, job.phase, {}}});
  };
  OPUS_UWS_CHECK(store.write(insert));
  print(job.id.value + " 0\n");
  for (const Phase phase : {Phase::queued, Phase::executing, Phase::completed}) {
    OPUS_UWS_CHECK(move(store, job, phase));
    print(job.id.value + " " + std::to_string(job.version) + "\n");
  }
  return {};
}

}  // namespace

int main(int argc, char* argv[]) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  const bool fill = arguments.size() == 3 && arguments[0] == "fill";
  if (!fill && (arguments.size() != 2 || arguments[0] != "write")) return 2;
  auto store = store::open_sqlite_store({.data_dir = arguments[1]});
  if (!store) {
    std::cerr << store.error().message << '\n';
    return 1;
  }
  if (fill) {
    signal(SIGXFSZ, SIG_IGN);
    const rlim_t bytes = std::strtoull(argv[3], nullptr, 10);
    const rlimit limit{bytes, bytes};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
    for (;;) {
      if (const auto done = one_job(**store); !done) {
        print(std::string{to_string(done.error().code)} + " " + done.error().message + "\n");
        // What is there can still be read.
        return (*store)->reader().list({}) ? 0 : 1;
      }
    }
  }
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i)
    writers.emplace_back([&] {
      while (one_job(**store)) {
      }
    });
  for (std::thread& writer : writers) writer.join();
}
