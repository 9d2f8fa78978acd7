// What each may see and do, through the handlers.
#include <opus/access.hpp>

#include "tests/server/access_rig.hpp"
#include "tests/server/event_reader.hpp"
#include "tests/simulation/rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;

TEST_CASE("UWS-OWN-01, UWS-OWN-02: a job belongs to whoever created it, and says so") {
  AccessRig rig;
  const std::string job = rig.create("alice");
  CHECK(rig.get(job + "/owner", "alice").body == "alice");
  CHECK(has_text(rig.get(job, "alice"), "<uws:ownerId>alice</uws:ownerId>"));
  const Answer refused = rig.get(job, "bob");
  CHECK(refused.status == 403);
  CHECK(has_text(refused, "belongs to somebody else"));
  CHECK(rig.get(job, "").status == 401);
  CHECK(rig.send("POST", job + "/phase", "bob", "PHASE=ABORT").status == 403);
  CHECK(rig.send("DELETE", job, "bob").status == 403);
  CHECK(rig.send("DELETE", job, "reader").status == 403);
  CHECK(rig.send("DELETE", job, "alice").status == 303);
}

TEST_CASE("UWS-LST-15: each list has what the caller may see, and nothing else") {
  AccessRig rig;
  const std::string hers = rig.create("alice", "RUNID=tour");
  const std::string his = rig.create("bob", "RUNID=tour");
  const auto listed = [&](std::string_view target, std::string_view name) {
    const Answer answer = rig.get(target, name);
    return std::pair(has_text(answer, RestRig::id_of(hers).value),
                     has_text(answer, RestRig::id_of(his).value));
  };
  for (const std::string_view target :
       {"/rest/echo", "/rest/echo?PAGESIZE=10", "/rest/echo?RESPONSEFORMAT=json",
        "/rest/echo/sweeps/tour", "/rest/echo?RUNID=tour"}) {
    INFO(target);
    CHECK(listed(target, "alice") == std::pair(true, false));
    CHECK(listed(target, "reader") == std::pair(true, false));
    CHECK(listed(target, "bob") == std::pair(false, true));
    CHECK(listed(target, "olga") == std::pair(true, true));
  }
  CHECK(rig.get("/rest/echo/sweeps/tour", "rita").status == 404);
  CHECK(rig.send("DELETE", "/rest/echo/sweeps/tour", "bob").status == 303);
  CHECK(rig.get(hers, "alice").status == 200);
  CHECK(rig.get(his, "bob").status == 404);
}

TEST_CASE("whoever may see the jobs of others may not change them, sweeps included") {
  opus::AccessPolicy policy = AccessRig::closed();
  policy.descriptions["echo"].see_jobs = {"group:team"};
  AccessRig rig(policy);
  const std::string job = rig.create("alice", "RUNID=tour&PHASE=RUN");
  rig.rest().ended(job);
  CHECK(rig.get(job, "rita").status == 200);
  CHECK(rig.get(job + "/results/result", "rita").body == "hello");
  CHECK(has_text(rig.get("/rest/echo", "rita"), RestRig::id_of(job).value));
  CHECK(rig.send("DELETE", job, "rita").status == 403);
  CHECK(rig.send("DELETE", "/rest/echo/sweeps/tour", "rita").status == 403);
  CHECK(rig.get(job, "alice").status == 200);
}

TEST_CASE(
    "UWS-SEC-07: results, logs, events and entities are under the check of the job (S9, S10)") {
  AccessRig rig;
  const std::string path = rig.create("alice", "PHASE=RUN");
  const opus::Job job = rig.rest().ended(path);
  REQUIRE(job.results.size() == 1);
  const std::string entity = "/store/" + job.results.front().entity.id.value;
  for (const std::string& target :
       {path + "/results/result", path + "/stdout", path + "/events", path + "/prov.json",
        path + "/crate.zip", path + "?WAIT=1", path + "/diff?WITH=" + job.id.value, entity,
        entity + "/metadata", entity + "/prov.json", "/store?ID=" + entity.substr(7),
        "/provsap?ID=" + job.id.value, "/provsap?ID=" + entity.substr(7),
        std::string("/provsap?ID=id:agent-alice&RESPONSEFORMAT=PROV-JSON")}) {
    INFO(target);
    CHECK(rig.get(target, "").status == 401);
    const int status = rig.get(target, "bob").status;
    CHECK((status == 403 || (status == 404 && target.find("agent") != target.npos)));
  }
  CHECK(rig.get(entity, "alice").body == "hello");
  CHECK(rig.get(entity, "olga").body == "hello");
  CHECK(rig.send("DELETE", entity, "bob").status == 403);

  // Comparing with a job of somebody else tells nothing of it.
  const std::string other = rig.create("bob");
  CHECK(rig.get(other + "/diff?WITH=" + job.id.value, "bob").status == 403);
  // Nor does using what it made.
  const Answer used = rig.send("POST", "/rest/reader", "bob",
                               "PHASE=RUN&image=" + job.results.front().entity.id.value);
  CHECK(used.status == 400);
}

