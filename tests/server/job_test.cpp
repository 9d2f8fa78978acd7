// {job} and the resources below it.
#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using opus::Phase;

TEST_CASE("UWS-HTTP-05, UWS-XML-08: no document leads to a style sheet or a schema") {
  RestRig rig;
  const std::string path = rig.create("echo");
  for (const std::string& target : {std::string("/rest/echo"), path, path + "/parameters",
                                    path + "/results", std::string("/capabilities")}) {
    const std::string body = rig.get(target).body;
    CHECK(body.find("xml-stylesheet") == std::string::npos);
    CHECK(body.find("schemaLocation") == std::string::npos);
  }
}

TEST_CASE(
    "UWS-RUN-03, UWS-RES-02: a job that has to wait is QUEUED, and shows results at its end") {
  opus::ServiceConfig config;
  config.max_executing = 1;
  RestRig rig({}, config);
  const std::string first = rig.create("gate", "PHASE=RUN");
  const std::string second = rig.create("echo", "PHASE=RUN");
  while (rig.phase(first) == "QUEUED") rig.await(rig.start("GET", first + "?WAIT=9&PHASE=QUEUED"));
  CHECK(rig.phase(second) == "QUEUED");
  CHECK(rig.get(second + "/results").body.find("<uws:result ") == std::string::npos);
  rig.open_gate();
  CHECK(rig.ended(second).phase == opus::Phase::completed);
  CHECK(rig.get(second + "/results").body.find("<uws:result ") != std::string::npos);
}

TEST_CASE("UWS-URI-01, UWS-URI-07: unknown jobs, lists and children are 404") {
  RestRig rig;
  const auto path = rig.create("echo");
  const auto id = rig.id_of(path).value;
  CHECK(rig.get("/rest/echo/nosuchjob").status == 404);
  CHECK(rig.get("/rest/echo/0198c0de-0000-7000-8000-000000000000").status == 404);
  CHECK(rig.get("/rest/fail/" + id).status == 404);  // a job of another list
  CHECK(rig.get("/rest/nosuch/" + id).status == 404);
  CHECK(rig.get(path + "/nosuch").status == 404);
  CHECK(rig.get(path + "//phase").status == 404);
  CHECK(rig.get(path + "/results/nosuch").status == 404);  // UWS-RES-10
  CHECK(rig.get(path + "/parameters/nosuch").status == 404);
  CHECK(rig.get("/1/2/3/4/5/6/7/8/9/10/11/12").status == 404);
  CHECK(rig.post("/rest/echo/nosuchjob/phase", "PHASE=RUN").status == 404);
  CHECK(rig.send("DELETE", "/rest/echo/nosuchjob").status == 404);
  CHECK(rig.get(path + "/").status == 200);
}

TEST_CASE("UWS-HTTP-15: a method that a resource does not have is 405 and names those it has") {
  RestRig rig;
  const auto path = rig.create("echo");
  const Answer answer = rig.send("DELETE", path + "/results");
  CHECK(answer.status == 405);
  CHECK(answer.header("Allow") == "GET, HEAD, OPTIONS");
  CHECK(rig.send("DELETE", "/rest/echo").header("Allow") == "GET, HEAD, POST, OPTIONS");
  CHECK(rig.send("PUT", path).header("Allow") == "GET, HEAD, POST, DELETE, OPTIONS");
  CHECK(rig.send("PATCH", path).status == 405);
  const Answer options = rig.send("OPTIONS", path + "/phase");
  CHECK(options.status == 204);
  CHECK(options.header("Allow") == "GET, HEAD, POST, OPTIONS");
  CHECK(rig.send("OPTIONS", "/nosuch").status == 404);
}

