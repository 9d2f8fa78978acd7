#include "libopus/description/votable_items.hpp"

#include <cstddef>
#include <utility>

#include "libopus/core/strings.hpp"
#include "libopus/description/text_rules.hpp"
#include "libopus/description/votable_names.hpp"
#include "libopus/job/value_check.hpp"
#include "libopus/job/value_words.hpp"

namespace opus { inline namespace uws0 { namespace description {

namespace {

std::string attribute(const XmlElement& element, std::string_view name) {
  return element.attribute(name).value_or(std::string{});
}

std::string name_of(const XmlElement& element, VotableFaults& faults) {
  std::string name = attribute(element, "name");
  if (name.empty()) name = attribute(element, "ID");
  if (name.empty()) faults.add(element, element.name(), "an attribute name", {});
  return name;
}

// "image/fits, image/png" or "a/b c/d"; the blank of "text/plain; charset=utf-8" separates nothing.
std::vector<std::string> media_types(std::string_view text) {
  std::vector<std::string> types;
  std::string type;
  const auto end = [&] {
    if (!type.empty()) types.push_back(std::exchange(type, {}));
  };
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (blank && type.ends_with(';'))
      type += ' ';
    else if (c == ',' || (blank && !type.ends_with("; ")))
      end();
    else if (!blank)
      type += c;
  }
  end();
  return types;
}

// What an input and a result have in common, in either layout.
struct Item {
  Item(const XmlElement& element, const VotableParameter* referred)
      : values(param_values(element)) {
    if (referred) {
      annotation = referred->description.annotation;
      default_value = referred->description.default_value;
    }
    if (const auto description = element.child("DESCRIPTION")) annotation = description->text();
    if (element.name() == "PARAM") {
      if (const auto value = element.attribute("value"); value && !value->empty())
        default_value = *value;
      content_type = attribute(element, "xtype");
    }
    if (const auto found = find("default"); found)
      default_value = found->empty() ? std::nullopt : found;
    content_type = find("content_type").value_or(content_type);
  }

  std::optional<std::string> find(const std::string& name) const {
    const auto value = values.find(name);
    return value == values.end() ? std::nullopt : std::optional{value->second};
  }
  std::string text(const std::string& name) const { return find(name).value_or(std::string{}); }

  std::map<std::string, std::string> values;
  std::string annotation{};
  std::optional<std::string> default_value{};
  std::string content_type{};
};

Multiplicity read_multiplicity(const XmlElement& element, const Item& item, Multiplicity absent,
                               VotableFaults& faults) {
  const std::string text = item.text("multiplicity");
  if (trim(text).empty()) return absent;
  if (const auto multiplicity = parse_multiplicity(trim(text))) return *multiplicity;
  faults.add(element, "multiplicity", k_multiplicity_expected, text);
  return absent;
}

void read_values(const XmlElement& values, ParameterDescription& parameter, VotableFaults& faults) {
  const auto limit = [&](std::string_view name, std::optional<std::string>& to) {
    const auto element = values.child(name);
    if (!element) return;
    if (auto value = element->attribute("value"); value && !value->empty()) to = *value;
  };
  limit("MIN", parameter.min);
  limit("MAX", parameter.max);
  for (const auto& option : values.children("OPTION")) {
    if (auto value = option.attribute("value"))
      parameter.options.push_back(std::move(*value));
    else
      faults.add(option, parameter.name, "an OPTION with a value", {});
  }
}

}  // namespace

void VotableFaults::add(const XmlElement& element, std::string_view what, std::string_view expected,
                        std::string_view got) {
  std::string field = at(element.line());
  if (!what.empty()) field.append(": ").append(what);
  list_.push_back(
      {std::move(field), std::string{expected}, got.empty() ? std::string{} : shown_value(got)});
}

std::map<std::string, std::string> param_values(const XmlElement& element) {
  std::map<std::string, std::string> values;
  for (const auto& group : element.children("GROUP")) values.merge(param_values(group));
  for (const auto& param : element.children("PARAM"))
    values[ascii_lower(attribute(param, "name"))] = attribute(param, "value");
  return values;
}

VotableParameter read_parameter(const XmlElement& param, VotableFaults& faults) {
  VotableParameter read;
  read.line = param.line();
  ParameterDescription& parameter = read.description;
  parameter.name = name_of(param, faults);
  const std::string datatype = param.attribute("datatype").value_or("char");
  if (const auto known = datatype_from(datatype))
    parameter.datatype = *known;
  else
    faults.add(param, parameter.name + ", datatype",
               "one of boolean, unsignedByte, short, int, long, float, double, char", datatype);
  if (parameter.datatype != Datatype::text) parameter.arraysize = attribute(param, "arraysize");
  if (parameter.arraysize == "1") parameter.arraysize.clear();
  parameter.unit = attribute(param, "unit");
  parameter.ucd = attribute(param, "ucd");
  parameter.utype = attribute(param, "utype");
  parameter.xtype = attribute(param, "xtype");
  read.is_file = parameter.xtype == "application/octet-stream";
  if (const auto description = param.child("DESCRIPTION"))
    parameter.annotation = description->text();
  if (std::string value = attribute(param, "value"); !value.empty())
    parameter.default_value = std::move(value);
  parameter.required = !parameter.default_value && attribute(param, "type") != "no_query";
  if (const auto values = param.child("VALUES")) read_values(*values, parameter, faults);
  return read;
}

InputDescription read_input(const XmlElement& element, const VotableParameter* referred,
                            VotableFaults& faults) {
  const Item item{element, referred};
  InputDescription input;
  input.name = name_of(element, faults);
  input.annotation = item.annotation;
  input.default_value = item.default_value;
  input.role = item.text("role");
  input.content_types = media_types(item.content_type);
  const bool optional = referred && referred->description.name == input.name &&
                        !referred->description.required && !item.default_value;
  input.multiplicity =
      read_multiplicity(element, item, Multiplicity{optional ? 0u : 1u, 1}, faults);
  input.url = item.text("url");
  if (const auto link = element.child("LINK"); link && input.url.empty())
    input.url = attribute(*link, "href");
  input.kind =
      !input.url.empty() || (referred && referred->is_file) ? InputKind::file : InputKind::value;
  // Ours alone: a file without a url, which OPUS would take for a value.
  if (item.text("kind") == "file" && input.url == k_file_url) input.url.clear();
  return input;
}

ResultDescription read_result(const XmlElement& element, const VotableParameter* referred,
                              VotableFaults& faults) {
  const Item item{element, referred};
  ResultDescription result;
  result.name = name_of(element, faults);
  result.annotation = item.annotation;
  result.role = item.text("role");
  result.path = item.default_value.value_or(std::string{});
  // Where several types are possible the file name tells which it is.
  if (auto types = media_types(item.content_type); types.size() == 1)
    result.content_type = std::move(types.front());
  // OPUS takes every file that matches a glob and never wrote how many there may be.
  const Multiplicity absent = is_glob(result.path) ? Multiplicity{1, std::nullopt} : Multiplicity{};
  result.multiplicity = read_multiplicity(element, item, absent, faults);
  return result;
}

}}}  // namespace opus::uws0::description
