// Who asks: Bearer, Basic, front ends, acting for others, and what is answered to whoever lies.
#include "tests/server/access_rig.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"

using namespace opus_test;

namespace {

constexpr std::string_view k_target = "/rest/echo";

std::string base64(std::string_view text) {
  constexpr std::string_view k_letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j)
      bits = bits << 8 | (i + j < text.size() ? static_cast<unsigned char>(text[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j)
      out += i + j <= text.size() ? k_letters[bits >> (18 - 6 * j) & 63] : '=';
  }
  return out;
}

HeaderList basic(std::string_view account, std::string_view secret) {
  return {{"Authorization", "Basic " + base64(std::string(account) + ':' + std::string(secret))}};
}

/// The answer to a request from this address.
Answer answer_to(AccessRig& rig, std::string_view address, const HeaderList& headers) {
  auto call = std::make_shared<TestCall>(rig.rest().host());
  call->request.base_url = RestRig::k_base;
  call->request.remote = address;
  REQUIRE(call->request.set_target(k_target));
  for (const auto& [name, value] : headers) call->request.headers.add(name, value);
  auto intake = rig.rest().api().begin(*call, 0);
  if (intake.refusal)
    reply(call, *std::move(intake.refusal));
  else
    rig.rest().api().handle(call, *intake.route);
  return rig.rest().await(call);
}

}  // namespace

TEST_CASE("UWS-SEC-01, UWS-SEC-03, UWS-SEC-04: who says nothing is told how to say who he is") {
  AccessRig rig;
  const Answer refused = rig.rest().get(k_target);
  CHECK(refused.status == 401);
  std::vector<std::string> challenges;
  for (std::size_t i = 0; i < refused.headers.size(); ++i)
    if (refused.headers.name(i) == "WWW-Authenticate")
      challenges.emplace_back(refused.headers.value(i));
  CHECK(challenges == std::vector<std::string>{"Bearer realm=\"opus-uws\"",
                                               "Basic realm=\"opus-uws\", charset=\"UTF-8\""});
  CHECK(refused.header("X-VO-Authenticated") == "(none)");
  const Answer problem = rig.rest().get(k_target, {{"Accept", "application/json"}});
  CHECK(has_text(problem, "\"code\":\"unauthenticated\""));
}

TEST_CASE("a token is good as Bearer, and as the password of its account") {
  AccessRig rig;
  for (const HeaderList& headers :
       {rig.as("alice"), basic("alice", rig.secret("alice")),
        HeaderList{{"authorization", "bEARER   " + rig.secret("alice") + " "}}}) {
    const Answer answer = rig.rest().get(k_target, headers);
    CHECK(answer.status == 200);
    CHECK(answer.header("X-VO-Authenticated") == "alice");
  }
}

TEST_CASE("whatever is not true is refused, on open resources too (OPUS S8, S9)") {
  AccessRig rig;
  const std::string& good = rig.secret("alice");
  for (const HeaderList& headers :
       {basic("test_", "test_"), basic("alice", "wrong"), basic("bob", good), basic("", good),
        HeaderList{{"Authorization", "Basic " + good}}, HeaderList{{"Authorization", "Basic ===="}},
        HeaderList{{"Authorization", "Bearer"}}, HeaderList{{"Authorization", "Bearer x"}},
        HeaderList{{"Authorization", "Digest x"}}, HeaderList{{"Authorization", good}},
        HeaderList{{"Authorization", ""}}}) {
    INFO(headers.front().second);
    CHECK(rig.rest().get(k_target, headers).status == 401);
    CHECK(rig.rest().get("/capabilities", headers).status == 401);
  }
  HeaderList twice = rig.as("alice");
  twice.push_back(rig.as("bob").front());
  CHECK(rig.rest().get(k_target, twice).status == 400);
}

