// The n-th write fails, for every n: what was acknowledged is there, of the rest there is nothing.
#include <atomic>
#include <map>
#include <string>

#include "libopus/store/sqlite/db.hpp"
#include "tests/unit/store/rig.hpp"

using namespace opus;
using namespace opus_test;
using namespace std::chrono_literals;
using store::EventRow;
using store::Writer;

namespace {

/// Jobs, histories and entities as they must be in the store.
struct Model {
  std::map<JobId, Job> jobs{};
  std::map<JobId, std::vector<EventRow>> events{};
  std::map<EntityId, Entity> entities{};
};

/// Does what services do, and keeps a model of what the store acknowledged; ends at the first
/// failure.
class Scenario {
 public:
  explicit Scenario(store::Store& store) : store_(store) {}

  Result<void> run() {
    const Entity image = upload("image.fits");
    Job first = full_job(image.id);
    first.phase = Phase::pending;
    const auto create = [&](Writer& writer, Model& next) -> Result<void> {
      OPUS_UWS_CHECK(writer.insert_entity(image));
      OPUS_UWS_CHECK(writer.save_description({k_description_hash, "source-extraction", "1", "{}"}));
      next.entities[image.id] = image;
      return insert(writer, next, first);
    };
    OPUS_UWS_CHECK(step(create));
    OPUS_UWS_CHECK(move(first, Phase::queued, [](Job& job) { job.parameters.pop_back(); }));
    OPUS_UWS_CHECK(move(first, Phase::executing, [](Job& job) { job.started = at(60); }));
    OPUS_UWS_CHECK(move(first, Phase::completed, [](Job& job) {
      job.results = {result_of(job, "map"), result_of(job, "log")};
    }));

    const EntityId map = first.results[0].entity.id;
    Job second = plain_job(100);
    second.inputs = {{"in", map, "", "in.fits", {}}};
    OPUS_UWS_CHECK(step([&](Writer& writer, Model& next) { return insert(writer, next, second); }));
    OPUS_UWS_CHECK(move(second, Phase::aborted, [](Job& job) { job.destroyed = true; }));

    const auto delete_first = [&](Writer& writer, Model& next) -> Result<void> {
      next.jobs.erase(first.id);
      next.events.erase(first.id);
      next.entities.erase(first.results[1].entity.id);
      next.entities[map].generated_by = {};
      return writer.delete_job(first.id);
    };
    OPUS_UWS_CHECK(step(delete_first));
    const auto delete_second = [&](Writer& writer, Model& next) -> Result<void> {
      OPUS_UWS_CHECK(writer.delete_job(second.id));
      next.jobs.erase(second.id);
      next.events.erase(second.id);
      next.entities.erase(map);
      return writer.delete_entity(map);
    };
    return step(delete_second);
  }

  const Model& acknowledged() const { return model_; }

 private:
  template <class Change> Result<void> step(Change change) {
    Model next = model_;
    OPUS_UWS_CHECK(store_.write([&](Writer& writer) { return change(writer, next); }));
    model_ = std::move(next);
    return {};
  }

  static Result<void> insert(Writer& writer, Model& next, const Job& job) {
    OPUS_UWS_CHECK(writer.insert_job(job, created(job)));
    next.jobs[job.id] = job;
    next.events[job.id] = created(job);
    return {};
  }

  template <class Edit> Result<void> move(Job& job, Phase to, Edit edit) {
    Job after = job;
    after.phase = to;
    edit(after);
    const auto events = moved(job.phase, to);
    const auto change = [&](Writer& writer, Model& next) -> Result<void> {
      OPUS_UWS_TRY(after, writer.update_job(job, after, events));
      next.jobs[job.id] = after;
      next.events[job.id].push_back(events[0]);
      for (const JobResult& result : after.results) next.entities[result.entity.id] = result.entity;
      return {};
    };
    OPUS_UWS_CHECK(step(change));
    job = after;
    return {};
  }

