#pragma once
// Files that come from outside become entities; entities become inputs of a task.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/entity.hpp>
#include <opus/error.hpp>
#include <opus/service.hpp>

#include "libopus/core/hash.hpp"

namespace opus { inline namespace uws0 { namespace entity {

/// uploads/<last 2 hex of the id>/<id>/<name>: where the content of an entity from outside lies,
/// below the data folder.
std::string upload_location(const EntityId& id, std::string_view name);

/// Takes the file of an upload into the data folder `root` (rename, or copy and delete across file
/// systems) as an entity with a new id; hashes it unless the upload says the hash. The record is
/// the caller's to write: then settle() it, or discard() it if that fails. On error the file is
/// where it was.
Result<Entity> ingest(const Upload& upload, const std::filesystem::path& root,
                      std::optional<std::string> owner, TimePoint now);

/// The hash of the upload's file, as it says or as it is.
Result<FileDigest> digest_of(const Upload& upload);

/// The same for a file whose content is that of `stored`, an entity from outside: both share it on
/// the disk. The upload's file stays. Errors that are no reason to give up: it may be gone, or its
/// file system may not know second names.
Result<Entity> share(const Entity& stored, const Upload& upload, const std::filesystem::path& root,
                     std::optional<std::string> owner, TimePoint now);

/// Moves `from` to the location of the entity (see upload_location()) and waits until it is safe on
/// the disk. A mark stays until settle(): without it nobody would know after a crash of a file that
/// has no record. On error `from` is where it was.
Result<void> move_into_store(const std::filesystem::path& from, const std::filesystem::path& root,
                             const Entity& entity);

/// The entity's record is on the disk.
void settle(const EntityId& id, const std::filesystem::path& root) noexcept;

/// Entities that were neither settled nor discarded: for the start after a crash.
std::vector<EntityId> unsettled(const std::filesystem::path& root);

/// Deletes what was taken in as this entity, of which there is no record. Absent is fine.
void discard(const EntityId& id, const std::filesystem::path& root) noexcept;

/// Deletes the content of an entity from outside, best effort. Absent is fine.
void discard(const Entity& entity, const std::filesystem::path& root) noexcept;

/// Copies the content to `work_dir`/inputs/<name>, under another name if that one is taken; the
/// result is its absolute path. Never a link: the job may change its copy, not the original.
Result<std::filesystem::path> stage_input(const Entity& entity, const std::filesystem::path& root,
                                          const std::filesystem::path& work_dir);

}}}  // namespace opus::uws0::entity