TEST_CASE("only a front end that is configured can say who asks (OPUS S7)") {
  AccessRig rig;
  const HeaderList header{{"X-Remote-User", "alice"}};
  CHECK(answer_to(rig, "192.0.2.7", header).header("X-VO-Authenticated") == "alice");
  CHECK(answer_to(rig, "192.0.2.7", {}).status == 401);
  CHECK(answer_to(rig, "192.0.2.7", {{"X-Remote-User", ""}}).status == 401);
  CHECK(answer_to(rig, "192.0.2.7", {{"X-Remote-User", "a:b"}}).status == 400);
  CHECK(answer_to(rig, "192.0.2.7", {header[0], {"X-Remote-User", "bob"}}).status == 400);
  // One whom it knows and we do not is a user.
  CHECK(answer_to(rig, "192.0.2.7", {{"X-Remote-User", "dave"}}).status == 200);
  for (const std::string_view address : {"198.51.100.1", "127.0.0.1", "::1", ""}) {
    INFO(address);
    CHECK(answer_to(rig, address, header).status == 401);
    for (const std::string name : {"X-Forwarded-For", "X-Real-IP", "Forwarded"})
      CHECK(answer_to(rig, address, {header[0], {name, "192.0.2.7"}}).status == 401);
  }
  opus::Account off = rig.accounts().account("bob").value();
  off.disabled = true;
  REQUIRE(rig.accounts().change(off, {"test", ""}));
  CHECK(answer_to(rig, "192.0.2.7", {{"X-Remote-User", "bob"}}).status == 403);
}

TEST_CASE("an agent creates jobs for a named end user, and nobody else does") {
  AccessRig rig;
  HeaderList headers = rig.as("platform");
  CHECK(rig.rest().send("POST", k_target, headers).status == 403);  // it is no user itself
  headers.emplace_back("OPUS-Acting-For", "alice");
  const Answer created = rig.rest().send("POST", k_target, headers);
  REQUIRE(created.status == 303);
  CHECK(created.header("X-VO-Authenticated") == "alice");
  const std::string job = path_of(created.header("Location"));
  CHECK(rig.get(job + "/owner", "alice").body == "alice");
  CHECK(rig.rest().get(job, headers).status == 200);
  CHECK(rig.get(job, "platform").status == 403);
  CHECK(rig.get(job, "bob").status == 403);

  for (const std::string_view name : {"bob", "ada"}) {
    HeaderList pretender = rig.as(name);
    pretender.emplace_back("OPUS-Acting-For", "alice");
    CHECK(rig.rest().get(k_target, pretender).status == 403);
  }
  CHECK(rig.rest().get(k_target, {{"OPUS-Acting-For", "alice"}}).status == 401);
  headers.emplace_back("OPUS-Acting-For", "bob");
  CHECK(rig.rest().get(k_target, headers).status == 400);
}

TEST_CASE("a token that is revoked while the server runs is refused") {
  AccessRig rig;
  CHECK(rig.get(k_target, "alice").status == 200);
  const std::string id = rig.secret("alice").substr(5, 16);
  REQUIRE(rig.accounts().revoke_token(id, {"test", ""}));
  CHECK(rig.get(k_target, "alice").status == 401);
}

TEST_CASE("a service that is open until there are accounts closes with the first one") {
  TempFolder folder;
  auto accounts = std::make_shared<opus::Accounts>(
      opus::Accounts::open({.data_dir = folder / "accounts"}).value());
  opus::rest::ApiConfig config;
  config.access.policy = AccessRig::closed();
  config.access.open_until_accounts = true;
  config.access.accounts = accounts;
  RestRig rig(std::move(config));
  CHECK(rig.get(k_target).status == 200);
  // Credentials for a proxy before it mean nothing to it.
  CHECK(rig.get(k_target, basic("test_", "test_")).status == 200);
  opus::Account alice;
  alice.name = "alice";
  REQUIRE(accounts->add(alice, {"test", ""}));
  CHECK(rig.get(k_target).status == 401);
}
