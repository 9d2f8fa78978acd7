// One job shown to others: to look at, nothing more, and as long as its owner wants.
#include <opus/access.hpp>

#include "tests/server/access_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;

namespace {

constexpr std::string_view k_later = "EXPIRES=2100-01-01T00:00:00Z";

/// The text of a member of an answer in JSON.
std::string member(const Answer& answer, std::string_view name) {
  const std::string key = '"' + std::string(name) + "\":\"";
  const auto at = answer.body.find(key);
  if (at == std::string::npos) return {};
  const auto from = at + key.size();
  return answer.body.substr(from, answer.body.find('"', from) - from);
}

std::string share(AccessRig& rig, const std::string& job, const std::string& form) {
  const Answer answer = rig.send("POST", job + "/shares", "alice", form);
  INFO(answer.body);
  REQUIRE(answer.status == 201);
  CHECK(answer.header("Location") ==
        std::string(RestRig::k_base) + job + "/shares/" + member(answer, "id"));
  return member(answer, "id");
}

}  // namespace

TEST_CASE("a job that is shared with somebody, a group or a role is theirs to look at") {
  AccessRig rig;
  const std::string job = rig.create("alice", "PHASE=RUN");
  const std::string other = rig.create("alice");
  rig.rest().ended(job);
  for (const auto& [word, name] : std::initializer_list<std::pair<std::string, std::string>>{
           {"account:bob", "bob"}, {"group:team", "rita"}, {"author", "carol"}, {"any", "bob"}}) {
    INFO(word);
    CHECK(rig.get(job, name).status == 403);
    const std::string id = share(rig, job, "WITH=" + word);
    for (const char* below : {"", "/phase", "/results/result", "/stdout", "/parameters"})
      CHECK(rig.get(job + below, name).status == 200);
    CHECK(rig.get(other, name).status == 403);
    CHECK(rig.get(job, "").status == 401);
    CHECK(rig.send("POST", job + "/phase", name, "PHASE=ABORT").status == 403);
    CHECK(rig.send("DELETE", job, name).status == 403);
    CHECK(rig.send("POST", job + "/shares", name, "WITH=any").status == 403);
    CHECK(rig.get(job + "/shares", name).status == 403);
    CHECK(rig.send("DELETE", job + "/shares/" + id, name).status == 403);
    // Taken back, it is hers alone.
    CHECK(rig.send("DELETE", job + "/shares/" + id, "alice").status == 204);
    CHECK(rig.send("DELETE", job + "/shares/" + id, "alice").status == 404);
    CHECK(rig.get(job, name).status == 403);
  }
}

TEST_CASE("whoever has the link of a share can look, and nobody can guess it") {
  AccessRig rig;
  const std::string job = rig.create("alice");
  const std::string other = rig.create("alice");
  const Answer made = rig.send("POST", job + "/shares", "alice", k_later);
  REQUIRE(made.status == 201);
  const std::string link = path_of(member(made, "link"));
  REQUIRE(link.starts_with("/shared/"));
  const std::string secret = link.substr(8);
  CHECK(secret.size() == 16 + 1 + 64);

  const Answer led = rig.get(link, "");
  CHECK(led.status == 303);
  CHECK(led.header("Location") == std::string(RestRig::k_base) + job);
  CHECK(led.header("Set-Cookie") ==
        "opus_share=" + secret + "; Path=/opus" + job + "; HttpOnly; SameSite=Lax");
  CHECK(led.header("Cache-Control") == "no-store");
  CHECK(led.header("Referrer-Policy") == "no-referrer");

  for (const HeaderList& shown :
       {HeaderList{{"Cookie", "a=b; opus_share=" + secret}}, HeaderList{{"OPUS-Share", secret}}}) {
    CHECK(rig.rest().get(job, shown).status == 200);
    CHECK(rig.rest().get(job + "/owner", shown).body == "alice");
    CHECK(rig.rest().get(other, shown).status == 401);
    CHECK(rig.rest().get("/rest/echo", shown).status == 401);
    CHECK(rig.rest().send("DELETE", job, shown).status >= 401);
  }
  std::string guess = secret;
  guess.back() = guess.back() == '0' ? '1' : '0';
  CHECK(rig.rest().get(job, {{"OPUS-Share", guess}}).status == 401);
  CHECK(rig.rest().get(job, {{"OPUS-Share", secret.substr(0, 16)}}).status == 401);
  for (const std::string& wrong : {guess, secret.substr(0, 16), std::string("x")})
    CHECK(rig.rest().get("/shared/" + wrong).status == 404);

  // The list tells of it, but not the link.
  const Answer list = rig.get(job + "/shares", "alice");
  CHECK(has_text(list, member(made, "id")));
  CHECK(list.body.find(secret) == std::string::npos);
  CHECK(has_text(list, "\"with\":null"));
  CHECK(has_text(list, "\"by\":\"alice\""));

  rig.send("DELETE", job + "/shares/" + member(made, "id"), "alice");
  CHECK(rig.rest().get(job, {{"OPUS-Share", secret}}).status == 401);
  CHECK(rig.rest().get(link).status == 404);
}

TEST_CASE("a share that cannot be is refused with what was expected; who shares is in the audit") {
  AccessRig rig;
  const std::string job = rig.create("alice");
  const auto refused = [&](const std::string& form) {
    const Answer answer = rig.send("POST", job + "/shares", "alice", form);
    CHECK(answer.status == 400);
    return answer;
  };
  CHECK(has_text(refused(""), "expires: expected an instant, as a link must have one"));
  CHECK(has_text(refused("WITH=team:x"), "with: expected account:NAME, group:NAME"));
  CHECK(has_text(refused("WITH=anonymous"), "with: expected"));
  CHECK(has_text(refused("WITH=any&EXPIRES=soon"), "EXPIRES: expected an instant"));
  CHECK(has_text(refused("WITH=any&EXPIRES=2001-01-01T00:00:00Z"), "expected an instant after"));
  CHECK(rig.send("POST", job + "/shares", "reader", "WITH=any").status == 403);
  CHECK(rig.get(job + "/shares", "").status == 401);
  const std::string id = share(rig, job, "WITH=account:bob&" + std::string(k_later));
  rig.send("DELETE", job + "/shares/" + id, "alice");
  const Answer audit = rig.get("/admin/audit", "ada");
  CHECK(has_text(audit, "\"action\":\"job shared\""));
  CHECK(has_text(audit, "\"action\":\"share taken back\""));
  CHECK(has_text(audit, "share " + id + " with account:bob until 2100-01-01T00:00:00"));

  // Each job has room for a hundred.
  auto& service = rig.rest().service();
  for (int i = 0; i < 100; ++i) REQUIRE(service.share(RestRig::id_of(job), {.with = "any"}));
  CHECK(rig.send("POST", job + "/shares", "alice", "WITH=any").status == 429);
  rig.send("DELETE", job, "alice");
  CHECK(service.shares(RestRig::id_of(job)).error().code == opus::Errc::not_found);
  CHECK(service.open_shares(RestRig::id_of(job), "")->empty());
}
