#include <functional>
#include <string>

#include <opus/description.hpp>

#include "tests/support/catch.hpp"

using opus::Datatype;
using opus::InputKind;
using opus::JobDescription;

namespace {

JobDescription good() {
  JobDescription d{.name = "smooth", .command = {"smooth", "${sigma}", "${image}"}};
  d.parameters = {{.name = "sigma",
                   .datatype = Datatype::double_number,
                   .default_value = "1",
                   .min = "0",
                   .max = "9"}};
  d.inputs = {{.name = "image"}};
  d.results = {{.name = "map", .path = "map.fits"}};
  return d;
}

// The field of the only fault after a change; "" if there is none, the message if there are more.
std::string fault_after(const std::function<void(JobDescription&)>& change) {
  JobDescription d = good();
  change(d);
  const auto result = opus::check(d);
  if (result) return {};
  CHECK(result.error().code == opus::Errc::invalid_argument);
  return result.error().faults.size() == 1 ? result.error().faults[0].field
                                           : result.error().message;
}

#define OPUS_UWS_FAULT(...) fault_after([](JobDescription& d) { __VA_ARGS__; })

}  // namespace

TEST_CASE("a good description has no fault") { CHECK(opus::check(good())); }

TEST_CASE("names of descriptions are path elements of URLs") {
  for (const char* name : {"a", "9x", "_", "a.b-c",
                           "A234567890123456789012345678901234567890123456789012345678901234"})
    CHECK(fault_after([&](JobDescription& d) { d.name = name; }) == "");
  for (const char* name : {"", ".", "..", "-a", "a/b", "a b", "caf\xC3\xA9", "a%", "../evil",
                           "A2345678901234567890123456789012345678901234567890123456789012345"})
    CHECK(fault_after([&](JobDescription& d) { d.name = name; }) == "name");
}

TEST_CASE("texts are UTF-8 that XML can carry") {
  for (const char* text : {"\x01", "\x1B[31m", "\xFF", "\xEF\xBF\xBE", "\xED\xA0\x80"}) {
    CHECK(fault_after([&](JobDescription& d) { d.annotation = text; }) == "annotation");
    CHECK(fault_after([&](JobDescription& d) { d.parameters[0].annotation = text; }) ==
          "parameters[0].annotation");
    CHECK(fault_after([&](JobDescription& d) { d.command[1] = text; }) == "command[1]");
    CHECK(fault_after([&](JobDescription& d) { d.environment["X"] = text; }) == "environment.X");
    CHECK(fault_after([&](JobDescription& d) { d.executor_options["x"] = text; }) ==
          "executorOptions.x");
  }
  CHECK(OPUS_UWS_FAULT(d.annotation = "two\nlines\t\xE2\x88\x91") == "");
  CHECK(OPUS_UWS_FAULT(d.version = "") == "version");
  CHECK(OPUS_UWS_FAULT(d.version = "1\n2") == "version");
  CHECK(OPUS_UWS_FAULT(d.type = "a\nb") == "type");
  CHECK(OPUS_UWS_FAULT(d.subtype = "a\nb") == "subtype");
  CHECK(OPUS_UWS_FAULT(d.contact.name = "a\nb") == "contact.name");
  CHECK(OPUS_UWS_FAULT(d.contact.email = "a\nb") == "contact.email");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].unit = " m") == "parameters[0].unit");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].ucd = "a b") == "parameters[0].ucd");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].utype = "a  b") == "parameters[0].utype");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].xtype = "x ") == "parameters[0].xtype");
  CHECK(OPUS_UWS_FAULT(d.inputs[0].role = "a\nb") == "inputs[0].role");
  CHECK(OPUS_UWS_FAULT(d.results[0].annotation = "\x02") == "results[0].annotation");
}

TEST_CASE("documentation is a link that a page may offer") {
  for (const char* link : {"", "https://a.org/x?y#z", "doc.html", "../a:b", "doi:10.1/2", "#here"})
    CHECK(fault_after([&](JobDescription& d) { d.doc_url = link; }) == "");
  for (const char* link : {"javascript:alert(1)", "data:text/html,x", "a b", "file:///etc/passwd"})
    CHECK(fault_after([&](JobDescription& d) { d.doc_url = link; }) == "docUrl");
}

