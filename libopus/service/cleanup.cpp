#include "libopus/service/cleanup.hpp"

#include <algorithm>
#include <utility>

#include "libopus/core/files.hpp"
#include "libopus/entity/ingest.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

Result<bool> is_used_by_others(const JobId& self, const EntityId& entity, store::Reader& reader) {
  OPUS_UWS_TRY(const std::vector<JobId> users, reader.users_of(entity));
  return std::any_of(users.begin(), users.end(), [&](const JobId& user) { return user != self; });
}

/// Out of the job's folder, to where uploads lie. A repetition finds it moved already.
Result<Entity> move_out(Entity entity, const DataFolder& folder) {
  const std::filesystem::path from = folder.root() / entity.location;
  entity.location = entity::upload_location(entity.id, entity.name);
  const std::filesystem::path to = folder.root() / entity.location;
  std::error_code ignored;
  if (!std::filesystem::exists(from, ignored) && std::filesystem::exists(to, ignored))
    return entity;
  OPUS_UWS_CHECK(make_directories(to.parent_path(), 0700));
  OPUS_UWS_CHECK(move_file(from, to));
  return entity;
}

}  // namespace

Result<std::vector<Entity>> release_files(const Job& job, const DataFolder& folder,
                                          store::Reader& reader, bool whole) {
  std::vector<Entity> kept;
  for (const JobResult& result : job.results) {
    if (result.entity.location.empty()) continue;
    OPUS_UWS_TRY(const bool used, is_used_by_others(job.id, result.entity.id, reader));
    if (!used) {
      OPUS_UWS_CHECK(remove_tree(folder.root() / result.entity.location));
    } else if (whole) {
      OPUS_UWS_TRY(Entity moved, move_out(result.entity, folder));
      kept.push_back(std::move(moved));
    } else {
      kept.push_back(result.entity);
    }
  }
  OPUS_UWS_CHECK(remove_tree(whole ? folder.job_dir(job.id) : folder.work_dir(job.id)));
  return kept;
}

void remove_work(const JobId& id, const DataFolder& folder) {
  // An empty folder costs less than its deletion: ext4 does not reuse an inode for a minute, and
  // each new file until then looks past all that were deleted, which many short jobs would feel.
  std::error_code error;
  if (std::filesystem::is_empty(folder.work_dir(id), error) || error) return;
  static_cast<void>(remove_tree(folder.work_dir(id)));
}

}}}  // namespace opus::uws0::service
