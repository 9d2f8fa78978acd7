#include <string>

#include <opus/description.hpp>

#include "tests/support/catch.hpp"

using opus::Datatype;
using opus::InputKind;
using opus::JobDescription;
using opus::Multiplicity;

namespace {

std::string error_of(std::string_view json) {
  const auto read = opus::parse_description(json, "d.json");
  return read ? "none" : read.error().message;
}

// A member beside the least a description must have.
std::string with(std::string_view member) {
  return R"({"name": "d", "command": ["true"], )" + std::string{member} + "}";
}

}  // namespace

TEST_CASE("a description in JSON has one member for each field") {
  const auto read = opus::parse_description(R"json({
    "$schema": "job-description.schema.json",
    "name": "smooth", "annotation": "Smooths", "version": "2", "type": "Reduction",
    "subtype": "smoothing", "docUrl": "https://example.org/doc",
    "contact": {"name": "A. N.", "email": "a@example.org"},
    "executor": "slurm", "executorOptions": {"partition": "short"},
    "command": ["smooth", "${sigma}", "${image}"],
    "environment": {"LC_ALL": "C"},
    "executionDuration": 60, "executionDurationMin": 6, "executionDurationMax": 600, "quote": 10,
    "retention": 86400, "retentionMin": 3600, "retentionMax": 864000,
    "onDestruction": "archive",
    "reuse": "verified",
    "limits": {"memoryBytes": 1073741824, "fileSizeBytes": 2, "openFiles": 3, "processes": 4},
    "parameters": [
      {"name": "sigma", "annotation": "Width", "datatype": "double", "unit": "pixel",
       "ucd": "instr.pixel", "utype": "u", "xtype": "x", "default": 1.5, "min": 0, "max": "50",
       "options": [1.5, "2.0"]},
      {"name": "box", "datatype": "int", "arraysize": "4", "required": true}
    ],
    "inputs": [
      {"name": "image", "annotation": "Image", "role": "science", "kind": "file",
       "contentTypes": ["image/fits"], "multiplicity": "1..*", "url": "https://a.org/$ID",
       "default": "x1"},
      {"name": "target", "kind": "value", "multiplicity": "0..1"}
    ],
    "results": [
      {"name": "map", "annotation": "Map", "role": "out", "path": "map*.fits",
       "contentType": "image/fits", "multiplicity": "*"}
    ]})json",
                                            "smooth.json");
  if (!read) FAIL(read.error().message);
  JobDescription d{.name = "smooth",
                   .annotation = "Smooths",
                   .version = "2",
                   .type = "Reduction",
                   .subtype = "smoothing",
                   .doc_url = "https://example.org/doc",
                   .contact = {"A. N.", "a@example.org"},
                   .executor = "slurm",
                   .executor_options = {{"partition", "short"}},
                   .command = {"smooth", "${sigma}", "${image}"},
                   .environment = {{"LC_ALL", "C"}}};
  d.execution_duration = std::chrono::seconds{60};
  d.execution_duration_min = std::chrono::seconds{6};
  d.execution_duration_max = std::chrono::seconds{600};
  d.quote = std::chrono::seconds{10};
  d.retention = std::chrono::hours{24};
  d.retention_min = std::chrono::hours{1};
  d.retention_max = std::chrono::hours{240};
  d.on_destruction = opus::OnDestruction::archive;
  d.reuse = opus::Reuse::verified;
  d.limits = {1073741824, 2, 3, 4};
  d.parameters = {
      {.name = "sigma",
       .annotation = "Width",
       .datatype = Datatype::double_number,
       .unit = "pixel",
       .ucd = "instr.pixel",
       .utype = "u",
       .xtype = "x",
       .default_value = "1.5",
       .min = "0",
       .max = "50",
       .options = {"1.5", "2.0"}},
      {.name = "box", .datatype = Datatype::integer, .arraysize = "4", .required = true}};
  d.inputs = {{.name = "image",
               .annotation = "Image",
               .role = "science",
               .content_types = {"image/fits"},
               .multiplicity = {1, std::nullopt},
               .url = "https://a.org/$ID",
               .default_value = "x1"},
              {.name = "target", .kind = InputKind::value, .multiplicity = {0, 1}}};
  d.results = {{.name = "map",
                .annotation = "Map",
                .role = "out",
                .path = "map*.fits",
                .content_type = "image/fits",
                .multiplicity = {0, std::nullopt}}};
  CHECK(*read == d);
}

TEST_CASE("what is left out has the defaults of JobDescription") {
  const auto read = opus::parse_description(R"({"name": "d", "command": ["true"]})", "d.json");
  REQUIRE(read);
  CHECK(*read == JobDescription{.name = "d", .command = {"true"}});
}

TEST_CASE("the canonical JSON is stable, complete and readable") {
  JobDescription d{.name = "d", .script = "#!/bin/sh\necho \"$x\"\n"};
  d.parameters = {{.name = "x", .datatype = Datatype::integer, .default_value = "1"},
                  {.name = "y", .datatype = Datatype::boolean, .default_value = "true"},
                  {.name = "z", .datatype = Datatype::double_number, .default_value = "1.50"}};
  CHECK(opus::to_json(d) == R"({
  "name": "d",
  "version": "1",
  "executor": "local",
  "script": [
    "#!/bin/sh",
    "echo \"$x\""
  ],
  "executionDuration": 3600,
  "parameters": [
    {
      "name": "x",
      "datatype": "int",
      "default": 1
    },
    {
      "name": "y",
      "datatype": "boolean",
      "default": true
    },
    {
      "name": "z",
      "datatype": "double",
      "default": "1.50"
    }
  ]
}
)");
}

