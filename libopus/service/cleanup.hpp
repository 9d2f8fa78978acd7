#pragma once
// Deleting what a job has on disk, but for what other jobs still use.

#include <vector>

#include <opus/entity.hpp>
#include <opus/job.hpp>

#include "libopus/service/data_folder.hpp"
#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// Deletes work folder and results, but for results that other jobs use: these are returned. With
/// `whole` also logs and the folder itself; the returned results have moved out of it, to their new
/// location. May be repeated after a crash or an error.
Result<std::vector<Entity>> release_files(const Job& job, const DataFolder& folder,
                                          store::Reader& reader, bool whole);

/// Deletes what the code of a job that has ended left in its scratch folder. What cannot be deleted
/// goes at destruction.
void remove_work(const JobId& id, const DataFolder& folder);

}}}  // namespace opus::uws0::service
