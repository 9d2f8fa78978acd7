// {job}/prov.json and prov.n, and those of entities. Names and values of the query as in the
// ProvSAP draft.
#include <charconv>

#include <opus/provenance.hpp>

#include "server/rest/handlers/handlers.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::string_view k_prov_n = "text/provenance-notation;charset=UTF-8";

std::optional<bool> parse_boolean(std::string_view text) {
  for (const std::string_view word : {"1", "true", "yes"})
    if (iequals(text, word)) return true;
  for (const std::string_view word : {"0", "false", "no"})
    if (iequals(text, word)) return false;
  return std::nullopt;
}

std::optional<LineageQuery::Direction> parse_direction(std::string_view text) {
  using Direction = LineageQuery::Direction;
  if (iequals(text, "BACK")) return Direction::upstream;
  if (iequals(text, "FORTH") || iequals(text, "FORWARD")) return Direction::downstream;
  if (iequals(text, "BOTH")) return Direction::both;
  return std::nullopt;
}

Result<LineageQuery> read_query(const Request& request) {
  LineageQuery query;
  query.base_url = request.base_url;
  std::vector<Fault> faults;
  OPUS_UWS_TRY(const auto depth, request.value("DEPTH"));
  if (depth && iequals(*depth, "ALL")) {
    query.depth = std::nullopt;
  } else if (depth) {
    const auto number = parse_integer(*depth);
    if (number && *number >= 0 && *number <= INT32_MAX)
      query.depth = static_cast<unsigned>(*number);
    else
      faults.push_back({"DEPTH", "a number from 0, or ALL", in_quotes(*depth)});
  }
  OPUS_UWS_TRY(const auto direction, request.value("DIRECTION"));
  if (direction) {
    if (const auto parsed = parse_direction(*direction))
      query.direction = *parsed;
    else
      faults.push_back({"DIRECTION", "BACK, FORTH or BOTH", in_quotes(*direction)});
  }
  const auto read_flag = [&](std::string_view name, bool& flag) -> Result<void> {
    OPUS_UWS_TRY(const auto text, request.value(name));
    if (!text) return {};
    if (const auto parsed = parse_boolean(*text))
      flag = *parsed;
    else
      faults.push_back({std::string(name), "true or false", in_quotes(*text)});
    return {};
  };
  OPUS_UWS_CHECK(read_flag("CONFIGURATION", query.configuration));
  OPUS_UWS_CHECK(read_flag("DESCRIPTIONS", query.descriptions));
  OPUS_UWS_CHECK(read_flag("AGENTS", query.agents));
  if (!faults.empty()) return faults_error("query", std::move(faults));
  return query;
}

using Write = std::string (*)(const ProvenanceGraph&);

template <class Id>
void reply_lineage(Api& api, CallPtr call, const Id& id, std::string_view content_type,
                   Write write) {
  const auto query = read_query(call->request);
  if (!query) return fail(std::move(call), query.error());
  const auto graph = api.service().provenance(id, *query);
  if (!graph) return fail(std::move(call), graph.error());
  reply(std::move(call), document(content_type, write(*graph)));
}

void reply_provenance(Api& api, CallPtr call, std::string_view content_type, Write write) {
  const auto job = job_of(api, *call);
  if (!job) return fail(std::move(call), job.error());
  reply_lineage(api, std::move(call), (*job)->id, content_type, write);
}

void reply_entity_provenance(Api& api, CallPtr call, std::string_view content_type, Write write) {
  const auto entity = entity_of(api, call->request);
  if (!entity) return fail(std::move(call), entity.error());
  reply_lineage(api, std::move(call), *entity, content_type, write);
}

}  // namespace

void get_prov_json(Api& api, CallPtr call) {
  reply_provenance(api, std::move(call), k_json, &to_prov_json);
}

void get_prov_n(Api& api, CallPtr call) {
  reply_provenance(api, std::move(call), k_prov_n, &to_prov_n);
}

void get_entity_prov_json(Api& api, CallPtr call) {
  reply_entity_provenance(api, std::move(call), k_json, &to_prov_json);
}

void get_entity_prov_n(Api& api, CallPtr call) {
  reply_entity_provenance(api, std::move(call), k_prov_n, &to_prov_n);
}

}}}  // namespace opus::uws0::rest
