#include <opus/reproduction.hpp>

#include "libopus/core/hash.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/provenance/secrets.hpp"

#include <algorithm>
#include <map>

namespace opus { inline namespace uws0 {
namespace {

/// What a thing of a run is compared by, and what of it may be shown.
struct Trait {
  std::string value{}, shown{};
};
using Traits = std::map<std::string, Trait>;

/// "name", "name.2", "name.3" ...
void add(Traits& traits, const std::string& name, Trait trait) {
  std::string key = name;
  for (int number = 2; !traits.try_emplace(key, trait).second; ++number)
    key = name + '.' + std::to_string(number);
}

bool is_file(const Job& job, std::string_view parameter) {
  return std::any_of(job.inputs.begin(), job.inputs.end(),
                     [&](const JobInput& input) { return input.name == parameter; });
}

Traits parameters_of(const Job& job) {
  Traits traits;
  for (const Parameter& parameter : job.parameters) {
    if (is_file(job, parameter.name)) continue;
    const bool secret = provenance::is_secret_parameter(parameter.name);
    add(traits, parameter.name,
        {parameter.value, secret ? "***" : provenance::public_url(parameter.value)});
  }
  return traits;
}

/// By content where it is known.
Result<Traits> inputs_of(const Service& service, const Job& job) {
  Traits traits;
  for (const JobInput& input : job.inputs) {
    std::string value = input.entity.empty() ? input.url : input.entity.value;
    if (!input.entity.empty()) {
      const Result<Entity> entity = service.entity(input.entity);
      if (!entity && entity.error().code != Errc::not_found) return entity.error();
      if (entity && !entity->sha256.empty()) value = entity->sha256;
    }
    add(traits, input.name, {value, provenance::public_url(value)});
  }
  return traits;
}

Traits results_of(const Job& job) {
  Traits traits;
  for (const JobResult& result : job.results)
    add(traits, result.id, {result.entity.sha256, result.entity.sha256});
  return traits;
}

Traits description_of(const Job& job) {
  return {{"name", {job.description, job.description}},
          {"version", {job.description_version, job.description_version}},
          {"hash", {job.description_hash, job.description_hash}}};
}

Traits environment_of(const Service& service, const Job& job) {
  Traits traits{{"software", {job.software, job.software}},
                {"executor", {job.executor, job.executor}}};
  if (const Result<JobDescription> description = service.description_of(job.id))
    for (const auto& [name, value] : description->environment)
      add(traits, name, {value, provenance::is_secret_name(name) ? "***" : value});
  return traits;
}

/// Appends the comparison of one part; true if nothing differs.
bool compare(RunComparison& out, const std::string& part, const Traits& before,
             const Traits& after) {
  bool same = true;
  const auto add_item = [&](const std::string& name, Change change, std::string a, std::string b) {
    same = same && change == Change::same;
    out.items.push_back({part, name, change, std::move(a), std::move(b)});
  };
  for (const auto& [name, trait] : before) {
    const auto other = after.find(name);
    if (other == after.end())
      add_item(name, Change::removed, trait.shown, "");
    else
      add_item(name, trait.value == other->second.value ? Change::same : Change::changed,
               trait.shown, other->second.shown);
  }
  for (const auto& [name, trait] : after)
    if (before.count(name) == 0) add_item(name, Change::added, "", trait.shown);
  return same;
}

/// A job that is ARCHIVED had ended; whether well, its error says.
bool is_complete(const Job& job) {
  return job.phase == Phase::completed || (job.phase == Phase::archived && !job.error);
}

Result<FileCheck> check_file(const Service& service, bool is_result, std::string name,
                             const Entity& entity) {
  FileCheck check{.is_result = is_result, .name = std::move(name), .entity = entity};
  if (entity.invalidated || entity.location.empty()) {
    check.state = FileState::deleted;
    return check;
  }
  check.state = FileState::missing;
  const Result<std::filesystem::path> path = service.content_path(entity);
  if (!path) return path.error().code == Errc::not_found ? Result{check} : path.error();
  std::error_code ignored;
  if (!std::filesystem::exists(*path, ignored)) return check;
  OPUS_UWS_TRY(const FileDigest digest, sha256_file(*path));
  check.sha256 = digest.sha256;
  check.state = digest.sha256 == entity.sha256 ? FileState::intact : FileState::altered;
  return check;
}

}  // namespace

std::string_view to_string(Change change) noexcept {
  switch (change) {
    case Change::same: return "same";
    case Change::changed: return "changed";
    case Change::added: return "added";
    case Change::removed: break;
  }
  return "removed";
}

std::string_view to_string(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::reproduced: return "reproduced";
    case Verdict::not_reproduced: return "not reproduced";
    case Verdict::other_request: return "other request";
    case Verdict::undecided: break;
  }
  return "undecided";
}

std::string_view to_string(FileState state) noexcept {
  switch (state) {
    case FileState::intact: return "intact";
    case FileState::altered: return "altered";
    case FileState::missing: return "missing";
    case FileState::deleted: break;
  }
  return "deleted";
}

Result<RunComparison> compare_runs(const Service& service, const JobId& first,
                                   const JobId& second) {
  OPUS_UWS_TRY(const Job a, service.get(first));
  OPUS_UWS_TRY(const Job b, service.get(second));
  OPUS_UWS_TRY(const Traits inputs_before, inputs_of(service, a));
  OPUS_UWS_TRY(const Traits inputs_after, inputs_of(service, b));
  RunComparison out{.first = first, .second = second};
  bool same = compare(out, "description", description_of(a), description_of(b));
  same = compare(out, "parameter", parameters_of(a), parameters_of(b)) && same;
  same = compare(out, "input", inputs_before, inputs_after) && same;
  // What was given its results confirms nothing, and had no environment.
  const bool ran = a.reuse_of.empty() && b.reuse_of.empty();
  const bool ended = ran && is_complete(a) && is_complete(b);
  // What has not been run has no environment yet.
  if (ended)
    same =
        compare(out, "environment", environment_of(service, a), environment_of(service, b)) && same;
  const bool confirmed = compare(out, "result", results_of(a), results_of(b));
  if (!same)
    out.verdict = Verdict::other_request;
  else if (ended)
    out.verdict = confirmed ? Verdict::reproduced : Verdict::not_reproduced;
  return out;
}

Result<std::vector<FileCheck>> verify_files(const Service& service, const JobId& id) {
  OPUS_UWS_TRY(const Job job, service.get(id));
  std::vector<FileCheck> checks;
  for (const JobInput& input : job.inputs) {
    if (input.entity.empty()) continue;  // never fetched
    const Result<Entity> entity = service.entity(input.entity);
    if (!entity && entity.error().code != Errc::not_found) return entity.error();
    Entity known;
    known.id = input.entity;
    if (entity) known = *entity;
    OPUS_UWS_TRY(FileCheck check, check_file(service, false, input.name, known));
    checks.push_back(std::move(check));
  }
  for (const JobResult& result : job.results) {
    OPUS_UWS_TRY(FileCheck check, check_file(service, true, result.id, result.entity));
    checks.push_back(std::move(check));
  }
  return checks;
}

Result<JobRequest> rerun_request(const Service& service, const JobId& id, RerunRequest changes) {
  OPUS_UWS_TRY(const Job job, service.get(id));
  const auto is_changed = [&](std::string_view name) {
    const auto named = [&](const auto& one) { return ascii_iequals(one.first, name); };
    return std::any_of(changes.parameters.begin(), changes.parameters.end(), named) ||
           std::any_of(changes.uploads.begin(), changes.uploads.end(),
                       [&](const Upload& upload) { return ascii_iequals(upload.name, name); });
  };
  JobRequest request;
  request.description = job.description;
  request.rerun_of = id;
  request.owner = std::move(changes.owner);
  request.run_id = std::move(changes.run_id);
  request.run = changes.run;
  request.execution_duration = job.execution_duration;
  for (const Parameter& parameter : job.parameters)
    if (!is_changed(parameter.name) && !is_file(job, parameter.name))
      request.parameters.emplace_back(parameter.name, parameter.value);
  for (const JobInput& input : job.inputs)
    if (!is_changed(input.name))
      request.parameters.emplace_back(input.name,
                                      input.entity.empty() ? input.url : input.entity.value);
  for (auto& parameter : changes.parameters) request.parameters.push_back(std::move(parameter));
  request.uploads = std::move(changes.uploads);
  return request;
}

}}  // namespace opus::uws0