  store::Store& store_;
  Model model_{};
};

/// The store has what the model has, and nothing else.
void check_equal(const std::filesystem::path& folder, const Model& model) {
  auto store = store::open_sqlite_store({.data_dir = folder}).value();
  for (const auto& [id, job] : model.jobs) {
    store
        ->write([&, &wanted = job](Writer& writer) -> Result<void> {
          CHECK(writer.job(wanted.id).value() == wanted);
          return {};
        })
        .value();
    if (!job.destroyed) CHECK(store->reader().events(id).value() == model.events.at(id));
  }
  for (const auto& [id, entity] : model.entities)
    CHECK(store->reader().entity(id).value() == entity);
  store.reset();

  const auto db = store::sqlite::Connection::open(folder / "opus.db",
                                                  store::sqlite::Connection::Access::read_write, 5s)
                      .value();
  CHECK(db->value<std::string>("PRAGMA integrity_check").value() == "ok");
  CHECK(db->value<std::string>("PRAGMA foreign_key_check").value().empty());
  const auto count = [&](const std::string& table) {
    return db->value<std::int64_t>("SELECT count(*) FROM " + table).value();
  };
  std::int64_t events = 0;
  std::int64_t parameters = 0;
  std::int64_t inputs = 0;
  for (const auto& [id, job] : model.jobs) {
    events += static_cast<std::int64_t>(model.events.at(id).size());
    parameters += static_cast<std::int64_t>(job.parameters.size());
    inputs += static_cast<std::int64_t>(job.inputs.size());
  }
  CHECK(count("job") == static_cast<std::int64_t>(model.jobs.size()));
  CHECK(count("entity") == static_cast<std::int64_t>(model.entities.size()));
  CHECK(count("event") == events);
  CHECK(count("parameter") == parameters);
  CHECK(count("input") == inputs);
}

}  // namespace

TEST_CASE("the n-th write fails, for every n, and no half change stays") {
  // Nothing is lost by a real disk here: without one the many stores are made sooner.
  const std::filesystem::path in_memory = std::filesystem::is_directory("/dev/shm")
                                              ? std::filesystem::path{"/dev/shm"}
                                              : std::filesystem::temp_directory_path();
  const auto faults = std::make_shared<testing::Faults>();
  long n = 0;
  for (;; ++n) {
    INFO("write " << n << " failed");
    TempFolder folder{in_memory};
    faults->fail_after(n);
    Model acknowledged;
    {
      auto store = store::open_sqlite_store({.data_dir = folder.path(), .faults = faults});
      if (store) {
        Scenario scenario{**store};
        const auto done = scenario.run();
        CHECK(done.has_value() == !faults->fired());
        if (!done) CHECK(done.error().code == Errc::unavailable);
        acknowledged = scenario.acknowledged();
      } else {
        CHECK(store.error().code == Errc::unavailable);
        CHECK(contains(store.error().message, "disk I/O error"));
      }
    }
    check_equal(folder.path(), acknowledged);
    if (!faults->fired()) break;
  }
  CHECK(n > 50);
}

TEST_CASE("when a commit fails every change of it fails, and the next one succeeds") {
  const auto faults = std::make_shared<testing::Faults>();
  std::atomic<int> errors_logged = 0;
  StoreRig rig{{.log = [&](const LogRecord& r) { errors_logged += r.level == LogLevel::error; },
                .faults = faults}};
  const Job job = plain_job();
  const Job other = plain_job();
  const auto done = rig->write([&](Writer& writer) -> Result<void> {
    OPUS_UWS_CHECK(writer.insert_job(job, created(job)));
    faults->fail_after(0);  // the disk is gone before the commit
    return {};
  });
  REQUIRE_FALSE(done);
  CHECK(done.error().code == Errc::unavailable);
  CHECK(contains(done.error().message, rig.database().string()));
  CHECK(errors_logged == 1);
  CHECK(rig->reader().job(job.id).error().code == Errc::not_found);
  CHECK(rig->write([](Writer&) { return Result<void>{}; }).error().code == Errc::unavailable);

  faults->heal();
  rig.insert(job);
  rig.insert(other);
  CHECK(rig.job(job.id) == job);
}

TEST_CASE("faults come when asked for, and then until healed") {
  testing::Faults faults;
  CHECK_FALSE(faults.should_fail());
  faults.fail_after(2);
  CHECK_FALSE(faults.should_fail());
  CHECK_FALSE(faults.should_fail());
  CHECK_FALSE(faults.fired());
  CHECK(faults.should_fail());
  CHECK(faults.should_fail());
  CHECK(faults.fired());
  faults.heal();
  CHECK_FALSE(faults.should_fail());
  CHECK(faults.fired());
  faults.fail_after(-1);
  CHECK_FALSE(faults.should_fail());
  CHECK_FALSE(faults.fired());
}
