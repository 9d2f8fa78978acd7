// A data folder with many finished jobs of one description.
// usage: bench-fill_jobs <data folder> <count> <description file>
#include <opus/description.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "libopus/core/hash.hpp"
#include "libopus/core/ids.hpp"
#include "libopus/store/sqlite/sqlite_store.hpp"

int main(int argc, char** argv) try {
  if (argc != 4) return 2;
  std::filesystem::create_directories(argv[1]);
  const opus::JobDescription description = opus::load_description(argv[3]).value();
  auto store = opus::store::open_sqlite_store({.data_dir = argv[1]}).value();
  const std::string json = opus::to_json(description);
  const std::string hash = opus::sha256_hex(json);
  const int count = std::atoi(argv[2]);
  const opus::TimePoint now = opus::system_clock()->now();
  bool failed = false;
  for (int done = 0; done < count && !failed;) {
    const int last = std::min(count, done + 1000);
    const auto written = store->write([&](opus::store::Writer& writer) -> opus::Result<void> {
      OPUS_UWS_CHECK(writer.save_description({hash, description.name, description.version, json}));
      for (int i = done; i < last; ++i) {
        opus::Job job;
        job.created = now - std::chrono::milliseconds{10} * (count - i);
        job.id = opus::JobId{opus::make_uuid7(job.created)};
        job.description = description.name;
        job.description_version = description.version;
        job.description_hash = hash;
        job.phase = opus::Phase::completed;
        job.queued = job.started = job.ended = job.created;
        job.destruction = now + std::chrono::hours{24 * 30};
        for (int p = 0; p < 5; ++p)
          job.parameters.push_back({"p" + std::to_string(p), std::to_string(i)});
        using opus::Phase;
        OPUS_UWS_CHECK(writer.insert_job(
            job, {{job.created, "created", std::nullopt, Phase::pending, {}},
                  {job.created, "run", Phase::pending, Phase::queued, {}},
                  {job.created, "started", Phase::queued, Phase::executing, {}},
                  {job.created, "finished", Phase::executing, Phase::completed, {}}}));
      }
      return {};
    });
    if (!written) std::fprintf(stderr, "%s\n", written.error().message.c_str());
    failed = !written;
    done = last;
  }
  store->close();
  return failed ? 1 : 0;
} catch (const opus::Exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
