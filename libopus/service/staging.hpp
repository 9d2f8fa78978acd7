#pragma once
// From a job to a task: its folder, its inputs, its command and environment.

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include <opus/executor.hpp>
#include <opus/job.hpp>
#include <opus/service.hpp>

#include "libopus/service/data_folder.hpp"
#include "libopus/service/descriptions.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// A task that is ready to be handed over.
struct Staged {
  std::shared_ptr<const Task> task{};
  std::vector<JobInput> inputs{};  ///< with file names and times of use
  std::vector<Entity> fetched{};   ///< new entities, of inputs by URL
  std::string request_hash{};      ///< where the description lets results be reused
};

/// What staging asks the store.
struct StagingLookup {
  std::function<Result<Entity>(const EntityId&)> entity{};
  /// The versions that have this hash.
  std::function<Result<std::vector<DescriptionVersion>>(const std::string&)> versions{};
};

/// The task of a job as far as it is known without its inputs: enough for Executor::attach().
Task task_of(const Job& job, const JobDescription& description, const DataFolder& folder);

/// Makes the job's folder anew, fetches and copies its inputs, writes script, parameters.json and
/// task.json. Blocks; may be repeated. Errors that a retry may mend are unavailable or timed_out.
Result<Staged> stage(const Job& job, const Defined& defined, const DataFolder& folder,
                     const ServiceConfig& config, const StagingLookup& lookup,
                     const std::stop_token& stop);

/// Deletes what was fetched for a task that is not handed over after all.
void discard(const Staged& staged, const DataFolder& folder);

}}}  // namespace opus::uws0::service
