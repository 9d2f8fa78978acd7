// JSON of every resource: by Accept or RESPONSEFORMAT, and only then.
#include "tests/support/json.hpp"
#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using opus::Json;

namespace {

const HeaderList k_accept_json{{"Accept", "application/json"}};

Json parsed(const Answer& answer) {
  INFO(answer.body);
  CHECK(answer.header("Content-Type") == "application/json");
  auto json = Json::parse(answer.body);
  REQUIRE(json);
  return *json;
}

std::string first_key(const Json& json) {
  REQUIRE(json.keys().size() == 1);
  return json.keys().front();
}

}  // namespace

TEST_CASE("each resource below a job shows its member of the job's JSON") {
  RestRig rig;
  const std::string path = rig.create("echo", "text=hi&RUNID=r");
  const Json job = parsed(rig.get(path, k_accept_json));
  for (const auto& [resource, key] :
       {std::pair("phase", "phase"), std::pair("quote", "quote"), std::pair("owner", "ownerId"),
        std::pair("executionduration", "executionDuration"),
        std::pair("destruction", "destruction"), std::pair("parameters", "parameters"),
        std::pair("results", "results")}) {
    const std::string target = path + '/' + resource;
    const Answer answer = rig.get(target, k_accept_json);
    CHECK(answer.header("Vary") == "Accept");
    const Json json = parsed(answer);
    CHECK(first_key(json) == key);
    CHECK(json.find(key)->type_name() == job.find(key)->type_name());
    CHECK(rig.get(target + "?RESPONSEFORMAT=json").body == answer.body);
    CHECK(rig.get(target + "?responseformat=application/json").body == answer.body);
    CHECK(rig.get(target, {{"Accept", "text/html"}}).header("Content-Type") ==
          rig.get(target).header("Content-Type"));
    const Answer unknown = rig.get(target + "?RESPONSEFORMAT=csv");
    CHECK(unknown.status == 400);
    CHECK(unknown.body.find("or json, got 'csv'") != std::string::npos);
  }
  CHECK(parsed(rig.get(path + "/phase", k_accept_json)).find("phase")->as_string() == "PENDING");
  const Json parameters = parsed(rig.get(path + "/parameters", k_accept_json));
  CHECK(parameters.find("parameters")->at(0).find("value")->as_string() == "hi");
}

TEST_CASE("the error of a job as JSON; without one it is not found, as JSON too") {
  RestRig rig;
  const std::string path = rig.create("fail", "PHASE=RUN");
  REQUIRE(rig.ended(path).phase == opus::Phase::error);
  const Json json = parsed(rig.get(path + "/error?RESPONSEFORMAT=json"));
  CHECK(json.find("error")->find("type")->as_string() == "fatal");
  CHECK(rig.get(path + "/error", {{"Accept", "text/plain"}}).header("Content-Type") ==
        "text/plain;charset=UTF-8");
  CHECK(rig.get(path + "/error").header("Content-Type") == "text/xml;charset=UTF-8");
  CHECK(rig.get(path + "/error?RESPONSEFORMAT=csv").status == 400);

  const std::string fine = rig.create("echo");
  const Answer none = rig.get(fine + "/error", k_accept_json);
  CHECK(none.status == 404);
  CHECK(none.header("Content-Type") == "application/problem+json");
  CHECK(Json::parse(none.body)->find("code")->as_string() == "not_found");
}

TEST_CASE("what is not below a job comes as JSON too") {
  RestRig rig;
  CHECK(parsed(rig.get("/", k_accept_json)).find("jobLists")->as_string() ==
        std::string(RestRig::k_base) + "/rest");
  CHECK(parsed(rig.get("/rest", k_accept_json)).find("jobLists")->size() > 2);
  CHECK(parsed(rig.get("/availability", k_accept_json)).find("available")->as_bool());
  const Json capabilities = parsed(rig.get("/capabilities?RESPONSEFORMAT=json"));
  CHECK(capabilities.find("capabilities")->at(0).find("accessUrl")->as_string() ==
        std::string(RestRig::k_base) + "/capabilities");
  for (const char* target : {"/", "/rest", "/availability", "/capabilities"}) {
    CHECK(rig.get(target).header("Content-Type") != "application/json");
    CHECK(rig.get(target).header("Vary") == "Accept");
    CHECK(rig.get(target + std::string("?RESPONSEFORMAT=yaml")).status == 400);
  }
}

TEST_CASE("errors of requests come as JSON where JSON was asked for") {
  RestRig rig;
  const auto code = [](const Answer& answer) {
    CHECK(answer.header("Content-Type") == "application/problem+json");
    const auto json = Json::parse(answer.body);
    REQUIRE(json);
    CHECK(json->find("status")->as_integer() == answer.status);
    return std::string(json->find("code")->as_string());
  };
  const std::string path = rig.create("echo");
  CHECK(code(rig.get("/nowhere", k_accept_json)) == "not_found");
  CHECK(code(rig.get("/rest/nosuch?RESPONSEFORMAT=json")) == "not_found");
  CHECK(code(rig.get("/rest/echo?LAST=x", k_accept_json)) == "invalid_argument");
  CHECK(code(rig.send("PUT", path, k_accept_json)) == "unsupported");
  CHECK(code(rig.send(
            "POST", path + "/phase",
            {{"Accept", "application/json"}, {"Content-Type", "application/x-www-form-urlencoded"}},
            "PHASE=HOP")) == "invalid_argument");
}

TEST_CASE("a WAIT with a form that there is not is refused at once") {
  RestRig rig;
  const std::string path = rig.create("echo");
  CHECK(rig.get(path + "?WAIT=30&RESPONSEFORMAT=csv").status == 400);
}
