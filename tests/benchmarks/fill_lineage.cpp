// A data folder with chains of jobs: each uses the result of the one before.
// usage: bench-fill_lineage <data folder> <chains> <jobs in a chain> <description file>
// Prints the entity at the end of the last chain.
#include <opus/description.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "libopus/core/hash.hpp"
#include "libopus/core/ids.hpp"
#include "libopus/store/sqlite/sqlite_store.hpp"

namespace {

using namespace opus;

struct Filling {
  JobDescription description;
  std::string json, hash;
  TimePoint begin;
  int count = 0;

  Entity entity(const std::string& name) {
    Entity entity;
    entity.created = begin + std::chrono::milliseconds{count++};
    entity.id = EntityId{make_uuid7(entity.created)};
    entity.name = name;
    entity.media_type = "application/fits";
    entity.size = 2880;
    entity.sha256 = hash;
    entity.location = "uploads/" + entity.id.value;
    return entity;
  }

  Job job(const EntityId& input) {
    Job job;
    job.created = begin + std::chrono::milliseconds{count++};
    job.id = JobId{make_uuid7(job.created)};
    job.description = description.name;
    job.description_version = description.version;
    job.description_hash = hash;
    job.phase = Phase::completed;
    job.queued = job.started = job.ended = job.created;
    job.software = "opus-uws 0.1.0";
    job.executor = "local";
    for (int p = 0; p < 3; ++p) job.parameters.push_back({"p" + std::to_string(p), "3.5"});
    job.inputs.push_back({.name = "image", .entity = input, .file_name = "image.fits"});
    Entity out = entity("result.fits");
    out.generated_by = job.id;
    out.role = "result";
    job.results.push_back({.id = "result", .name = "result", .entity = out});
    return job;
  }
};

Result<EntityId> write_chain(store::Writer& writer, Filling& filling, int jobs) {
  const Entity first = filling.entity("raw.fits");
  OPUS_UWS_CHECK(writer.insert_entity(first));
  EntityId last = first.id;
  for (int i = 0; i < jobs; ++i) {
    const Job job = filling.job(last);
    OPUS_UWS_CHECK(
        writer.insert_job(job, {{job.created, "created", std::nullopt, Phase::completed, {}}}));
    last = job.results[0].entity.id;
  }
  return last;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 5) return 2;
  std::filesystem::create_directories(argv[1]);
  Filling filling;
  filling.description = load_description(argv[4]).value();
  filling.json = to_json(filling.description);
  filling.hash = sha256_hex(filling.json);
  const int chains = std::atoi(argv[2]), jobs = std::atoi(argv[3]);
  filling.begin = system_clock()->now() - std::chrono::milliseconds{3} * chains * (jobs + 1);
  auto store = store::open_sqlite_store({.data_dir = argv[1]}).value();
  EntityId last;
  for (int done = 0; done < chains; done += 100)
    store
        ->write([&](store::Writer& writer) -> Result<void> {
          OPUS_UWS_CHECK(writer.save_description(
              {filling.hash, filling.description.name, filling.description.version, filling.json}));
          for (int i = done; i < std::min(chains, done + 100); ++i) {
            OPUS_UWS_TRY(last, write_chain(writer, filling, jobs));
          }
          return {};
        })
        .value();
  store->close();
  std::printf("%s\n", last.value.c_str());
  return 0;
} catch (const opus::Exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