TEST_CASE("UWS-HTTP-01, UWS-HTTP-14: the fields of a job are bare text") {
  RestRig rig;
  const auto path = rig.create("echo", "EXECUTIONDURATION=60");
  const auto job = rig.service().get(rig.id_of(path)).value();
  const auto field = [&](std::string_view name) {
    const Answer answer = rig.get(path + "/" + std::string(name));
    CHECK(answer.status == 200);
    CHECK(answer.header("Content-Type") == "text/plain;charset=UTF-8");
    return answer.body;
  };
  CHECK(field("phase") == "PENDING");
  CHECK(field("executionduration") == "60");
  CHECK(field("destruction") == opus::to_iso8601(*job.destruction));
  CHECK(field("quote") == (job.quote ? opus::to_iso8601(*job.quote) : ""));
  CHECK(field("owner").empty());  // UWS-OWN-03
  // UWS-DST-04, UWS-EXD-05, UWS-PHS-01: the same words as in the document
  const std::string xml = rig.get(path).body;
  CHECK(xml.find("<uws:destruction>" + field("destruction") + "<") != std::string::npos);
  CHECK(xml.find("<uws:executionDuration>60<") != std::string::npos);
  CHECK(xml.find("<uws:phase>PENDING<") != std::string::npos);
}

TEST_CASE("UWS-QUO-02, UWS-DST-01, UWS-RES-01: what is unknown is empty, not missing") {
  RestRig rig({}, {.retention = std::chrono::seconds{0}});
  auto description = rig.service().description("fail").value();
  description.execution_duration = std::chrono::seconds{0};
  REQUIRE(rig.service().define(description,
                               [](opus::TaskContext&) -> opus::Result<void> { return {}; }));
  const auto path = rig.create("fail");
  for (const char* name : {"/quote", "/destruction", "/owner"}) {
    INFO(name);
    const Answer answer = rig.get(path + name);
    CHECK(answer.status == 200);
    CHECK(answer.body.empty());
  }
  CHECK(rig.get(path + "/executionduration").body == "0");
  const Answer results = rig.get(path + "/results");
  CHECK(results.status == 200);
  CHECK(results.body.find("<uws:results") != std::string::npos);
}

TEST_CASE("UWS-RUN-01, UWS-RUN-02, UWS-RUN-06: PHASE=RUN starts the job before it answers") {
  RestRig rig;
  for (const auto& [suffix, form] :
       {std::pair("/phase", "PHASE=RUN"), std::pair("/phase", "phase=run"),
        std::pair("/phase?PHASE=RUN", ""), std::pair("", "PHASE=RUN")}) {
    const auto path = rig.create("echo");
    const Answer answer = rig.post(path + suffix, form);
    CHECK(answer.status == 303);
    CHECK(path_of(answer.header("Location")) == path);
    CHECK(rig.phase(path) != "PENDING");
    CHECK(rig.ended(path).phase == Phase::completed);
  }
}

TEST_CASE(
    "UWS-RUN-04, UWS-ABT-03, AMB-03, UWS-HTTP-08: RUN and ABORT where they are illegal are 403") {
  RestRig rig;
  const auto path = rig.create("echo", "PHASE=RUN");
  REQUIRE(rig.ended(path).phase == Phase::completed);
  CHECK(rig.post(path + "/phase", "PHASE=RUN").status == 403);
  CHECK(rig.post(path + "/phase", "PHASE=ABORT").status == 403);
  CHECK(rig.phase(path) == "COMPLETED");
}

TEST_CASE(
    "UWS-ABT-01, UWS-ABT-02: a pending and a running job can be aborted, twice without harm") {
  RestRig rig;
  const auto pending = rig.create("echo");
  CHECK(rig.post(pending + "/phase", "PHASE=ABORT").status == 303);
  CHECK(rig.phase(pending) == "ABORTED");
  CHECK(rig.post(pending + "/phase", "PHASE=ABORT").status == 303);
  const auto running = rig.create("gate", "PHASE=RUN");
  CHECK(rig.post(running, "PHASE=ABORT").status == 303);  // as uws-client does
  CHECK(rig.phase(running) == "ABORTED");
  CHECK(rig.get(running).body.find("<uws:endTime>") != std::string::npos);  // UWS-PHS-10
}

