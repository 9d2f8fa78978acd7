#include "libopus/service/request.hpp"

#include <algorithm>
#include <optional>

#include "libopus/core/ids.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/job/chain.hpp"
#include "libopus/job/parameters.hpp"
#include "libopus/service/limits.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

constexpr std::size_t k_max_run_id = 64;  // DALI 1.2 §4.3.6

Result<void> check_run_id(std::string_view run_id) {
  if (run_id.size() > k_max_run_id || !is_utf8(run_id) ||
      std::any_of(run_id.begin(), run_id.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return faults_error("job", {{"runId", "at most 64 bytes of text without control characters",
                                 printable(run_id)}});
  return {};
}

/// UWS 1.1 §2.1.6: when it will end if it starts now: what past runs took, else what the
/// description says, else the latest possible.
std::optional<TimePoint> quote_of(const Job& job, const JobDescription& description,
                                  const RunTime& run_time, TimePoint now) {
  if (run_time) return now + *run_time;
  if (description.quote) return now + *description.quote;
  if (job.execution_duration.count() > 0) return now + job.execution_duration;
  return std::nullopt;
}

std::string input_names(const JobDescription& description) {
  std::vector<std::string> names;
  for (const InputDescription& input : description.inputs)
    if (input.kind == InputKind::file) names.push_back(input.name);
  return names.empty() ? "no input (there is none)" : "one of the inputs " + join(names, ", ");
}

/// The description's spelling of a parameter's or input's name; empty if it knows neither.
std::string canonical_name(const JobDescription& description, std::string_view name) {
  if (const ParameterDescription* parameter = find_parameter(description, name))
    return parameter->name;
  if (const InputDescription* input = find_input(description, name)) return input->name;
  return {};
}

/// What the ids of results are made of: "map", and "map.2" for the second file of the same name.
bool is_result_id(const JobDescription& description, std::string_view id) {
  if (find_result(description, id)) return true;
  const std::size_t dot = id.rfind('.');
  if (dot == std::string_view::npos || !find_result(description, id.substr(0, dot))) return false;
  const std::string_view number = id.substr(dot + 1);
  return !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string result_names(const JobDescription& description) {
  std::vector<std::string> names;
  for (const ResultDescription& result : description.results) names.push_back(result.name);
  return names.empty() ? "a job that has results" : "one of the results " + join(names, ", ");
}

bool is_web_url(std::string_view text) {
  const std::string head = ascii_lower(text.substr(0, 8));
  return head.starts_with("http://") || head.starts_with("https://");
}

/// Turns what the job says about one input into JobInputs.
class InputResolver {
 public:
  InputResolver(const Job& job, const References& references, std::vector<Fault>& faults)
      : job_(job), references_(references), faults_(faults) {}

  std::vector<JobInput> resolve(const InputDescription& input) {
    std::vector<JobInput> found;
    for (const JobInput& known : job_.inputs)
      if (known.name == input.name) found.push_back(known);
    const std::size_t uploaded = found.size();
    for (const Parameter& parameter : job_.parameters) {
      if (parameter.name != input.name) continue;
      const bool is_upload =
          std::any_of(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(uploaded),
                      [&](const JobInput& one) { return one.file_name == parameter.value; });
      if (!is_upload) add(input, parameter.value, found);
    }
    if (found.empty() && input.default_value &&
        (is_uuid7(*input.default_value) || is_web_url(*input.default_value)))
      add(input, *input.default_value, found);
    check_count(
        input, found.size(),
        "an uploaded file, an entity id, a result job:<job id>/<result id>, an http(s) URL");
    return found;
  }

  /// An input that is a plain value: only its number and its default matter.
  void check_values(const InputDescription& input, std::vector<Parameter>& values) {
    auto count = static_cast<std::size_t>(
        std::count_if(values.begin(), values.end(),
                      [&](const Parameter& value) { return value.name == input.name; }));
    if (count == 0 && input.default_value) {
      values.push_back({input.name, *input.default_value, true});
      ++count;
    }
    check_count(input, count, "a value");
  }

 private:
  void check_count(const InputDescription& input, std::size_t count, const std::string& what) {
    const auto [min, max] = input.multiplicity;
    if (count < min || (max && count > *max))
      faults_.push_back({input.name, expected_count(input, what),
                         count == 0 ? std::string{"none"} : std::to_string(count)});
  }

  static std::string expected_count(const InputDescription& input, const std::string& what) {
    const auto [min, max] = input.multiplicity;
    std::string count = std::to_string(min);
    if (!max)
      count = "at least " + count;
    else if (min != *max)
      count += " to " + std::to_string(*max);
    return count + " of: " + what;
  }

  void add(const InputDescription& input, std::string_view text, std::vector<JobInput>& found) {
    const std::string value{trim(text)};
    if (is_uuid7(value)) return add_entity(input, value, found);
    if (ascii_iequals(value.substr(0, job::k_ref_scheme.size()), job::k_ref_scheme))
      return add_result(input, value, found);
    if (is_web_url(value)) {
      found.push_back({.name = input.name, .url = value});
    } else if (is_web_url(input.url) && input.url.find("$ID") != std::string::npos) {
      std::string url = input.url;
      url.replace(url.find("$ID"), 3, value);
      found.push_back({.name = input.name, .url = url});
    } else {
      faults_.push_back(
          {input.name, "an uploaded file, an entity id, or a http(s) URL", printable(value)});
    }
  }

  bool is_visible(const std::optional<std::string>& owner) const {
    return !owner || owner == job_.owner;
  }

  /// A result of another job, which may not exist yet. Bad is only what will never be right: a job
  /// that failed meanwhile is no fault of the request.
  void add_result(const InputDescription& input, const std::string& text,
                  std::vector<JobInput>& found) {
    const auto fault = [&](std::string expected) {
      faults_.push_back({input.name, std::move(expected), printable(text)});
    };
    const auto ref = job::parse_result_ref(text);
    if (!ref) return fault("a result as job:<job id>/<result id>");
    if (ref->job == job_.id) return fault("a result of another job");
    const Result<Job> origin = references_.job(ref->job);
    if (!origin || !is_visible(origin->owner)) return fault("a result of a job that exists");
    const Result<DefinedPtr> defined = references_.defined(*origin);
    if (defined && !is_result_id((*defined)->description, ref->result))
      return fault(result_names((*defined)->description));
    JobInput& one = found.emplace_back();
    one.name = input.name;
    one.url = job::to_string(*ref);
    if (const Entity* const entity = job::supply_of(*origin, ref->result).entity) {
      one.entity = entity->id;
      one.file_name = entity->name;
    }
  }

  void add_entity(const InputDescription& input, const std::string& id,
                  std::vector<JobInput>& found) {
    const Result<Entity> entity = references_.entity(EntityId{id});
    if (!entity || !is_visible(entity->owner))
      faults_.push_back({input.name, "the id of an entity that exists", id});
    else if (entity->location.empty())
      faults_.push_back(
          {input.name, "an entity whose content is still there",
           id + ", deleted " + to_iso8601(entity->invalidated.value_or(TimePoint{}))});
    else
      found.push_back({.name = input.name, .entity = entity->id, .file_name = entity->name});
  }

  const Job& job_;
  const References& references_;
  std::vector<Fault>& faults_;
};

}  // namespace

Result<Job> new_job(const JobRequest& request, const Defined& defined, const ServiceConfig& config,
                    const RunTime& run_time, TimePoint now) {
  const JobDescription& description = defined.description;
  OPUS_UWS_CHECK(check_run_id(request.run_id));
  Job job;
  job.id = JobId{make_uuid7(now)};
  job.description = description.name;
  job.description_version = description.version;
  job.description_hash = defined.saved.hash;
  job.rerun_of = request.rerun_of;
  job.run_anew = !request.reuse || !request.rerun_of.empty() || !request.trial.empty();
  job.run_id = request.run_id;
  job.owner = request.owner;
  job.created = now;
  const JobLimits limits = limits_of(description, config, request.owner);
  OPUS_UWS_TRY(job.execution_duration,
               limited_duration(request.execution_duration.value_or(description.execution_duration),
                                limits));
  if (request.destruction) {
    OPUS_UWS_TRY(job.destruction, limited_destruction(*request.destruction, limits, now));
  } else if (limits.retention.standard.count() > 0) {
    job.destruction = now + limits.retention.standard;
  }
  job.quote = quote_of(job, description, run_time, now);
  OPUS_UWS_CHECK(set_parameters(job, request.parameters, description));
  return job;
}

Result<void> check_uploads(const std::vector<Upload>& uploads, const JobDescription& description) {
  std::vector<Fault> faults;
  for (const Upload& upload : uploads) {
    const InputDescription* input = find_input(description, upload.name);
    if (input == nullptr || input->kind != InputKind::file)
      faults.push_back({printable(upload.name), input_names(description),
                        "a file named '" + printable(upload.file_name) + "'"});
  }
  if (!faults.empty()) return faults_error("uploads", std::move(faults));
  return {};
}

Result<void> set_parameters(Job& job,
                            const std::vector<std::pair<std::string, std::string>>& values,
                            const JobDescription& description) {
  std::vector<Parameter> named;
  std::vector<Fault> faults;
  for (const auto& [name, value] : values) {
    std::string canonical = canonical_name(description, name);
    if (canonical.empty()) continue;
    if (value.find('\0') != std::string::npos)
      faults.push_back({canonical, "a value without NUL characters", printable(value)});
    named.push_back({std::move(canonical), value});
  }
  if (!faults.empty()) return faults_error("parameters", std::move(faults));
  const auto is_replaced = [&](const auto& old) {
    return std::any_of(named.begin(), named.end(),
                       [&](const Parameter& parameter) { return parameter.name == old.name; });
  };
  std::erase_if(job.parameters, is_replaced);
  std::erase_if(job.inputs, is_replaced);
  job.parameters.insert(job.parameters.end(), named.begin(), named.end());
  return {};
}

void set_uploads(Job& job, const std::vector<Ingested>& uploads) {
  const auto is_replaced = [&](const auto& old) {
    return std::any_of(uploads.begin(), uploads.end(),
                       [&](const Ingested& upload) { return upload.input == old.name; });
  };
  std::erase_if(job.parameters, is_replaced);
  std::erase_if(job.inputs, is_replaced);
  for (const Ingested& upload : uploads) {
    job.parameters.push_back({upload.input, upload.entity.name});
    job.inputs.push_back(
        {.name = upload.input, .entity = upload.entity.id, .file_name = upload.entity.name});
  }
}

Result<void> apply_update(Job& job, const JobUpdate& update, const JobDescription& description,
                          const ServiceConfig& config, const RunTime& run_time, TimePoint now) {
  const bool changes_parameters =
      !update.parameters.empty() || !update.uploads.empty() || update.run_id.has_value();
  if (changes_parameters && job.phase != Phase::pending)
    return Error{Errc::conflict, "parameters can change only while PENDING; the job is " +
                                     std::string{to_string(job.phase)}};
  if (update.execution_duration && is_final(job.phase))
    return Error{Errc::conflict, "the execution duration of a job that is " +
                                     std::string{to_string(job.phase)} + " cannot change"};
  if (update.destruction && job.phase == Phase::archived)
    return Error{Errc::conflict, "the destruction time of an ARCHIVED job cannot change"};

  OPUS_UWS_CHECK(set_parameters(job, update.parameters, description));
  if (update.run_id) {
    OPUS_UWS_CHECK(check_run_id(*update.run_id));
    job.run_id = *update.run_id;
  }
  const JobLimits limits = limits_of(description, config, job.owner);
  if (update.execution_duration) {
    OPUS_UWS_TRY(job.execution_duration, limited_duration(*update.execution_duration, limits));
    if (job.phase == Phase::pending) job.quote = quote_of(job, description, run_time, now);
  }
  if (update.destruction) {
    OPUS_UWS_TRY(job.destruction, limited_destruction(*update.destruction, limits, now));
  }
  return {};
}

Result<job::RunAsked> prepare_run(const Job& job, const JobDescription& description,
                                  const References& references, const RunTime& run_time,
                                  TimePoint now) {
  std::vector<Parameter> of_parameters;
  std::vector<Parameter> of_inputs;
  for (const Parameter& parameter : job.parameters)
    (find_parameter(description, parameter.name) ? of_parameters : of_inputs).push_back(parameter);

  std::vector<Fault> faults;
  job::RunAsked run;
  Result<std::vector<Parameter>> checked = check_parameters(description, std::move(of_parameters));
  if (checked)
    run.parameters = *std::move(checked);
  else if (checked.error().faults.empty())
    return std::move(checked).error();
  else
    faults = checked.error().faults;

  InputResolver resolver{job, references, faults};
  for (const InputDescription& input : description.inputs) {
    if (input.kind == InputKind::value) {
      resolver.check_values(input, of_inputs);
      continue;
    }
    for (JobInput& one : resolver.resolve(input)) run.inputs.push_back(std::move(one));
  }
  if (!faults.empty()) return faults_error("parameters", std::move(faults));
  run.parameters.insert(run.parameters.end(), of_inputs.begin(), of_inputs.end());
  run.quote = quote_of(job, description, run_time, now);
  return run;
}

}}}  // namespace opus::uws0::service
