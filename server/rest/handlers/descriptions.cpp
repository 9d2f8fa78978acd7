// /jdl: the job descriptions, as VOTable and JSON.
#include <opus/description.hpp>
#include <opus/uws.hpp>

#include "server/rest/handlers/handlers.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::string_view k_votable = "application/x-votable+xml";

enum class Form { votable, xml, json };

/// RESPONSEFORMAT (DALI 1.2 §4.3.3), else Accept, else VOTable.
Result<Form> wanted_form(const Request& request) {
  OPUS_UWS_TRY(const auto format, request.value("RESPONSEFORMAT"));
  if (format) {
    if (iequals(*format, "json") || iequals(*format, k_json)) return Form::json;
    if (iequals(*format, "votable") || iequals(*format, k_votable)) return Form::votable;
    if (iequals(*format, "xml") || iequals(*format, "text/xml") ||
        iequals(*format, "application/xml"))
      return Form::xml;
    return faults_error("query", {{"RESPONSEFORMAT", "votable or json", in_quotes(*format)}});
  }
  for (const auto& [type, form] :
       {std::pair(k_json, Form::json), std::pair(k_votable, Form::votable),
        std::pair(std::string_view("text/xml"), Form::xml),
        std::pair(std::string_view("application/xml"), Form::xml)})
    if (asks_for(request, type, {k_json, k_votable, "text/xml", "application/xml"})) return form;
  return Form::votable;
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
  std::string out = "{\"descriptions\": [";
  bool first = true;
  for (const JobDescription& description : api.service().descriptions()) {
    const auto member = [&out](std::string_view before, std::string_view value) {
      out += before;
      append_json_string(out, value);
    };
    member(first ? "\n  {\"name\": " : ",\n  {\"name\": ", description.name);
    member(", \"version\": ", description.version);
    member(", \"annotation\": ", description.annotation);
    member(", \"type\": ", description.type);
    member(", \"subtype\": ", description.subtype);
    member(", \"href\": ", links.base + "/jdl/" + percent_encode(description.name));
    member(", \"jobs\": ", links.list_url(description.name));
    out += '}';
    first = false;
  }
  out += "\n]}\n";
  reply(std::move(call), document(k_json, std::move(out)));
}

void get_description(Api& api, CallPtr call) {
  const std::string_view name = call->request.path[1];
  const auto form = wanted_form(call->request);
  if (!form) return fail(std::move(call), form.error());
  const auto description = api.service().description(name);
  if (description) return reply(std::move(call), description_response(*description, *form));
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
