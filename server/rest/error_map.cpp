#include "server/rest/error_map.hpp"

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::string_view k_retry_after_seconds = "5";

std::string to_json(const Error& error) {
  const auto member = [](std::string& out, std::string_view name, std::string_view value) {
    append_json_string(out, name);
    out += ": ";
    append_json_string(out, value);
  };
  std::string out = "{\"error\": {";
  member(out, "code", opus::to_string(error.code));
  out += ", ";
  member(out, "message", error.message);
  out += ", \"faults\": [";
  for (const Fault& fault : error.faults) {
    out += &fault == error.faults.data() ? "{" : ", {";
    member(out, "field", fault.field);
    out += ", ";
    member(out, "expected", fault.expected);
    out += ", ";
    member(out, "got", fault.got);
    out += '}';
  }
  return out += "]}}\n";
}

}  // namespace

Response error_response(const Request& request, const Error& error) {
  return error_response(request, status_of(error.code), error);
}

Response error_response(const Request& request, int status, const Error& error) {
  const bool json = asks_for(request, "application/json", {"application/json", "text/plain"});
  Response response =
      json ? document(k_json, to_json(error)) : document(k_text, error.message + "\n");
  response.status = status;
  if (status == 503 || status == 429) response.headers.add("Retry-After", k_retry_after_seconds);
  return response;
}

}}}  // namespace opus::uws0::rest
