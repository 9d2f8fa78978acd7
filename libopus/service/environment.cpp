#include "libopus/service/environment.hpp"

#include <cstdlib>
#include <string_view>

#include "libopus/core/json.hpp"
#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

/// Linux refuses an argument or variable of 128 KiB, and all together beyond some MiB.
constexpr std::size_t k_longest_value = 64 * 1024;
constexpr std::size_t k_longest_environment = 1024 * 1024;

constexpr std::string_view k_default_path =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

void write_names(JsonWriter& json, const std::map<std::string, std::vector<std::string>>& values) {
  json.begin_object();
  for (const auto& [name, list] : values) {
    json.key(name).begin_array();
    for (const std::string& value : list) json.value(value);
    json.end_array();
  }
  json.end_object();
}

std::map<std::string, std::vector<std::string>> input_paths(const Task& task) {
  std::map<std::string, std::vector<std::string>> paths;
  for (const TaskInput& input : task.inputs) paths[input.name].push_back(input.path.string());
  return paths;
}

void write_parameters(JsonWriter& json, const std::vector<Parameter>& parameters) {
  json.begin_object();
  for (const Parameter& parameter : parameters) json.field(parameter.name, parameter.value);
  json.end_object();
}

}  // namespace

std::map<std::string, std::string> task_environment(
    const JobDescription& description, const Task& task,
    const std::map<std::string, std::vector<std::string>>& named_values) {
  std::map<std::string, std::string> environment;
  const char* const path = std::getenv("PATH");
  environment["PATH"] = path != nullptr ? path : std::string{k_default_path};
  environment["LANG"] = "C.UTF-8";
  environment["HOME"] = environment["wd"] = task.work_dir.string();
  environment["TMPDIR"] = task.work_dir.string();
  environment["OPUS_UWS_JOB_ID"] = environment["JOBID"] = task.job.value;
  environment["jd"] = task.directory.string();
  environment["rs"] = (task.directory / "results").string();
  environment["OPUS_UWS_JOB_DIR"] = task.directory.string();
  environment["OPUS_UWS_PARAMETERS"] = (task.directory / "parameters.json").string();

  for (const auto& [name, value] : description.environment) environment[name] = value;
  for (const auto& [name, values] : named_values) environment[name] = join(values, " ");

  std::size_t total = 0;
  for (auto entry = environment.begin(); entry != environment.end();) {
    const std::size_t size = entry->first.size() + entry->second.size() + 2;
    const bool fits = entry->second.size() <= k_longest_value &&
                      total + size <= k_longest_environment &&
                      entry->second.find('\0') == std::string::npos;
    if (fits) {
      total += size;
      ++entry;
    } else {
      entry = environment.erase(entry);
    }
  }
  return environment;
}

std::string parameters_json(const Task& task) {
  JsonWriter json{JsonWriter::Style::indented};
  json.begin_object().key("parameters");
  write_parameters(json, task.parameters);
  json.key("inputs");
  write_names(json, input_paths(task));
  json.key("results").begin_object();
  for (const TaskResult& result : task.results) json.field(result.name, result.path);
  json.end_object().end_object();
  return json.take();
}

std::string task_json(const Task& task) {
  JsonWriter json{JsonWriter::Style::indented};
  json.begin_object();
  json.field("job", task.job.value).field("description", task.description);
  json.key("command").begin_array();
  for (const std::string& argument : task.command) json.value(argument);
  json.end_array();
  json.field("workDir", task.work_dir.string());
  json.key("environment").begin_object();
  for (const auto& [name, value] : task.environment) json.field(name, value);
  json.end_object();
  json.key("parameters");
  write_parameters(json, task.parameters);
  json.key("inputs");
  write_names(json, input_paths(task));
  json.field("executionDuration", static_cast<std::int64_t>(task.execution_duration.count()));
  json.end_object();
  return json.take();
}

std::vector<std::string> script_command(const std::string& script, const std::string& path) {
  if (script.starts_with("#!")) return {path};
  return {"/bin/bash", "-e", path};
}

std::string_view script_prelude() noexcept {
  // What OPUS's own batch script offers to the scripts that it sources (MIT-licensed there; the
  // names are the interface, the text is ours). BASH_ENV is unset so that shells started by the
  // script do not read this again.
  return "unset BASH_ENV\n"
         "set -E\n"
         "timestamp() { date -u +%Y-%m-%dT%H:%M:%S; }\n"
         "job_event() { :; }\n"
         "error_handler() { trap - ERR; printf '%s\\n' \"${1:-error_handler was called}\" >&2; "
         "exit 1; }\n"
         "trap 'printf \"Error running command: %s\\n\" \"$BASH_COMMAND\" >&2' ERR\n";
}

}}}  // namespace opus::uws0::service
