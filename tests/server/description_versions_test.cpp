// /jdl from submission to removal: who may do what, and what is answered.
#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;

namespace {

constexpr std::string_view k_token = "0123456789abcdef-secret";

opus::rest::ApiConfig config() {
  opus::rest::ApiConfig config;
  config.access.admin_token = k_token;
  return config;
}

HeaderList admin() { return {{"Authorization", "Bearer " + std::string(k_token)}}; }

opus::JobDescription survey(const std::string& version, std::string name = "survey") {
  opus::JobDescription description;
  description.name = std::move(name);
  description.version = version;
  description.command = {"survey", "--version", version};
  return description;
}

Answer put(RestRig& rig, std::string_view target, std::string_view body,
           std::string type = "application/json") {
  return rig.send("PUT", target, {{"Content-Type", std::move(type)}}, body);
}

Answer decide(RestRig& rig, std::string_view target, std::string_view form = "",
              HeaderList headers = admin()) {
  headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  return rig.send("POST", target, headers, form);
}

}  // namespace

TEST_CASE("UWS-SEC-03: a submitted description is pending until an administrator validates it") {
  RestRig rig(config());
  const Answer submitted = put(rig, "/jdl/survey", to_json(survey("1")));
  INFO(submitted.body);
  REQUIRE(submitted.status == 201);
  CHECK(path_of(submitted.header("Location")) == "/jdl/survey/versions/1");
  CHECK(has_text(submitted, "\"state\":\"pending\""));
  CHECK(rig.get("/jdl/survey").status == 404);
  CHECK(rig.post("/rest/survey").status == 404);
  CHECK(has_text(rig.get("/jdl"), "\"state\":\"pending\""));
  CHECK(has_text(rig.get("/jdl?STATE=offered"), "\"echo\""));
  CHECK_FALSE(has_text(rig.get("/jdl?STATE=offered"), "\"survey\""));
  CHECK(rig.get("/jdl?STATE=new").status == 400);

  CHECK(decide(rig, "/jdl/survey/versions/1/validate", "", {}).status == 401);
  CHECK(decide(rig, "/jdl/survey/versions/1/validate", "", {{"Authorization", "Bearer guess"}})
            .header("WWW-Authenticate") == "Bearer realm=\"opus-uws\", error=\"invalid_token\"");
  CHECK(rig.get("/jdl/survey").status == 404);
  const Answer validated = decide(rig, "/jdl/survey/versions/1/validate");
  CHECK(validated.status == 200);
  CHECK(has_text(validated, "\"state\":\"offered\""));
  CHECK(rig.get("/jdl/survey").status == 200);
  CHECK(decide(rig, "/jdl/survey/versions/1/validate").status == 403);
  CHECK(decide(rig, "/jdl/survey/versions/2/validate").status == 404);
  CHECK(decide(rig, "/jdl/nosuch/versions/1/validate").status == 404);
}

TEST_CASE("both forms are taken, as a body and as an imported file") {
  RestRig rig(config());
  CHECK(rig.send("POST", "/jdl", {{"Content-Type", "text/xml"}}, to_votable(survey("1"))).status ==
        201);
  CHECK(rig.send("POST", "/jdl", {}, to_json(survey("2"))).status == 201);
  const std::string form =
      "--b\r\nContent-Disposition: form-data; name=\"jdl_file\"; filename=\"../../evil.xml\"\r\n"
      "\r\n" +
      to_votable(survey("3")) + "\r\n--b--\r\n";
  const Answer imported =
      rig.send("POST", "/jdl", {{"Content-Type", "multipart/form-data; boundary=b"}}, form);
  INFO(imported.body);
  CHECK(imported.status == 201);
  CHECK(path_of(imported.header("Location")) == "/jdl/survey/versions/3");
  // The same once more is the same.
  CHECK(path_of(put(rig, "/jdl/survey", to_json(survey("2"))).header("Location")) ==
        "/jdl/survey/versions/2");
}