TEST_CASE("there is exactly one of command and script, unless a function runs") {
  CHECK(OPUS_UWS_FAULT(d.command.clear()) == "command");
  CHECK(OPUS_UWS_FAULT(d.script = "true\n") == "command");
  CHECK(OPUS_UWS_FAULT(d.command.clear(); d.script = "true\n") == "");
  CHECK(OPUS_UWS_FAULT(d.executor = "function") == "command");
  CHECK(OPUS_UWS_FAULT(d.executor = "function"; d.command.clear(); d.script = "x") == "command");
  CHECK(OPUS_UWS_FAULT(d.executor = "function"; d.command.clear()) == "");
  CHECK(OPUS_UWS_FAULT(d.command[0] = "") == "command[0]");
  CHECK(OPUS_UWS_FAULT(d.command[0] = "${sigma}") == "command[0]");
  CHECK(OPUS_UWS_FAULT(d.command[1] = "${sigme}") == "command[1]");
  CHECK(OPUS_UWS_FAULT(d.command.clear(); d.script = "echo\r\n") == "script");
  CHECK(OPUS_UWS_FAULT(d.executor = "") == "executor");
  CHECK(OPUS_UWS_FAULT(d.executor = "a b") == "executor");
  CHECK(OPUS_UWS_FAULT(d.executor_options["a=b"] = "") == "executorOptions");
}

TEST_CASE("the environment has names of variables that nothing else gives") {
  CHECK(OPUS_UWS_FAULT(d.environment["LD_LIBRARY_PATH"] = "/opt/lib") == "");
  CHECK(OPUS_UWS_FAULT(d.environment["1"] = "x") == "environment.1");
  CHECK(OPUS_UWS_FAULT(d.environment["opus_uws_x"] = "x") == "environment.opus_uws_x");
  CHECK(OPUS_UWS_FAULT(d.environment["sigma"] = "x") == "environment.sigma");
  CHECK(OPUS_UWS_FAULT(d.environment["map"] = "x") == "environment.map");
}

TEST_CASE("durations are seconds that UWS documents can carry, within the maximum") {
  using std::chrono::seconds;
  CHECK(OPUS_UWS_FAULT(d.execution_duration = seconds{0}) == "");
  CHECK(OPUS_UWS_FAULT(d.execution_duration = seconds{-1}) == "executionDuration");
  CHECK(OPUS_UWS_FAULT(d.execution_duration = seconds{2147483648}) == "executionDuration");
  CHECK(OPUS_UWS_FAULT(d.execution_duration_max = seconds{3600}) == "");
  CHECK(OPUS_UWS_FAULT(d.execution_duration_max = seconds{3599}) == "executionDuration");
  CHECK(OPUS_UWS_FAULT(d.execution_duration_max = seconds{10}; d.execution_duration = seconds{0}) ==
        "executionDuration");
  CHECK(OPUS_UWS_FAULT(d.execution_duration_max = seconds{-5}) == "executionDurationMax");
  CHECK(OPUS_UWS_FAULT(d.quote = seconds{-1}) == "quote");
  CHECK(OPUS_UWS_FAULT(d.retention = seconds{0}) == "retention");
  CHECK(OPUS_UWS_FAULT(d.execution_duration_min = seconds{3600}) == "");
  CHECK(OPUS_UWS_FAULT(d.execution_duration_min = seconds{3601}) == "executionDuration");
  CHECK(OPUS_UWS_FAULT(d.execution_duration_min = seconds{-1}) == "executionDurationMin");
  CHECK(OPUS_UWS_FAULT(d.retention_min = seconds{-1}) == "retentionMin");
  CHECK(OPUS_UWS_FAULT(d.retention_max = seconds{-1}) == "retentionMax");
  CHECK(OPUS_UWS_FAULT(d.retention = seconds{60}; d.retention_min = seconds{60};
                       d.retention_max = seconds{60}) == "");
  CHECK(OPUS_UWS_FAULT(d.retention = seconds{60}; d.retention_min = seconds{61}) == "retention");
  CHECK(OPUS_UWS_FAULT(d.retention = seconds{60}; d.retention_max = seconds{59}) == "retentionMax");
  CHECK(OPUS_UWS_FAULT(d.retention_min = seconds{60}; d.retention_max = seconds{59}) ==
        "retentionMax");
}

