#include "server/rest/openapi.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include <opus/version.hpp>

#include "server/rest/json_text.hpp"
#include "server/rest/response.hpp"
#include "server/rest/route_docs.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::string_view k_jobs = "/rest/{name}";

/// Calls take(word) for each of the words between blanks.
template <class Take> void for_each_word(std::string_view words, Take take) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (end > 0) take(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

void add_ref(JsonText& json, std::string_view folder, std::string_view name) {
  std::string ref = "#/components/";
  ref += folder;
  ref += '/';
  ref += name;
  json.begin_object().field("$ref", ref).end_object();
}

// --- the creation form of a description

bool is_number(const ParameterDescription& parameter) {
  return parameter.arraysize.empty() && parameter.datatype != Datatype::text &&
         parameter.datatype != Datatype::boolean;
}

std::string_view json_type(const ParameterDescription& parameter) {
  if (!parameter.arraysize.empty()) return "string";
  switch (parameter.datatype) {
    case Datatype::boolean: return "boolean";
    case Datatype::unsigned_byte:
    case Datatype::short_integer:
    case Datatype::integer:
    case Datatype::long_integer: return "integer";
    case Datatype::float_number:
    case Datatype::double_number: return "number";
    case Datatype::text: break;
  }
  return "string";
}

std::pair<std::int64_t, std::int64_t> integer_range(Datatype datatype) {
  switch (datatype) {
    case Datatype::unsigned_byte: return {0, UINT8_MAX};
    case Datatype::short_integer: return {INT16_MIN, INT16_MAX};
    case Datatype::integer: return {INT32_MIN, INT32_MAX};
    default: return {INT64_MIN, INT64_MAX};
  }
}

/// A number of a description as JSON writes it; nullopt: JSON cannot (NaN, infinity).
std::optional<std::string> json_number(const ParameterDescription& parameter,
                                       const std::string& text) {
  char digits[40];
  if (json_type(parameter) == "integer") {
    const auto number = parse_integer(trim(text));
    return number ? std::optional(std::to_string(*number)) : std::nullopt;
  }
  double number = 0;
  const std::string_view plain = trim(text);
  const char* const begin = plain.data() + (plain.size() > 1 && plain.front() == '+' ? 1 : 0);
  const auto [stop, fault] = std::from_chars(begin, plain.data() + plain.size(), number);
  if (fault != std::errc{} || stop != plain.data() + plain.size() || !std::isfinite(number))
    return std::nullopt;
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  return std::string(digits, end);
}

void add_value(JsonText& json, const ParameterDescription& parameter, const std::string& text) {
  if (is_number(parameter)) {
    if (const auto number = json_number(parameter, text)) {
      json.raw(*number);
      return;
    }
  }
  if (json_type(parameter) == "boolean") {
    json.value(iequals(text, "true") || iequals(text, "t") || text == "1");
    return;
  }
  json.value(text);
}

void add_parameter(JsonText& json, const ParameterDescription& parameter) {
  json.key(parameter.name).begin_object().field("type", json_type(parameter));
  std::string about = parameter.annotation;
  const auto tell = [&about](std::string_view what, const std::string& value) {
    if (value.empty()) return;
    if (!about.empty()) about += "; ";
    about += what;
    about += value;
  };
  tell("unit: ", parameter.unit);
  tell("UCD: ", parameter.ucd);
  tell("values separated by blanks, how many: ", parameter.arraysize);
  if (parameter.required) tell("", "needed before the job is run");
  if (!about.empty()) json.field("description", about);
  if (json_type(parameter) == "integer" && !parameter.min)
    json.field("minimum", integer_range(parameter.datatype).first);
  if (json_type(parameter) == "integer" && !parameter.max)
    json.field("maximum", integer_range(parameter.datatype).second);
  if (is_number(parameter)) {
    const auto limit = [&](std::string_view name, const std::optional<std::string>& text) {
      const auto number = text ? json_number(parameter, *text) : std::nullopt;
      if (number) json.key(name).raw(*number);
    };
    limit("minimum", parameter.min);
    limit("maximum", parameter.max);
  }
  if (!parameter.options.empty() && parameter.arraysize.empty()) {
    json.key("enum").begin_array();
    for (const std::string& option : parameter.options) add_value(json, parameter, option);
    json.end_array();
  }
  if (parameter.default_value) {
    json.key("default");
    add_value(json, parameter, *parameter.default_value);
  }
  json.end_object();
}

void add_input(JsonText& json, const InputDescription& input) {
  json.key(input.name).begin_object().field("type", "string");
  std::string about = input.annotation.empty() ? "" : input.annotation + "; ";
  about += input.kind == InputKind::file
               ? "a file as a part of multipart/form-data, or the id of an entity, or a URL"
               : "a value, the id of an entity, or a URL";
  json.field("description", about).end_object();
}

// --- operations

/// "{name}" of a pattern in turn.
std::vector<std::string> path_parameters(std::string_view pattern) {
  std::vector<std::string> names;
  for (auto open = pattern.find('{'); open != pattern.npos; open = pattern.find('{', open + 1))
    names.emplace_back(pattern.substr(open + 1, pattern.find('}', open) - open - 1));
  return names;
}

void add_parameters(JsonText& json, const RouteDoc& doc, std::string_view path,
                    std::span<const JobDescription> descriptions) {
  json.key("parameters").begin_array();
  for (const std::string& name : path_parameters(path)) {
    json.begin_object().field("name", name).field("in", "path").field("required", true);
    json.key("schema").begin_object().field("type", "string");
    json.field("minLength", 1);
    if (name == "name" && !descriptions.empty()) {
      json.key("examples").begin_array();
      for (const JobDescription& description : descriptions) json.value(description.name);
      json.end_array();
    }
    json.end_object().end_object();
  }
  for_each_word(doc.query, [&](std::string_view name) { add_ref(json, "parameters", name); });
  json.end_array();
}

void add_body(JsonText& json, const Route& route, const RouteDoc& doc,
              const JobDescription* description) {
  if (route.body == BodyKind::none) return;
  json.key("requestBody").begin_object().key("content").begin_object();
  if (doc.body == "*" || doc.body.empty()) {
    json.key("text/plain").begin_object().key("schema").begin_object();
    json.field("type", "string").end_object().end_object();
    json.key("application/octet-stream").begin_object().end_object();
  } else {
    for (const std::string_view type :
         {"application/x-www-form-urlencoded", "multipart/form-data"}) {
      json.key(type).begin_object().key("schema");
      if (description)
        json.raw(creation_schema(*description));
      else
        add_ref(json, "schemas", doc.body);
      json.end_object();
    }
  }
  json.end_object().end_object();
}

void add_content(JsonText& json, std::string_view content) {
  json.key("content").begin_object();
  for_each_word(content, [&](std::string_view word) {
    const auto equals = word.find('=');
    json.key(word.substr(0, equals)).begin_object();
    if (equals != word.npos) {
      json.key("schema");
      add_ref(json, "schemas", word.substr(equals + 1));
    }
    json.end_object();
  });
  json.end_object();
}

void add_responses(JsonText& json, const Route& route, const RouteDoc& doc) {
  json.key("responses").begin_object();
  for (const int status : statuses_of(route, doc)) {
    json.key(std::to_string(status));
    if (status == 200 || status == 206) {
      json.begin_object().field("description", reason(status));
      add_content(json, doc.content);
      json.end_object();
    } else if (status < 400) {
      add_ref(json, "responses", status == 303 ? "SeeOther" : "NoContent");
    } else {
      add_ref(json, "responses", "Problem");
    }
  }
  json.end_object();
}

std::string lower(std::string_view method) {
  std::string word;
  for (const char c : method) word += to_lower(c);
  return word;
}

/// All routes of `pattern` as the operations of `path`, which may have a description in its place.
void add_path(JsonText& json, std::span<const Route> routes, std::string_view pattern,
              const std::string& path, std::span<const JobDescription> descriptions,
              const JobDescription* description) {
  json.key(path).begin_object();
  for (const Route& route : routes) {
    const RouteDoc* const doc = route.pattern == pattern ? find_doc(route) : nullptr;
    if (doc == nullptr) continue;
    json.key(lower(to_string(route.method))).begin_object();
    json.field("operationId",
               std::string(doc->id) + (description ? '.' + description->name : std::string()));
    json.field("summary", doc->summary);
    if (description && !description->annotation.empty())
      json.field("description", description->annotation);
    add_parameters(json, *doc, path, descriptions);
    add_body(json, route, *doc, description);
    add_responses(json, route, *doc);
    json.end_object();
  }
  json.end_object();
}

}  // namespace