TEST_CASE("UWS-RUN-08, UWS-RUN-07: other phases are refused, and a GET changes nothing") {
  RestRig rig;
  const auto path = rig.create("echo");
  CHECK(rig.post(path + "/phase", "PHASE=COMPLETED").status == 400);
  CHECK(rig.post(path + "/phase", "").status == 400);
  CHECK(rig.post(path + "/phase", "PHASE=RUN&PHASE=ABORT").status == 400);
  CHECK(rig.get(path + "/phase?PHASE=RUN").body == "PENDING");
  CHECK(rig.get(path + "?PHASE=ABORT").status == 200);
  CHECK(rig.phase(path) == "PENDING");
}

TEST_CASE("UWS-DEL-01, UWS-DEL-02, UWS-DEL-04, AMB-06: a destroyed job is gone at once") {
  RestRig rig;
  const auto first = rig.create("echo");
  const Answer deleted = rig.send("DELETE", first);
  CHECK(deleted.status == 303);
  CHECK(path_of(deleted.header("Location")) == "/rest/echo");
  CHECK(rig.get(first).status == 404);
  CHECK(rig.send("DELETE", first).status == 404);
  const auto second = rig.create("gate", "PHASE=RUN");
  const Answer posted = rig.post(second, "action=delete");
  CHECK(posted.status == 303);
  CHECK(path_of(posted.header("Location")) == "/rest/gate");
  CHECK(rig.get(second).status == 404);
}

TEST_CASE("UWS-DEL-05: a POST to the job without ACTION=DELETE does not delete it") {
  RestRig rig;
  const auto path = rig.create("echo");
  CHECK(rig.post(path, "").status == 400);
  CHECK(rig.post(path, "ACTION=KEEP").status == 400);
  CHECK(rig.post(path, "text=x").status == 403);  // AMB-07
  CHECK(rig.post(path, "ACTION=DELETE&PHASE=RUN").status == 400);
  CHECK(rig.post(path, "PHASE=RUN&EXECUTIONDURATION=5").status == 400);
  CHECK(rig.phase(path) == "PENDING");
}

TEST_CASE("UWS-DST-02, UWS-DST-03, UWS-DST-07: the destruction time can be set in every form") {
  RestRig rig;
  const auto path = rig.create("echo", "PHASE=RUN");
  rig.ended(path);
  for (const char* time : {"2095-01-02T03:04:05.000000Z", "2095-01-02T03:04:05.000Z",
                           "2095-01-02T03:04:05Z", "2095-01-02T03:04:05"}) {
    const Answer answer = rig.post(path + "/destruction", "DESTRUCTION=" + std::string(time));
    CHECK(answer.status == 303);
    CHECK(path_of(answer.header("Location")) == path);
    CHECK(rig.get(path + "/destruction").body == "2095-01-02T03:04:05.000Z");
  }
  CHECK(rig.post(path, "DESTRUCTION=2096-01-02").status == 303);  // uws-client
  CHECK(rig.get(path + "/destruction").body == "2096-01-02T00:00:00.000Z");
  CHECK(rig.post(path + "/destruction", "DESTRUCTION=1999-01-01").status == 400);
  CHECK(rig.post(path + "/destruction", "DESTRUCTION=").status == 400);
  CHECK(rig.post(path + "/destruction", "").status == 400);
  CHECK(rig.get(path + "/destruction").body == "2096-01-02T00:00:00.000Z");
}

TEST_CASE("UWS-EXD-03, UWS-EXD-06: the execution duration can be set until the job has ended") {
  RestRig rig;
  const auto path = rig.create("echo");
  CHECK(rig.post(path + "/executionduration", "executionDuration=30").status == 303);
  CHECK(rig.get(path + "/executionduration").body == "30");
  CHECK(rig.post(path + "/executionduration", "EXECUTIONDURATION=1.5").status == 400);
  CHECK(rig.post(path + "/executionduration", "").status == 400);
  CHECK(rig.get(path + "/executionduration").body == "30");
  REQUIRE(rig.post(path + "/phase", "PHASE=ABORT").status == 303);
  CHECK(rig.post(path + "/executionduration", "EXECUTIONDURATION=60").status == 403);
}