TEST_CASE("provenance is cut where it leads to what others have, and says how much") {
  opus::AccessPolicy policy = AccessRig::closed();
  policy.descriptions["echo"].see_jobs = {"group:team"};
  AccessRig rig(policy);
  const std::string path = rig.create("alice", "PHASE=RUN");
  const opus::Job job = rig.rest().ended(path);
  const std::string next =
      rig.create("alice", "PHASE=RUN&image=" + job.results.front().entity.id.value, "reader");
  rig.rest().ended(next);
  const Answer whole = rig.get(next + "/prov.json?DEPTH=ALL", "alice");
  CHECK(has_text(whole, "said.txt"));
  // Rita may see the jobs of echo, not those of reader.
  CHECK(rig.get(next + "/prov.json", "rita").status == 403);
  const Answer cut = rig.get(path + "/prov.json?DEPTH=ALL&DIRECTION=BOTH", "rita");
  CHECK(cut.status == 200);
  CHECK_FALSE(has_text(cut, "copy.bin"));

  // Of a deleted job the same is said as of one that is there, to everybody.
  const std::string asked = "/provsap?ID=" + RestRig::id_of(next).value;
  const Answer to_rita = rig.get(asked, "rita"), to_nobody = rig.get(asked, "");
  CHECK(to_rita.status == 403);
  rig.send("DELETE", next, "alice");
  eventually([&] { return has_text(rig.get(asked, "alice"), "opus:deletedTime"); });
  CHECK(rig.get(asked, "rita").body == to_rita.body);
  CHECK(rig.get(asked, "").body == to_nobody.body);
}

TEST_CASE("what nobody owns is hidden with its description, in provenance too") {
  opus::AccessPolicy policy;  // open
  policy.descriptions["reader"].see = {"group:team"};
  AccessRig rig(policy);
  const opus::Job made = rig.rest().ended(rig.create("", "PHASE=RUN"));
  const std::string entity = made.results.front().entity.id.value;
  const opus::JobId used =
      rig.rest()
          .service()
          .create({.description = "reader", .parameters = {{"image", entity}}, .run = true})
          .value()
          .id;
  rig.rest().service().wait(used, std::chrono::seconds{20}).value();
  const std::string asked = "/provsap?DIRECTION=FORTH&DEPTH=ALL&MODEL=W3C&ID=" + entity;
  const Answer cut = rig.get(asked, "bob");
  CHECK(cut.status == 200);
  CHECK_FALSE(has_text(cut, "\"voprov:name\": \"reader\""));
  CHECK(has_text(cut, "opus:withheld"));
  CHECK(rig.get("/provsap?ID=" + used.value, "bob").status == 404);
  CHECK(has_text(rig.get(asked, "rita"), "\"voprov:name\": \"reader\""));
}

TEST_CASE("a description that is hidden from somebody does not exist for him") {
  opus::AccessPolicy policy = AccessRig::closed();
  policy.descriptions["echo"].see = {"group:team"};
  AccessRig rig(policy);
  const std::string job = rig.create("rita");
  CHECK(rig.get("/jdl/echo", "rita").status == 200);
  for (const std::string& target :
       {std::string("/jdl/echo"), std::string("/jdl/echo.json"), std::string("/jdl/echo/versions"),
        std::string("/jdl/echo/schema"), std::string("/rest/echo"),
        std::string("/rest/echo/events"), std::string("/rest/echo/sweeps/tour"),
        std::string("/sync/echo"), "/sync" + job.substr(5), std::string("/rest/echo/examples"), job,
        job + "/owner"}) {
    INFO(target);
    std::string absent = target;
    absent.replace(absent.find("echo"), 4, "nope");
    const Answer hidden = rig.get(target, "bob");
    Answer none = rig.get(absent, "bob");
    CHECK(hidden.status == 404);
    CHECK(none.status == 404);
    if (const auto at = none.body.find("nope"); at != none.body.npos)
      none.body.replace(at, 4, "echo");
    CHECK(hidden.body == none.body);
  }
  CHECK(rig.send("POST", "/rest/echo", "bob").status == 404);
  for (const std::string_view target : {"/rest", "/jdl", "/examples", "/openapi.json",
                                        "/capabilities", "/capabilities?RESPONSEFORMAT=json"}) {
    INFO(target);
    CHECK_FALSE(has_text(rig.get(target, "bob"), "/echo"));
    CHECK(has_text(rig.get(target, "rita"), "/echo"));
  }
  CHECK_FALSE(has_text(rig.get("/capabilities", ""), "/echo"));
}

