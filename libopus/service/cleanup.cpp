#include "libopus/service/cleanup.hpp"

#include <algorithm>
#include <utility>

#include "libopus/core/files.hpp"
#include "libopus/entity/ingest.hpp"
#include "libopus/provenance/internal.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

Result<bool> is_used_by_others(const JobId& self, const EntityId& entity, store::Reader& reader) {
  OPUS_UWS_TRY(const std::vector<JobId> users, reader.users_of(entity));
  return std::any_of(users.begin(), users.end(), [&](const JobId& user) { return user != self; });
}

/// Also where uploads lie, besides its place in the job's folder. A repetition finds it there.
Result<Entity> give_second_place(Entity entity, const DataFolder& folder) {
  const std::filesystem::path from = folder.root() / entity.location;
  entity.location = entity::upload_location(entity.id, entity.name);
  const std::filesystem::path to = folder.root() / entity.location;
  std::error_code ignored;
  if (std::filesystem::exists(to, ignored)) return entity;
  OPUS_UWS_CHECK(make_directories(to.parent_path(), 0700));
  Result<void> linked = link_file(from, to);
  if (!linked && linked.error().code == Errc::unsupported) linked = move_file(from, to);
  if (!linked) return std::move(linked).error();
  OPUS_UWS_CHECK(sync_to_disk(to.parent_path()));
  return entity;
}

/// No link, pipe or device that the code left there.
bool is_plain_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(std::filesystem::symlink_status(path, ignored));
}

}  // namespace

Result<Released> release_files(const Job& job, const DataFolder& folder, store::Reader& reader) {
  Released released;
  for (const JobResult& result : job.results) {
    if (result.entity.location.empty()) continue;
    OPUS_UWS_TRY(const bool used, is_used_by_others(job.id, result.entity.id, reader));
    if (used) {
      released.kept.push_back(result.entity);
      continue;
    }
    OPUS_UWS_CHECK(remove_tree(folder.root() / result.entity.location));
    entity::discard(result.entity.id, folder.root());  // a second place from an earlier attempt
  }
  const std::filesystem::path mine = folder.job_dir(job.id);
  if (released.kept.empty()) {
    OPUS_UWS_CHECK(remove_tree(mine));
    return released;
  }
  std::error_code error;
  std::vector<std::filesystem::path> others;
  for (std::filesystem::directory_iterator entry(mine, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path() != folder.results_dir(job.id)) others.push_back(entry->path());
  if (error)
    return Error{Errc::unavailable, "cannot read " + mine.string() + ": " + error.message()};
  for (const std::filesystem::path& other : others) OPUS_UWS_CHECK(remove_tree(other));
  return released;
}

Result<Released> release_job(const Job& job, const DataFolder& folder, store::Reader& reader) {
  OPUS_UWS_TRY(Released released, release_files(job, folder, reader));
  if (released.kept.empty()) return released;
  for (Entity& entity : released.kept) {
    OPUS_UWS_TRY(entity, give_second_place(std::move(entity), folder));
  }
  released.garbage.push_back(folder.job_dir(job.id).lexically_relative(folder.root()).string());
  return released;
}

Result<void> remove_garbage(const std::string& path, const DataFolder& folder) {
  const bool ours = path.starts_with("jobs/") || path.starts_with("uploads/");
  if (!ours || !is_safe_relative_path(path))
    return Error{Errc::corrupt,
                 "'" + path + "' is no path of a job or an upload; it is left alone"};
  return remove_tree(folder.root() / path);
}

std::string garbage_of(const Entity& upload) {
  return std::filesystem::path{upload.location}.parent_path().string();
}

Result<std::string> drop_upload(store::Writer& writer, Entity upload, TimePoint now) {
  const std::string garbage = upload.location.empty() ? std::string{} : garbage_of(upload);
  if (!garbage.empty()) OPUS_UWS_CHECK(writer.add_garbage(garbage));
  const Result<void> gone = writer.delete_entity(upload.id);
  if (gone) return garbage;
  if (gone.error().code != Errc::conflict) return gone.error();
  upload.location.clear();
  upload.expires.reset();
  if (!upload.invalidated) upload.invalidated = now;
  OPUS_UWS_CHECK(writer.update_entity(upload));
  return garbage;
}

std::optional<std::string> internal_provenance(const JobId& id, const DataFolder& folder) {
  const std::filesystem::path path = folder.work_dir(id) / provenance::k_internal_file;
  if (!is_plain_file(path)) return std::nullopt;
  Result<std::string> text = read_file(path, provenance::k_internal_max_bytes);
  if (text) return *std::move(text);
  if (text.error().code == Errc::too_large)  // who reads it says so
    return std::string(provenance::k_internal_max_bytes + 1, ' ');
  return std::nullopt;
}

void remove_work(const JobId& id, const DataFolder& folder) {
  // An empty folder costs less than its deletion: ext4 does not reuse an inode for a minute, and
  // each new file until then looks past all that were deleted, which many short jobs would feel.
  std::error_code error;
  if (std::filesystem::is_empty(folder.work_dir(id), error) || error) return;
  static_cast<void>(remove_tree(folder.work_dir(id)));
}

}}}  // namespace opus::uws0::service
