// Deletes are real: bytes on the disk, what others use, crashes in between.
#include <sys/stat.h>

#include <set>

#include "tests/simulation/rig.hpp"
#include "tests/support/files_below.hpp"

using namespace opus_test;
using opus::Errc;
using opus::Phase;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_big = 1 << 20;

/// Regular files below jobs/ and uploads/, relative to the data folder.
std::set<std::string> files(const SimulationRig& rig) {
  std::set<std::string> found;
  for (const std::string part : {"jobs", "uploads"})
    for (const std::string& file : files_below(rig.folder() / "data" / part))
      found.insert(part + "/" + file);
  return found;
}

/// Bytes that these files hold: one with several names counts once.
std::uintmax_t disk_usage(const SimulationRig& rig) {
  std::uintmax_t bytes = 0;
  std::set<ino_t> seen;
  for (const std::string& file : files(rig)) {
    struct stat info {};
    const fs::path path = rig.folder() / "data" / file;
    if (::stat(path.c_str(), &info) == 0 && seen.insert(info.st_ino).second)
      bytes += static_cast<std::uintmax_t>(info.st_size);
  }
  return bytes;
}

/// Opens the service with jobs in C++: "make" leaves a result of a MiB, "use" reads one.
opus::Service& open(SimulationRig& rig, opus::OnDestruction on_destruction = {}) {
  opus::Service& service = rig.open();
  opus::JobDescription make;
  make.name = "make";
  make.on_destruction = on_destruction;
  make.results = {{.name = "map", .path = "map.bin"}};
  service
      .define(
          make,
          [](opus::TaskContext& task) { return task.write_result("map", std::string(k_big, 'm')); })
      .value();
  opus::JobDescription use;
  use.name = "use";
  use.inputs.resize(1);
  use.inputs[0].name = "map";
  service
      .define(use,
              [](opus::TaskContext& task) -> opus::Result<void> {
                OPUS_UWS_TRY(const auto path, task.input("map"));
                if (TempFolder::read(path).size() != k_big)
                  return opus::Error{Errc::corrupt, "the map is not whole"};
                return {};
              })
      .value();
  return service;
}

opus::Job run(SimulationRig& rig, opus::JobRequest request) {
  request.run = true;
  const opus::Job job = rig.service().create(std::move(request)).value();
  return until(rig.service(), job.id, Phase::completed);
}

opus::Job use(SimulationRig& rig, const opus::EntityId& map) {
  return run(rig, {.description = "use", .parameters = {{"map", map.value}}});
}

opus::Upload upload(const SimulationRig& rig, std::string_view content,
                    std::string name = "in.bin") {
  const fs::path file = rig.folder().write("sent", content);
  return {.file_name = std::move(name), .media_type = "application/octet-stream", .path = file};
}

void is_empty(const SimulationRig& rig) {
  eventually([&] { return files(rig).empty(); });
}

}  // namespace

TEST_CASE("a deleted job gives its disk space back", "[simulation]") {
  SimulationRig rig;
  open(rig);
  const opus::Job job = run(rig, {.description = "make"});
  CHECK(disk_usage(rig) >= k_big);
  rig.service().destroy(job.id).value();
  is_empty(rig);
  eventually([&] { return rig.service().entity(job.results[0].entity.id)->location.empty(); });
}

TEST_CASE("a result that others use stays until the last of them goes", "[simulation]") {
  SimulationRig rig;
  open(rig);
  const opus::Job origin = run(rig, {.description = "make"});
  const opus::EntityId map = origin.results[0].entity.id;
  const opus::Job first = use(rig, map);
  const opus::Job second = use(rig, map);
  CHECK(rig.service().users_of(map).value() == std::vector{first.id, second.id});

  rig.service().destroy(origin.id).value();
  eventually([&] { return rig.service().entity(map)->location.starts_with("uploads/"); });
  const opus::Entity kept = rig.service().entity(map).value();
  CHECK(TempFolder::read(rig.service().content_path(kept).value()).size() == k_big);
  // It is there once, and nothing else of its job is.
  const std::string folder = origin.id.value.substr(34) + "/" + origin.id.value;
  eventually([&] { return !fs::exists(rig.folder() / "data/jobs" / folder); });
  const opus::Job third = use(rig, map);

  for (const opus::Job& user : {first, second}) rig.service().destroy(user.id).value();
  eventually([&] { return rig.service().users_of(map)->size() == 1; });
  CHECK(fs::exists(rig.service().content_path(kept).value()));
  rig.service().destroy(third.id).value();
  is_empty(rig);
  eventually([&] { return rig.service().entity(map)->invalidated.has_value(); });
}

TEST_CASE("what an ARCHIVED job keeps for others goes with the last of them", "[simulation]") {
  SimulationRig rig;
  open(rig, opus::OnDestruction::archive);
  const opus::Job origin = run(rig, {.description = "make"});
  const opus::EntityId map = origin.results[0].entity.id;
  const opus::Job user = use(rig, map);
  rig.service().update(origin.id, {.destruction = rig.clock->now() + 1s}).value();
  rig.clock->advance(2s);
  until(rig.service(), origin.id, Phase::archived);
  const fs::path kept = rig.service().content_path(*rig.service().entity(map)).value();
  CHECK(fs::exists(kept));
  const fs::path mine = kept.parent_path().parent_path().parent_path();  // of results/map/map.bin
  REQUIRE(mine.filename() == origin.id.value);
  CHECK(files_below(mine) == std::set<std::string>{fs::relative(kept, mine).string()});
  rig.service().destroy(user.id).value();
  eventually([&] { return rig.service().entity(map)->invalidated.has_value(); });
  CHECK(rig.service().get(origin.id)->results[0].entity.location.empty());
  eventually([&] { return disk_usage(rig) < k_big; });
}

