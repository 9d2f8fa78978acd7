// All provenance of one service taken to another.
#include <fstream>

#include "tests/simulation/rig.hpp"
#include "tests/support/contains.hpp"

using namespace opus_test;
using opus::Errc;
using opus::Phase;
using opus::Result;
using opus::Service;

namespace {

using Lines = std::vector<std::string>;

constexpr const char* k_record = R"({"activity": {"step": {"x:api_token": "hush-record"}},
  "wasInformedBy": {"_:1": {"prov:informed": "step", "prov:informant": "current_job"}}})";

Lines exported(const Service& service) {
  Lines lines;
  const auto count = service.export_provenance([&](std::string_view line) -> Result<void> {
    lines.emplace_back(line);
    return {};
  });
  CHECK(count.value() == lines.size());
  return lines;
}

Result<opus::ProvenanceImport> import(Service& service, const Lines& lines) {
  std::size_t at = 0;
  return service.import_provenance([&](std::string& line) -> Result<bool> {
    if (at == lines.size()) return false;
    line = lines[at++];
    return true;
  });
}

std::string told(const Service& service, const opus::ProvRoot& root) {
  opus::LineageQuery query;
  query.direction = opus::LineageQuery::Direction::both;
  query.depth = std::nullopt;
  query.ports = true;
  const auto graph = service.provenance(std::vector{root}, query);
  return graph ? opus::to_prov_json(*graph) : graph.error().message;
}

/// A chain of two jobs over an upload, the first of them deleted, and one that still runs.
struct Origin {
  SimulationRig rig{};
  opus::Job first{}, second{};
  opus::Entity image{};

  static opus::JobDescription description() {
    opus::JobDescription description;
    description.name = "chain";
    description.executor = "function";
    description.inputs.resize(1);
    description.inputs[0].name = "image";
    description.results = {{.name = "map", .path = "map.bin"}};
    description.environment = {{"THREADS", "2"}, {"API_TOKEN", "hush-environment"}};
    description.parameters = {{.name = "password"}};
    return description;
  }

  Origin() {
    rig.open([](auto& executor) { executor.run_for(1000h); });
    rig.service()
        .define(description(),
                [](opus::TaskContext& task) {
                  std::ofstream(task.work_dir() / "internal_provenance.json") << k_record;
                  return task.write_result("map", "m");
                })
        .value();
    const std::filesystem::path sent = rig.folder().write("sent", "pixels");
    image = rig.service().add_entity({.file_name = "image.fits", .path = sent}, "alice").value();
    first = run(image.id.value);
    second = run(first.results.at(0).entity.id.value);
    rig.service().destroy(first.id).value();
    eventually([&] { return contains(told(rig.service(), first.id), "opus:deletedTime"); });
  }

  opus::Job run(const std::string& input) {
    const opus::Job job = rig.service()
                              .create({.description = "chain",
                                       .owner = "alice",
                                       .parameters = {{"image", input}, {"password", "hush-value"}},
                                       .run = true})
                              .value();
    rig.clock->advance(1s);
    return until(rig.service(), job.id, Phase::completed);
  }
};

}  // namespace

TEST_CASE("exported provenance is the same where it is imported, once or twice", "[simulation]") {
  Origin origin;
  const opus::Job running = origin.rig.create();
  const Lines lines = exported(origin.rig.service());
  for (const std::string& line : lines) {
    CHECK_FALSE(contains(line, "hush"));
    CHECK_FALSE(contains(line, running.id.value));  // it has nothing to tell yet
  }

  // What its code told is there, though the job was deleted.
  CHECK(contains(told(origin.rig.service(), origin.first.id), "id:in-" + origin.first.id.value));

  SimulationRig other;
  other.open();
  const opus::ProvenanceImport came = import(other.service(), lines).value();
  CHECK(came.jobs == 2);
  CHECK(came.entities == 3);
  CHECK(came.descriptions == 1);
  CHECK(came.known == 0);
  for (const opus::ProvRoot& root :
       {opus::ProvRoot{origin.first.id}, opus::ProvRoot{origin.second.id},
        opus::ProvRoot{origin.image.id}, opus::ProvRoot{opus::ProvOwner{"alice"}}})
    CHECK(told(other.service(), root) == told(origin.rig.service(), root));
  CHECK(exported(other.service()) == lines);

  const opus::ProvenanceImport again = import(other.service(), lines).value();
  CHECK(again.jobs + again.entities + again.descriptions == 0);
  CHECK(again.known == lines.size() - 1);
  CHECK(exported(other.service()) == lines);

  // Nothing of it is a job or a file here, then or after a restart.
  other.close();
  other.open();
  CHECK(other.service().list({})->empty());
  CHECK(other.service().get(origin.second.id).error().code == Errc::not_found);
  CHECK(other.service().entity(origin.image.id)->location.empty());

  // The true description takes the place of the one without its secrets.
  const auto nothing = [](opus::TaskContext&) { return opus::Result<void>{}; };
  other.service().define(Origin::description(), nothing).value();
  const opus::Job here =
      other.service().create({.description = "chain", .parameters = {{"image", "x"}}}).value();
  CHECK(here.description_hash == origin.first.description_hash);
  CHECK(other.service().description_of(here.id)->environment.at("API_TOKEN") == "hush-environment");

  // Its own jobs stay what they are.
  const Lines own = exported(origin.rig.service());
  CHECK(import(origin.rig.service(), lines).value().known == lines.size() - 1);
  CHECK(exported(origin.rig.service()) == own);
  CHECK(origin.rig.service().get(origin.second.id).value() == origin.second);
}

