// /jdl: the descriptions of jobs.
#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;

TEST_CASE("descriptions are listed, and served as VOTable and JSON by every way of asking") {
  RestRig rig;
  CHECK(rig.get("/jdl").body.find("\"href\":\"http://example.org/opus/jdl/echo\"") !=
        std::string::npos);
  const auto type = [&](std::string_view target, HeaderList headers = {}) {
    const Answer answer = rig.get(target, headers);
    CHECK(answer.status == 200);
    const bool json = answer.header("Content-Type") == "application/json";
    const auto description = opus::parse_description(answer.body, json ? "echo.json" : "echo.xml");
    REQUIRE(description);
    CHECK(description->name == "echo");
    return answer.header("Content-Type");
  };
  CHECK(type("/jdl/echo") == "application/x-votable+xml");
  CHECK(type("/jdl/echo", {{"Accept", "text/html"}}) == "application/x-votable+xml");
  CHECK(type("/jdl/echo", {{"Accept", "application/json"}}) == "application/json");
  CHECK(type("/jdl/echo", {{"Accept", "text/xml"}}) == "text/xml;charset=UTF-8");
  CHECK(type("/jdl/echo?RESPONSEFORMAT=json") == "application/json");
  CHECK(type("/jdl/echo?responseformat=votable") == "application/x-votable+xml");
  CHECK(type("/jdl/echo.json") == "application/json");
  CHECK(type("/jdl/echo.xml") == "text/xml;charset=UTF-8");
  CHECK(rig.get("/jdl/echo?RESPONSEFORMAT=pdf").status == 400);  // DALI-10
  CHECK(rig.get("/jdl/nosuch").status == 404);
  CHECK(rig.get("/jdl/nosuch.json").status == 404);
  CHECK(rig.get("/jdl/.json").status == 404);
}

TEST_CASE("a description whose own name ends like a format is found by its whole name") {
  RestRig rig;
  opus::JobDescription description;
  description.name = "v1.json";
  REQUIRE(rig.service().define(description,
                               [](opus::TaskContext&) -> opus::Result<void> { return {}; }));
  CHECK(rig.get("/jdl/v1.json").header("Content-Type") == "application/x-votable+xml");
  CHECK(rig.get("/jdl/v1.json.json").header("Content-Type") == "application/json");
}

TEST_CASE("the JSON Schema of descriptions is served") {
  RestRig rig;
  const Answer schema = rig.get("/schema/job-description.json");
  CHECK(schema.header("Content-Type") == "application/schema+json");
  CHECK(schema.body == opus::description_json_schema());
}
