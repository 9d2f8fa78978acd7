#include "server/rest/sweep_documents.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "server/rest/text.hpp"

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

void add_member(std::string& out, std::string_view name, std::string_view value) {
  append_json_string(out, name);
  out += ": ";
  append_json_string(out, value);
}

void add_phases(std::string& out, const JobPtrs& jobs) {
  std::array<std::size_t, k_phases.size()> counts{};
  for (const auto& job : jobs) ++counts[static_cast<std::size_t>(job->phase)];
  out += "\"phases\": {";
  for (const Phase phase : k_phases) {
    if (phase != k_phases.front()) out += ", ";
    append_json_string(out, to_string(phase));
    out += ": " + std::to_string(counts[static_cast<std::size_t>(phase)]);
  }
  out += '}';
}

void add_job(std::string& out, const Job& job, const std::vector<std::string>& names,
             const UwsLinks& links) {
  out += "\n  {";
  add_member(out, "jobId", job.id.value);
  out += ", ";
  add_member(out, "href", links.job_url(job));
  out += ", ";
  add_member(out, "phase", to_string(job.phase));
  out += ", \"values\": {";
  bool first = true;
  for (const std::string& name : names) {
    if (!std::exchange(first, false)) out += ", ";
    add_member(out, name, value_of(job, name));
  }
  out += "}}";
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
  std::string out = "{";
  add_member(out, "runId", first.run_id);
  out += ", ";
  add_member(out, "href", url);
  out += ", ";
  add_member(out, "description", first.description);
  out += ",\n \"total\": " + std::to_string(jobs.size()) + ", ";
  add_phases(out, jobs);
  out += ",\n \"parameters\": [";
  for (const std::string& name : names) {
    if (&name != &names.front()) out += ", ";
    append_json_string(out, name);
  }
  out += "],\n \"jobs\": [";
  for (const auto& job : jobs) {
    if (job != jobs.front()) out += ',';
    add_job(out, *job, names, links);
  }
  return out += "\n]}\n";
}

}}}  // namespace opus::uws0::rest
