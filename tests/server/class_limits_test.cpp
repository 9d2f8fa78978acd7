// Requests in a minute and sizes of bodies, by who asks.
#include "server/rest/class_limits.hpp"

#include "tests/server/access_rig.hpp"
#include "tests/simulation/rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::rest::ClassLimits;
using opus::rest::limit_of;
using opus::rest::RateLimiter;

namespace {

opus::Identity user(std::string name) {
  opus::Identity who;
  who.account = std::move(name);
  who.roles = {"user"};
  return who;
}

}  // namespace

TEST_CASE("a minute's worth of requests may come at once, then they come evenly") {
  RateLimiter rate;
  const RateLimiter::Clock::time_point start{};
  for (int i = 0; i < 60; ++i) CHECK_FALSE(rate.delay("alice", 60, start));
  CHECK(rate.delay("alice", 60, start) == RateLimiter::Clock::duration(1s));
  CHECK_FALSE(rate.delay("bob", 60, start));
  // What was refused does not count.
  CHECK_FALSE(rate.delay("alice", 60, start + 1s));
  CHECK(rate.delay("alice", 60, start + 1500ms) == RateLimiter::Clock::duration(500ms));
  for (int i = 0; i < 60; ++i) CHECK_FALSE(rate.delay("alice", 60, start + 10min));
  CHECK(rate.delay("alice", 60, start + 10min));
  CHECK(rate.delay("carol", 0, start));
}

TEST_CASE("memory for rates is bounded, whatever comes from wherever") {
  RateLimiter rate;
  for (int i = 0; i < 200'000; ++i)
    (void)rate.delay(std::to_string(i), 60, RateLimiter::Clock::time_point{});
  CHECK(rate.size() <= 65'536);
}

TEST_CASE("the first class that fits says the limit; who shares one is an account or a network") {
  const ClassLimits limits{{"account:bot", 1}, {"user", 20}, {"anonymous", 5}};
  CHECK(limit_of(limits, user("bot")) == 1u);
  CHECK(limit_of(limits, user("alice")) == 20u);
  CHECK(limit_of(limits, {}) == 5u);
  CHECK_FALSE(limit_of({{"expert", 1}}, user("alice")));
  using opus::rest::limit_key;
  CHECK(limit_key(user("a"), "192.0.2.1") == limit_key(user("a"), "192.0.2.2"));
  CHECK(limit_key({}, "192.0.2.1") != limit_key({}, "192.0.2.2"));
  CHECK(limit_key({}, "::ffff:192.0.2.1") != limit_key({}, "::ffff:192.0.2.2"));
  CHECK(limit_key({}, "2001:db8::1") == limit_key({}, "2001:db8::2"));
  CHECK(limit_key({}, "2001:db8::1") != limit_key({}, "2001:db8:0:1::1"));
  CHECK(limit_key(user("192.0.2.1"), "") != limit_key({}, "192.0.2.1"));
}

TEST_CASE("too many requests are 429 with Retry-After, and a lie about who asks does not help") {
  opus::rest::ApiConfig config;
  config.request_limits = {{"admin", 1000}, {"any", 3}, {"anonymous", 2}};
  AccessRig rig(AccessRig::closed(), config);
  for (int i = 0; i < 3; ++i) CHECK(rig.get("/rest/echo", "alice").status == 200);
  const Answer refused = rig.get("/rest/echo", "alice");
  CHECK(refused.status == 429);
  const auto wait = opus::rest::parse_integer(refused.header("Retry-After"));
  REQUIRE(wait);
  CHECK((*wait >= 1 && *wait <= 20));
  CHECK(has_text(refused, "3 in a minute are allowed"));
  CHECK(rig.get("/limits", "bob").status == 200);
  CHECK(rig.rest().get("/rest/echo").status == 401);
  CHECK(rig.rest().get("/rest/echo", {{"Authorization", "Bearer guess"}}).status == 401);
  CHECK(rig.rest().get("/rest/echo", {{"Authorization", "Bearer guess"}}).status == 429);
  CHECK(rig.get("/rest/echo", "ada").status == 200);
}

TEST_CASE("bodies are limited by class, and /limits tells what is allowed") {
  opus::rest::ApiConfig config;
  config.upload_limits = {{"author", 1000}, {"any", 10}};
  config.limits.body_bytes = 500;
  config.request_limits = {{"any", 600}};
  AccessRig rig(AccessRig::closed(), config);
  const auto upload = [&](std::string_view name, std::size_t size) {
    return rig.rest().send("POST", "/store?NAME=a", rig.as(name), std::string(size, 'x')).status;
  };
  CHECK(upload("alice", 10) == 201);
  CHECK(upload("alice", 11) == 413);
  CHECK(upload("carol", 500) == 201);
  CHECK(upload("carol", 501) == 413);
  const Answer hers = rig.get("/limits", "alice");
  CHECK(hers.status == 200);
  for (const std::string_view part :
       {"\"account\":\"alice\"", "\"roles\":[\"user\"]", "\"groups\":[]",
        "\"requestsPerMinute\":600", "\"uploadBytes\":10", "\"name\":\"echo\",\"create\":true",
        "\"executionDuration\":{\"default\":"})
    CHECK(has_text(hers, part));
  CHECK(has_text(rig.get("/limits", "platform"), "\"name\":\"echo\",\"create\":false"));
  CHECK(has_text(rig.get("/limits", "carol"), "\"uploadBytes\":500"));
  CHECK(rig.rest().get("/limits").status == 401);
  RestRig open;
  CHECK(has_text(open.get("/limits"), "\"account\":null"));
  CHECK(has_text(open.get("/limits"), "\"requestsPerMinute\":null"));
}

TEST_CASE("/limits tells what the caller may have and what he has; more is 429") {
  opus::ServiceConfig service;
  service.max_executing = 1;
  service.limits_of_owner = [](const std::optional<std::string>&, std::string_view description) {
    opus::OwnerLimits limits;
    if (description == "gate") {
      limits.queued = 1;
      limits.execution_duration_max = std::chrono::minutes{10};
    }
    if (description.empty()) limits.disk_bytes = 100;
    if (description == "echo") limits.values = {{.parameter = "text", .allowed = {"hello", "ho"}}};
    return limits;
  };
  RestRig rig({}, service);
  const std::string runs = rig.create("gate", "PHASE=RUN");
  until(rig.service(), RestRig::id_of(runs), opus::Phase::executing);
  rig.create("gate", "PHASE=RUN");
  const Answer refused = rig.post("/rest/gate", "PHASE=RUN");
  CHECK(refused.status == 429);
  CHECK(has_text(refused, "queued: expected at most 1 jobs of 'gate'"));
  const Answer told = rig.get("/limits");
  for (const std::string_view part :
       {"\"diskBytes\":{\"limit\":100,\"used\":0}", "\"queuedJobs\":{\"limit\":1,\"used\":1}",
        "\"maximum\":600",
        "\"values\":[{\"parameter\":\"text\",\"allowed\":[\"hello\",\"ho\"],\"min\":null"})
    CHECK(has_text(told, part));
  const Answer no_value = rig.post("/rest/echo", "TEXT=other&PHASE=RUN");
  CHECK(no_value.status == 400);
  CHECK(has_text(no_value, "hello"));
  rig.open_gate();
}
