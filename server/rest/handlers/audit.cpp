// /admin/audit: what was done to accounts, for administrators.
#include "server/rest/handlers/handlers.hpp"
#include "server/rest/json_text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::int64_t k_audit_page = 100;
constexpr std::int64_t k_largest_audit_page = 1000;

/// A whole number from 1 to `most`; `otherwise` where the query has none.
Result<std::int64_t> positive(const Request& request, std::string_view name, std::int64_t most,
                              std::int64_t otherwise) {
  OPUS_UWS_TRY(const auto text, request.value(name));
  if (!text) return otherwise;
  const auto number = parse_integer(*text);
  if (number && *number > 0 && *number <= most) return *number;
  return faults_error("query", {{std::string(name), "a number from 1 to " + std::to_string(most),
                                 in_quotes(*text)}});
}

Result<std::string> audit_document(Api& api, const Request& request) {
  OPUS_UWS_TRY(const std::int64_t last,
               positive(request, "LAST", k_largest_audit_page, k_audit_page));
  OPUS_UWS_TRY(const std::int64_t before, positive(request, "BEFORE", INT64_MAX, 0));
  std::vector<AuditEntry> entries;
  if (const auto& accounts = api.authenticator().accounts()) {
    OPUS_UWS_TRY(entries, accounts->audit(static_cast<std::size_t>(last), before));
  }
  JsonText json;
  json.begin_object().key("entries").begin_array();
  for (const AuditEntry& entry : entries) {
    json.new_line().begin_object().field("number", entry.number);
    json.field("time", to_iso8601(entry.at)).field("account", entry.by.account);
    json.text_or_null("from", entry.by.from).field("action", entry.action);
    json.field("subject", entry.subject).field("detail", entry.detail).end_object();
  }
  json.end_array();
  const bool more = entries.size() == static_cast<std::size_t>(last) && entries.back().number > 1;
  json.text_or_null("next", more ? request.base_url + "/admin/audit?LAST=" + std::to_string(last) +
                                       "&BEFORE=" + std::to_string(entries.back().number)
                                 : "");
  return json.end_object().take() + "\n";
}

}  // namespace

void get_audit(Api& api, CallPtr call) {
  auto text = audit_document(api, call->request);
  if (!text) return fail(std::move(call), text.error());
  reply(std::move(call), document(k_json, *std::move(text)));
}

}}}  // namespace opus::uws0::rest
