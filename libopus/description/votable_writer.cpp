#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/description.hpp>

#include "libopus/core/strings.hpp"
#include "libopus/description/forms.hpp"
#include "libopus/description/votable_names.hpp"
#include "libopus/job/value_words.hpp"

namespace opus { inline namespace uws0 {

using namespace description;

namespace {

constexpr std::string_view k_head = R"(<?xml version="1.0" encoding="UTF-8"?>
<VOTABLE xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" )"
                                    R"(xmlns="http://www.ivoa.net/xml/VOTable/v1.3" version="1.3" )"
                                    R"(xsi:schemaLocation="http://www.ivoa.net/xml/VOTable/v1.3 )"
                                    R"(http://www.ivoa.net/xml/VOTable/v1.3">
)";

// Readers of XML turn line ends and tabs of an attribute into blanks unless they are escaped.
std::string escaped_attribute(std::string_view text) {
  std::string out;
  for (const char c : xml_escaped(text)) {
    if (c == '\n')
      out += "&#10;";
    else if (c == '\t')
      out += "&#9;";
    else
      out += c;
  }
  return out;
}

// Blanks at the ends of a text count; unescaped, a reader may take them for layout.
std::string escaped_content(std::string_view text) {
  const auto reference = [](char c) { return "&#" + std::to_string(int{c}) + ";"; };
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  std::string head, tail;
  while (!text.empty() && is_blank(text.front())) {
    head += reference(text.front());
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    tail.insert(0, reference(text.back()));
    text.remove_suffix(1);
  }
  return head + xml_escaped(text) + tail;
}

class Writer {
 public:
  std::string write(const JobDescription& d) {
    out_ = k_head;
    open("RESOURCE");
    if (may_be_id(d)) attribute("ID", d.name);
    attribute("name", d.name);
    attribute("type", "meta");
    attribute("utype", k_resource_utype);
    end_of_tag();
    if (!d.annotation.empty()) annotation(d.annotation);
    head(d);
    our_head(d);
    group(k_parameters_group);
    for (const auto& parameter : d.parameters) write(parameter);
    close("GROUP");
    group(k_inputs_group);
    for (const auto& input : d.inputs) write(input);
    close("GROUP");
    group(k_results_group);
    for (const auto& result : d.results) write(result, find_parameter(d, result.name) != nullptr);
    close("GROUP");
    close("RESOURCE");
    return out_ + "</VOTABLE>\n";
  }

 private:
  // --- layout
  void open(std::string_view element) {
    out_.append(2 * ++depth_, ' ').append("<").append(element);
  }
  void attribute(std::string_view name, std::string_view value) {
    out_.append(" ").append(name).append("=\"").append(escaped_attribute(value)).append("\"");
  }
  void end_of_tag() { out_ += ">\n"; }
  void end_of_empty_tag() {
    out_ += "/>\n";
    --depth_;
  }
  void close(std::string_view element) {
    out_.append(2 * depth_--, ' ').append("</").append(element).append(">\n");
  }
  void annotation(std::string_view text) {
    open("DESCRIPTION");
    out_.append(">").append(escaped_content(text)).append("</DESCRIPTION>\n");
    --depth_;
  }
  void group(std::string_view name) {
    open("GROUP");
    attribute("name", name);
    end_of_tag();
  }
  void text_param(std::string_view name, std::string_view value, std::string_view utype) {
    open("PARAM");
    attribute("name", name);
    attribute("value", value);
    attribute("arraysize", "*");
    attribute("datatype", "char");
    if (!utype.empty()) attribute("utype", utype);
    end_of_empty_tag();
  }
  void number_param(std::string_view name, std::int64_t value, std::string_view datatype,
                    std::string_view utype) {
    open("PARAM");
    attribute("name", name);
    attribute("value", std::to_string(value));
    attribute("datatype", datatype);
    attribute("utype", utype);
    end_of_empty_tag();
  }

  // An xs:ID is an XML name and unique in the document, where parameters have theirs.
  static bool may_be_id(const JobDescription& d) {
    const bool digit = !d.name.empty() && d.name[0] >= '0' && d.name[0] <= '9';
    return !digit && std::none_of(d.parameters.begin(), d.parameters.end(),
                                  [&](const auto& parameter) { return parameter.name == d.name; });
  }

  // --- content
  void head(const JobDescription& d) {
    text_param("doculink", d.doc_url, "voprov:ActivityDescription.doculink");
    text_param("type", d.type, "voprov:ActivityDescription.type");
    text_param("subtype", d.subtype, "voprov:ActivityDescription.subtype");
    text_param("version", d.version, "voprov:ActivityDescription.version");
    text_param("contact_name", d.contact.name, "voprov:Agent.name");
    text_param("contact_email", d.contact.email, "voprov:Agent.email");
    number_param("executionDuration", d.execution_duration.count(), "int",
                 "uws:Job.executionDuration");
    if (d.quote) number_param("quote", d.quote->count(), "int", "uws:Job.quote");
    if (!d.script.empty()) text_param("script", d.script, {});
  }

