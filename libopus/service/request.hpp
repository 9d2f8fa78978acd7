#pragma once
// From what a client asked to what a job is: values and limits checked against the description.
// Pure functions; files and the store are the caller's.

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <opus/error.hpp>
#include <opus/job.hpp>
#include <opus/service.hpp>

#include "libopus/job/apply.hpp"
#include "libopus/service/descriptions.hpp"
#include "libopus/service/run_times.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// An upload that is an entity now.
struct Ingested {
  std::string input{};  ///< the description's spelling of the input's name
  Entity entity{};
};

/// The job of a request without its uploads, PENDING, with the description's limits and defaults.
Result<Job> new_job(const JobRequest& request, const Defined& defined, const ServiceConfig& config,
                    const RunTime& run_time, TimePoint now);

/// Does the description have a file input for each upload? Before any file is touched.
Result<void> check_uploads(const std::vector<Upload>& uploads, const JobDescription& description);

/// Replaces the named parameters; names the description does not know are dropped.
Result<void> set_parameters(Job& job,
                            const std::vector<std::pair<std::string, std::string>>& values,
                            const JobDescription& description);

/// Replaces the inputs of the uploads' names.
void set_uploads(Job& job, const std::vector<Ingested>& uploads);

/// All of an update but its uploads. conflict: parameters after PENDING, or a final phase.
Result<void> apply_update(Job& job, const JobUpdate& update, const JobDescription& description,
                          const ServiceConfig& config, const RunTime& run_time, TimePoint now);

/// The description that a job was created with.
using DefinedLookup = std::function<Result<DefinedPtr>(const Job&)>;

/// What a job may refer to. not_found: there is no such thing (any more).
struct References {
  std::function<Result<Entity>(const EntityId&)> entity{};
  std::function<Result<Job>(const JobId&)> job{};
  DefinedLookup defined{};
};

/// Checks what the job is to run with and resolves its inputs. One error lists all faults.
Result<job::RunAsked> prepare_run(const Job& job, const JobDescription& description,
                                  const References& references, const RunTime& run_time,
                                  TimePoint now);

}}}  // namespace opus::uws0::service