TEST_CASE("UWS-PAR-01, UWS-PAR-05, UWS-PAR-08: parameters are added and replaced while PENDING") {
  RestRig rig;
  const auto path = rig.create("echo", "text=one&RUNID=TAPLINT-001");
  const Answer posted = rig.post(path + "/parameters", "TEXT=two&times=3&runId=TAPLINT-002");
  CHECK(posted.status == 303);
  CHECK(path_of(posted.header("Location")) == path);  // UWS-PAR-07
  const Answer parameters = rig.get(path + "/parameters");
  CHECK(parameters.header("Content-Type") == "text/xml;charset=UTF-8");
  CHECK(parameters.body.find("<uws:parameter id=\"text\">two</uws:parameter>") !=
        std::string::npos);
  CHECK(parameters.body.find(">one<") == std::string::npos);
  CHECK(rig.get(path + "/parameters/Text").body == "two");  // AMB-14
  CHECK(rig.get(path).body.find("<uws:runId>TAPLINT-002<") != std::string::npos);

  const Answer put =
      rig.send("PUT", path + "/parameters/times", {{"Content-Type", "text/plain"}}, "4");
  CHECK(put.status == 303);
  CHECK(rig.get(path + "/parameters/times").body == "4");
  CHECK(rig.send("PUT", path + "/parameters/text").status == 303);
  CHECK(rig.get(path + "/parameters/text").body.empty());
  CHECK(rig.post(path + "/parameters", "PHASE=RUN").status == 400);
}

TEST_CASE("UWS-PAR-06, UWS-RUN-05: parameters are frozen once the job runs") {
  RestRig rig;
  const auto path = rig.create("echo", "PHASE=RUN&text=one");
  rig.ended(path);
  CHECK(rig.post(path + "/parameters", "text=two").status == 403);
  CHECK(
      rig.send("PUT", path + "/parameters/text", {{"Content-Type", "text/plain"}}, "two").status ==
      403);
  CHECK(rig.get(path + "/parameters/text").body == "one");
}

TEST_CASE("UWS-PAR-02: a value that is no XML text is given by reference") {
  RestRig rig;
  const auto path = rig.create("echo", "text=a%01b");
  const Answer parameters = rig.get(path + "/parameters");
  CHECK(parameters.body.find("byReference=\"true\"") != std::string::npos);
  CHECK(parameters.body.find('\x01') == std::string::npos);
  CHECK(rig.get(path + "/parameters/text").body ==
        "a\x01"
        "b");
}

TEST_CASE("UWS-PAR-04: a file can be put as a parameter") {
  RestRig rig;
  const auto path = rig.create("reader");
  CHECK(rig.send("PUT", path + "/parameters/image", {{"Content-Type", "image/fits"}}, "SIMPLE")
            .status == 303);
  CHECK(rig.get(path + "/parameters/image").body == "SIMPLE");
  CHECK(rig.get(path + "/parameters/image").header("Content-Type") == "image/fits");
  REQUIRE(rig.post(path + "/phase", "PHASE=RUN").status == 303);
  CHECK(rig.ended(path).phase == Phase::completed);
  CHECK(rig.get(path + "/results/copy").body == "SIMPLE");
}

TEST_CASE("UWS-HTTP-10, UWS-ERR-02, UWS-ERR-06, UWS-ERR-08: a failed job is told in both places") {
  RestRig rig;
  const auto path = rig.create("fail", "PHASE=RUN");
  const auto job = rig.ended(path);
  REQUIRE(job.phase == Phase::error);
  const Answer document = rig.get(path);
  CHECK(document.status == 200);
  CHECK(document.body.find("<uws:errorSummary type=\"fatal\"") != std::string::npos);
  const Answer error = rig.get(path + "/error");
  CHECK(error.status == 200);
  CHECK(error.body.find("<VOTABLE version=\"1.3\" xmlns=") != std::string::npos);
  CHECK(error.body.find("<INFO name=\"QUERY_STATUS\" value=\"ERROR\">") != std::string::npos);
  CHECK(error.body.find("the &lt;code&gt; failed &amp; stopped") != std::string::npos);
  const Answer text = rig.get(path + "/error", {{"Accept", "text/plain"}});
  CHECK(text.header("Content-Type") == "text/plain;charset=UTF-8");
  CHECK(text.body.find("the <code> failed & stopped") != std::string::npos);
}