TEST_CASE("UWS-SEC-01, UWS-SEC-05, UWS-SEC-08: /capabilities is open and says how to come in") {
  AccessRig rig;
  const Answer answer = rig.rest().get("/capabilities");
  CHECK(answer.status == 200);
  CHECK(has_text(answer, "<securityMethod standardID=\"ivo://ivoa.net/sso#BasicAA\"/>"));
  CHECK_FALSE(has_text(answer, "<securityMethod/>"));
  CHECK(has_text(answer, "/rest/echo<"));
  CHECK(answer.header("WWW-Authenticate") == "Bearer realm=\"opus-uws\"");
  CHECK(rig.get("/capabilities", "alice").header("WWW-Authenticate") == "(none)");
  CHECK(rig.rest().get("/availability").status == 200);
  RestRig open;
  CHECK_FALSE(has_text(open.get("/capabilities"), "securityMethod"));
  opus::AccessPolicy policy = AccessRig::closed();
  policy.anonymous = true;
  AccessRig both(policy);
  CHECK(has_text(both.rest().get("/capabilities"), "<securityMethod/>"));
}

TEST_CASE("anonymous clients, where they may, have jobs by their URL but no list") {
  opus::AccessPolicy policy = AccessRig::closed();
  policy.anonymous = true;
  policy.descriptions["reader"].create = {"user"};
  AccessRig rig(policy);
  const std::string job = rig.create("");
  CHECK(rig.get(job, "").status == 200);
  CHECK(rig.get(job + "/owner", "").body.empty());
  CHECK_FALSE(has_text(rig.get("/rest/echo", ""), RestRig::id_of(job).value));
  CHECK_FALSE(has_text(rig.get("/rest/echo", "bob"), RestRig::id_of(job).value));
  CHECK(has_text(rig.get("/rest/echo", "olga"), RestRig::id_of(job).value));
  CHECK(rig.send("POST", "/rest/reader", "").status == 401);
  CHECK(rig.get(rig.create("alice"), "").status == 401);
}

TEST_CASE("authors submit and try, operators decide") {
  AccessRig rig;
  opus::JobDescription description;
  description.name = "survey";
  description.version = "1";
  description.command = {"true"};
  const auto submit = [&](std::string_view name) {
    HeaderList headers = rig.as(name);
    headers.emplace_back("Content-Type", "application/json");
    return rig.rest().send("PUT", "/jdl/survey", headers, to_json(description));
  };
  CHECK(submit("").status == 401);
  CHECK(submit("alice").status == 403);
  const Answer submitted = submit("carol");
  CHECK(submitted.status == 201);
  CHECK(has_text(submitted, "\"author\":\"carol\""));
  const std::string version = "/jdl/survey/versions/1";
  CHECK(rig.send("POST", version + "/test", "alice").status == 403);
  CHECK(rig.send("POST", version + "/test", "carol").status == 303);
  CHECK(rig.send("POST", version + "/validate", "carol").status == 403);
  CHECK(rig.send("POST", version + "/validate", "olga").status == 200);
}

TEST_CASE("the audit log is for administrators") {
  AccessRig rig;
  CHECK(rig.get("/admin/audit", "").status == 401);
  CHECK(rig.get("/admin/audit", "olga").status == 403);
  const Answer newest = rig.get("/admin/audit?LAST=2", "ada");
  CHECK(newest.status == 200);
  CHECK(has_text(newest, "\"action\":\"token created\""));
  CHECK(has_text(newest, "\"next\":\"http://example.org/opus/admin/audit?LAST=2&BEFORE="));
  const Answer all = rig.get("/admin/audit?LAST=1000", "ada");
  CHECK(has_text(all, "\"next\":null"));
  CHECK_FALSE(has_text(all, rig.secret("alice")));
  CHECK(rig.get("/admin/audit?LAST=0", "ada").status == 400);
  CHECK(rig.get("/admin/audit?BEFORE=x", "ada").status == 400);
  RestRig without;
  CHECK(without.get("/admin/audit").status == 403);
}
