#include "server/rest/error_map.hpp"

#include "server/rest/json_text.hpp"
#include "server/rest/negotiate.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

std::string to_problem(int status, const Error& error) {
  JsonText json;
  json.begin_object().field("type", "about:blank").field("title", reason(status));
  json.field("status", status).field("detail", error.message);
  json.field("code", opus::to_string(error.code)).key("faults").begin_array();
  for (const Fault& fault : error.faults) {
    json.begin_object().field("field", fault.field).field("expected", fault.expected);
    json.field("got", fault.got).end_object();
  }
  return json.end_array().end_object().take() + "\n";
}

}  // namespace

void add_challenges(Response& response, bool was_refused) {
  // RFC 6750 §3.1
  response.headers.add("WWW-Authenticate",
                       was_refused ? "Bearer realm=\"opus-uws\", error=\"invalid_token\""
                                   : "Bearer realm=\"opus-uws\"");
  response.headers.add("WWW-Authenticate", "Basic realm=\"opus-uws\", charset=\"UTF-8\"");
}

Response error_response(const Request& request, const Error& error) {
  return error_response(request, status_of(error.code), error);
}

Response error_response(const Request& request, int status, const Error& error,
                        std::chrono::seconds retry_after) {
  Response response =
      chosen(wants_json_errors(request) ? document(k_problem_json, to_problem(status, error))
                                        : document(k_text, error.message + "\n"));
  response.status = status;
  if (status == 401) add_challenges(response, request.headers.has("Authorization"));
  if (status == 503 || status == 429)
    response.headers.add("Retry-After", std::to_string(retry_after.count()));
  return response;
}

}}}  // namespace opus::uws0::rest