TEST_CASE("a bad submission is refused with its faults and leaves nothing") {
  RestRig rig(config());
  CHECK(put(rig, "/jdl/survey", "").status == 400);
  CHECK(put(rig, "/jdl/survey", "SIMPLE  = T").status == 400);
  CHECK(put(rig, "/jdl/survey", "{\"name\":\"survey\"}").status == 400);
  CHECK(put(rig, "/jdl/survey", to_json(survey("1")), "image/png").status == 415);
  CHECK(put(rig, "/jdl/survey", std::string((4 << 20) + 1, ' ')).status == 413);
  const Answer other = put(rig, "/jdl/survey", to_json(survey("1", "other")));
  CHECK(other.status == 400);
  CHECK(has_text(other, "name: expected 'survey', got 'other'"));
  const Answer none =
      rig.send("POST", "/jdl", {{"Content-Type", "multipart/form-data; boundary=b"}},
               "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b--");
  CHECK(none.status == 400);
  CHECK_FALSE(has_text(rig.get("/jdl?STATE=pending"), "survey"));
}

TEST_CASE("no name leaves its folder: there is none to leave (OPUS S1, S6)") {
  RestRig rig(config());
  for (const std::string name :
       {"../evil", "..", ".", "a/b", "/etc/passwd", ".hidden", "a\\b", "", "a b", "a\n"}) {
    INFO(name);
    opus::JobDescription description = survey("1");
    description.name = name;
    CHECK(rig.send("POST", "/jdl", {}, to_json(description)).status == 400);
    CHECK(rig.send("POST", "/jdl", {}, to_votable(description)).status == 400);
  }
  for (const std::string_view path :
       {"/jdl/..%2F..%2Fetc%2Fpasswd", "/jdl/../../etc/passwd", "/jdl/%2e%2e/json",
        "/jdl/echo/versions/..%2F1", "/store/..%2Fopus.db", "/store?ID=../opus.db"})
    CHECK(rig.get(path).status == 404);
  CHECK(put(rig, "/jdl/..%2Fevil", to_json(survey("1"))).status == 400);
  CHECK_FALSE(has_text(rig.get("/jdl?STATE=pending"), "\"name\""));
}

TEST_CASE("a rejection carries its reason") {
  RestRig rig(config());
  put(rig, "/jdl/survey", to_json(survey("1")));
  CHECK(decide(rig, "/jdl/survey/versions/1/reject").status == 400);
  CHECK(decide(rig, "/jdl/survey/versions/1/reject", "REASON=x", {}).status == 401);
  const Answer rejected = decide(rig, "/jdl/survey/versions/1/reject", "REASON=it+deletes+data");
  CHECK(rejected.status == 200);
  CHECK(has_text(rejected, "\"reason\":\"it deletes data\""));
  CHECK(has_text(rig.get("/jdl/survey/versions/1/state"), "\"state\":\"rejected\""));
  CHECK(decide(rig, "/jdl/survey/versions/1/validate").status == 403);
}

TEST_CASE("history, difference, restoration and removal") {
  RestRig rig(config());
  for (const std::string version : {"1", "2"}) {
    put(rig, "/jdl/survey", to_json(survey(version)));
    REQUIRE(decide(rig, "/jdl/survey/versions/" + version + "/validate").status == 200);
  }
  const std::string job = rig.create("survey");
  CHECK(has_text(rig.get(job + "/description?RESPONSEFORMAT=json"), "\"version\": \"2\""));

  const Answer history = rig.get("/jdl/survey/versions");
  CHECK(has_text(history, "\"state\":\"replaced\""));
  CHECK(has_text(history, "\"href\":\"http://example.org/opus/jdl/survey/versions/2\""));
  CHECK(rig.get("/jdl/survey/versions/1", {{"Accept", "application/json"}}).body ==
        to_json(survey("1")));
  CHECK(rig.get("/jdl/survey/versions/3").status == 404);
  CHECK(rig.get("/jdl/survey/versions/x").status == 404);
  const std::string hash = rig.service().history("survey")->front().hash;
  CHECK(rig.get("/jdl/survey/versions/" + hash + "?RESPONSEFORMAT=json").body ==
        to_json(survey("1")));

  const Answer diff = rig.get("/jdl/survey/diff");
  CHECK(has_text(diff, "{\"path\":\"version\",\"before\":\"1\",\"after\":\"2\"}"));
  const Answer text = rig.get("/jdl/survey/diff?FROM=2&TO=1", {{"Accept", "text/plain"}});
  CHECK(has_text(text, "version\n  - 2\n  + 1\n"));
  CHECK(rig.get("/jdl/survey/diff?FROM=7").status == 404);
  CHECK(rig.get("/jdl/survey/diff?RESPONSEFORMAT=pdf").status == 400);

  const Answer restored = decide(rig, "/jdl/survey/versions/1/restore");
  CHECK(has_text(restored, "\"number\":3"));
  CHECK(rig.get("/jdl/survey.json").body == to_json(survey("1")));
  CHECK(has_text(rig.get(job + "/description?RESPONSEFORMAT=json"), "\"version\": \"2\""));

  CHECK(rig.send("DELETE", "/jdl/survey").status == 401);
  CHECK(rig.send("DELETE", "/jdl/survey", admin()).status == 204);
  CHECK(rig.send("DELETE", "/jdl/survey", admin()).status == 404);
  CHECK(rig.get("/jdl/survey").status == 404);
  CHECK(rig.post("/rest/survey").status == 404);
  CHECK(rig.get(job).status == 200);
  CHECK(rig.get(job + "/description").status == 200);
  CHECK(rig.get("/rest/survey").status == 200);
  CHECK(has_text(rig.get("/jdl?STATE=removed"), "\"number\":3"));
}

