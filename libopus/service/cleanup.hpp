#pragma once
// Deleting what a job has on disk, but for what other jobs still use.

#include <vector>

#include <opus/entity.hpp>
#include <opus/job.hpp>

#include "libopus/service/data_folder.hpp"
#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace service {

struct Released {
  std::vector<Entity> kept{};       ///< results other jobs use, where they are now
  std::vector<EntityId> dropped{};  ///< uploads nobody else uses: deleted
};

/// Deletes work folder and results. With `whole`, also logs, the folder itself, and uploads that
/// only this job used; results that other jobs use move out of it. May be repeated after a crash.
Result<Released> release_files(const Job& job, const DataFolder& folder, store::Reader& reader,
                               bool whole);

/// Deletes the scratch folder of a job that has ended. What cannot be deleted goes at destruction.
void remove_work(const JobId& id, const DataFolder& folder);

}}}  // namespace opus::uws0::service
