#include "server/rest/error_map.hpp"

#include "tests/support/catch.hpp"

using namespace opus::rest;
using opus::Errc;
using opus::Error;

TEST_CASE("UWS-HTTP-08, UWS-HTTP-15: each kind of error has its status") {
  CHECK(status_of(Errc::conflict) == 403);
  CHECK(status_of(Errc::forbidden) == 403);
  CHECK(status_of(Errc::not_found) == 404);  // UWS-URI-07
  CHECK(status_of(Errc::invalid_argument) == 400);
  CHECK(status_of(Errc::unsupported) == 400);
  CHECK(status_of(Errc::too_large) == 413);
  CHECK(status_of(Errc::limit_exceeded) == 429);
  CHECK(status_of(Errc::unavailable) == 503);
  CHECK(status_of(Errc::timed_out) == 503);
  CHECK(status_of(Errc::internal) == 500);  // UWS-HTTP-09
  CHECK(status_of(Errc::corrupt) == 500);
}

TEST_CASE("an error is one line of text, and says when to try again if that may help") {
  const Response bad =
      error_response(Request(), {Errc::invalid_argument, "sigma: expected a number"});
  CHECK(bad.status == 400);
  CHECK(bad.headers.get("Content-Type") == k_text);
  CHECK(to_string(bad.body) == "sigma: expected a number\n");
  CHECK_FALSE(bad.headers.has("Retry-After"));
  CHECK(error_response(Request(), {Errc::unavailable, "full"}).headers.has("Retry-After"));
  CHECK(error_response(Request(), {Errc::limit_exceeded, "full"}).headers.has("Retry-After"));
}

TEST_CASE("who asks for JSON gets problem details with code and faults (RFC 9457)") {
  Request request;
  request.headers.add("Accept", "application/json");
  const Response response =
      error_response(request, opus::faults_error("job", {{"sigma", "a number", "'x\"'"}}));
  CHECK(response.status == 400);
  CHECK(response.headers.get("Content-Type") == k_problem_json);
  CHECK(response.headers.get("Vary") == "Accept");
  CHECK(to_string(response.body) ==
        "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
        "\"detail\":\"job: sigma: expected a number, got 'x\\\"'\",\"code\":\"invalid_argument\","
        "\"faults\":[{\"field\":\"sigma\",\"expected\":\"a number\",\"got\":\"'x\\\"'\"}]}\n");
}

TEST_CASE("errors are text unless JSON is asked for, by Accept or RESPONSEFORMAT") {
  const auto type = [](const char* target, const char* accept) {
    Request request;
    REQUIRE(request.set_target(target));
    if (*accept) request.headers.add("Accept", accept);
    return std::string(
        error_response(request, {Errc::not_found, "no"}).headers.get("Content-Type").value());
  };
  CHECK(type("/x", "") == k_text);
  CHECK(type("/x", "*/*") == k_text);
  CHECK(type("/x", "text/html, image/gif, image/jpeg, */*; q=0.2") == k_text);
  CHECK(type("/x", "application/problem+json") == k_problem_json);
  CHECK(type("/x", "application/json, text/plain, */*") == k_problem_json);
  CHECK(type("/x?RESPONSEFORMAT=json", "") == k_problem_json);
  CHECK(type("/x?responseformat=application/json", "text/xml") == k_problem_json);
  CHECK(type("/x?RESPONSEFORMAT=xml", "application/json") == k_text);
}