TEST_CASE("clean sub-paths and Accept give VOTable, JSON and the schema of the parameters") {
  RestRig rig;
  CHECK(rig.get("/jdl/echo/votable").header("Content-Type") == "application/x-votable+xml");
  CHECK(rig.get("/jdl/echo/json").header("Content-Type") == "application/json");
  const Answer schema = rig.get("/jdl/echo/schema");
  CHECK(schema.header("Content-Type") == "application/schema+json");
  CHECK(has_text(schema, "\"times\""));
  CHECK(rig.get("/jdl/echo", {{"Accept", "application/schema+json"}}).body == schema.body);
  CHECK(rig.get("/jdl/echo?RESPONSEFORMAT=schema").body == schema.body);
  CHECK(rig.get("/jdl/nosuch/schema").status == 404);
}

TEST_CASE("without an admin token nothing can be submitted or decided, and the answer says why") {
  RestRig rig;
  const Answer refused = put(rig, "/jdl/survey", to_json(survey("1")));
  CHECK(refused.status == 403);
  CHECK(has_text(refused, "admin_token is not configured"));
  for (const std::string_view target :
       {"/jdl/echo/versions/1/validate", "/jdl/echo/versions/1/reject",
        "/jdl/echo/versions/1/restore"}) {
    const Answer answer = decide(rig, target, "REASON=x", {{"Authorization", "Bearer "}});
    CHECK(answer.status == 403);
    CHECK(has_text(answer, "admin_token is not configured"));
  }
  CHECK(rig.send("DELETE", "/jdl/echo", {{"Authorization", "Bearer"}}).status == 403);
  opus::rest::ApiConfig off = config();
  off.accept_submissions = false;
  RestRig closed(off);
  CHECK(has_text(put(closed, "/jdl/survey", to_json(survey("1"))), "submissions.accept is off"));
}

TEST_CASE("a pending description is tried only where the operator allows it") {
  opus::rest::ApiConfig open = config();
  open.trials = GENERATE(false, true);
  RestRig rig(open);
  put(rig, "/jdl/survey", to_json(survey("1")));
  const Answer own = decide(rig, "/jdl/survey/versions/1/test", "", {});
  CHECK(own.status == (open.trials ? 303 : 403));
  const Answer by_admin = decide(rig, "/jdl/survey/versions/1/test", "RUNID=trial");
  REQUIRE(by_admin.status == 303);
  const std::string job = path_of(by_admin.header("Location"));
  CHECK(rig.get(job + "/owner", admin()).body == "admin");
  CHECK(rig.get(job + "/executionduration", admin()).body == "60");
  CHECK(decide(rig, job + "/executionduration", "EXECUTIONDURATION=9999").status == 303);
  CHECK(rig.get(job + "/executionduration", admin()).body == "60");
  CHECK(rig.get(job + "/description", admin()).status == 200);
  CHECK(rig.get(job).status == 401);
  CHECK(rig.post("/rest/survey").status == 404);
  const Answer sweep = decide(rig, "/jdl/survey/versions/1/test", "SWEEP=product&x=1..3");
  CHECK(sweep.status == 400);
  CHECK(has_text(sweep, "SWEEP: expected no sweep: a pending version is one job at a time"));
  decide(rig, "/jdl/survey/versions/1/reject", "REASON=no");
  CHECK(decide(rig, "/jdl/survey/versions/1/test").status == 403);
  CHECK(decide(rig, job + "/phase", "PHASE=RUN").status == 403);
}
