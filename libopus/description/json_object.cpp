#include "libopus/description/json_object.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <utility>

#include "libopus/core/strings.hpp"
#include "libopus/job/nearest.hpp"
#include "libopus/job/value_check.hpp"

namespace opus { inline namespace uws0 { namespace description {

namespace {

std::optional<std::string> value_text(const Json& json) {
  if (json.is_string()) return std::string{json.as_string()};
  if (json.is_number()) return number_text(json);
  if (json.is_bool()) return json.as_bool() ? "true" : "false";
  return std::nullopt;
}

constexpr std::string_view k_value_expected = "a string, a number or a boolean";

}  // namespace

JsonObject::JsonObject(const Json& json, std::string path, const std::vector<std::string>& known,
                       std::vector<Fault>& faults)
    : json_(json), path_(std::move(path)), faults_(faults) {
  if (!json_.is_object()) {
    faults_.push_back({path_, "an object", shown_json(json_)});
    return;
  }
  std::vector<std::string> keys = json_.keys();
  for (const auto& key : keys)
    if (std::find(known.begin(), known.end(), key) == known.end())
      fault(printable(key), expected_one_of("a known member", key, known), shown_value(key));
  std::sort(keys.begin(), keys.end());
  for (auto twice = std::adjacent_find(keys.begin(), keys.end()); twice != keys.end();
       twice = std::adjacent_find(std::upper_bound(twice, keys.end(), *twice), keys.end()))
    fault(printable(*twice), "one member of this name", "several");
}

bool JsonObject::has(std::string_view key) const { return json_.find(key).has_value(); }

std::string JsonObject::path_of(std::string_view key) const {
  return path_.empty() ? std::string{key} : path_ + "." + std::string{key};
}

void JsonObject::fault(std::string_view key, std::string_view expected, std::string got) {
  faults_.push_back({path_of(key), std::string{expected}, std::move(got)});
}

std::optional<Json> JsonObject::find(std::string_view key, bool (Json::*is)() const,
                                     std::string_view expected) {
  auto member = json_.find(key);
  if (!member || (*member.*is)()) return member;
  fault(key, expected, shown_json(*member));
  return std::nullopt;
}

std::optional<std::int64_t> JsonObject::find_integer(std::string_view key) {
  const auto member = json_.find(key);
  if (!member) return std::nullopt;
  auto number = member->is_number() ? member->as_integer() : std::nullopt;
  if (!number) fault(key, "an integer", shown_json(*member));
  return number;
}

void JsonObject::read(std::string_view key, std::string& to) {
  if (const auto member = find(key, &Json::is_string, "a string")) to = member->as_string();
}

void JsonObject::read(std::string_view key, std::optional<std::string>& to) {
  if (const auto member = find(key, &Json::is_string, "a string")) to = member->as_string();
}

void JsonObject::read(std::string_view key, bool& to) {
  if (const auto member = find(key, &Json::is_bool, "true or false")) to = member->as_bool();
}

void JsonObject::read(std::string_view key, std::chrono::seconds& to) {
  if (const auto number = find_integer(key)) to = std::chrono::seconds{*number};
}

void JsonObject::read(std::string_view key, std::optional<std::chrono::seconds>& to) {
  if (const auto number = find_integer(key)) to = std::chrono::seconds{*number};
}

void JsonObject::read(std::string_view key, std::optional<std::uint64_t>& to) {
  const auto number = find_integer(key);
  if (number && *number < 0)
    fault(key, "a positive integer", std::to_string(*number));
  else if (number)
    to = static_cast<std::uint64_t>(*number);
}

void JsonObject::read(std::string_view key, std::vector<std::string>& to) {
  read_each(key, [&](const Json& element, std::string path) {
    if (element.is_string())
      to.emplace_back(element.as_string());
    else
      faults_.push_back({std::move(path), "a string", shown_json(element)});
  });
}

void JsonObject::read(std::string_view key, std::map<std::string, std::string>& to) {
  const auto member = find(key, &Json::is_object, "an object of strings");
  if (!member) return;
  for (const auto& name : member->keys()) {
    const auto value = member->find(name);
    const std::string path = std::string{key} + "." + printable(name);
    if (!value->is_string())
      fault(path, "a string", shown_json(*value));
    else if (!to.emplace(name, value->as_string()).second)
      fault(path, "one member of this name", "several");
  }
}

void JsonObject::read_value(std::string_view key, std::optional<std::string>& to) {
  const auto member = json_.find(key);
  if (!member) return;
  if (auto text = value_text(*member))
    to = std::move(*text);
  else
    fault(key, k_value_expected, shown_json(*member));
}

void JsonObject::read_values(std::string_view key, std::vector<std::string>& to) {
  read_each(key, [&](const Json& element, std::string path) {
    if (auto text = value_text(element))
      to.push_back(std::move(*text));
    else
      faults_.push_back({std::move(path), std::string{k_value_expected}, shown_json(element)});
  });
}

void JsonObject::read_object(std::string_view key,
                             const std::function<void(const Json&, std::string)>& read) {
  if (const auto member = json_.find(key)) read(*member, path_of(key));
}

void JsonObject::read_each(std::string_view key,
                           const std::function<void(const Json&, std::string)>& read) {
  const auto member = find(key, &Json::is_array, "an array");
  if (!member) return;
  for (std::size_t i = 0; i < member->size(); ++i)
    read(member->at(i), path_of(key) + "[" + std::to_string(i) + "]");
}

std::string shown_json(const Json& json) {
  if (json.is_object()) return "{...}";
  if (json.is_array()) return "[...]";
  if (json.is_null()) return "null";
  return shown_value(*value_text(json));
}

std::string number_text(const Json& number) {
  if (const auto integer = number.as_integer()) return std::to_string(*integer);
  return number_text(number.as_double());
}

std::string number_text(double number) {
  if (std::trunc(number) == number && std::abs(number) <= 9007199254740992.0)
    return std::to_string(static_cast<std::int64_t>(number));
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
  return std::string(buffer, end);
}

}}}  // namespace opus::uws0::description
