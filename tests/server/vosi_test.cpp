// What a client finds a service by: indexes, VOSI, DALI examples.
#include "server/rest/sample.hpp"
#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using opus::rest::Pairs;
using opus::rest::sample_request;

namespace {

opus::Result<void> nothing(opus::TaskContext&) { return {}; }

/// All texts between the two marks, with XML's escapes undone.
std::vector<std::string> between(std::string_view text, std::string_view open,
                                 std::string_view close) {
  std::vector<std::string> found;
  for (auto at = text.find(open); at != text.npos; at = text.find(open, at)) {
    at += open.size();
    std::string piece(text.substr(at, text.find(close, at) - at));
    for (const auto& [escape, plain] :
         {std::pair("&lt;", "<"), std::pair("&gt;", ">"), std::pair("&quot;", "\""),
          std::pair("&apos;", "'"), std::pair("&#39;", "'"), std::pair("&amp;", "&")})
      for (auto e = piece.find(escape); e != piece.npos; e = piece.find(escape, e + 1))
        piece.replace(e, std::string_view(escape).size(), plain);
    found.push_back(std::move(piece));
  }
  return found;
}

Pairs keyvals(const std::string& example) {
  const auto keys = between(example, "property=\"key\">", "<");
  const auto values = between(example, "property=\"value\">", "<");
  REQUIRE(keys.size() == values.size());
  Pairs pairs;
  for (std::size_t i = 0; i < keys.size(); ++i) pairs.emplace_back(keys[i], values[i]);
  return pairs;
}

/// Something of every kind that has a sample, with values that markup could choke on.
opus::JobDescription demanding() {
  opus::JobDescription description;
  description.name = "demanding";
  description.annotation = "Wants <much> & \"more\"";
  description.parameters.resize(7);
  auto& p = description.parameters;
  for (std::size_t i = 0; i < p.size(); ++i) {
    p[i].name = "p" + std::to_string(i);
    p[i].required = true;
  }
  p[0].required = false;
  p[0].default_value = "a <b> & 'c' \"d\" 100% +é";
  p[1].options = {"red", "green"};
  p[2].datatype = opus::Datatype::double_number;
  p[2].min = "2.5";
  p[2].max = "3";
  p[3].datatype = opus::Datatype::integer;
  p[3].max = "-4";
  p[4].datatype = opus::Datatype::boolean;
  p[5].datatype = opus::Datatype::short_integer;
  p[5].arraysize = "3";
  p[6].datatype = opus::Datatype::float_number;
  p[6].arraysize = "*";
  return description;
}

}  // namespace

TEST_CASE("VOSI-06: the root is a page for people, or text or JSON for who asks by name") {
  RestRig rig;
  const Answer page = rig.get("/");
  CHECK(page.status == 200);
  CHECK(page.header("Content-Type") == "text/html;charset=UTF-8");
  CHECK(page.body.find("<a href=\"http://example.org/opus/rest\">") != std::string::npos);
  const Answer text = rig.get("/", {{"Accept", "text/plain"}});
  CHECK(text.header("Content-Type") == "text/plain;charset=UTF-8");
  CHECK(text.body.find(std::string(RestRig::k_base) + "/examples\n") != std::string::npos);
  const Answer json = rig.get("/", {{"Accept", "application/json"}});
  CHECK(json.header("Content-Type") == "application/json");
  CHECK(json.body.find("\"jobLists\":\"http://example.org/opus/rest\"") != std::string::npos);
  CHECK(rig.send("HEAD", "/").status == 200);
  CHECK(rig.post("/").status == 405);
}

TEST_CASE("/rest lists the job lists as text, JSON or a page") {
  RestRig rig;
  const Answer text = rig.get("/rest");
  CHECK(text.header("Content-Type") == "text/plain;charset=UTF-8");
  CHECK(text.body.find(std::string(RestRig::k_base) + "/rest/echo\n") != std::string::npos);
  const Answer json = rig.get("/rest", {{"Accept", "application/json"}});
  CHECK(json.header("Content-Type") == "application/json");
  CHECK(json.body.find("{\"name\":\"echo\",\"annotation\":\"Says what it is told\",\"href\":"
                       "\"http://example.org/opus/rest/echo\"}") != std::string::npos);
  const Answer page = rig.get("/rest", {{"Accept", "text/html,*/*;q=0.5"}});
  CHECK(page.header("Content-Type") == "text/html;charset=UTF-8");
  CHECK(page.body.find("<a href=\"http://example.org/opus/rest/echo/examples\">") !=
        std::string::npos);
}

