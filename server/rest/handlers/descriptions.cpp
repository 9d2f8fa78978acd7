// /jdl: the job descriptions, as VOTable, JSON, and the JSON Schema of their parameters.
#include <algorithm>
#include <array>

#include <opus/description.hpp>
#include <opus/uws.hpp>

#include "server/rest/authorisation.hpp"
#include "server/rest/handlers/description_forms.hpp"
#include "server/rest/handlers/handlers.hpp"
#include "server/rest/json_text.hpp"
#include "server/rest/negotiate.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::string_view k_votable = "application/x-votable+xml";
constexpr std::string_view k_schema = "application/schema+json";
constexpr Offer k_schema_offer{"schema", {k_schema}};

/// "name.json" where no description has this whole name.
std::optional<std::pair<std::string_view, DescriptionForm>> split_suffix(std::string_view name) {
  for (const auto& [suffix, form] : {std::pair(std::string_view(".json"), DescriptionForm::json),
                                     std::pair(std::string_view(".xml"), DescriptionForm::xml)})
    if (name.size() > suffix.size() && name.substr(name.size() - suffix.size()) == suffix)
      return std::pair(name.substr(0, name.size() - suffix.size()), form);
  return std::nullopt;
}

/// STATE, repeatable; without it what is offered or may come to be.
Result<std::vector<VersionState>> wanted_states(const Request& request) {
  std::vector<VersionState> states;
  for (const std::string_view word : request.values("STATE")) {
    const auto state = parse_version_state(word);
    if (!state)
      return faults_error(
          "query", {{"STATE", "pending, offered, replaced, removed or rejected", in_quotes(word)}});
    states.push_back(*state);
  }
  if (states.empty()) states = {VersionState::offered, VersionState::pending};
  return states;
}

void add_description(JsonText& json, const DescriptionVersion& version,
                     const JobDescription& description, const UwsLinks& links) {
  const std::string url = links.base + "/jdl/" + percent_encode(version.name);
  const std::string versions = url + "/versions";
  const bool offered = version.state == VersionState::offered;
  json.begin_object().field("name", version.name).field("version", version.version);
  json.field("state", to_string(version.state)).field("number", version.number);
  json.field("hash", version.hash).field("annotation", description.annotation);
  json.field("type", description.type).field("subtype", description.subtype);
  json.field("href", offered ? url : versions + '/' + std::to_string(version.number));
  json.field("versions", versions).field("jobs", links.list_url(version.name)).end_object();
}

}  // namespace

Result<DescriptionForm> wanted_form(const Request& request) {
  using Form = DescriptionForm;
  OPUS_UWS_TRY(const std::size_t place,
               choose(request, {k_votable_offer, k_xml_offer, k_json_offer, k_schema_offer}));
  return std::array{Form::votable, Form::xml, Form::json, Form::schema}[place];
}

Response description_response(const JobDescription& description, DescriptionForm form) {
  switch (form) {
    case DescriptionForm::json: return document(k_json, to_json(description));
    case DescriptionForm::xml: return document(k_xml, to_votable(description));
    case DescriptionForm::schema: return document(k_schema, parameters_json_schema(description));
    case DescriptionForm::votable: break;
  }
  return document(k_votable, to_votable(description));
}

void list_descriptions(Api& api, CallPtr call) {
  const auto states = wanted_states(call->request);
  if (!states) return fail(std::move(call), states.error());
  const auto versions = api.service().versions(true);
  if (!versions) return fail(std::move(call), versions.error());
  const UwsLinks links{call->request.base_url};
  JsonText json;
  json.begin_object().key("descriptions").begin_array();
  for (const DescriptionVersion& version : *versions) {
    if (std::find(states->begin(), states->end(), version.state) == states->end()) continue;
    if (!shows_description(api, call->request, version.name)) continue;
    const auto description = api.service().description(version.name, version.hash);
    if (!description) return fail(std::move(call), description.error());
    add_description(json.new_line(), version, *description, links);
  }
  reply(std::move(call), document(k_json, json.end_array().end_object().take() + "\n"));
}

void get_description(Api& api, CallPtr call) {
  const std::string_view name = call->request.path[1];
  const auto form = wanted_form(call->request);
  if (!form) return fail(std::move(call), form.error());
  const auto description = api.service().description(name);
  if (description) return reply(std::move(call), chosen(description_response(*description, *form)));
  if (const auto split = split_suffix(name)) {
    const auto base = api.service().description(split->first);
    if (base && shows_description(api, call->request, base->name))
      return reply(std::move(call), description_response(*base, split->second));
  }
  fail(std::move(call), description.error());
}

void get_description_form(Api& api, CallPtr call) {
  const auto description = api.service().description(call->request.path[1]);
  if (!description) return fail(std::move(call), description.error());
  const std::string_view form = call->request.path[2];
  reply(std::move(call),
        description_response(*description, form == "json"     ? DescriptionForm::json
                                           : form == "schema" ? DescriptionForm::schema
                                                              : DescriptionForm::votable));
}

void get_job_description(Api& api, CallPtr call) {
  const auto job = job_of(api, *call);
  if (!job) return fail(std::move(call), job.error());
  const auto form = wanted_form(call->request);
  if (!form) return fail(std::move(call), form.error());
  const auto description = api.service().description_of((*job)->id);
  if (!description) return fail(std::move(call), description.error());
  reply(std::move(call), description_response(*description, *form));
}

void get_description_schema(Api&, CallPtr call) {
  reply(std::move(call), document(k_schema, std::string(description_json_schema())));
}

}}}  // namespace opus::uws0::rest
