// Deletion by clients and by time: nothing is left, but for what others use.
#include "tests/simulation/rig.hpp"
#include "tests/support/contains.hpp"
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

namespace {

std::string lineage_of(const opus::Service& service, const opus::ProvRoot& root) {
  opus::LineageQuery query;
  query.direction = opus::LineageQuery::Direction::both;
  query.depth = std::nullopt;
  query.base_url = "https://example.org";
  const auto graph = service.provenance(std::vector{root}, query);
  return graph ? opus::to_prov_n(*graph) : graph.error().message;
}

}  // namespace

TEST_CASE("provenance outlives the job: what it used and made is told as invalidated",
          "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& executor) { executor.run_for(1s).exit_with(0); });
  opus::JobDescription description = scripted_description("use");
  description.inputs = {{.name = "image"}};
  rig.service().define(description).value();
  const std::filesystem::path sent = rig.folder().write("sent", "pixels");
  const opus::Entity image =
      rig.service().add_entity({.file_name = "image.fits", .path = sent}, "alice").value();
  const opus::Job job = rig.service()
                            .create({.description = "use",
                                     .owner = "alice",
                                     .parameters = {{"image", image.id.value}, {"n", "7"}},
                                     .run = true})
                            .value();
  until(rig.service(), job.id, Phase::executing);
  rig.clock->advance(1s);
  until(rig.service(), job.id, Phase::completed);

  rig.clock->advance(1h);
  rig.service().destroy(job.id).value();
  eventually([&] { return contains(lineage_of(rig.service(), job.id), "opus:deletedTime"); });
  rig.service().remove_entity(image.id).value();  // nobody else uses it
  const std::string told = lineage_of(rig.service(), image.id);
  CHECK(told == lineage_of(rig.service(), job.id));
  CHECK(contains(told, "used(id:job-" + job.id.value + ", id:store-" + image.id.value));
  CHECK(contains(told, "wasInvalidatedBy(id:store-" + image.id.value));
  CHECK(contains(told, "n = 7"));
  CHECK(contains(told, "opus:phase=\"COMPLETED\""));
  CHECK_FALSE(contains(told, "/rest/"));  // there is no such resource any more

  CHECK(rig.service().get(job.id).error().code == opus::Errc::not_found);
  CHECK(rig.service().history(job.id).error().code == opus::Errc::not_found);
  CHECK(rig.service().users_of(image.id).value().empty());
  CHECK(rig.service().list({})->empty());
  CHECK(rig.service()
            .create({.description = "use", .parameters = {{"image", image.id.value}}, .run = true})
            .error()
            .code == opus::Errc::invalid_argument);

  // Nothing of it is taken up again, and it is still told.
  rig.close();
  rig.open();
  CHECK(lineage_of(rig.service(), job.id) == told);
}

TEST_CASE("of a job that was never run nothing is told after its deletion", "[simulation]") {
  SimulationRig rig;
  rig.open();
  const opus::Job job = rig.create({}, false);
  rig.service().destroy(job.id).value();
  eventually([&] { return contains(lineage_of(rig.service(), job.id), "no such job"); });
}

TEST_CASE("provenance forgets deleted jobs when the operator's time is over", "[simulation]") {
  SimulationRig rig;
  rig.config().provenance_retention = 24h;
  rig.open([](auto& executor) { executor.run_for(1s).exit_with(0); });
  const opus::Job job = rig.create();
  until(rig.service(), job.id, Phase::executing);
  rig.clock->advance(1s);
  until(rig.service(), job.id, Phase::completed);
  const opus::Job stays = rig.create();
  rig.service().destroy(job.id).value();
  eventually([&] { return contains(lineage_of(rig.service(), job.id), "opus:deletedTime"); });
  rig.clock->advance(23h);
  CHECK(contains(lineage_of(rig.service(), job.id), "opus:deletedTime"));
  eventually([&] {
    rig.clock->advance(10min);  // it is looked at again and again
    return contains(lineage_of(rig.service(), job.id), "no such job");
  });
  CHECK(contains(lineage_of(rig.service(), stays.id), "id:job-" + stays.id.value));
}