TEST_CASE("equal content is stored once; the same file is the same entity", "[simulation]") {
  SimulationRig rig;
  open(rig);
  const std::string content(k_big, 'x');
  const opus::Entity one = rig.service().add_entity(upload(rig, content), {}).value();
  CHECK(one.expires == rig.clock->now() + rig.config().upload_retention);
  rig.clock->advance(1h);
  const opus::Entity same = rig.service().add_entity(upload(rig, content), {}).value();
  CHECK(same.id == one.id);
  CHECK(same.expires == rig.clock->now() + rig.config().upload_retention);
  CHECK_FALSE(fs::exists(rig.folder() / "sent"));

  const opus::Entity other = rig.service().add_entity(upload(rig, content), "alice").value();
  const opus::Entity renamed = rig.service().add_entity(upload(rig, content, "b.bin"), {}).value();
  CHECK(std::set{one.id, other.id, renamed.id}.size() == 3);
  CHECK(renamed.name == "b.bin");
  CHECK(files(rig).size() == 3);
  CHECK(disk_usage(rig) == k_big);
  CHECK_FALSE(fs::exists(rig.folder() / "sent"));

  rig.service().remove_entity(one.id).value();
  eventually([&] { return files(rig).size() == 2; });
  CHECK(TempFolder::read(rig.service().content_path(renamed).value()) == content);
  rig.service().remove_entity(other.id).value();
  rig.service().remove_entity(renamed.id).value();
  is_empty(rig);
  CHECK(rig.service().remove_entity(one.id).error().code == Errc::not_found);
}

TEST_CASE("an upload nobody uses has its time; one that is used goes with its last job",
          "[simulation]") {
  SimulationRig rig;
  rig.config().upload_retention = 1h;
  open(rig);
  const std::string content(k_big, 'x');
  const opus::Entity idle = rig.service().add_entity(upload(rig, "idle", "idle"), {}).value();
  const opus::Entity used = rig.service().add_entity(upload(rig, content), {}).value();
  const opus::Job early = use(rig, used.id);
  // Its first job goes, but its time is not over.
  rig.service().destroy(early.id).value();
  eventually([&] { return rig.service().users_of(used.id)->empty(); });
  const opus::Job job = use(rig, used.id);
  CHECK(rig.service().remove_entity(used.id).error().code == Errc::conflict);
  CHECK(rig.service().remove_entity({"none"}).error().code == Errc::not_found);

  rig.close();
  open(rig);
  rig.clock->advance(1h);
  eventually([&] { return !rig.service().entity(idle.id); });
  eventually([&] { return !rig.service().entity(used.id)->expires; });
  CHECK(fs::exists(rig.service().content_path(used).value()));
  rig.service().destroy(job.id).value();
  is_empty(rig);
}

TEST_CASE("an input that is replaced while PENDING does not stay behind", "[simulation]") {
  SimulationRig rig;
  open(rig);
  opus::Upload first = upload(rig, "first");
  first.name = "map";
  const opus::Job job = rig.service().create({.description = "use", .uploads = {first}}).value();
  opus::Upload second = upload(rig, "second");
  second.name = "map";
  rig.service().update(job.id, {.uploads = {second}}).value();
  rig.clock->advance(61s);
  eventually([&] { return files(rig).size() == 1; });
  rig.service().destroy(job.id).value();
  is_empty(rig);
}

TEST_CASE("what a crash left between record and file is cleared at the next start",
          "[simulation]") {
  SimulationRig rig;
  open(rig);
  const opus::Entity known = rig.service().add_entity(upload(rig, "known"), {}).value();
  rig.close();
  // A file was taken in, but its record never came; another was settled on disk only.
  const std::string lost = "01890a5d-ac96-774b-bcce-b302099a8057";
  rig.folder().write("data/uploads/57/" + lost + "/lost.bin", "lost");
  rig.folder().write("data/uploads/new/" + lost, "");
  rig.folder().write("data/uploads/new/" + known.id.value, "");
  rig.folder().write("data/uploads/new/not-an-id", "");
  open(rig);
  eventually([&] { return files(rig).count("uploads/new/" + lost) == 0; });
  CHECK(files(rig) == std::set<std::string>{known.location, "uploads/new/not-an-id"});
}

TEST_CASE("whichever write fails during deletions, nothing is lost and nothing is left",
          "[faults]") {
  bool fired = true;
  for (int n = 0; fired; ++n) {
    CAPTURE(n);
    REQUIRE(n < 200);
    SimulationRig rig;
    open(rig);
    const opus::Job origin = run(rig, {.description = "make"});
    const opus::EntityId map = origin.results[0].entity.id;
    const opus::Job user = use(rig, map);
    const opus::Job kept = use(rig, map);
    rig.faults->fail_after(n);
    const auto added = rig.service().add_entity(upload(rig, "more"), {});
    const bool origin_gone = rig.service().destroy(origin.id).has_value();
    const bool user_gone = rig.service().destroy(user.id).has_value();
    if (added) (void)rig.service().remove_entity(added->id);
    fired = rig.faults->fired();
    rig.close();
    rig.faults->heal();

    open(rig);
    CHECK(rig.service().get(origin.id).has_value() == !origin_gone);
    CHECK(rig.service().get(user.id).has_value() == !user_gone);
    const opus::Entity entity = rig.service().entity(map).value();
    CHECK(TempFolder::read(rig.service().content_path(entity).value()).size() == k_big);
    use(rig, map);  // while its job is on its way out too, since others use it
    // When everything is deleted that is still there, the disk is empty.
    for (const opus::JobSummary& job : rig.service().list({}).value())
      rig.service().destroy(job.id).value();
    if (added) (void)rig.service().remove_entity(added->id);
    is_empty(rig);
  }
}
