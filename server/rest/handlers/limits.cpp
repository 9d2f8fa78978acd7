// /limits: what the service allows to whoever asks.
#include "server/rest/authorisation.hpp"
#include "server/rest/error_map.hpp"
#include "server/rest/handlers/handlers.hpp"
#include "server/rest/json_text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

void add_words(JsonText& json, std::string_view name, const std::vector<std::string>& words) {
  json.key(name).begin_array();
  for (const std::string& word : words) json.value(word);
  json.end_array();
}

void add_count(JsonText& json, std::string_view name, const std::optional<std::uint64_t>& limit,
               std::uint64_t used) {
  json.key(name).begin_object().field("limit", limit).field("used", used).end_object();
}

void add_rules(JsonText& json, const std::vector<ValueRule>& rules) {
  json.key("values").begin_array();
  for (const ValueRule& rule : rules) {
    json.begin_object().field("parameter", rule.parameter);
    add_words(json, "allowed", rule.allowed);
    json.field("min", rule.min).field("max", rule.max).end_object();
  }
  json.end_array();
}

/// What the owner may have, and what he has of it.
Result<void> add_owner(JsonText& json, const Service& service,
                       const std::optional<std::string>& owner, std::string_view description) {
  const OwnerLimits limits = service.owner_limits(owner, description);
  OPUS_UWS_TRY(const OwnerUsage usage, service.usage(owner, description));
  add_count(json, "queuedJobs", limits.queued, usage.queued);
  add_count(json, "executingJobs", limits.executing, usage.executing);
  if (description.empty()) add_count(json, "diskBytes", limits.disk_bytes, usage.disk_bytes);
  json.field("resultBytes", limits.result_bytes);
  add_rules(json, limits.values);
  return {};
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
  const auto owner = request.identity.owner();
  if (const auto added = add_owner(json, api.service(), owner, {}); !added)
    return reply(std::move(call), error_response(request, added.error()));
  json.key("descriptions").begin_array();
  for (const JobDescription& description : visible_descriptions(api, request)) {
    const auto limits = api.service().limits(description.name, owner);
    if (!limits) continue;  // taken away meanwhile
    const bool create =
        check_access(api, request, Action::create_job, {description.name, std::nullopt}, "")
            .has_value();
    json.new_line().begin_object().field("name", description.name).field("create", create);
    add_range(json, "executionDuration", limits->execution_duration);
    add_range(json, "retentionPeriod", limits->retention);
    if (const auto added = add_owner(json, api.service(), owner, description.name); !added)
      return reply(std::move(call), error_response(request, added.error()));
    json.end_object();
  }
  reply(std::move(call), document(k_json, json.end_array().end_object().take() + "\n"));
}

}}}  // namespace opus::uws0::rest