TEST_CASE("UWS-ERR-06: a job that has not failed has no error") {
  RestRig rig;
  CHECK(rig.get(rig.create("echo") + "/error").status == 404);
}

TEST_CASE(
    "UWS-RES-04, UWS-RES-09, UWS-RES-11: a result is listed and downloaded, whole or in part") {
  RestRig rig;
  const auto path = rig.create("echo", "PHASE=RUN&text=abc&times=3");
  const auto job = rig.ended(path);
  REQUIRE(job.results.size() == 1);
  const std::string url = std::string(RestRig::k_base) + path + "/results/result";
  CHECK(rig.get(path + "/results").body.find("xlink:href=\"" + url + "\"") != std::string::npos);
  const Answer result = rig.get(path + "/results/result");
  CHECK(result.status == 200);
  CHECK(result.body == "abcabcabc");
  CHECK(result.header("Content-Type") == "text/plain");
  CHECK(result.header("ETag") == '"' + job.results[0].entity.sha256 + '"');
  CHECK(result.header("Last-Modified") != "(none)");
  CHECK(result.header("X-Content-Type-Options") == "nosniff");
  CHECK(result.header("Content-Disposition").find("said.txt") != std::string::npos);
  const Answer part = rig.get(path + "/results/result", {{"Range", "bytes=3-4"}});
  CHECK(part.status == 206);
  CHECK(part.body == "ab");
  CHECK(part.header("Content-Range") == "bytes 3-4/9");
  CHECK(rig.get(path + "/results/result", {{"If-None-Match", result.header("ETag")}}).status ==
        304);
}

TEST_CASE("UWS-URI-08, AMB-13: stdout and stderr are served, empty before the job has run") {
  RestRig rig;
  const auto pending = rig.create("echo");
  const Answer none = rig.get(pending + "/stdout");
  CHECK(none.status == 200);
  CHECK(none.body.empty());
  const auto path = rig.create("echo", "PHASE=RUN&text=loud");
  rig.ended(path);
  const Answer out = rig.get(path + "/stdout");
  CHECK(out.body.find("said loud") == 0);
  CHECK(out.header("Content-Type") == "text/plain;charset=UTF-8");
  CHECK(rig.get(path + "/stderr").status == 200);
  CHECK(rig.get(path + "/stdout", {{"Range", "bytes=-5"}}).status == 206);
}

TEST_CASE("the origin of a job is served as PROV-JSON and PROV-N") {
  RestRig rig;
  const auto path = rig.create("echo", "PHASE=RUN");
  rig.ended(path);
  const Answer json = rig.get(path + "/prov.json?DEPTH=ALL&direction=back");
  CHECK(json.status == 200);
  CHECK(json.header("Content-Type") == "application/json");
  CHECK(json.body.find("\"activity\"") != std::string::npos);
  const Answer n = rig.get(path + "/prov.n");
  CHECK(n.header("Content-Type") == "text/provenance-notation;charset=UTF-8");
  CHECK(n.body.find("document") == 0);
  for (const char* bad : {"DEPTH=-1", "DEPTH=deep", "DIRECTION=UP", "CONFIGURATION=maybe"})
    CHECK(rig.get(path + "/prov.json?" + std::string(bad)).status == 400);
  CHECK(rig.get("/rest/echo/nosuch/prov.json").status == 404);
}

TEST_CASE("the URLs of another public base are used throughout") {
  RestRig rig({.base_url = "https://x.org/deep/"});
  const Answer created = rig.post("/rest/echo", "PHASE=RUN");
  const std::string location = created.header("Location");
  REQUIRE(location.rfind("https://x.org/deep/rest/echo/", 0) == 0);
  const std::string path = location.substr(std::string("https://x.org/deep").size());
  rig.ended(path);
  const std::string document = rig.get(path).body;
  CHECK(document.find("https://x.org/deep/rest/echo/") != std::string::npos);
  CHECK(document.find(std::string(RestRig::k_base)) == std::string::npos);
}
