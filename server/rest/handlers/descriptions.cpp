// /jdl: the job descriptions, as VOTable and JSON.
#include <array>

#include <opus/description.hpp>
#include <opus/uws.hpp>

#include "server/rest/handlers/handlers.hpp"
#include "server/rest/json_text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::string_view k_votable = "application/x-votable+xml";

enum class Form { votable, xml, json };

Result<Form> wanted_form(const Request& request) {
  OPUS_UWS_TRY(const std::size_t place,
               choose(request, {k_votable_offer, k_xml_offer, k_json_offer}));
  return std::array{Form::votable, Form::xml, Form::json}[place];
}

Response description_response(const JobDescription& description, Form form) {
  switch (form) {
    case Form::json: return document(k_json, to_json(description));
    case Form::xml: return document(k_xml, to_votable(description));
    case Form::votable: break;
  }
  return document(k_votable, to_votable(description));
}

/// "name.json" where no description has this whole name.
std::optional<std::pair<std::string_view, Form>> split_suffix(std::string_view name) {
  for (const auto& [suffix, form] : {std::pair(std::string_view(".json"), Form::json),
                                     std::pair(std::string_view(".xml"), Form::xml)})
    if (name.size() > suffix.size() && name.substr(name.size() - suffix.size()) == suffix)
      return std::pair(name.substr(0, name.size() - suffix.size()), form);
  return std::nullopt;
}

}  // namespace

void list_descriptions(Api& api, CallPtr call) {
  const UwsLinks links{call->request.base_url};
  JsonText json;
  json.begin_object().key("descriptions").begin_array();
  for (const JobDescription& description : api.service().descriptions()) {
    json.begin_object().field("name", description.name).field("version", description.version);
    json.field("annotation", description.annotation).field("type", description.type);
    json.field("subtype", description.subtype);
    json.field("href", links.base + "/jdl/" + percent_encode(description.name));
    json.field("jobs", links.list_url(description.name)).end_object();
  }
  json.end_array().end_object();
  reply(std::move(call), document(k_json, json.take() + "\n"));
}

void get_description(Api& api, CallPtr call) {
  const std::string_view name = call->request.path[1];
  const auto form = wanted_form(call->request);
  if (!form) return fail(std::move(call), form.error());
  const auto description = api.service().description(name);
  if (description) return reply(std::move(call), chosen(description_response(*description, *form)));
  if (const auto split = split_suffix(name)) {
    const auto base = api.service().description(split->first);
    if (base) return reply(std::move(call), description_response(*base, split->second));
  }
  fail(std::move(call), description.error());
}

void get_description_schema(Api&, CallPtr call) {
  reply(std::move(call),
        document("application/schema+json", std::string(description_json_schema())));
}

}}}  // namespace opus::uws0::rest
