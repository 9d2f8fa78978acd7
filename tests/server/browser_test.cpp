// What browsers are told: to run nothing of ours, and which other sites may read it.
#include "server/rest/browser.hpp"

#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"

using namespace opus_test;
using namespace std::chrono_literals;

namespace {

constexpr const char* k_portal = "https://portal.example.org";

RestRig rig_for(std::vector<std::string> origins, bool credentials = false) {
  return RestRig{
      {.browser = {.cors_origins = std::move(origins), .cors_credentials = credentials}}};
}

}  // namespace

TEST_CASE("every answer forbids guessing at its type, what browsers show forbids scripts") {
  RestRig rig;
  const std::string job = rig.create("echo", "text=x&PHASE=RUN");
  rig.ended(job);
  for (const std::string& path :
       {std::string("/nothing"), job, job + "/phase", job + "/results/result"})
    CHECK(rig.get(path).header("X-Content-Type-Options") == "nosniff");
  for (const std::string& path : {std::string("/examples"), job, job + "/prov.svg"})
    CHECK(contains(rig.get(path).header("Content-Security-Policy"), "default-src 'none'"));
  CHECK(contains(rig.get("/", {{"Accept", "text/html"}}).header("Content-Security-Policy"),
                 "default-src 'none'"));
  CHECK(rig.get(job + "/results/result").header("Content-Security-Policy") == "sandbox");
  CHECK(rig.get(job + "/phase").header("Content-Security-Policy") == "(none)");
}

TEST_CASE("other sites may read nothing unless the operator names them") {
  RestRig closed;
  CHECK(closed.get("/rest", {{"Origin", k_portal}}).header("Access-Control-Allow-Origin") ==
        "(none)");

  RestRig rig = rig_for({k_portal, "http://localhost:3000"}, true);
  const Answer known = rig.get("/rest", {{"Origin", k_portal}});
  CHECK(known.header("Access-Control-Allow-Origin") == k_portal);
  CHECK(known.header("Access-Control-Allow-Credentials") == "true");
  CHECK(contains(known.header("Access-Control-Expose-Headers"), "Location"));
  CHECK(rig.get("/nothing", {{"Origin", k_portal}}).header("Access-Control-Allow-Origin") ==
        k_portal);  // else a script could not read why it failed
  for (const char* other : {"https://evil.example.org", "https://portal.example.org.evil.org",
                            "http://portal.example.org", "null", ""}) {
    const Answer answer = rig.get("/rest", {{"Origin", other}});
    CHECK(answer.header("Access-Control-Allow-Origin") == "(none)");
    CHECK(answer.header("Access-Control-Allow-Credentials") == "(none)");
  }
  // A cache must not give one site the answer to another.
  const auto headers = rig.get("/availability").headers;
  bool varies = false;
  for (std::size_t i = 0; i < headers.size(); ++i)
    varies = varies || (headers.name(i) == "Vary" && headers.value(i) == "Origin");
  CHECK(varies);
}

TEST_CASE("a browser that asks first is told the methods of the resource and the headers") {
  RestRig rig = rig_for({"*"});
  const Answer answer = rig.send("OPTIONS", "/rest/echo",
                                 {{"Origin", k_portal}, {"Access-Control-Request-Method", "POST"}});
  CHECK(answer.status == 204);
  CHECK(answer.header("Access-Control-Allow-Origin") == "*");
  CHECK(answer.header("Access-Control-Allow-Methods") == answer.header("Allow"));
  CHECK(contains(answer.header("Access-Control-Allow-Headers"), "Authorization"));
  CHECK(answer.header("Access-Control-Max-Age") == "3600");
  CHECK(answer.header("Access-Control-Allow-Credentials") == "(none)");
  CHECK(rig.send("OPTIONS", "/rest/echo").header("Access-Control-Allow-Methods") == "(none)");
}

