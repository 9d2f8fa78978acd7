// Deletion by clients and by time: nothing is left, but for what others use.
#include "tests/simulation/rig.hpp"
#include "tests/support/files_below.hpp"

using namespace opus_test;
using opus::Phase;

TEST_CASE("a deleted job is not found at once and leaves no file (UWS-DEL-03, UWS-DEL-04)",
          "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& executor) { executor.run_for(1h).exit_with(0); });
  const opus::Job job = rig.create();
  until(rig.service(), job.id, Phase::executing);
  CHECK(files_below(rig.folder() / "data/jobs").size() > 0);
  rig.service().destroy(job.id).value();
  CHECK(rig.service().get(job.id).error().code == opus::Errc::not_found);
  CHECK(rig.service().list({})->empty());
  for (const auto& result : {rig.service().run(job.id), rig.service().abort(job.id)})
    CHECK(result.error().code == opus::Errc::not_found);
  CHECK(rig.service().destroy(job.id).error().code == opus::Errc::not_found);
  eventually([&] { return rig.executor->cancelled() == std::vector{job.id}; });
  eventually([&] { return files_below(rig.folder() / "data/jobs").empty(); });
}

TEST_CASE("at its destruction time a job goes, whatever its phase (UWS-DST-05, AMB-12)",
          "[simulation]") {
  SimulationRig rig;
  rig.config().retention = 24h;
  rig.open([](auto& executor) { executor.run_for(1000h).exit_with(0); });
  const opus::Job pending = rig.create({}, false);
  const opus::Job running = rig.create();
  CHECK(pending.destruction == pending.created + 24h);
  until(rig.service(), running.id, Phase::executing);
  rig.service().update(running.id, {.execution_duration = 0s}).value();
  const opus::Job kept = rig.create({}, false);
  rig.service().update(kept.id, {.destruction = kept.created + 48h}).value();  // UWS-DST-07
  rig.clock->advance(24h - 1s);
  CHECK(rig.service().list({})->size() == 3);
  rig.clock->advance(1s);
  eventually([&] { return rig.service().list({})->size() == 1; });
  CHECK(rig.service().list({})->front().id == kept.id);
  rig.clock->advance(24h);
  eventually([&] { return rig.service().list({})->empty(); });
  eventually([&] { return files_below(rig.folder() / "data/jobs").empty(); });
}

TEST_CASE("a description that archives keeps the record (UWS-DST-05, UWS-ARC-01)", "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& executor) { executor.run_for(1s).exit_with(0); });
  opus::JobDescription description = scripted_description("kept");
  description.on_destruction = opus::OnDestruction::archive;
  description.retention = 1h;
  rig.service().define(description).value();
  const opus::Job done = rig.service().create({.description = "kept", .run = true}).value();
  until(rig.service(), done.id, Phase::executing);
  rig.clock->advance(1s);
  until(rig.service(), done.id, Phase::completed);
  const opus::Job pending = rig.service().create({.description = "kept"}).value();
  rig.clock->advance(2h);
  until(rig.service(), done.id, Phase::archived);
  until(rig.service(), pending.id, Phase::archived);
  CHECK(rig.service().list({})->empty());
  CHECK(rig.service().list({.phases = {Phase::archived}})->size() == 2);
  CHECK(files_below(rig.folder() / "data/jobs").empty());  // the record is in the store
  CHECK(rig.service().run(done.id).error().code == opus::Errc::conflict);  // UWS-ARC-02
  rig.service().destroy(done.id).value();
  CHECK(rig.service().get(done.id).error().code == opus::Errc::not_found);
}

TEST_CASE("a destruction time in the past is refused (UWS-DST-06)", "[simulation]") {
  SimulationRig rig;
  rig.open();
  const opus::Job job = rig.create({}, false);
  const auto refused = rig.service().update(job.id, {.destruction = rig.clock->now()});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().faults.at(0).field == "destruction");
  CHECK(*rig.service().get(job.id) == job);
}

TEST_CASE("what was due while the service was closed goes when it opens", "[simulation]") {
  SimulationRig rig;
  rig.config().retention = 1h;
  rig.open();
  rig.create({}, false);
  rig.close();
  rig.clock->advance(2h);
  rig.open();
  eventually([&] { return rig.service().list({})->empty(); });
}
