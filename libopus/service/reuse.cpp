#include "libopus/service/reuse.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "libopus/core/files.hpp"
#include "libopus/core/hash.hpp"
#include "libopus/core/ids.hpp"
#include "libopus/core/json.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

namespace fs = std::filesystem;

/// Earlier jobs that are looked at; usually the first one will do.
constexpr std::size_t k_most_candidates = 8;

bool is_input(const std::vector<JobInput>& inputs, std::string_view name) {
  return std::any_of(inputs.begin(), inputs.end(),
                     [&](const JobInput& input) { return input.name == name; });
}

/// Is the file what its record says, as far as the description wants that looked at?
Result<bool> is_intact(const Entity& entity, const fs::path& file, Reuse reuse) {
  std::error_code error;
  if (entity.location.empty() || !fs::is_regular_file(fs::symlink_status(file, error)))
    return false;
  const std::uintmax_t size = fs::file_size(file, error);
  if (error || size != entity.size) return false;
  if (reuse != Reuse::verified) return true;
  const Result<FileDigest> digest = sha256_file(file);
  if (digest) return digest->sha256 == entity.sha256;
  if (digest.error().code == Errc::not_found) return false;
  return digest.error();
}

/// A second name for the file, or a copy of it where there are none. False: it is not there any
/// more.
Result<bool> give(const fs::path& from, const fs::path& to) {
  OPUS_UWS_CHECK(make_directories(to.parent_path(), 0700));
  Result<void> given = link_file(from, to);
  if (!given && given.error().code == Errc::unsupported) {
    given = opus::copy_file(from, to);
    if (given) OPUS_UWS_CHECK(sync_to_disk(to));
  }
  if (given) return true;
  std::error_code ignored;
  if (!fs::exists(from, ignored)) return false;
  return std::move(given).error();
}

/// Where the file is in its job's results folder, or its name if it lies elsewhere by now.
fs::path place_of(const Entity& entity, const Job& origin, const DataFolder& folder) {
  const fs::path file = folder.root() / entity.location;
  const fs::path place = file.lexically_relative(folder.results_dir(origin.id));
  return is_safe_relative_path(place.string()) ? place : fs::path{entity.role} / file.filename();
}

/// False: the results of `origin` are not all there, as they were.
Result<bool> take_results(const Job& job, const Job& origin, Reuse reuse, const DataFolder& folder,
                          TimePoint now, std::vector<JobResult>& taken) {
  const fs::path results = folder.results_dir(job.id);
  std::set<fs::path> folders{results};
  for (const JobResult& result : origin.results) {
    const fs::path from = folder.root() / result.entity.location;
    OPUS_UWS_TRY(const bool intact, is_intact(result.entity, from, reuse));
    if (!intact) return false;
    const fs::path to = results / place_of(result.entity, origin, folder);
    OPUS_UWS_TRY(const bool given, give(from, to));
    if (!given) return false;
    for (fs::path each = to.parent_path(); folders.insert(each).second;) each = each.parent_path();
    JobResult& mine = taken.emplace_back(result);
    mine.entity.id = EntityId{make_uuid7(now)};
    mine.entity.location = to.lexically_relative(folder.root()).string();
    mine.entity.generated_by = job.id;
    mine.entity.owner = job.owner;
  }
  OPUS_UWS_CHECK(make_directories(results, 0700));
  for (const fs::path& each : folders) OPUS_UWS_CHECK(sync_to_disk(each));
  OPUS_UWS_CHECK(sync_to_disk(results.parent_path()));
  OPUS_UWS_CHECK(sync_to_disk(results.parent_path().parent_path()));
  return true;
}

/// nullopt: not known.
Result<std::optional<std::vector<Entity>>> contents_of(const Job& job, store::Reader& reader) {
  std::vector<Entity> contents;
  for (const JobInput& input : job.inputs) {
    Result<Entity> entity = reader.entity(input.entity);
    if (!entity && entity.error().code == Errc::not_found)
      return std::optional<std::vector<Entity>>{};
    if (!entity) return std::move(entity).error();
    contents.push_back(*std::move(entity));
  }
  return std::optional{std::move(contents)};
}

}  // namespace

std::string request_hash(const Job& job, const std::vector<JobInput>& inputs,
                         const std::vector<Entity>& contents) {
  JsonWriter json;
  json.begin_object().field("description", job.description_hash);
  std::vector<const Parameter*> parameters;
  for (const Parameter& parameter : job.parameters)
    if (!is_input(inputs, parameter.name)) parameters.push_back(&parameter);
  std::stable_sort(parameters.begin(), parameters.end(),
                   [](const Parameter* a, const Parameter* b) { return a->name < b->name; });
  json.key("parameters").begin_array();
  for (const Parameter* parameter : parameters)
    json.begin_array().value(parameter->name).value(parameter->value).end_array();
  json.end_array().key("inputs").begin_array();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (contents[i].sha256.empty()) return {};
    const std::string& file_name =
        inputs[i].file_name.empty() ? contents[i].name : inputs[i].file_name;
    json.begin_array().value(inputs[i].name).value(file_name).value(contents[i].sha256).end_array();
  }
  return sha256_hex(json.end_array().end_object().take());
}

bool may_be_given_results(const Job& job, const JobDescription& description) {
  return description.reuse != Reuse::never && !job.run_anew && job.executor.empty() &&
         std::none_of(job.inputs.begin(), job.inputs.end(),
                      [](const JobInput& input) { return input.entity.empty(); });
}

Result<std::optional<job::Reused>> reuse_results(const Job& job, const JobDescription& description,
                                                 const DataFolder& folder, store::Reader& reader,
                                                 TimePoint now) {
  // A crash may have left some there, and what is in that folder counts as made by the code.
  OPUS_UWS_CHECK(remove_tree(folder.results_dir(job.id)));
  OPUS_UWS_TRY(const auto contents, contents_of(job, reader));
  if (!contents) return std::optional<job::Reused>{};
  std::string hash = request_hash(job, job.inputs, *contents);
  if (hash.empty()) return std::optional<job::Reused>{};
  OPUS_UWS_TRY(const std::vector<JobId> candidates,
               reader.jobs_that_answer(hash, job.owner, k_most_candidates));
  for (const JobId& id : candidates) {
    const Result<Job> origin = reader.job(id);
    if (!origin && origin.error().code == Errc::not_found) continue;  // deleted just now
    if (!origin) return origin.error();
    std::vector<JobResult> results;
    OPUS_UWS_TRY(const bool taken,
                 take_results(job, *origin, description.reuse, folder, now, results));
    if (taken)
      return std::optional{job::Reused{origin->reuse_of.empty() ? id : origin->reuse_of,
                                       std::move(results), std::move(hash)}};
    OPUS_UWS_CHECK(remove_tree(folder.results_dir(job.id)));
  }
  return std::optional<job::Reused>{};
}

}}}  // namespace opus::uws0::service
