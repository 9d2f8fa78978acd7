#pragma once
// Results that are given to a job instead of running it, because an earlier job was asked the same.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <opus/description.hpp>
#include <opus/error.hpp>
#include <opus/job.hpp>

#include "libopus/job/apply.hpp"
#include "libopus/service/data_folder.hpp"
#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// What decides the results of a job: its exact description, its parameters, and of its inputs
/// name, file name (the code sees it) and content. Equal requests have equal hashes, whatever the
/// order of their parameters. `contents`: of the inputs, one by one. Empty if the content of one is
/// not known.
std::string request_hash(const Job& job, const std::vector<JobInput>& inputs,
                         const std::vector<Entity>& contents);

/// May the job be given results, as far as is known before they are looked for? All of its inputs
/// must be here: what a URL gives is known only once it was fetched.
bool may_be_given_results(const Job& job, const JobDescription& description);

/// Looks for a COMPLETED job that was asked the same, by the same owner or by nobody, and has its
/// results still. They become results of `job`: entities of their own, as the two jobs are deleted
/// each at its own time, with the same content on disk where the file system has hard links.
/// Whatever was in its results folder goes first, so that it may be repeated after a crash.
/// nullopt: there is none. Errors: the store or the disk.
Result<std::optional<job::Reused>> reuse_results(const Job& job, const JobDescription& description,
                                                 const DataFolder& folder, store::Reader& reader,
                                                 TimePoint now);

}}}  // namespace opus::uws0::service
