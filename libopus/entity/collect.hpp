#pragma once
// Results: from the work folder into the results folder, with identity.

#include <filesystem>
#include <optional>
#include <vector>

#include <opus/description.hpp>
#include <opus/error.hpp>
#include <opus/job.hpp>

namespace opus { inline namespace uws0 { namespace entity {

struct Collected {
  std::vector<JobResult> results{};  ///< what is there, also when something is missing
  std::optional<Error> missing{};    ///< results whose number of files is not as described
};

/// Moves the files that the description calls results from `work_dir` to `results_dir` and makes
/// entities of them, with the job as origin. `root` is the data folder (for Entity::location).
/// Repeating it after a crash half-way gives the same results.
Result<Collected> collect_results(const Job& job, const JobDescription& description,
                                  const std::filesystem::path& root,
                                  const std::filesystem::path& work_dir,
                                  const std::filesystem::path& results_dir, TimePoint now);

}}}  // namespace opus::uws0::entity
