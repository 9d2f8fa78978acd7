// The JSON Schema of what may be given to a job.
#include <opus/description.hpp>

#include "libopus/core/json.hpp"
#include "tests/support/catch.hpp"

using namespace opus;

namespace {

Json schema_of(const JobDescription& description) {
  return Json::parse(parameters_json_schema(description)).value();
}

Json property(const Json& schema, const std::string& name) {
  return schema.find("properties")->find(name).value();
}

}  // namespace

TEST_CASE("types, ranges, options and defaults of parameters are in the schema") {
  JobDescription description;
  description.name = "map";
  description.annotation = "Makes a map";
  description.parameters = {{.name = "sigma",
                             .annotation = "threshold",
                             .datatype = Datatype::double_number,
                             .unit = "Jy",
                             .default_value = "1.5",
                             .min = "0",
                             .max = "Inf"},
                            {.name = "n", .datatype = Datatype::unsigned_byte, .required = true},
                            {.name = "band", .default_value = "r", .options = {"r", "g"}},
                            {.name = "start", .min = "2020-01-01"},
                            {.name = "centre",
                             .datatype = Datatype::float_number,
                             .arraysize = "2",
                             .default_value = "10.5 -3"},
                            {.name = "flags", .datatype = Datatype::boolean, .arraysize = "4*"}};
  const Json schema = schema_of(description);
  CHECK(schema.find("$schema")->as_string() == "https://json-schema.org/draft/2020-12/schema");
  CHECK(schema.find("title")->as_string() == "map");
  CHECK(schema.find("description")->as_string() == "Makes a map");

  const Json sigma = property(schema, "sigma");
  CHECK(sigma.find("type")->as_string() == "number");
  CHECK(sigma.find("minimum")->as_double() == 0);
  CHECK_FALSE(sigma.find("maximum"));  // JSON has no infinity
  CHECK(sigma.find("x-max")->as_string() == "Inf");
  CHECK(sigma.find("default")->as_double() == 1.5);
  CHECK(sigma.find("x-unit")->as_string() == "Jy");

  const Json n = property(schema, "n");
  CHECK(n.find("type")->as_string() == "integer");
  CHECK(n.find("minimum")->as_integer() == 0);
  CHECK(n.find("maximum")->as_integer() == 255);
  CHECK(property(schema, "band").find("enum")->at(1).as_string() == "g");
  CHECK(property(schema, "start").find("x-min")->as_string() == "2020-01-01");

  const Json centre = property(schema, "centre");
  CHECK(centre.find("type")->as_string() == "array");
  CHECK(centre.find("minItems")->as_integer() == 2);
  CHECK(centre.find("maxItems")->as_integer() == 2);
  CHECK(centre.find("items")->find("type")->as_string() == "number");
  CHECK(centre.find("default")->at(1).as_double() == -3);
  const Json flags = property(schema, "flags");
  CHECK_FALSE(flags.find("minItems"));
  CHECK(flags.find("maxItems")->as_integer() == 4);

  REQUIRE(schema.find("required")->size() == 1);
  CHECK(schema.find("required")->at(0).as_string() == "n");
}

TEST_CASE("inputs are texts: an entity id, a URL or a value") {
  JobDescription description;
  description.name = "map";
  description.inputs.resize(3);
  description.inputs[0].name = "image";
  description.inputs[0].content_types = {"application/fits"};
  description.inputs[1].name = "tables";
  description.inputs[1].multiplicity = {1, std::nullopt};
  description.inputs[2].name = "note";
  description.inputs[2].kind = InputKind::value;
  description.inputs[2].multiplicity = {0, 1};
  const Json schema = schema_of(description);
  CHECK(property(schema, "image").find("type")->as_string() == "string");
  CHECK(property(schema, "image").find("x-input")->as_string() == "file");
  CHECK(property(schema, "image").find("x-contentTypes")->at(0).as_string() == "application/fits");
  CHECK(property(schema, "tables").find("type")->as_string() == "array");
  CHECK(property(schema, "tables").find("minItems")->as_integer() == 1);
  CHECK(property(schema, "note").find("x-input")->as_string() == "value");
  REQUIRE(schema.find("required")->size() == 2);
  CHECK(schema.find("required")->at(1).as_string() == "tables");
}