TEST_CASE("a script is one string or its lines, and loses the CR of other systems") {
  const auto lines = opus::parse_description(R"({"name": "d", "script": ["a", "", "b"]})", "d");
  REQUIRE(lines);
  CHECK(lines->script == "a\n\nb\n");
  const auto text = opus::parse_description(R"({"name": "d", "script": "a\r\nb"})", "d");
  REQUIRE(text);
  CHECK(text->script == "a\nb");
  CHECK(error_of(R"({"name": "d", "script": ["a\nb"]})") ==
        "d.json: script[0]: expected one line, got 'a\xEF\xBF\xBD"
        "b'");
}

TEST_CASE("unknown members are errors that name the nearest known one") {
  CHECK(error_of(with(R"("execution_duration": 5)")) ==
        "d.json: execution_duration: expected a known member (did you mean "
        "'executionDuration'?), got 'execution_duration'");
  CHECK(error_of(with(R"("results": [{"name": "r", "pth": "x"}])")) ==
        "d.json: results[0].pth: expected a known member (did you mean 'path'?), got 'pth'");
  CHECK(error_of(with(R"("contact": {"phone": "1"})")) ==
        "d.json: contact.phone: expected a known member (one of name, email), got 'phone'");
}

TEST_CASE("a member given twice is an error") {
  CHECK(error_of(R"({"name": "a", "name": "b", "command": ["true"]})") ==
        "d.json: name: expected one member of this name, got 'several'");
  CHECK(error_of(with(R"("environment": {"A": "1", "A": "2"})")) ==
        "d.json: environment.A: expected one member of this name, got 'several'");
}

TEST_CASE("members of a wrong type are errors with their path, all in one") {
  const auto read = opus::parse_description(R"({"name": 5, "command": "true", "executor": null,
    "executionDuration": "60", "quote": 1.5, "limits": [], "environment": {"A": 1},
    "parameters": [{"name": "a", "required": "yes", "default": []}, 7],
    "inputs": {}, "results": [{}]})",
                                            "d.json");
  REQUIRE_FALSE(read);
  CHECK(read.error().code == opus::Errc::invalid_argument);
  CHECK(read.error().message ==
        "d.json: name: expected a string, got '5'; "
        "executor: expected a string, got 'null'; "
        "command: expected an array, got 'true'; "
        "environment.A: expected a string, got '1'; "
        "executionDuration: expected an integer, got '60'; "
        "quote: expected an integer, got '1.5'; "
        "limits: expected an object, got '[...]'; "
        "parameters[0].required: expected true or false, got 'yes'; "
        "parameters[0].default: expected a string, a number or a boolean, got '[...]'; "
        "parameters[1]: expected an object, got '7'; "
        "inputs: expected an array, got '{...}'; "
        "results[0].name: expected a string, got nothing");
  CHECK(read.error().faults.size() == 12);
}

TEST_CASE("words that are none of those possible are errors that list them") {
  CHECK(error_of(with(R"("onDestruction": "keep")")) ==
        "d.json: onDestruction: expected remove or archive, got 'keep'");
  CHECK(error_of(with(R"("reuse": "always")")) ==
        "d.json: reuse: expected never, quick or verified, got 'always'");
  CHECK(error_of(with(R"("parameters": [{"name": "a", "datatype": "string"}])")) ==
        "d.json: parameters[0].datatype: expected one of boolean, unsignedByte, short, int, long, "
        "float, double, char, got 'string'");
  CHECK(error_of(with(R"("inputs": [{"name": "a", "kind": "url"}])")) ==
        "d.json: inputs[0].kind: expected file or value, got 'url'");
  CHECK(error_of(with(R"("inputs": [{"name": "a", "multiplicity": "many"}])")) ==
        "d.json: inputs[0].multiplicity: expected a multiplicity such as 1, 0..1, 1..*, 2..4 or *, "
        "got 'many'");
  CHECK(error_of(with(R"("limits": {"memoryBytes": -5})")) ==
        "d.json: limits.memoryBytes: expected a positive integer, got '-5'");
  CHECK(error_of(R"({"name": "d", "command": ["true", 1]})") ==
        "d.json: command[1]: expected a string, got '1'");
  CHECK(error_of(with(R"("parameters": [{"name": "a", "options": [null]}])")) ==
        "d.json: parameters[0].options[0]: expected a string, a number or a boolean, got 'null'");
}

TEST_CASE("a fault of the content is reported with the path in the document") {
  CHECK(error_of(with(R"("parameters": [{"name": "a", "datatype": "int", "max": "x"}])")) ==
        "d.json: parameters[0].max: expected an integer from -2147483648 to 2147483647, got 'x'");
}

TEST_CASE("malformed JSON is an error with line and column") {
  CHECK(error_of("{\n  \"name\": \"d\",\n}").starts_with("d.json:3:1: "));
}
