#include "libopus/entity/ingest.hpp"

#include "libopus/core/hash.hpp"
#include "libopus/core/ids.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"
#include "tests/support/other_user.hpp"
#include "tests/support/temp_folder.hpp"

#include <sys/stat.h>

#include <string>

using namespace opus;
using opus_test::contains;
using opus_test::TempFolder;
namespace fs = std::filesystem;

namespace {

const TimePoint k_received{std::chrono::milliseconds{1'800'000'000'000}};
constexpr fs::perms k_not_writable_by_them{0755};

}  // namespace

TEST_CASE("an uploaded file becomes an entity of the data folder") {
  const TempFolder root, incoming;
  const auto file = incoming.write("upload-1", "SIMPLE  = data");
  const auto entity = entity::ingest({.file_name = "../my image.fits", .path = file}, root.path(),
                                     "alice", k_received);
  REQUIRE(entity);
  CHECK(is_uuid7(entity->id.value));
  CHECK(entity->name == "my image.fits");
  CHECK(entity->media_type == "application/fits");
  CHECK(entity->size == 14);
  CHECK(entity->sha256 == sha256_hex("SIMPLE  = data"));
  CHECK(entity->owner == "alice");
  CHECK(entity->created == k_received);
  CHECK(entity->generated_by.empty());
  CHECK(entity->location ==
        "uploads/" + entity->id.value.substr(34) + "/" + entity->id.value + "/my image.fits");
  CHECK(TempFolder::read(root.path() / entity->location) == "SIMPLE  = data");
  CHECK_FALSE(fs::exists(file));

  entity::discard(*entity, root.path());
  CHECK_FALSE(fs::exists((root.path() / entity->location).parent_path()));
  entity::discard(*entity, root.path());
}

TEST_CASE("an upload is taken from another file system too") {
  const TempFolder root, incoming{"/dev/shm"};
  const auto file = incoming.write("x", "content");
  const auto entity = entity::ingest({.file_name = "x", .path = file}, root.path(), {}, k_received);
  REQUIRE(entity);
  CHECK(TempFolder::read(root.path() / entity->location) == "content");
  CHECK_FALSE(fs::exists(file));
  CHECK_FALSE(entity->owner);
}

TEST_CASE("the hash and type that the caller knows are taken over") {
  const TempFolder root, incoming;
  const std::string hash = sha256_hex("content");
  const auto entity = entity::ingest({.file_name = "x",
                                      .media_type = "text/csv; header=present",
                                      .path = incoming.write("x", "content"),
                                      .sha256 = hash},
                                     root.path(), {}, k_received);
  REQUIRE(entity);
  CHECK(entity->sha256 == hash);
  CHECK(entity->size == 7);
  CHECK(entity->media_type == "text/csv");
}

