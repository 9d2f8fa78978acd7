#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libopus/description/check.hpp"
#include "libopus/description/forms.hpp"
#include "libopus/description/json_object.hpp"
#include "libopus/job/value_check.hpp"
#include "libopus/job/value_words.hpp"

namespace opus { inline namespace uws0 { namespace description {

namespace {

using Faults = std::vector<Fault>;
using Names = std::vector<std::string>;

const Names k_head{"$schema",
                   "name",
                   "annotation",
                   "version",
                   "type",
                   "subtype",
                   "docUrl",
                   "contact",
                   "executor",
                   "executorOptions",
                   "command",
                   "script",
                   "environment",
                   "executionDuration",
                   "executionDurationMin",
                   "executionDurationMax",
                   "quote",
                   "retention",
                   "retentionMin",
                   "retentionMax",
                   "onDestruction",
                   "reuse",
                   "limits",
                   "parameters",
                   "inputs",
                   "results"};
const Names k_contact{"name", "email"};
const Names k_limits{"memoryBytes", "fileSizeBytes", "openFiles", "processes", "cpuSeconds"};
const Names k_parameter{"name",  "annotation", "datatype", "arraysize", "unit", "ucd",    "utype",
                        "xtype", "required",   "default",  "min",       "max",  "options"};
const Names k_input{"name",         "annotation",   "role", "kind",
                    "contentTypes", "multiplicity", "url",  "default"};
const Names k_result{"name", "annotation", "role", "path", "contentType", "multiplicity"};

void require(JsonObject& object, std::string_view key) {
  if (!object.has(key)) object.fault(key, "a string", {});
}

void read_multiplicity(JsonObject& object, Multiplicity& to) {
  std::string text{"1"};
  object.read("multiplicity", text);
  if (const auto multiplicity = parse_multiplicity(text); multiplicity && !text.empty())
    to = *multiplicity;
  else
    object.fault("multiplicity", k_multiplicity_expected, shown_value(text));
}

ParameterDescription read_parameter(const Json& json, std::string path, Faults& faults) {
  JsonObject object{json, std::move(path), k_parameter, faults};
  ParameterDescription parameter;
  if (!json.is_object()) return parameter;
  require(object, "name");
  object.read("name", parameter.name);
  object.read("annotation", parameter.annotation);
  std::string datatype{to_string(parameter.datatype)};
  object.read("datatype", datatype);
  if (const auto known = datatype_from(datatype); known && to_string(*known) == datatype)
    parameter.datatype = *known;
  else
    object.fault("datatype", "one of boolean, unsignedByte, short, int, long, float, double, char",
                 shown_value(datatype));
  object.read("arraysize", parameter.arraysize);
  object.read("unit", parameter.unit);
  object.read("ucd", parameter.ucd);
  object.read("utype", parameter.utype);
  object.read("xtype", parameter.xtype);
  object.read("required", parameter.required);
  object.read_value("default", parameter.default_value);
  object.read_value("min", parameter.min);
  object.read_value("max", parameter.max);
  object.read_values("options", parameter.options);
  return parameter;
}

InputDescription read_input(const Json& json, std::string path, Faults& faults) {
  JsonObject object{json, std::move(path), k_input, faults};
  InputDescription input;
  if (!json.is_object()) return input;
  require(object, "name");
  object.read("name", input.name);
  object.read("annotation", input.annotation);
  object.read("role", input.role);
  std::string kind{"file"};
  object.read("kind", kind);
  if (kind == "value")
    input.kind = InputKind::value;
  else if (kind != "file")
    object.fault("kind", "file or value", shown_value(kind));
  object.read("contentTypes", input.content_types);
  read_multiplicity(object, input.multiplicity);
  object.read("url", input.url);
  object.read_value("default", input.default_value);
  return input;
}

ResultDescription read_result(const Json& json, std::string path, Faults& faults) {
  JsonObject object{json, std::move(path), k_result, faults};
  ResultDescription result;
  if (!json.is_object()) return result;
  require(object, "name");
  object.read("name", result.name);
  object.read("annotation", result.annotation);
  object.read("role", result.role);
  object.read("path", result.path);
  object.read("contentType", result.content_type);
  read_multiplicity(object, result.multiplicity);
  return result;
}

// One string, or the lines of the script.
void read_script(JsonObject& object, std::string& to) {
  const auto member = object.find("script");
  if (!member || !member->is_array()) {
    object.read("script", to);
    to = without_carriage_returns(to);
    return;
  }
  Names lines;
  object.read("script", lines);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].find_first_of("\r\n") != std::string::npos)
      object.fault("script[" + std::to_string(i) + "]", "one line", shown_value(lines[i]));
    to += lines[i] + '\n';
  }
}

void read_limits(const Json& json, std::string path, ResourceLimits& limits, Faults& faults) {
  JsonObject object{json, std::move(path), k_limits, faults};
  object.read("memoryBytes", limits.memory_bytes);
  object.read("fileSizeBytes", limits.file_size_bytes);
  object.read("openFiles", limits.open_files);
  object.read("processes", limits.processes);
  object.read("cpuSeconds", limits.cpu_seconds);
}

void read_on_destruction(JsonObject& object, OnDestruction& to) {
  std::string word{"remove"};
  object.read("onDestruction", word);
  if (word == "archive")
    to = OnDestruction::archive;
  else if (word != "remove")
    object.fault("onDestruction", "remove or archive", shown_value(word));
}

void read_reuse(JsonObject& object, Reuse& to) {
  std::string word{word_of(to)};
  object.read("reuse", word);
  if (const auto reuse = reuse_from(word))
    to = *reuse;
  else
    object.fault("reuse", k_reuse_expected, shown_value(word));
}

JobDescription read_head(const Json& json, Faults& faults) {
  JsonObject object{json, {}, k_head, faults};
  JobDescription d;
  std::string schema;
  object.read("$schema", schema);  // for editors; it changes nothing
  require(object, "name");
  object.read("name", d.name);
  object.read("annotation", d.annotation);
  object.read("version", d.version);
  object.read("type", d.type);
  object.read("subtype", d.subtype);
  object.read("docUrl", d.doc_url);
  object.read_object("contact", [&](const Json& contact, std::string path) {
    JsonObject members{contact, std::move(path), k_contact, faults};
    members.read("name", d.contact.name);
    members.read("email", d.contact.email);
  });
  object.read("executor", d.executor);
  object.read("executorOptions", d.executor_options);
  object.read("command", d.command);
  read_script(object, d.script);
  object.read("environment", d.environment);
  object.read("executionDuration", d.execution_duration);
  object.read("executionDurationMin", d.execution_duration_min);
  object.read("executionDurationMax", d.execution_duration_max);
  object.read("quote", d.quote);
  object.read("retention", d.retention);
  object.read("retentionMin", d.retention_min);
  object.read("retentionMax", d.retention_max);
  read_on_destruction(object, d.on_destruction);
  read_reuse(object, d.reuse);
  object.read_object("limits", [&](const Json& limits, std::string path) {
    read_limits(limits, std::move(path), d.limits, faults);
  });
  object.read_each("parameters", [&](const Json& item, std::string path) {
    d.parameters.push_back(read_parameter(item, std::move(path), faults));
  });
  object.read_each("inputs", [&](const Json& item, std::string path) {
    d.inputs.push_back(read_input(item, std::move(path), faults));
  });
  object.read_each("results", [&](const Json& item, std::string path) {
    d.results.push_back(read_result(item, std::move(path), faults));
  });
  return d;
}

}  // namespace

Result<JobDescription> read_json(std::string_view text, std::string_view origin) {
  OPUS_UWS_TRY(const Json json, Json::parse(text, origin));
  Faults faults;
  JobDescription description = read_head(json, faults);
  // A field that could not be read would only be found wrong once more.
  if (faults.empty()) faults = faults_of(description);
  if (!faults.empty()) return faults_error(origin, std::move(faults));
  return description;
}

}}}  // namespace opus::uws0::description
