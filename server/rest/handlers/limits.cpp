// /limits: what the service allows to whoever asks.
#include "server/rest/authorisation.hpp"
#include "server/rest/handlers/handlers.hpp"
#include "server/rest/json_text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

void add_words(JsonText& json, std::string_view name, const std::vector<std::string>& words) {
  json.key(name).begin_array();
  for (const std::string& word : words) json.value(word);
  json.end_array();
}

}  // namespace

void get_limits(Api& api, CallPtr call) {
  const Request& request = call->request;
  const ApiConfig& config = api.config();
  JsonText json;
  json.begin_object().field("account", request.identity.owner());
  add_words(json, "roles", request.identity.roles);
  add_words(json, "groups", request.identity.groups);
  json.field("requestsPerMinute", limit_of(config.request_limits, request.identity));
  json.field("uploadBytes", api.largest_body(request.identity));
  json.key("descriptions").begin_array();
  for (const JobDescription& description : visible_descriptions(api, request)) {
    const auto limits = api.service().limits(description.name);
    if (!limits) continue;  // taken away meanwhile
    const bool create =
        check_access(api, request, Action::create_job, {description.name, std::nullopt}, "")
            .has_value();
    json.new_line().begin_object().field("name", description.name).field("create", create);
    add_range(json, "executionDuration", limits->execution_duration);
    add_range(json, "retentionPeriod", limits->retention);
    json.end_object();
  }
  reply(std::move(call), document(k_json, json.end_array().end_object().take() + "\n"));
}

}}}  // namespace opus::uws0::rest