TEST_CASE("an upload that cannot be taken stays where it is, and the error says why") {
  const TempFolder root, incoming;
  const auto file = incoming.write("x", "content");
  SECTION("because it is not there") {
    const auto error =
        entity::ingest({.file_name = "x", .path = incoming / "none"}, root.path(), {}, k_received)
            .error();
    CHECK(error.code == Errc::not_found);
    CHECK(contains(error.message, "none"));
  }
  SECTION("because it is a link, a FIFO or a folder") {
    fs::create_symlink(file, incoming / "link");
    REQUIRE(mkfifo((incoming / "fifo").c_str(), 0600) == 0);
    fs::create_directory(incoming / "folder");
    for (const char* const name : {"link", "fifo", "folder"}) {
      CAPTURE(name);
      const auto error =
          entity::ingest({.file_name = "x", .path = incoming / name}, root.path(), {}, k_received)
              .error();
      CHECK(error.code == Errc::invalid_argument);
      CHECK(contains(error.message, "not a regular file"));
      CHECK(fs::exists(fs::symlink_status(incoming / name)));
    }
  }
  SECTION("because the hash is none") {
    for (const std::string& hash : {std::string(64, 'G'), std::string(63, 'a')}) {
      const auto error = entity::ingest({.file_name = "x", .path = file, .sha256 = hash},
                                        root.path(), {}, k_received)
                             .error();
      CHECK(contains(error.message, "sha256: expected 64 lower-case hex digits"));
    }
  }
  SECTION("because the data folder cannot be written") {
    fs::permissions(root.path(), k_not_writable_by_them);
    fs::permissions(incoming.path(), fs::perms::all);
    const opus_test::OtherUser user;
    const auto error =
        entity::ingest({.file_name = "x", .path = file}, root.path(), {}, k_received).error();
    CHECK(error.code == Errc::unavailable);
  }
  SECTION("because its own folder cannot be left") {
    // Everything works but the rename: the source folder is not writable.
    fs::permissions(root.path(), fs::perms::all);
    fs::permissions(incoming.path(), k_not_writable_by_them);
    const opus_test::OtherUser user;
    const auto error =
        entity::ingest({.file_name = "x", .path = file}, root.path(), {}, k_received).error();
    CHECK(contains(error.message, "Permission denied"));
    for (const auto& entry : fs::recursive_directory_iterator{root / "uploads"})
      CHECK_FALSE(entry.is_regular_file());
  }
  CHECK(TempFolder::read(file) == "content");
}

TEST_CASE("discard deletes uploads only") {
  const TempFolder root;
  root.write("jobs/aa/j/results/map/x.fits", "x");
  root.write("uploads/keep", "x");
  for (const char* const location : {"", "jobs/aa/j/results/map/x.fits", "uploads/keep",
                                     "uploads/../jobs/aa/j/results/map/x.fits", "uploads//x"}) {
    Entity entity;
    entity.id = {"01890000-0000-7000-8000-0000000000aa"};
    entity.location = location;
    entity::discard(entity, root.path());
  }
  CHECK(fs::exists(root / "jobs/aa/j/results/map/x.fits"));
  CHECK(fs::exists(root / "uploads/keep"));
}

TEST_CASE("an input is a copy of its own in the work folder") {
  const TempFolder root, work;
  Entity entity;
  entity.id = {make_uuid7(k_received)};
  entity.name = "image.fits";
  entity.location = entity::upload_location(entity.id, entity.name);
  const auto original = root.write(entity.location, "content");
  fs::permissions(original, fs::perms::owner_read);

  const auto first = entity::stage_input(entity, root.path(), work.path());
  REQUIRE(first);
  CHECK(*first == work / "inputs/image.fits");
  work.write("inputs/image.fits", "changed by the job");
  CHECK(TempFolder::read(original) == "content");

  const auto second = entity::stage_input(entity, root.path(), work.path());
  REQUIRE(second);
  CHECK(*second == work / "inputs/image-2.fits");
  CHECK(*entity::stage_input(entity, root.path(), work.path()) == work / "inputs/image-3.fits");
  CHECK(TempFolder::read(*second) == "content");
}

TEST_CASE("an input without content is reported as gone") {
  const TempFolder root, work;
  Entity entity;
  entity.id = {"01890000-0000-7000-8000-0000000000aa"};
  entity.name = "x";
  CHECK(entity::stage_input(entity, root.path(), work.path()).error().code == Errc::not_found);
  entity.location = "uploads/aa/gone/x";
  CHECK(entity::stage_input(entity, root.path(), work.path()).error().code == Errc::not_found);
  entity.location = "../../etc/passwd";
  CHECK(entity::stage_input(entity, root.path(), work.path()).error().code == Errc::corrupt);
  entity.location = "uploads";
  root.write("uploads/x", "x");
  CHECK(entity::stage_input(entity, root.path(), work.path()).error().code ==
        Errc::invalid_argument);
  CHECK_FALSE(fs::exists(work / "inputs/x"));
}
