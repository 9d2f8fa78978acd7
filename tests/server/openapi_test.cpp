// /openapi.json: whole, well-formed, and true of the route table.
#include "server/rest/openapi.hpp"

#include <set>

#include "server/rest/api.hpp"
#include "server/rest/route_docs.hpp"
#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/json.hpp"

using namespace opus_test;
using opus::Json;
using opus::rest::Api;
using opus::rest::Route;

namespace {

Json document_of(RestRig& rig) {
  const Answer answer = rig.get("/openapi.json");
  CHECK(answer.status == 200);
  CHECK(answer.header("Content-Type") == "application/json");
  const auto json = Json::parse(answer.body);
  INFO((json ? "" : json.error().message));
  REQUIRE(json);
  return *json;
}

Json member(const Json& json, std::initializer_list<std::string_view> path) {
  Json at = json;
  for (const std::string_view key : path) {
    const auto found = at.find(key);
    INFO(key);
    REQUIRE(found);
    at = *found;
  }
  return at;
}

/// Every "#/components/..." of a document leads somewhere.
void check_references(const Json& root, const Json& at) {
  if (at.is_array())
    for (std::size_t i = 0; i < at.size(); ++i) check_references(root, at.at(i));
  for (const std::string& key : at.keys()) {
    const Json value = *at.find(key);
    if (key == "$ref") {
      const std::string text(value.as_string());
      INFO(text);
      REQUIRE(text.rfind("#/components/", 0) == 0);
      const std::string rest = text.substr(13);
      const auto slash = rest.find('/');
      (void)member(root, {"components", rest.substr(0, slash), rest.substr(slash + 1)});
    }
    check_references(root, value);
  }
}

}  // namespace

TEST_CASE("every route is documented, and nothing else is") {
  for (const Route& route : Api::routes()) {
    INFO(to_string(route.method) << ' ' << route.pattern
                                 << " needs a line in server/rest/route_docs.cpp");
    CHECK(find_doc(route) != nullptr);
  }
  std::set<std::string_view> ids;
  for (const opus::rest::RouteDoc& doc : opus::rest::route_docs()) {
    INFO(to_string(doc.method) << ' ' << doc.pattern);
    bool found = false;
    for (const Route& route : Api::routes()) {
      if (doc.method != route.method || doc.pattern != route.pattern) continue;
      found = true;
      CHECK((route.body == opus::rest::BodyKind::none) == doc.body.empty());
    }
    CHECK(found);
    CHECK(ids.insert(doc.id).second);
  }
}

TEST_CASE("the OpenAPI document has every route, with answers, and no dangling reference") {
  RestRig rig;
  const Json document = document_of(rig);
  CHECK(document.find("openapi")->as_string() == "3.1.0");
  CHECK(member(document, {"servers"}).at(0).find("url")->as_string() == RestRig::k_base);
  std::set<std::string> ids;
  for (const Route& route : Api::routes()) {
    std::string method(to_string(route.method));
    for (char& c : method) c = opus::rest::to_lower(c);
    const Json operation = member(document, {"paths", route.pattern, method});
    CHECK(ids.insert(std::string(operation.find("operationId")->as_string())).second);
    CHECK(operation.find("responses")->keys().size() > 5);
  }
  check_references(document, document);
}

TEST_CASE("the schemas have the members of the documents, no more and no less") {
  RestRig rig;
  const Json schemas = member(document_of(rig), {"components", "schemas"});
  const std::string job = rig.create("echo", "RUNID=r&PHASE=RUN");
  rig.ended(job);
  const auto check = [&](const std::string& path, std::string_view schema) {
    const auto document = Json::parse(rig.get(path, {{"Accept", "application/json"}}).body);
    REQUIRE(document);
    const std::vector<std::string> keys = document->keys();
    const Json required = member(schemas, {schema, "required"});
    std::vector<std::string> named;
    for (std::size_t i = 0; i < required.size(); ++i)
      named.emplace_back(required.at(i).as_string());
    INFO(schema);
    CHECK(std::set(keys.begin(), keys.end()) == std::set(named.begin(), named.end()));
    const auto properties = member(schemas, {schema, "properties"}).keys();
    CHECK(std::set(properties.begin(), properties.end()) == std::set(keys.begin(), keys.end()));
  };
  check(job, "Job");
  check(job + "/phase", "JobPhase");
  check(job + "/parameters", "JobParameters");
  check("/rest/echo", "JobList");
  check("/rest/echo/sweeps/r", "Sweep");
  check("/availability", "Availability");
  check("/capabilities", "Capabilities");
}

TEST_CASE("a description's parameters are fields of its creation form") {
  RestRig rig;
  const Json document = document_of(rig);
  const Json schema = member(document, {"paths", "/rest/echo", "post", "requestBody", "content",
                                        "application/x-www-form-urlencoded", "schema"});
  const Json own = schema.find("allOf")->at(0);
  CHECK(member(own, {"properties", "text", "type"}).as_string() == "string");
  const Json times = member(own, {"properties", "times"});
  CHECK(times.find("type")->as_string() == "integer");
  CHECK(times.find("maximum")->as_integer());
  CHECK(schema.find("allOf")->at(1).find("$ref")->as_string() == "#/components/schemas/JobForm");
  const Json file = member(document, {"paths", "/rest/reader", "post", "requestBody", "content",
                                      "multipart/form-data", "schema"});
  CHECK(member(file.find("allOf")->at(0), {"properties", "image", "type"}).as_string() == "string");
}

TEST_CASE("the creation schema says what JSON Schema can say of a parameter") {
  using opus::Datatype;
  opus::JobDescription description;
  description.parameters = {
      {.name = "n", .datatype = Datatype::short_integer, .default_value = "5"},
      {.name = "x",
       .annotation = "how far",
       .datatype = Datatype::double_number,
       .unit = "kpc",
       .required = true,
       .min = "-1.5",
       .max = "1e3"},
      {.name = "odd", .datatype = Datatype::float_number, .min = "NaN", .max = "+inf"},
      {.name = "b", .datatype = Datatype::boolean, .default_value = "true"},
      {.name = "word", .options = {"a\"b", "c"}},
      {.name = "few", .datatype = Datatype::integer, .options = {"1", "2"}},
      {.name = "xs", .datatype = Datatype::double_number, .arraysize = "3", .min = "0"}};
  const auto parsed = Json::parse(opus::rest::creation_schema(description));
  REQUIRE(parsed);
  const Json all = *parsed->find("allOf")->at(0).find("properties");
  const auto of = [&](std::string_view name, std::string_view key) {
    return member(all, {name, key});
  };
  CHECK(of("n", "minimum").as_integer() == -32768);
  CHECK(of("n", "maximum").as_integer() == 32767);
  CHECK(of("n", "default").as_integer() == 5);
  CHECK(of("x", "minimum").as_double() == -1.5);
  CHECK(of("x", "maximum").as_double() == 1000);
  CHECK(of("x", "description").as_string() == "how far; unit: kpc; needed before the job is run");
  CHECK_FALSE(all.find("odd")->find("minimum"));
  CHECK_FALSE(all.find("odd")->find("maximum"));
  CHECK(of("b", "default").as_bool());
  CHECK(of("word", "enum").at(0).as_string() == "a\"b");
  CHECK(of("few", "enum").at(1).as_integer() == 2);
  CHECK(of("xs", "type").as_string() == "string");
  CHECK_FALSE(all.find("xs")->find("minimum"));
}
