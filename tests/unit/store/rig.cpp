#include "tests/unit/store/rig.hpp"

#include "libopus/core/ids.hpp"

namespace opus_test {

using namespace opus;
using namespace std::chrono_literals;
using store::EventRow;
using store::Writer;

TimePoint at(std::int64_t milliseconds) {
  return TimePoint{std::chrono::milliseconds{1'772'971'200'000 + milliseconds}};
}

EntityId new_entity_id() { return {make_uuid7(at(0))}; }

Job plain_job(std::int64_t created) {
  Job job;
  job.id.value = make_uuid7(at(created));
  job.description = "sim";
  job.created = at(created);
  return job;
}

Job full_job(const EntityId& input) {
  Job job = plain_job(7);
  job.description = "source-extraction";
  job.description_version = "1.2";
  job.description_hash = k_description_hash;
  job.run_id = "night 3 \"north\"";
  job.owner = "alice'; DROP TABLE job; --";
  job.phase = Phase::queued;
  job.quote = at(60'000);
  job.queued = at(20);
  job.execution_duration = 3600s;
  job.destruction = at(86'400'000);
  job.parameters = {{"threshold", "1.5", false},
                    {"area", "", true},
                    {"text", std::string{"a\0b\nc \xc3\xa9", 8}, false}};
  job.inputs = {{"image", input, "http://example.org/image.fits", "image.fits", at(30)},
                {"mask", {}, "https://example.org/mask", "", {}}};
  job.executor = "local";
  job.native_id.value = "4711";
  job.progress = 0.1;
  job.progress_text = "reading";
  job.software = "opus-uws 0.1.0";
  job.command = {"code", "--name", "a \"quoted\" word", "", "l\xc3\xadne\n2"};
  job.stopping = true;
  job.on_hold = true;
  job.releasing = true;
  job.version = 3;
  return job;
}

JobResult result_of(const Job& job, const std::string& id, std::uint64_t size) {
  Entity entity = upload(id + ".fits");
  entity.size = size;
  entity.location = "jobs/" + job.id.value + "/results/" + entity.name;
  entity.owner = job.owner;
  entity.generated_by = job.id;
  entity.role = id;
  return {id, id.substr(0, id.find('.')), std::move(entity)};
}

Entity upload(const std::string& name) {
  Entity entity;
  entity.id = new_entity_id();
  entity.name = name;
  entity.media_type = "application/fits";
  entity.size = 2880;
  entity.sha256 = std::string(64, 'c');
  entity.location = "uploads/" + entity.id.value;
  entity.source_url = "http://example.org/" + name;
  entity.created = at(1);
  entity.owner = "alice";
  return entity;
}

std::vector<EventRow> created(const Job& job) {
  return {{job.created, "created", std::nullopt, job.phase, {}}};
}

std::vector<EventRow> moved(Phase from, Phase to) { return {{at(50), "moved", from, to, "test"}}; }

StoreRig::StoreRig(store::StoreConfig config) {
  config.data_dir = folder();
  store_ = store::open_sqlite_store(std::move(config)).value();
}

void StoreRig::insert(const Job& job) {
  store_->write([&](Writer& writer) { return writer.insert_job(job, created(job)); }).value();
}

void StoreRig::insert(const Entity& entity) {
  store_->write([&](Writer& writer) { return writer.insert_entity(entity); }).value();
}

void StoreRig::save_description() {
  store_
      ->write([](Writer& writer) {
        return writer.save_description({k_description_hash, "source-extraction", "1.2", "{}"});
      })
      .value();
}

Result<Job> StoreRig::update(const Job& before, const Job& after, std::vector<EventRow> events) {
  Job stored;
  OPUS_UWS_CHECK(store_->write([&](Writer& writer) -> Result<void> {
    OPUS_UWS_TRY(stored, writer.update_job(before, after, events));
    return {};
  }));
  return stored;
}

Job StoreRig::complete(const Job& job, std::vector<JobResult> results) {
  Job after = job;
  after.phase = Phase::completed;
  after.results = std::move(results);
  std::vector<EventRow> events;
  for (const auto& [from, to] : {std::pair{Phase::pending, Phase::queued},
                                 {Phase::queued, Phase::executing},
                                 {Phase::executing, Phase::completed}})
    if (from == job.phase || !events.empty()) events.push_back(moved(from, to).front());
  return update(job, after, std::move(events)).value();
}

void StoreRig::reopen() {
  close();
  store_ = store::open_sqlite_store({.data_dir = folder()}).value();
}

std::vector<JobId> ids_of(const std::vector<JobSummary>& jobs) {
  std::vector<JobId> ids;
  for (const JobSummary& job : jobs) ids.push_back(job.id);
  return ids;
}

}  // namespace opus_test
