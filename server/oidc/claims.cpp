#include "server/oidc/claims.hpp"

#include <jansson.h>

#include <algorithm>
#include <utility>

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace oidc {
namespace {

std::optional<std::string> text_of(const json_t* json) {
  if (!json_is_string(json)) return std::nullopt;
  return std::string(json_string_value(json), json_string_length(json));
}

}  // namespace

void Claims::ReleaseJson::operator()(json_t* json) const noexcept { json_decref(json); }

Result<Claims> Claims::parse(std::string_view json) {
  json_error_t fault{};
  JsonPtr object{json_loadb(json.data(), json.size(), JSON_REJECT_DUPLICATES, &fault)};
  if (!object) return Error{Errc::invalid_argument, std::string("expected JSON: ") + fault.text};
  if (!json_is_object(object.get())) return Error{Errc::invalid_argument, "expected a JSON object"};
  return Claims(std::move(object));
}

const json_t* Claims::find(const std::string& name) const {
  if (const json_t* const whole = json_object_get(object_.get(), name.c_str())) return whole;
  const json_t* at = object_.get();
  for (std::size_t begin = 0; at != nullptr && begin <= name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    at = json_object_get(at, name.substr(begin, end - begin).c_str());
    begin = end + 1;
  }
  return at;
}

std::optional<std::string> Claims::text(const std::string& name) const {
  return text_of(find(name));
}

std::optional<std::int64_t> Claims::number(const std::string& name) const {
  // Beyond this no time is meant, and a double has no whole seconds.
  constexpr double k_most = 1e15;
  const json_t* const found = find(name);
  if (!json_is_number(found)) return std::nullopt;
  const double value = json_number_value(found);
  if (!(value > -k_most && value < k_most)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

bool Claims::is_true(const std::string& name) const {
  const json_t* const found = find(name);
  return json_is_true(found) || text_of(found) == "true";
}

std::vector<std::string> Claims::texts(const std::string& name) const {
  const json_t* const found = find(name);
  std::vector<std::string> texts;
  if (auto one = text_of(found)) texts.push_back(*std::move(one));
  for (std::size_t i = 0; i < json_array_size(found); ++i)
    if (auto one = text_of(json_array_get(found, i))) texts.push_back(*std::move(one));
  return texts;
}

std::vector<Claims> Claims::objects(const std::string& name) const {
  json_t* const found = json_object_get(object_.get(), name.c_str());
  std::vector<Claims> objects;
  for (std::size_t i = 0; i < json_array_size(found); ++i)
    if (json_t* const one = json_array_get(found, i); json_is_object(one))
      objects.push_back(Claims(JsonPtr{json_incref(one)}));
  return objects;
}

std::vector<std::string> Claims::words(const std::string& name) const {
  const auto one = text(name);
  if (!one) return texts(name);
  std::vector<std::string> words;
  std::string_view rest = rest::trim(*one);
  while (!rest.empty()) {
    const auto end = std::min(rest.find(' '), rest.size());
    words.emplace_back(rest.substr(0, end));
    rest = rest::trim(rest.substr(end));
  }
  return words;
}

}}}  // namespace opus::uws0::oidc
