#pragma once
// Files that come from outside become entities; entities become inputs of a task.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <opus/entity.hpp>
#include <opus/error.hpp>
#include <opus/service.hpp>

namespace opus { inline namespace uws0 { namespace entity {

/// uploads/<last 2 hex of the id>/<id>/<name>: where the content of an entity from outside lies,
/// below the data folder.
std::string upload_location(const EntityId& id, std::string_view name);

/// Takes the file of an upload into the data folder `root` (rename, or copy and delete across file
/// systems) as an entity with a new id; hashes it unless the upload says the hash. The record is
/// the caller's to write; if that fails, discard() it. On error the file is where it was.
Result<Entity> ingest(const Upload& upload, const std::filesystem::path& root,
                      std::optional<std::string> owner, TimePoint now);

/// Moves `from` to the location (see upload_location()) and waits until it is safe on the disk. On
/// error `from` is where it was.
Result<void> move_into_store(const std::filesystem::path& from, const std::filesystem::path& root,
                             const std::string& location);

/// Deletes the content of an entity from outside, best effort. Absent is fine.
void discard(const Entity& entity, const std::filesystem::path& root) noexcept;

/// Copies the content to `work_dir`/inputs/<name>, under another name if that one is taken; the
/// result is its absolute path. Never a link: the job may change its copy, not the original.
Result<std::filesystem::path> stage_input(const Entity& entity, const std::filesystem::path& root,
                                          const std::filesystem::path& work_dir);

}}}  // namespace opus::uws0::entity