TEST_CASE("what changes something is not done in the name of another site (OPUS S12)") {
  RestRig rig;
  const std::string job = rig.create("echo", "text=x");
  const auto post = [&](HeaderList headers) {
    headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    return rig.send("POST", job + "/executionduration", headers, "EXECUTIONDURATION=9").status;
  };
  CHECK(post({}) == 303);  // a program
  CHECK(post({{"Origin", "http://example.org"}}) == 303);
  CHECK(post({{"Origin", "http://example.org"}, {"Sec-Fetch-Site", "same-origin"}}) == 303);
  CHECK(post({{"Sec-Fetch-Site", "none"}}) == 303);  // typed in by its user
  CHECK(post({{"Origin", "https://public.name"}, {"Sec-Fetch-Site", "same-origin"}}) == 303);
  CHECK(post({{"Origin", "http://evil.example"}}) == 403);
  CHECK(post({{"Origin", "http://example.org.evil.example"}}) == 403);
  CHECK(post({{"Origin", "null"}}) == 403);
  CHECK(post({{"Origin", k_portal}, {"Sec-Fetch-Site", "cross-site"}}) == 403);
  // Here a GET starts a job; elsewhere it only looks.
  const HeaderList picture{{"Sec-Fetch-Site", "cross-site"}};
  CHECK(has_text(rig.get("/sync/echo?text=x", picture), "another site"));
  CHECK(rig.get(job, picture).status == 200);
  CHECK(rig.send("DELETE", job, picture).status == 403);

  CHECK(post({{"Origin", "http://example.org:8080"}, {"Sec-Fetch-Site", "same-site"}}) == 403);

  RestRig open = rig_for({k_portal});
  const auto create = [&](const char* site, std::string_view header, std::string_view value) {
    return open
        .send("POST", "/rest/echo",
              {{"Origin", site},
               {"Sec-Fetch-Site", "cross-site"},
               {std::string(header), std::string(value)}})
        .status;
  };
  CHECK(create(k_portal, "X-Nothing", "") == 303);
  CHECK(create("https://evil.example", "X-Nothing", "") == 403);
  // What the browser adds by itself needs more than to be known.
  CHECK(create(k_portal, "Cookie", "session=1") == 403);
  CHECK(create(k_portal, "Authorization", "Basic eDp5") == 403);
  RestRig trusting = rig_for({k_portal}, true);
  CHECK(trusting
            .send("POST", "/rest/echo",
                  {{"Origin", k_portal}, {"Sec-Fetch-Site", "cross-site"}, {"Cookie", "session=1"}})
            .status == 303);
}

TEST_CASE("an open service of this machine is not called by other names") {
  const auto status = [](const char* base, bool local_only) {
    opus::rest::Request request;
    request.base_url = base;
    return check_host({.local_hosts_only = local_only}, request).has_value();
  };
  for (const char* own : {"http://localhost:8080", "http://127.0.0.1", "http://127.0.1.1:80",
                          "http://[::1]:8080", "http://LOCALHOST"})
    CHECK(status(own, true));
  for (const char* other : {"http://evil.example:8080", "http://localhost.evil.example",
                            "http://127.evil.example", "http://[::2]", "http://10.0.0.1", ""}) {
    CHECK_FALSE(status(other, true));
    CHECK(status(other, false));
  }
  RestRig rig{{.browser = {.local_hosts_only = true}}};
  CHECK(rig.get("/rest").status == 403);  // it is called example.org
}

TEST_CASE("https only is said over https") {
  const auto said = [](std::string base) {
    opus::rest::BrowserRules rules;
    rules.hsts = 24h;
    opus::rest::Request request;
    request.base_url = std::move(base);
    opus::rest::Response response;
    add_browser_headers(rules, request, response);
    return std::string(response.headers.get("Strict-Transport-Security").value_or("(none)"));
  };
  CHECK(said("https://example.org") == "max-age=86400");
  CHECK(said("http://example.org") == "(none)");
}

TEST_CASE("rules that would open the service to all, or name no site, are refused") {
  using opus::rest::check_rules;
  CHECK(check_rules({}));
  CHECK(check_rules({.cors_origins = {"*"}}));
  CHECK(check_rules({.cors_origins = {k_portal, "http://[::1]:8080"}, .cors_credentials = true}));
  CHECK(contains(check_rules({.cors_origins = {"*"}, .cors_credentials = true}).error().message,
                 "stands alone"));
  CHECK_FALSE(check_rules({.cors_origins = {"*", k_portal}}));
  for (const char* bad :
       {"portal.example.org", "https://", "https://a/b", "ftp://a", "https://a b", "", "null"}) {
    INFO(bad);
    CHECK(contains(check_rules({.cors_origins = {bad}}).error().message, "expected '*' or a site"));
  }
}