TEST_CASE("VOSI-01, VOSI-02, UWS-VER-02: capabilities name what the service can do, and where") {
  RestRig rig;
  const Answer answer = rig.get("/capabilities");
  CHECK(answer.header("Content-Type") == "text/xml;charset=UTF-8");
  CHECK(between(answer.body, "<capability standardID=\"", "\"") ==
        std::vector<std::string>{
            "ivo://ivoa.net/std/VOSI#capabilities", "ivo://ivoa.net/std/VOSI#availability",
            "ivo://ivoa.net/std/DALI#examples", "ivo://ivoa.net/std/ProvenanceDM#ProvDAL-1.0",
            "ivo://ivoa.net/std/UWS#rest-1.1", "ivo://ivoa.net/std/UWS#rest-1.1",
            "ivo://ivoa.net/std/UWS#rest-1.1", "ivo://ivoa.net/std/UWS#rest-1.1"});
  const auto urls = between(answer.body, "\">http://example.org/opus", "</accessURL>");
  CHECK(urls == std::vector<std::string>{"/capabilities", "/availability", "/examples", "/provsap",
                                         "/rest/echo", "/sync/echo", "/rest/fail", "/sync/fail",
                                         "/rest/gate", "/sync/gate", "/rest/reader",
                                         "/sync/reader"});
  for (const std::string& url : urls)
    if (url == "/provsap")
      CHECK(rig.get(url).status == 400);  // wants an ID
    else if (url.rfind("/sync/", 0) != 0)
      CHECK(rig.get(url).status == 200);
}

TEST_CASE("VOSI-07: capabilities tell the limits of each job list") {
  using namespace std::chrono_literals;
  opus::ServiceConfig config;
  config.retention = 48h;
  config.retention_max = 24h;
  config.execution_duration_max = 100s;
  RestRig rig({}, config);
  opus::JobDescription limited;
  limited.name = "limited";
  limited.execution_duration = 15s;
  limited.execution_duration_min = 10s;
  limited.execution_duration_max = 1h;
  limited.retention = 1h;
  limited.retention_min = 60s;
  REQUIRE(rig.service().define(limited, &nothing));
  const auto texts = between(rig.get("/capabilities").body, "<description>", "</description>");
  REQUIRE(texts.size() == 5);
  CHECK(texts[0] ==
        "executionDuration: 100 s unless asked for, at most 100 s; retentionPeriod: "
        "86400 s unless asked for, at most 86400 s");
  CHECK(texts[3] ==
        "executionDuration: 15 s unless asked for, at least 10 s, at most 100 s; "
        "retentionPeriod: 3600 s unless asked for, at least 60 s, at most 86400 s");
  const std::string json = rig.get("/capabilities", {{"Accept", "application/json"}}).body;
  CHECK(
      json.find("/rest/limited\",\"limits\":{\"executionDuration\":{\"default\":15,\"minimum\":10,"
                "\"maximum\":100},\"retentionPeriod\":{\"default\":3600,\"minimum\":60,"
                "\"maximum\":86400}}") != std::string::npos);
  CHECK(json.find("/availability\",\"limits\":null") != std::string::npos);
  // They are true.
  const auto job = rig.create("limited", "EXECUTIONDURATION=9999");
  CHECK(rig.get(job + "/executionduration").body == "100");
  CHECK(rig.get(rig.create("limited") + "/executionduration").body == "15");
  CHECK(rig.service().limits("nosuch").error().code == opus::Errc::not_found);

  RestRig free;
  opus::JobDescription endless;
  endless.name = "endless";
  endless.execution_duration = 0s;
  REQUIRE(free.service().define(endless, &nothing));
  const auto none = between(free.get("/capabilities").body, "<description>", "</description>");
  CHECK(
      none.at(1) ==
      "executionDuration: no limit unless asked for; retentionPeriod: 2592000 s unless asked for");
}

