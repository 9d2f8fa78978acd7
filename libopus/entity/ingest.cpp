#include "libopus/entity/ingest.hpp"

#include "libopus/core/descriptor.hpp"
#include "libopus/core/files.hpp"
#include "libopus/core/ids.hpp"
#include "libopus/entity/media_type.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace opus { inline namespace uws0 { namespace entity {

namespace fs = std::filesystem;

namespace {

bool is_sha256(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// A link would be moved instead of the content, and a FIFO would never end.
Result<std::uint64_t> size_of_regular_file(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  if (status.type() == fs::file_type::none) return system_error("cannot take", path, error.value());
  if (status.type() == fs::file_type::not_found) return system_error("cannot take", path, ENOENT);
  if (status.type() != fs::file_type::regular)
    return Error{Errc::invalid_argument,
                 "cannot take '" + path.string() + "': it is not a regular file",
                 {}};
  const std::uint64_t size = fs::file_size(path, error);
  if (error) return system_error("cannot examine", path, error.value());
  return size;
}

/// An entity of this content, not yet in its place.
Entity new_entity(const Upload& upload, FileDigest digest, std::optional<std::string> owner,
                  TimePoint now) {
  Entity entity;
  entity.id = EntityId{make_uuid7(now)};
  entity.name = sanitized_file_name(upload.file_name);
  entity.media_type = settled_media_type(upload.media_type, entity.name, upload.path);
  entity.size = digest.size;
  entity.sha256 = std::move(digest.sha256);
  entity.location = upload_location(entity.id, entity.name);
  entity.created = now;
  entity.owner = std::move(owner);
  return entity;
}

constexpr std::string_view k_mark_folder = "uploads/new";

fs::path mark_of(const EntityId& id, const fs::path& root) {
  return root / k_mark_folder / id.value;
}

Result<void> mark(const EntityId& id, const fs::path& root) {
  const fs::path path = mark_of(id, root);
  OPUS_UWS_CHECK(make_directories(path.parent_path(), 0700));
  const Descriptor made{::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  if (!made) return system_error("cannot make", path, errno);
  return {};
}

/// Puts the content at the entity's location by `put`, which gets the target; what fails leaves
/// nothing behind.
template <class Put, class Undo>
Result<void> place(const fs::path& root, const Entity& entity, Put put, Undo undo) {
  const fs::path target = root / entity.location;
  const fs::path own = target.parent_path();
  OPUS_UWS_CHECK(mark(entity.id, root));
  Result<void> done = make_directories(own, 0700);
  const bool is_there = done && (done = put(target));
  // The record that will name the file is durable when it is acknowledged; so must the file be.
  if (done) done = sync_to_disk(target);
  if (done) done = sync_to_disk(own);
  if (done) return {};
  if (!is_there || undo(target)) {
    std::error_code ignored;
    fs::remove(own, ignored);
    settle(entity.id, root);
  }
  return done;
}

}  // namespace

Result<FileDigest> digest_of(const Upload& upload) {
  OPUS_UWS_TRY(const std::uint64_t size, size_of_regular_file(upload.path));
  if (upload.sha256.empty()) return sha256_file(upload.path);
  if (!is_sha256(upload.sha256))
    return faults_error("upload", {{"sha256", "64 lower-case hex digits", upload.sha256}});
  return FileDigest{upload.sha256, size};
}

std::string upload_location(const EntityId& id, std::string_view name) {
  const std::size_t size = id.value.size();
  std::string location = "uploads/";
  location += id.value.substr(size < 2 ? 0 : size - 2);
  location += '/';
  location += id.value;
  location += '/';
  return location.append(name);
}

Result<void> move_into_store(const fs::path& from, const fs::path& root, const Entity& entity) {
  return place(
      root, entity, [&](const fs::path& target) { return move_file(from, target); },
      [&](const fs::path& target) { return move_file(target, from).has_value(); });
}

Result<Entity> ingest(const Upload& upload, const fs::path& root, std::optional<std::string> owner,
                      TimePoint now) {
  OPUS_UWS_TRY(FileDigest digest, digest_of(upload));
  Entity entity = new_entity(upload, std::move(digest), std::move(owner), now);
  OPUS_UWS_CHECK(move_into_store(upload.path, root, entity));
  return entity;
}

Result<Entity> share(const Entity& stored, const Upload& upload, const fs::path& root,
                     std::optional<std::string> owner, TimePoint now) {
  if (!is_safe_relative_path(stored.location))
    return Error{Errc::not_found, "the content of entity " + stored.id.value + " is gone", {}};
  const fs::path from = root / stored.location;
  OPUS_UWS_TRY(const std::uint64_t size, size_of_regular_file(from));
  if (size != stored.size)
    return Error{Errc::corrupt, "'" + from.string() + "' has not the size it should have", {}};
  Entity entity = new_entity(upload, FileDigest{stored.sha256, stored.size}, std::move(owner), now);
  OPUS_UWS_CHECK(place(
      root, entity, [&](const fs::path& target) { return link_file(from, target); },
      [&](const fs::path& target) { return remove_tree(target).has_value(); }));
  return entity;
}

void settle(const EntityId& id, const fs::path& root) noexcept {
  ::unlink(mark_of(id, root).c_str());
}

std::vector<EntityId> unsettled(const fs::path& root) {
  std::vector<EntityId> ids;
  std::error_code error;
  for (fs::directory_iterator entry{root / k_mark_folder, error}, end; !error && entry != end;
       entry.increment(error))
    if (std::string name = entry->path().filename().string(); is_uuid7(name))
      ids.push_back(EntityId{std::move(name)});
  return ids;
}

void discard(const EntityId& id, const fs::path& root) noexcept {
  if (!is_uuid7(id.value)) return;  // an empty one would mean all uploads
  static_cast<void>(remove_tree((root / upload_location(id, "x")).parent_path()));
  settle(id, root);
}

void discard(const Entity& entity, const fs::path& root) noexcept {
  // Its own folder, and only where ingest() puts files: results belong to their job.
  if (!entity.location.starts_with("uploads/") || !is_safe_relative_path(entity.location)) return;
  if (entity.location != upload_location(entity.id, fs::path{entity.location}.filename().string()))
    return;
  discard(entity.id, root);
}

Result<fs::path> stage_input(const Entity& entity, const fs::path& root, const fs::path& work_dir) {
  if (entity.location.empty())
    return Error{Errc::not_found,
                 "the content of entity " + entity.id.value + " (" + entity.name + ") is gone",
                 {}};
  if (!is_safe_relative_path(entity.location))
    return Error{Errc::corrupt,
                 "the location of entity " + entity.id.value + " is not below the data folder",
                 {}};
  const fs::path inputs = work_dir / "inputs";
  OPUS_UWS_CHECK(make_directories(inputs, 0700));
  const fs::path name = sanitized_file_name(entity.name);
  fs::path target = inputs / name;
  for (int number = 2;; ++number) {
    const Result<void> copied = opus::copy_file(root / entity.location, target);
    if (copied) return target;
    if (copied.error().code != Errc::conflict) return copied.error();
    target =
        inputs / (name.stem().string() + "-" + std::to_string(number) + name.extension().string());
  }
}

}}}  // namespace opus::uws0::entity