TEST_CASE("limits are positive") {
  CHECK(OPUS_UWS_FAULT(d.limits.memory_bytes = 0) == "limits.memoryBytes");
  CHECK(OPUS_UWS_FAULT(d.limits.file_size_bytes = 0) == "limits.fileSizeBytes");
  CHECK(OPUS_UWS_FAULT(d.limits.open_files = 0) == "limits.openFiles");
  CHECK(OPUS_UWS_FAULT(d.limits.processes = 1ull << 63) == "limits.processes");
}

TEST_CASE("names of parameters, inputs and results are free and unique") {
  CHECK(OPUS_UWS_FAULT(d.parameters.push_back({.name = "a-b"})) == "parameters[1].name");
  CHECK(OPUS_UWS_FAULT(d.parameters.push_back({.name = "PATH"})) == "parameters[1].name");
  CHECK(OPUS_UWS_FAULT(d.inputs.push_back({.name = "LD_PRELOAD"})) == "inputs[1].name");
  CHECK(OPUS_UWS_FAULT(d.results.push_back({.name = "RunId", .path = "x"})) == "results[1].name");
  CHECK(OPUS_UWS_FAULT(d.parameters.push_back({.name = "SIGMA"})) == "parameters[1].name");
  CHECK(OPUS_UWS_FAULT(d.inputs.push_back({.name = "Sigma"})) == "inputs[1].name");
  CHECK(OPUS_UWS_FAULT(d.results.push_back({.name = "Map", .path = "x"})) == "results[1].name");
  CHECK(OPUS_UWS_FAULT(d.results.push_back({.name = "image", .path = "x"})) == "results[1].name");
}

TEST_CASE("a parameter may give a result its file name") {
  CHECK(OPUS_UWS_FAULT(d.parameters.push_back({.name = "map"})) == "");
  CHECK(OPUS_UWS_FAULT(d.parameters.push_back({.name = "map", .default_value = "x.fits"});
                       d.results[0].path.clear()) == "");
  CHECK(OPUS_UWS_FAULT(d.parameters.push_back({.name = "map", .required = true});
                       d.results[0].path.clear()) == "");
  CHECK(OPUS_UWS_FAULT(d.parameters.push_back({.name = "map"}); d.results[0].path.clear()) ==
        "results[0].path");
  CHECK(OPUS_UWS_FAULT(d.parameters.push_back({.name = "map", .default_value = ""});
                       d.results[0].path.clear()) == "results[0].path");
  CHECK(OPUS_UWS_FAULT(d.parameters.push_back({.name = "MAP"})) == "results[0].name");
  CHECK(OPUS_UWS_FAULT(d.parameters.push_back({.name = "map", .datatype = Datatype::integer})) ==
        "results[0].name");
  CHECK(OPUS_UWS_FAULT(d.parameters.push_back({.name = "map", .default_value = "../x"})) ==
        "results[0].name");
}

TEST_CASE("defaults, ranges and options of a parameter agree") {
  CHECK(OPUS_UWS_FAULT(d.parameters[0].default_value = "10") == "parameters[0].default");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].default_value = "x") == "parameters[0].default");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].default_value = "") == "parameters[0].default");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].required = true) == "parameters[0].default");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].min = "x") == "parameters[0].min");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].min = "NaN") == "parameters[0].min");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].min = "") == "parameters[0].min");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].max = "") == "parameters[0].max");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].max = "-1") == "parameters[0].max");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].options = {"1", "5"}) == "");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].options = {"5"}) == "parameters[0].default");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].options = {"1", "10"}) == "parameters[0].options[1]");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].options = {"1", "1.0"}) == "parameters[0].options[1]");
  CHECK(OPUS_UWS_FAULT(d.parameters[0] = {.name = "sigma"}; d.parameters[0].options = {"a\x01"}) ==
        "parameters[0].options[0]");
  CHECK(OPUS_UWS_FAULT((d.parameters[0] = {.name = "sigma",
                                           .datatype = Datatype::float_number,
                                           .options = {"NaN"}})) == "parameters[0].options[0]");
  CHECK(OPUS_UWS_FAULT(
            (d.parameters[0] = {.name = "sigma", .datatype = Datatype::boolean, .min = "0"})) ==
        "parameters[0].min");
}