TEST_CASE("VOSI-03: capabilities say when they last changed, and take GET only") {
  RestRig rig;
  const auto changed = [&] { return rig.get("/capabilities").header("Last-Modified"); };
  const std::string first = changed();
  CHECK(first.find(" GMT") != std::string::npos);
  CHECK(changed() == first);
  CHECK(rig.post("/capabilities").status == 405);
  CHECK(rig.send("DELETE", "/availability").status == 405);
  CHECK(rig.send("HEAD", "/capabilities").status == 200);
}

TEST_CASE("VOSI-04: the service is available since it was started") {
  RestRig rig;
  const Answer answer = rig.get("/availability");
  CHECK(answer.body.find("<vosi:available>true</vosi:available>\n  <vosi:upSince>20") !=
        std::string::npos);
}

TEST_CASE("VOSI-05: examples have a name, an id and their parameters as RDFa") {
  RestRig rig;
  const Answer all = rig.get("/examples");
  CHECK(all.status == 200);
  CHECK(all.header("Content-Type") == "application/xhtml+xml;charset=UTF-8");
  CHECK(between(all.body, "vocab=\"", "\"") ==
        std::vector<std::string>{"http://www.ivoa.net/rdf/examples#"});
  CHECK(between(all.body, "typeof=\"example\" id=\"", "\"") ==
        std::vector<std::string>{"example-echo", "example-fail", "example-gate"});
  CHECK(between(all.body, "resource=\"", "\"") ==
        std::vector<std::string>{"#example-echo", "#example-fail", "#example-gate"});
  CHECK(between(all.body, "property=\"name\">", "<") ==
        std::vector<std::string>{"Says what it is told", "fail", "gate"});
  const Answer one = rig.get("/rest/echo/examples");
  CHECK(keyvals(one.body) == Pairs{{"text", "hello"}, {"times", "1"}});
  CHECK(one.body.find("--data-urlencode 'text=hello'") != std::string::npos);
  // A file cannot be made up: no example.
  const Answer none = rig.get("/rest/reader/examples");
  CHECK(none.status == 404);
  CHECK(none.body.find("input 'image' has no default") != std::string::npos);
  CHECK(rig.get("/rest/nosuch/examples").status == 404);
  CHECK(rig.post("/rest/echo/examples").status == 405);
  CHECK(rig.post("/examples").status == 405);
}

TEST_CASE("VOSI-05: every example runs as it is") {
  RestRig rig;
  REQUIRE(rig.service().define(demanding(), &nothing));
  for (const std::string name : {"echo", "demanding"}) {
    INFO(name);
    std::string form = "PHASE=RUN";
    for (const auto& [key, value] : keyvals(rig.get("/rest/" + name + "/examples").body))
      form += '&' + key + '=' + opus::rest::percent_encode(value);
    INFO(form);
    const opus::Job job = rig.ended(rig.create(name, form));
    CHECK(job.phase == opus::Phase::completed);
  }
}

TEST_CASE("a sample has the defaults, and an allowed value of what is required without one") {
  CHECK(sample_request(demanding()).value() == Pairs{{"p0", "a <b> & 'c' \"d\" 100% +é"},
                                                     {"p1", "red"},
                                                     {"p2", "2.5"},
                                                     {"p3", "-4"},
                                                     {"p4", "true"},
                                                     {"p5", "1 1 1"},
                                                     {"p6", "1"}});
  opus::JobDescription description;
  description.name = "x";
  description.parameters.resize(1);
  description.parameters[0].name = "free";
  CHECK(sample_request(description).value().empty());  // optional
  description.parameters[0].required = true;
  CHECK(sample_request(description).error().message ==
        "there is no example of 'x': its parameter 'free' has no default");
  description.parameters.clear();
  description.inputs.resize(1);
  description.inputs[0].name = "image";
  CHECK(sample_request(description).error().code == opus::Errc::not_found);
  description.inputs[0].default_value = "https://example.org/m31.fits";
  CHECK(sample_request(description).value() == Pairs{{"image", "https://example.org/m31.fits"}});
  description.inputs[0].default_value.reset();
  description.inputs[0].multiplicity.min = 0;
  CHECK(sample_request(description).value().empty());
}
