#include "server/rest/sweep_documents.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "server/rest/json_text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

/// The values that a job was given for this name, several with commas; defaults are not given.
std::string value_of(const Job& job, std::string_view name) {
  std::string all;
  bool first = true;
  for (const Parameter& parameter : job.parameters) {
    if (parameter.name != name || parameter.by_default) continue;
    if (!std::exchange(first, false)) all += ',';
    all += parameter.value;
  }
  return all;
}

void add_phases(JsonText& json, const JobPtrs& jobs) {
  std::array<std::size_t, k_phases.size()> counts{};
  for (const auto& job : jobs) ++counts[static_cast<std::size_t>(job->phase)];
  json.key("phases").begin_object();
  for (const Phase phase : k_phases)
    json.field(to_string(phase), counts[static_cast<std::size_t>(phase)]);
  json.end_object();
}

void add_job(JsonText& json, const Job& job, const std::vector<std::string>& names,
             const UwsLinks& links) {
  json.begin_object().field("jobId", job.id.value).field("href", links.job_url(job));
  json.field("phase", to_string(job.phase)).key("values").begin_object();
  for (const std::string& name : names) json.field(name, value_of(job, name));
  json.end_object().end_object();
}

}  // namespace

std::string sweep_url(const UwsLinks& links, std::string_view description,
                      std::string_view run_id) {
  return links.list_url(description) + "/sweeps/" + percent_encode(run_id);
}

std::vector<std::string> varying_parameters(const JobPtrs& jobs) {
  std::vector<std::string> names;
  std::vector<std::string> varying;
  for (const auto& job : jobs)
    for (const Parameter& parameter : job->parameters)
      if (!parameter.by_default &&
          std::find(names.begin(), names.end(), parameter.name) == names.end())
        names.push_back(parameter.name);
  for (std::string& name : names) {
    const std::string first = value_of(*jobs.front(), name);
    if (std::any_of(jobs.begin(), jobs.end(),
                    [&](const auto& job) { return value_of(*job, name) != first; }))
      varying.push_back(std::move(name));
  }
  return varying;
}

std::string sweep_to_json(const JobPtrs& jobs, const UwsLinks& links) {
  const Job& first = *jobs.front();
  const std::string url = sweep_url(links, first.description, first.run_id);
  const std::vector<std::string> names = varying_parameters(jobs);
  JsonText json;
  json.begin_object().field("runId", first.run_id).field("href", url);
  json.field("results", url + "/results.tar").field("description", first.description);
  json.field("total", jobs.size());
  add_phases(json, jobs);
  json.key("parameters").begin_array();
  for (const std::string& name : names) json.value(name);
  json.end_array().key("jobs").begin_array();
  for (const auto& job : jobs) add_job(json.new_line(), *job, names, links);
  return json.end_array().end_object().take() + "\n";
}

}}}  // namespace opus::uws0::rest
