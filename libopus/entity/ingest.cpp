#include "libopus/entity/ingest.hpp"

#include "libopus/core/files.hpp"
#include "libopus/core/hash.hpp"
#include "libopus/core/ids.hpp"
#include "libopus/entity/media_type.hpp"

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

Result<FileDigest> digest_of(const Upload& upload) {
  OPUS_UWS_TRY(const std::uint64_t size, size_of_regular_file(upload.path));
  if (upload.sha256.empty()) return sha256_file(upload.path);
  if (!is_sha256(upload.sha256))
    return faults_error("upload", {{"sha256", "64 lower-case hex digits", upload.sha256}});
  return FileDigest{upload.sha256, size};
}

}  // namespace

std::string upload_location(const EntityId& id, std::string_view name) {
  const std::size_t size = id.value.size();
  std::string location = "uploads/";
  location += id.value.substr(size < 2 ? 0 : size - 2);
  location += '/';
  location += id.value;
  location += '/';
  return location.append(name);
}

Result<void> move_into_store(const fs::path& from, const fs::path& root,
                             const std::string& location) {
  const fs::path target = root / location;
  const fs::path own = target.parent_path();
  OPUS_UWS_CHECK(make_directories(own, 0700));
  Result<void> done = move_file(from, target);
  if (!done) {
    std::error_code ignored;
    fs::remove(own, ignored);
    return done;
  }
  // The record that will name the file is durable when it is acknowledged; so must the file be.
  done = sync_to_disk(target);
  if (done) done = sync_to_disk(own);
  if (!done && move_file(target, from)) {
    std::error_code ignored;
    fs::remove(own, ignored);
  }
  return done;
}

Result<Entity> ingest(const Upload& upload, const fs::path& root, std::optional<std::string> owner,
                      TimePoint now) {
  OPUS_UWS_TRY(FileDigest digest, digest_of(upload));
  Entity entity;
  entity.id = EntityId{make_uuid7(now)};
  entity.name = sanitized_file_name(upload.file_name);
  entity.media_type = settled_media_type(upload.media_type, entity.name, upload.path);
  entity.size = digest.size;
  entity.sha256 = std::move(digest.sha256);
  entity.location = upload_location(entity.id, entity.name);
  entity.created = now;
  entity.owner = std::move(owner);
  OPUS_UWS_CHECK(move_into_store(upload.path, root, entity.location));
  return entity;
}

void discard(const Entity& entity, const fs::path& root) noexcept {
  // Its own folder, and only where ingest() puts files: results belong to their job.
  if (!entity.location.starts_with("uploads/") || !is_safe_relative_path(entity.location)) return;
  if (entity.location != upload_location(entity.id, fs::path{entity.location}.filename().string()))
    return;
  static_cast<void>(remove_tree((root / entity.location).parent_path()));
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
