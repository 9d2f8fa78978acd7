// /store: entities, by the address OPUS has for them and by a path of their own.
#include <opus/uws.hpp>

#include "server/rest/authorisation.hpp"
#include "server/rest/file_response.hpp"
#include "server/rest/handlers/handlers.hpp"
#include "server/rest/json_text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

std::string entity_url(const Request& request, const EntityId& id) {
  return request.base_url + "/store/" + percent_encode(id.value);
}

/// Whoever may see a job may see its results.
bool may_see_origin(Api& api, const Request& request, const Entity& entity) {
  if (entity.generated_by.empty()) return false;
  const auto job = api.service().peek(entity.generated_by);
  return job && check_job(api, request, Action::see_job, **job);
}

Result<Entity> find_entity(Api& api, const Request& request, std::string_view id,
                           Action action = Action::see_entity) {
  auto entity = api.service().entity(EntityId{std::string(id)});
  if (!entity) return entity;
  const auto may =
      check_access(api, request, action, {{}, entity->owner}, "entity " + in_quotes(id));
  if (may || (action == Action::see_entity && may_see_origin(api, request, *entity))) return entity;
  return may.error();
}

/// `result`: the one that the entity is of the job; empty = it is none.
void add_job(JsonText& json, Api& api, const Request& request, const JobId& id,
             std::string_view result) {
  const UwsLinks links{request.base_url};
  const auto job = api.service().peek(id);
  json.begin_object().field("job", id.value);
  if (job && check_job(api, request, Action::see_job, **job)) {
    json.field("href", links.job_url(**job));
    if (!result.empty())
      json.field("result", result).field("resultHref", links.result_url(**job, result));
  }
  json.end_object();
}

Result<std::string> metadata(Api& api, const Request& request, const Entity& entity) {
  OPUS_UWS_TRY(const auto users, api.service().users_of(entity.id));
  const std::string url = entity_url(request, entity.id);
  JsonText json;
  json.begin_object().field("id", entity.id.value).field("href", url).field("name", entity.name);
  json.field("mediaType", entity.media_type).field("size", entity.size);
  json.field("sha256", entity.sha256).field("owner", entity.owner);
  json.field("created", entity.created).field("expires", entity.expires);
  json.field("invalidated", entity.invalidated).text_or_null("sourceUrl", entity.source_url);
  json.key("generatedBy");
  if (entity.generated_by.empty())
    json.null();
  else
    add_job(json, api, request, entity.generated_by, entity.role);
  json.key("usedBy").begin_array();
  for (const JobId& user : users) add_job(json, api, request, user, "");
  return json.end_array().field("provenance", url + "/prov.json").end_object().take() + "\n";
}

Result<Response> content(Api& api, const Request& request, const Entity& entity) {
  if (entity.location.empty())
    return Error{Errc::not_found,
                 "the content of entity " + entity.id.value + " was deleted" +
                     (entity.invalidated ? " " + to_iso8601(*entity.invalidated) : std::string())};
  OPUS_UWS_TRY(const auto path, api.service().content_path(entity));
  OPUS_UWS_TRY(auto file, OpenFile::open(path));
  Response response = file_response(request, std::move(file),
                                    {entity.media_type, '"' + entity.sha256 + '"', entity.name});
  add_provenance_link(response, request, entity_url(request, entity.id) + "/prov.json");
  return response;
}

void reply_content(Api& api, CallPtr call, std::string_view id) {
  const auto entity = find_entity(api, call->request, id);
  if (!entity) return fail(std::move(call), entity.error());
  auto response = content(api, call->request, *entity);
  if (!response) return fail(std::move(call), response.error());
  reply(std::move(call), *std::move(response));
}

/// Takes the one file of the request. It is there before the answer, so that it can be used at
/// once.
void take(Api& api, CallPtr call, std::string_view name) {
  const Request& request = call->request;
  if (request.files.size() != 1)
    return fail(std::move(call), {Errc::invalid_argument,
                                  "expected one file, as the body or as a part of a form, "
                                  "got " +
                                      std::to_string(request.files.size())});
  const UploadedFile& file = request.files.front();
  Upload upload;
  upload.file_name = !name.empty() ? std::string(name) : file.file_name;
  upload.media_type = file.media_type;
  upload.path = file.content.path();
  const auto entity = api.service().add_entity(std::move(upload), request.identity.owner());
  if (!entity) return fail(std::move(call), entity.error());
  auto document_text = metadata(api, request, *entity);
  if (!document_text) return fail(std::move(call), document_text.error());
  Response response = document(k_json, *std::move(document_text));
  response.status = 201;
  response.headers.add("Location", entity_url(request, entity->id));
  reply(std::move(call), std::move(response));
}

}  // namespace

void get_store(Api& api, CallPtr call) {
  const auto id = call->request.value("ID");
  if (!id) return fail(std::move(call), id.error());
  if (!*id || (*id)->empty())
    return fail(std::move(call), faults_error("query", {{"ID", "the id of an entity", "nothing"}}));
  const std::string text(**id);
  reply_content(api, std::move(call), text);
}

void get_entity(Api& api, CallPtr call) {
  const std::string id(call->request.path[1]);
  reply_content(api, std::move(call), id);
}

void get_entity_metadata(Api& api, CallPtr call) {
  const auto entity = find_entity(api, call->request, call->request.path[1]);
  if (!entity) return fail(std::move(call), entity.error());
  auto text = metadata(api, call->request, *entity);
  if (!text) return fail(std::move(call), text.error());
  Response response = document(k_json, *std::move(text));
  add_provenance_link(response, call->request,
                      entity_url(call->request, entity->id) + "/prov.json");
  reply(std::move(call), std::move(response));
}

void post_entity(Api& api, CallPtr call) {
  const auto name = call->request.value("NAME");
  if (!name) return fail(std::move(call), name.error());
  const std::string text(name->value_or(""));
  take(api, std::move(call), text);
}

void put_entity(Api& api, CallPtr call) {
  const std::string name(call->request.path[1]);
  if (api.service().entity(EntityId{name}))
    return fail(std::move(call), {Errc::forbidden,
                                  "the content of an entity does not change; a new one comes by "
                                  "POST to /store or PUT to /store/{file name}"});
  take(api, std::move(call), name);
}

void delete_entity(Api& api, CallPtr call) {
  const auto entity = find_entity(api, call->request, call->request.path[1], Action::change_entity);
  if (!entity) return fail(std::move(call), entity.error());
  const auto removed = api.service().remove_entity(entity->id);
  if (!removed) return fail(std::move(call), removed.error());
  Response response;
  response.status = 204;
  reply(std::move(call), std::move(response));
}

Result<EntityId> entity_of(Api& api, const Request& request) {
  OPUS_UWS_TRY(const Entity entity, find_entity(api, request, request.path[1]));
  return entity.id;
}

}}}  // namespace opus::uws0::rest