  void our_head(const JobDescription& d) {
    our_text("executor", {}, d.executor);
    for (const auto& [key, value] : d.executor_options) our_text("executorOptions", key, value);
    for (std::size_t i = 0; i < d.command.size(); ++i)
      our_text("command", std::to_string(i), d.command[i]);
    for (const auto& [key, value] : d.environment) our_text("environment", key, value);
    our_seconds("executionDurationMin", d.execution_duration_min);
    our_seconds("executionDurationMax", d.execution_duration_max);
    our_seconds("retention", d.retention.value_or(std::chrono::seconds{0}));
    our_seconds("retentionMin", d.retention_min);
    our_seconds("retentionMax", d.retention_max);
    if (d.on_destruction == OnDestruction::archive) our_text("onDestruction", {}, "archive");
    if (d.reuse != Reuse::never) our_text("reuse", {}, description::word_of(d.reuse));
    limit("memoryBytes", d.limits.memory_bytes);
    limit("fileSizeBytes", d.limits.file_size_bytes);
    limit("openFiles", d.limits.open_files);
    limit("processes", d.limits.processes);
    limit("cpuSeconds", d.limits.cpu_seconds);
    // A PARAM must have a value, so an empty one says that there is no default.
    std::vector<std::string> empty_defaults;
    for (const auto& parameter : d.parameters)
      if (parameter.default_value && parameter.default_value->empty())
        empty_defaults.push_back(parameter.name);
    if (!empty_defaults.empty()) our_text("emptyDefaults", {}, join(empty_defaults, " "));
  }

  // Qualified by a key where there are several: names are to be unique in a RESOURCE.
  void our_text(const std::string& name, const std::string& key, std::string_view value) {
    text_param(key.empty() ? name : name + "." + key, value, "opus:JobDescription." + name);
  }

  /// Nothing for 0.
  void our_seconds(const std::string& name, std::chrono::seconds value) {
    if (value.count() != 0) number_param(name, value.count(), "int", "opus:JobDescription." + name);
  }

  void limit(const std::string& name, const std::optional<std::uint64_t>& value) {
    if (value)
      number_param(name, static_cast<std::int64_t>(*value), "long", "opus:ResourceLimits." + name);
  }

  void write(const ParameterDescription& p) {
    open("PARAM");
    attribute("ID", p.name);
    attribute("name", p.name);
    attribute("datatype", to_string(p.datatype));
    attribute("value", p.default_value.value_or(""));
    if (p.datatype == Datatype::text) attribute("arraysize", "*");
    if (!p.arraysize.empty()) attribute("arraysize", p.arraysize);
    if (!p.required && p.default_value.value_or("").empty()) attribute("type", "no_query");
    if (!p.unit.empty()) attribute("unit", p.unit);
    if (!p.ucd.empty()) attribute("ucd", p.ucd);
    if (!p.utype.empty()) attribute("utype", p.utype);
    if (!p.xtype.empty()) attribute("xtype", p.xtype);
    end_of_tag();
    annotation(p.annotation);
    values(p);
    close("PARAM");
  }

  void values(const ParameterDescription& p) {
    if (!p.min && !p.max && p.options.empty()) return;
    open("VALUES");
    end_of_tag();
    if (p.min) value("MIN", *p.min);
    if (p.max) value("MAX", *p.max);
    for (const auto& option : p.options) value("OPTION", option);
    close("VALUES");
  }

  void value(std::string_view element, std::string_view text) {
    open(element);
    attribute("value", text);
    end_of_empty_tag();
  }

  void write(const InputDescription& input) {
    open("GROUP");
    attribute("name", input.name);
    attribute("utype", "voprov:UsedDescription");
    end_of_tag();
    annotation(input.annotation);
    text_param("role", input.role, "voprov:UsedDescription.role");
    text_param("multiplicity", to_string(input.multiplicity),
               "voprov:UsedDescription.multiplicity");
    text_param("default", input.default_value.value_or(""), "voprov:Entity.id");
    text_param("content_type", join(input.content_types, ", "),
               "voprov:EntityDescription.content_type");
    const bool plain_file = input.kind == InputKind::file && input.url.empty();
    text_param("url", plain_file ? k_file_url : std::string_view{input.url},
               "voprov:EntityDescription.url");
    if (plain_file) text_param("kind", "file", "opus:InputDescription.kind");
    close("GROUP");
  }

  void write(const ResultDescription& result, bool is_parameter) {
    open("GROUP");
    attribute("name", result.name);
    attribute("utype", "voprov:WasGeneratedBy");
    if (is_parameter) attribute("ref", result.name);
    end_of_tag();
    annotation(result.annotation);
    text_param("role", result.role, "voprov:WasGeneratedByDescription.role");
    text_param("multiplicity", to_string(result.multiplicity),
               "voprov:WasGeneratedByDescription.multiplicity");
    text_param("default", result.path, "voprov:Entity.id");
    text_param("content_type", result.content_type, "voprov:EntityDescription.content_type");
    close("GROUP");
  }

  std::string out_{};
  std::size_t depth_ = 0;
};

}  // namespace

std::string to_votable(const JobDescription& description) { return Writer{}.write(description); }

}}  // namespace opus::uws0