TEST_CASE("jobs that were not deleted where they come from are forgotten in their time, too",
          "[simulation]") {
  Origin origin;
  const Lines lines = exported(origin.rig.service());
  SimulationRig other;
  other.config().provenance_retention = 24h;
  other.clock->advance(2h);  // when the first one was deleted is long ago
  other.open();
  import(other.service(), lines).value();
  CHECK(contains(told(other.service(), origin.second.id), "\"COMPLETED\""));
  other.clock->advance(25h);
  eventually([&] {
    other.clock->advance(10min);  // it looks now and then
    const auto graph = other.service().provenance(origin.second.id);
    return !graph && graph.error().code == Errc::not_found;
  });
}

TEST_CASE("an import that is wrong names the line and keeps what came before", "[simulation]") {
  Origin origin;
  const Lines lines = exported(origin.rig.service());
  SimulationRig other;
  other.open();
  const auto refused = [&](const Lines& given) {
    const auto result = import(other.service(), given);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Errc::invalid_argument);
    return result.error().message;
  };
  CHECK(contains(refused({}), "got nothing"));
  CHECK(contains(refused({lines[1]}), "line 1: kind: expected head in the first line"));
  CHECK(contains(refused({lines[0], lines[0]}), "line 2: kind: expected head"));
  CHECK(contains(refused({lines[0], "{"}), "line 2: record:1:2"));
  CHECK(contains(refused({lines[0], R"({"kind":"head","format":"x"})"}), "opus-provenance-1"));
  // Without its description, without its job, without its entity.
  CHECK(contains(refused({lines[0], lines[2]}), "line 2: job '" + origin.first.id.value));
  CHECK(contains(refused({lines[0], lines.back()}), "line 2: there is no job"));
  CHECK(contains(refused({lines[0], lines[1], lines[2], lines[4], lines.back()}),
                 "line 5: input 'image': there is no entity"));
  CHECK(contains(told(other.service(), origin.second.id), "id:job-" + origin.second.id.value));
  CHECK(import(other.service(), lines).value().known == 3);

  // What another store says of our own jobs is not taken.
  const opus::Job mine = other.create({}, false);
  const std::string entity = R"({"kind":"entity","id":"e","created":"2026-01-01T00:00:00Z",)"
                             R"("generatedBy":")" +
                             mine.id.value + "\"}";
  CHECK(contains(refused({lines[0], entity}), "is one of this store's own"));
  const std::string inputs =
      R"({"kind":"inputs","job":")" + mine.id.value + R"(","inputs":[{"name":"x"}]})";
  CHECK(contains(refused({lines[0], inputs}), "is one of this store's own"));
  const std::string record = R"({"kind":"record","job":")" + mine.id.value + R"(","json":"{}"})";
  CHECK(contains(refused({lines[0], record}), "is one of this store's own"));
  CHECK(contains(refused({lines[0], R"({"kind":"record","job":"nobody","json":"{}"})"}),
                 "line 2: there is no job 'nobody'"));
  CHECK(contains(refused({lines[0], R"({"kind":"record","job":"nobody"})"}),
                 "record: json: expected it, got nothing"));
}

TEST_CASE("export and import end with the error of whom they serve", "[simulation]") {
  Origin origin;
  const opus::Error full{Errc::unavailable, "disk full", {}};
  std::size_t room = 3;
  const auto stopped =
      origin.rig.service().export_provenance([&](std::string_view) -> Result<void> {
        if (room-- == 0) return full;
        return {};
      });
  CHECK(stopped.error() == full);
  const auto cut =
      origin.rig.service().import_provenance([&](std::string&) -> Result<bool> { return full; });
  CHECK(cut.error() == full);
}
