#pragma once
// Deleting what a job has on disk, but for what other jobs still use.

#include <optional>
#include <string>
#include <vector>

#include <opus/entity.hpp>
#include <opus/job.hpp>

#include "libopus/service/data_folder.hpp"
#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// What of a job's files could not go yet.
struct Released {
  std::vector<Entity> kept{};          ///< results that other jobs use
  std::vector<std::string> garbage{};  ///< paths to delete once `kept` is recorded
};

/// Deletes all that the job has on disk, but for results that other jobs use: those stay where they
/// are, for the record of the job stays too. May be repeated after a crash or an error.
Result<Released> release_files(const Job& job, const DataFolder& folder, store::Reader& reader);

/// The same, and the folder itself. What is kept is also where uploads lie from now on: until that
/// is recorded, readers find it in the old place, and afterwards in the new one.
Result<Released> release_job(const Job& job, const DataFolder& folder, store::Reader& reader);

/// Deletes a path that the store calls garbage.
Result<void> remove_garbage(const std::string& path, const DataFolder& folder);

/// What to call garbage when an entity from outside goes: its own folder.
std::string garbage_of(const Entity& upload);

/// Takes an upload's content away: what to call garbage is returned. The entity goes, or stays
/// without content for the provenance of jobs that were deleted.
Result<std::string> drop_upload(store::Writer& writer, Entity upload, TimePoint now);

/// What the code of a job that runs, or has just ended, has told about its run so far.
std::optional<std::string> internal_provenance(const JobId& id, const DataFolder& folder);

/// Deletes what the code of a job that has ended left in its scratch folder. What cannot be deleted
/// goes at destruction.
void remove_work(const JobId& id, const DataFolder& folder);

}}}  // namespace opus::uws0::service