TEST_CASE("array sizes fit their datatype and default") {
  CHECK(OPUS_UWS_FAULT(d.parameters[0].arraysize = "x") == "parameters[0].arraysize");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].arraysize = "2") == "parameters[0].default");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].arraysize = "2"; d.parameters[0].default_value = "1 2") ==
        "");
  CHECK(OPUS_UWS_FAULT(d.parameters[0].arraysize = "*"; d.parameters[0].default_value = "") == "");
  CHECK(OPUS_UWS_FAULT(d.parameters.push_back({.name = "t", .arraysize = "*"})) ==
        "parameters[1].arraysize");
}

TEST_CASE("inputs come from where a service may fetch them") {
  for (const char* url : {"", "file://$ID", "http://a.org/$ID", "https://a.org/?x=$ID&y=1"})
    CHECK(fault_after([&](JobDescription& d) { d.inputs[0].url = url; }) == "");
  for (const char* url : {"file:///data/$ID", "https://a.org/", "ftp://a/$ID", "$ID",
                          "http://a.org/ $ID", "javascript:$ID"})
    CHECK(fault_after([&](JobDescription& d) { d.inputs[0].url = url; }) == "inputs[0].url");
  CHECK(OPUS_UWS_FAULT(d.inputs[0].kind = InputKind::value; d.inputs[0].url = "file://$ID") ==
        "inputs[0].url");
  CHECK(OPUS_UWS_FAULT(d.inputs[0].default_value = "") == "inputs[0].default");
  CHECK(OPUS_UWS_FAULT((d.inputs[0].multiplicity = {2, 1})) == "inputs[0].multiplicity");
  CHECK(OPUS_UWS_FAULT((d.inputs[0].multiplicity = {0, 0})) == "inputs[0].multiplicity");
}

TEST_CASE("media types are well-formed, with ranges for inputs only") {
  for (const char* type : {"image/fits", "image/*", "*/*", "text/plain; charset=utf-8",
                           "text/plain;charset=\"utf-8\"", "application/x-votable+xml"})
    CHECK(fault_after([&](JobDescription& d) { d.inputs[0].content_types = {type}; }) == "");
  for (const char* type :
       {"", "fits", "image/", "/fits", "a/b/c", "a b/c", "a/b, c/d", "a/b;", "a/b; c", "a/b ;c=d"})
    CHECK(fault_after([&](JobDescription& d) { d.inputs[0].content_types = {type}; }) ==
          "inputs[0].contentTypes[0]");
  CHECK(OPUS_UWS_FAULT(d.results[0].content_type = "image/fits") == "");
  CHECK(OPUS_UWS_FAULT(d.results[0].content_type = "image/*") == "results[0].contentType");
}

TEST_CASE("results stay below the work folder (promise 4)") {
  for (const char* path : {"a.fits", "maps/*.fits", "a b", "..a"})
    CHECK(fault_after([&](JobDescription& d) { d.results[0].path = path; }) == "");
  for (const char* path : {"", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "a\nb"})
    CHECK(fault_after([&](JobDescription& d) { d.results[0].path = path; }) == "results[0].path");
  CHECK(OPUS_UWS_FAULT(d.results.push_back({.name = "m2", .path = "map.fits"})) ==
        "results[1].path");
  CHECK(OPUS_UWS_FAULT((d.results[0].multiplicity = {2, 3})) == "results[0].path");
  CHECK(OPUS_UWS_FAULT((d.results[0].multiplicity = {2, 3}); d.results[0].path = "m?.fits") == "");
}

TEST_CASE("all faults are in one error") {
  JobDescription d = good();
  d.name = "a/b";
  d.parameters[0].default_value = "99";
  d.results[0].path = "/tmp/x";
  const auto result = opus::check(d);
  REQUIRE_FALSE(result);
  CHECK(result.error().message ==
        "description 'a/b': name: expected 1 to 64 letters, digits, '_', '.', '-', beginning with "
        "a letter, digit or '_', got 'a/b'; "
        "parameters[0].default: expected a number from 0 to 9, got '99'; "
        "results[0].path: expected a file name or glob below the work folder, got '/tmp/x'");
}

TEST_CASE("absurd numbers of items are refused before they are compared") {
  CHECK(OPUS_UWS_FAULT(d.parameters.resize(1001)) == "parameters");
  CHECK(OPUS_UWS_FAULT(d.inputs.resize(1001)) == "inputs");
  CHECK(OPUS_UWS_FAULT(d.results.resize(1001)) == "results");
  CHECK(OPUS_UWS_FAULT(d.command.resize(1001)) == "command");
}
