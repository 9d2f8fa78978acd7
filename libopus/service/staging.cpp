#include "libopus/service/staging.hpp"

#include <algorithm>
#include <utility>

#include "libopus/core/files.hpp"
#include "libopus/entity/fetch.hpp"
#include "libopus/entity/ingest.hpp"
#include "libopus/job/command.hpp"
#include "libopus/job/parameters.hpp"
#include "libopus/service/environment.hpp"
#include "libopus/service/reuse.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

/// The entity behind an input, fetched first if it is known by URL only.
Result<Entity> entity_of(const JobInput& input, const Job& job, const DataFolder& folder,
                         const ServiceConfig& config, const StagingLookup& lookup,
                         const std::stop_token& stop, std::vector<Entity>& fetched) {
  if (!input.entity.empty()) return lookup.entity(input.entity);
  Result<Entity> entity =
      entity::fetch_entity(input.url, folder.root(), job.owner, config.clock->now(),
                           {.max_bytes = config.fetch_max_bytes,
                            .timeout = config.fetch_timeout,
                            .private_addresses = config.fetch_private_addresses,
                            .stop = stop});
  if (!entity)
    return Error{entity.error().code, "input " + input.name + ": " + entity.error().message, {}};
  fetched.push_back(*entity);
  return entity;
}

Result<void> write_script(const JobDescription& description, Task& task) {
  const std::string& script = description.script;
  const std::filesystem::path path = task.directory / "script";
  OPUS_UWS_CHECK(write_file_atomically(path, script, 0700));
  task.command = script_command(script, path.string());
  if (script.starts_with("#!")) return {};
  const std::filesystem::path prelude = task.directory / "prelude.sh";
  task.environment["BASH_ENV"] = prelude.string();
  return write_file_atomically(prelude, script_prelude(), 0600);
}

}  // namespace

Task task_of(const Job& job, const JobDescription& description, const DataFolder& folder) {
  Task task;
  task.job = job.id;
  task.description = job.description;
  task.directory = folder.job_dir(job.id);
  task.work_dir = folder.work_dir(job.id);
  task.stdout_path = folder.log_path(job.id, "stdout");
  task.stderr_path = folder.log_path(job.id, "stderr");
  task.parameters = job.parameters;
  for (const ResultDescription& result : description.results)
    task.results.push_back({result.name, result_path(result, job.parameters), result.content_type});
  task.execution_duration = job.execution_duration;
  task.limits = description.limits;
  task.options = description.executor_options;
  return task;
}

namespace {

/// Copies the input into the work folder. Its content may be moved meanwhile, when the job that
/// generated it is deleted: then the record says where it is now.
Result<std::filesystem::path> copy_input(const Entity& content, const DataFolder& folder,
                                         const Task& task, const StagingLookup& lookup) {
  auto path = entity::stage_input(content, folder.root(), task.work_dir);
  if (path || path.error().code != Errc::not_found) return path;
  const Result<Entity> again = lookup.entity(content.id);
  if (!again || again->location == content.location) return path;
  return entity::stage_input(*again, folder.root(), task.work_dir);
}

/// By whoever it came first, the host vouches for what it defines itself.
Result<bool> is_from_outside(const Defined& defined, const StagingLookup& lookup) {
  OPUS_UWS_TRY(const auto versions, lookup.versions(defined.saved.hash));
  const auto has = [&](VersionOrigin origin) {
    return std::any_of(versions.begin(), versions.end(),
                       [&](const DescriptionVersion& version) { return version.origin == origin; });
  };
  return has(VersionOrigin::submitted) && !has(VersionOrigin::host);
}

Result<void> stage_into(Staged& staged, const Job& job, const Defined& defined,
                        const DataFolder& folder, const ServiceConfig& config,
                        const StagingLookup& lookup, const std::stop_token& stop) {
  const JobDescription& description = defined.description;
  Task task = task_of(job, description, folder);
  OPUS_UWS_TRY(task.from_outside, is_from_outside(defined, lookup));
  OPUS_UWS_CHECK(make_directories(task.directory, 0700));
  OPUS_UWS_CHECK(remove_tree(task.work_dir));
  OPUS_UWS_CHECK(make_directories(task.work_dir, 0700));
  OPUS_UWS_CHECK(make_directories(task.stdout_path.parent_path(), 0700));

  std::vector<Entity> contents;
  for (JobInput input : job.inputs) {
    OPUS_UWS_TRY(const Entity content,
                 entity_of(input, job, folder, config, lookup, stop, staged.fetched));
    OPUS_UWS_TRY(const std::filesystem::path path, copy_input(content, folder, task, lookup));
    input.entity = content.id;
    input.file_name = path.filename().string();
    input.used = config.clock->now();
    task.inputs.push_back({input.name, path, content.media_type});
    staged.inputs.push_back(std::move(input));
    contents.push_back(content);
  }
  if (description.reuse != Reuse::never)
    staged.request_hash = request_hash(job, job.inputs, contents);

  const CommandValues values{.job = job.id,
                             .work_dir = task.work_dir,
                             .inputs_dir = task.work_dir / "inputs",
                             .results_dir = folder.results_dir(job.id),
                             .parameters = job.parameters,
                             .inputs = task.inputs};
  const auto named = named_values(description, values);
  for (TaskResult& result : task.results)
    if (const auto found = named.find(result.name); found != named.end())
      result.path = found->second.front();
  task.environment = task_environment(description, task, named);
  if (!description.script.empty()) {
    OPUS_UWS_CHECK(write_script(description, task));
  } else if (!description.command.empty()) {
    OPUS_UWS_TRY(task.command, expand_command(description, values));
  }
  OPUS_UWS_CHECK(
      write_file_atomically(task.directory / "parameters.json", parameters_json(task), 0600));
  OPUS_UWS_CHECK(write_file_atomically(task.directory / "task.json", task_json(task), 0600));
  staged.task = std::make_shared<const Task>(std::move(task));
  return {};
}

}  // namespace

Result<Staged> stage(const Job& job, const Defined& defined, const DataFolder& folder,
                     const ServiceConfig& config, const StagingLookup& lookup,
                     const std::stop_token& stop) {
  Staged staged;
  Result<void> done = stage_into(staged, job, defined, folder, config, lookup, stop);
  if (done) return staged;
  discard(staged, folder);
  return std::move(done).error();
}

void discard(const Staged& staged, const DataFolder& folder) {
  for (const Entity& entity : staged.fetched) entity::discard(entity, folder.root());
}

}}}  // namespace opus::uws0::service
