#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/description.hpp>

#include "libopus/core/json.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/description/forms.hpp"
#include "libopus/description/json_object.hpp"
#include "libopus/job/value_words.hpp"

namespace opus { inline namespace uws0 {

namespace {

// Members at their default are left out: a later version that adds members then changes neither the
// text nor the hash of descriptions that do not use them.
class Writer {
 public:
  std::string write(const JobDescription& d) {
    json_.begin_object();
    json_.field("name", d.name);
    text("annotation", d.annotation);
    json_.field("version", d.version);
    text("type", d.type);
    text("subtype", d.subtype);
    text("docUrl", d.doc_url);
    if (d.contact != Contact{}) {
      json_.key("contact").begin_object();
      text("name", d.contact.name);
      text("email", d.contact.email);
      json_.end_object();
    }
    json_.field("executor", d.executor);
    texts("executorOptions", d.executor_options);
    texts("command", d.command);
    script(d.script);
    texts("environment", d.environment);
    seconds("executionDuration", d.execution_duration);
    if (d.execution_duration_min.count() != 0)
      seconds("executionDurationMin", d.execution_duration_min);
    if (d.execution_duration_max.count() != 0)
      seconds("executionDurationMax", d.execution_duration_max);
    if (d.quote) seconds("quote", *d.quote);
    if (d.retention) seconds("retention", *d.retention);
    if (d.retention_min.count() != 0) seconds("retentionMin", d.retention_min);
    if (d.retention_max.count() != 0) seconds("retentionMax", d.retention_max);
    if (d.on_destruction == OnDestruction::archive) json_.field("onDestruction", "archive");
    if (d.reuse != Reuse::never) json_.field("reuse", description::word_of(d.reuse));
    limits(d.limits);
    each("parameters", d.parameters);
    each("inputs", d.inputs);
    each("results", d.results);
    json_.end_object();
    return json_.take() + "\n";
  }

 private:
  void text(std::string_view name, const std::string& value) {
    if (!value.empty()) json_.field(name, value);
  }

  void texts(std::string_view name, const std::vector<std::string>& values) {
    if (values.empty()) return;
    json_.key(name).begin_array();
    for (const auto& value : values) json_.value(value);
    json_.end_array();
  }

  void texts(std::string_view name, const std::map<std::string, std::string>& values) {
    if (values.empty()) return;
    json_.key(name).begin_object();
    for (const auto& [key, value] : values) json_.field(key, value);
    json_.end_object();
  }

  void seconds(std::string_view name, std::chrono::seconds value) {
    json_.field(name, std::int64_t{value.count()});
  }

  // As lines, which people can read, unless the last line is not ended.
  void script(const std::string& script) {
    if (!script.ends_with('\n') || script.find('\r') != std::string::npos)
      return text("script", script);
    texts("script", split(std::string_view{script}.substr(0, script.size() - 1), '\n'));
  }

  void limits(const ResourceLimits& limits) {
    if (limits == ResourceLimits{}) return;
    json_.key("limits").begin_object();
    if (limits.memory_bytes) json_.field("memoryBytes", *limits.memory_bytes);
    if (limits.file_size_bytes) json_.field("fileSizeBytes", *limits.file_size_bytes);
    if (limits.open_files) json_.field("openFiles", *limits.open_files);
    if (limits.processes) json_.field("processes", *limits.processes);
    if (limits.cpu_seconds) json_.field("cpuSeconds", *limits.cpu_seconds);
    json_.end_object();
  }

  template <class Item> void each(std::string_view name, const std::vector<Item>& items) {
    if (items.empty()) return;
    json_.key(name).begin_array();
    for (const Item& item : items) {
      json_.begin_object();
      json_.field("name", item.name);
      text("annotation", item.annotation);
      members(item);
      json_.end_object();
    }
    json_.end_array();
  }

  void members(const ParameterDescription& p) {
    json_.field("datatype", to_string(p.datatype));
    text("arraysize", p.arraysize);
    text("unit", p.unit);
    text("ucd", p.ucd);
    text("utype", p.utype);
    text("xtype", p.xtype);
    if (p.required) json_.field("required", true);
    value("default", p.datatype, p.default_value);
    value("min", p.datatype, p.min);
    value("max", p.datatype, p.max);
    if (p.options.empty()) return;
    json_.key("options").begin_array();
    for (const auto& option : p.options) value(p.datatype, option);
    json_.end_array();
  }

  void members(const InputDescription& input) {
    text("role", input.role);
    json_.field("kind", input.kind == InputKind::file ? "file" : "value");
    texts("contentTypes", input.content_types);
    json_.field("multiplicity", to_string(input.multiplicity));
    text("url", input.url);
    if (input.default_value) json_.field("default", *input.default_value);
  }

  void members(const ResultDescription& result) {
    text("role", result.role);
    text("path", result.path);
    text("contentType", result.content_type);
    json_.field("multiplicity", to_string(result.multiplicity));
  }

  void value(std::string_view name, Datatype datatype, const std::optional<std::string>& value_) {
    if (!value_) return;
    json_.key(name);
    value(datatype, *value_);
  }

  // Numbers and booleans as such wherever reading them gives the very same text back.
  void value(Datatype datatype, const std::string& text) {
    if (datatype == Datatype::text) {
      json_.value(text);
    } else if (datatype == Datatype::boolean) {
      if (text == "true" || text == "false")
        json_.value(text == "true");
      else
        json_.value(text);
    } else if (const auto integer = parse_integer(text);
               integer && std::to_string(*integer) == text) {
      json_.value(*integer);
    } else if (const auto number = parse_number(text);
               number && description::number_text(*number) == text) {
      json_.value(*number);
    } else {
      json_.value(text);
    }
  }

  JsonWriter json_{JsonWriter::Style::indented};
};

}  // namespace

std::string to_json(const JobDescription& description) { return Writer{}.write(description); }

}}  // namespace opus::uws0