std::string creation_schema(const JobDescription& description) {
  JsonText json;
  json.begin_object().key("allOf").begin_array();
  json.begin_object().field("type", "object").key("properties").begin_object();
  for (const ParameterDescription& parameter : description.parameters)
    add_parameter(json, parameter);
  for (const InputDescription& input : description.inputs) add_input(json, input);
  json.end_object().end_object();
  add_ref(json, "schemas", "JobForm");
  return json.end_array().end_object().take();
}

std::string openapi_document(std::span<const Route> routes,
                             std::span<const JobDescription> descriptions,
                             std::string_view base_url) {
  JsonText json;
  json.begin_object().field("openapi", "3.1.0").key("info").begin_object();
  json.field("title", "OPUS job service").field("version", OPUS_UWS_VERSION);
  json.field("description",
             "IVOA UWS 1.1: jobs as resources. XML and text are the default forms, as the standard "
             "wants them; JSON comes by Accept: application/json or RESPONSEFORMAT=json. HEAD goes "
             "where GET goes. Names of parameters are taken in any case. Parameters of jobs are "
             "checked when the job is run.");
  json.end_object().key("servers").begin_array();
  json.begin_object().field("url", base_url).end_object().end_array();
  // Each by itself is enough; whether nobody at all is, the rules of the service say.
  json.key("security").begin_array().begin_object().end_object();
  for (const std::string_view scheme : {"token", "account"})
    json.begin_object().key(scheme).begin_array().end_array().end_object();
  json.end_array().key("paths").begin_object();
  std::vector<std::string_view> done;
  for (const Route& route : routes) {
    if (std::find(done.begin(), done.end(), route.pattern) != done.end()) continue;
    done.push_back(route.pattern);
    add_path(json, routes, route.pattern, std::string(route.pattern), descriptions, nullptr);
  }
  for (const JobDescription& description : descriptions)
    add_path(json, routes, k_jobs, "/rest/" + percent_encode(description.name), descriptions,
             &description);
  json.end_object().key("components").raw(openapi_components());
  return json.end_object().take() + "\n";
}

}}}  // namespace opus::uws0::rest
