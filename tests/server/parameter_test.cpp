// {job}/parameters and UPLOAD: UWS 1.1 §2.1.11 and §2.2.3.1.1, DALI 1.2 §4.
#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/loopback_server.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::Phase;

namespace {

const HeaderList k_multipart{{"Content-Type", "multipart/form-data; boundary=b"}};

std::string field(std::string_view name, std::string_view value) {
  return "--b\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" +
         std::string(value) + "\r\n";
}

std::string file(std::string_view name, std::string_view content) {
  return "--b\r\nContent-Disposition: form-data; name=\"" + std::string(name) +
         "\"; filename=\"table.vot\"\r\nContent-Type: application/x-votable+xml\r\n\r\n" +
         std::string(content) + "\r\n";
}

/// With "tables", which takes the files t1, t2 and t3 and joins them.
class TablesRig : public RestRig {
 public:
  explicit TablesRig(opus::rest::ApiConfig config = {})
      : RestRig(std::move(config), {.fetch_private_addresses = true}) {
    opus::JobDescription description;
    description.name = "tables";
    for (const char* name : {"t1", "t2", "t3"})
      description.inputs.push_back({.name = name, .multiplicity = {0, 1}});
    description.parameters.push_back({.name = "QUERY"});
    description.results.push_back({.name = "result", .path = "all"});
    service()
        .define(description,
                [](opus::TaskContext& task) -> opus::Result<void> {
                  std::string all;
                  for (const char* name : {"t1", "t2", "t3"})
                    if (const auto input = task.input(name)) all += TempFolder::read(*input) + ";";
                  return task.write_result("result", all);
                })
        .value();
  }
  std::string run(const std::string& path) {
    REQUIRE(post(path + "/phase", "PHASE=RUN").status == 303);
    const opus::Job job = ended(path);
    INFO((job.error ? job.error->message : ""));
    REQUIRE(job.phase == Phase::completed);
    return get(path + "/results/result").body;
  }
  std::string create_multipart(const std::string& parts) {
    const Answer answer = send("POST", "/rest/tables", k_multipart, parts + "--b--\r\n");
    INFO(answer.body);
    REQUIRE(answer.status == 303);
    return path_of(answer.header("Location"));
  }
};

}  // namespace

TEST_CASE("UWS-PAR-12, UWS-PAR-13, UWS-URI-06: one UPLOAD may name several files and URLs") {
  LoopbackServer web([](Exchange& exchange) {
    exchange.answer("200 OK", "Content-Type: text/csv\r\n", "from" + exchange.path());
  });
  TablesRig rig;
  const std::string url = web.url("/t3");
  const std::string path =
      rig.create_multipart(field("UPLOAD", "t1,param:a;t2,param:b") + field("upload", "t3," + url) +
                           field("QUERY", "q") + file("a", "first") + file("b", "second"));
  const Answer first = rig.get(path + "/parameters/t1");
  CHECK(first.body == "first");
  CHECK(first.header("Content-Type") == "application/x-votable+xml");
  CHECK(rig.get(path + "/parameters/t3").body == url);  // not fetched yet
  CHECK(rig.run(path) == "first;second;from/t3;");
  CHECK(rig.get(path + "/parameters/t3").body == "from/t3");
  const std::string xml = rig.get(path).body;
  for (const char* name : {"t1", "t2", "t3"})
    CHECK(xml.find("<uws:parameter id=\"" + std::string(name) + "\" byReference=\"true\">" +
                   std::string(RestRig::k_base) + path + "/parameters/" + name + "<") !=
          std::string::npos);
}

TEST_CASE("UWS-PAR-08: UPLOADs accumulate until the job runs, and one of the same name replaces") {
  TablesRig rig;
  const std::string path = rig.create_multipart(field("UPLOAD", "t1,param:a") + file("a", "one"));
  const auto add = [&](const std::string& parts) {
    const Answer answer = rig.send("POST", path + "/parameters", k_multipart, parts + "--b--\r\n");
    INFO(answer.body);
    CHECK(answer.status == 303);
  };
  add(field("UPLOAD", "t2,param:x") + file("x", "two"));
  add(field("UPLOAD", "T1,param:y") + file("y", "uno"));
  CHECK(rig.send("PUT", path + "/parameters/t3", {{"Content-Type", "text/csv"}}, "three").status ==
        303);
  CHECK(rig.run(path) == "uno;two;three;");
}

TEST_CASE("UWS-PAR-13: a file part must come in the request that names it") {
  TablesRig rig;
  const std::string path = rig.create_multipart(file("t1", "one"));
  const Answer late = rig.post(path + "/parameters", "UPLOAD=t2,param:t1");
  CHECK(late.status == 400);
  CHECK(late.body.find("in the same request") != std::string::npos);
  CHECK(rig.run(path) == "one;");
}

TEST_CASE("UWS-PAR-14: a URL that cannot be fetched is the job's ERROR, not the request's") {
  LoopbackServer web([](Exchange& exchange) { exchange.answer("404 Not Found", "", "no"); });
  TablesRig rig;
  const std::string url = web.url("/gone");
  const Answer created = rig.post("/rest/tables", "PHASE=RUN&UPLOAD=t1," + url);
  REQUIRE(created.status == 303);
  const opus::Job job = rig.ended(path_of(created.header("Location")));
  CHECK(job.phase == Phase::error);
  CHECK(job.error->message.find("404") != std::string::npos);
}

TEST_CASE("UWS-PAR-04: a value can be PUT, but only for a name the description has") {
  RestRig rig;
  const std::string path = rig.create("echo");
  CHECK(rig.send("PUT", path + "/parameters/TEXT", {}, "put").status == 303);
  CHECK(rig.get(path + "/parameters/text").body == "put");
  const Answer unknown = rig.send("PUT", path + "/parameters/nosuch", {}, "x");
  CHECK(unknown.status == 404);
  CHECK(unknown.body == "jobs of 'echo' have no parameter 'nosuch'\n");
  const Answer file =
      rig.send("PUT", path + "/parameters/text", {{"Content-Type", "image/png"}}, "x");
  CHECK(file.status == 400);
  CHECK(rig.get(path + "/parameters/text").body == "put");
}

TEST_CASE("UWS-PAR-09, DALI-06, AMB-09: names in any case, values as they are") {
  RestRig rig;
  const std::string path = rig.create("echo", "TeXt=MiXed%20CASE");
  CHECK(rig.get(path).body.find("<uws:parameter id=\"text\">MiXed CASE</uws:parameter>") !=
        std::string::npos);
  CHECK(rig.get(path + "/parameters/TEXT").body == "MiXed CASE");
}

TEST_CASE("UWS-PAR-10, DALI-07: two values for one parameter are refused when the job runs") {
  RestRig rig;
  const std::string path = rig.create("echo", "text=one&TEXT=two");
  CHECK(rig.get(path).status == 200);
  const Answer run = rig.post(path + "/phase", "PHASE=RUN");
  CHECK(run.status == 400);
  CHECK(run.body.find("text") != std::string::npos);
  CHECK(rig.phase(path) == "PENDING");
  // Once it has one value it runs.
  REQUIRE(rig.post(path + "/parameters", "text=three").status == 303);
  REQUIRE(rig.post(path + "/phase", "PHASE=RUN").status == 303);
  CHECK(rig.ended(path).phase == Phase::completed);
}

TEST_CASE("UWS-CRE-11, DALI-08, DALI-09, DALI-11: names of other services do no harm") {
  RestRig rig;
  const std::string path =
      rig.create("echo", "REQUEST=doQuery&LANG=ADQL&VERSION=1.0&MAXREC=0&text=x");
  const std::string xml = rig.get(path + "/parameters").body;
  for (const char* name : {"REQUEST", "LANG", "VERSION", "MAXREC"})
    CHECK(xml.find(name) == std::string::npos);
  REQUIRE(rig.post(path + "/phase", "PHASE=RUN").status == 303);
  CHECK(rig.ended(path).phase == Phase::completed);
}

TEST_CASE("UWS-PAR-17: a value is shown in full, however long") {
  RestRig rig;
  const std::string value(100'000, 'v');
  const std::string path = rig.create("echo", "text=" + value);
  CHECK(rig.get(path).body.find(">" + value + "<") != std::string::npos);
  CHECK(rig.get(path + "/parameters/text").body == value);
}

TEST_CASE("UWS-CRE-12: ACTION says nothing about a job that is created") {
  RestRig rig;
  const std::string path = rig.create("echo", "ACTION=DELETE&text=x");
  CHECK(rig.phase(path) == "PENDING");
}

TEST_CASE("UWS-CRE-05, DALI-02: a job is created from a query string, a form, or parts") {
  RestRig rig;
  const auto text_of = [&](const Answer& answer) {
    REQUIRE(answer.status == 303);
    return rig.get(path_of(answer.header("Location")) + "/parameters/text").body;
  };
  CHECK(text_of(rig.post("/rest/echo?text=query")) == "query");
  CHECK(text_of(rig.send("POST", "/rest/echo?text=bare")) == "bare");  // no body, no type
  CHECK(text_of(rig.post("/rest/echo", "text=a+form%21")) == "a form!");
  CHECK(text_of(rig.send("POST", "/rest/echo", k_multipart,
                         field("text", "some parts") + "--b--\r\n")) == "some parts");
  CHECK(text_of(rig.send("POST", "/rest/echo",
                         {{"Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"}},
                         "text=typed")) == "typed");
}

TEST_CASE("UWS-CRE-07: a document instead of parameters is 415") {
  RestRig rig;
  for (const char* type : {"application/xml", "text/xml", "application/octet-stream"})
    CHECK(rig.send("POST", "/rest/echo", {{"Content-Type", type}}, "<a/>").status == 415);
}

TEST_CASE("AMB-07: parameters POSTed to the job itself are taken only where this is switched on") {
  TablesRig strict;
  const std::string refused = strict.create("tables", "QUERY=one");
  CHECK(strict.post(refused, "QUERY=two").status == 403);
  CHECK(strict.post(refused, "RUNID=r").status == 403);
  CHECK(strict.get(refused + "/parameters/QUERY").body == "one");

  TablesRig rig{{.parameters_at_job = true}};
  const std::string path = rig.create("tables", "QUERY=one");
  CHECK(rig.post(path, "query=two&RUNID=r&executionDuration=7&destruction=2090-01-01").status ==
        303);
  CHECK(rig.get(path + "/parameters/QUERY").body == "two");
  CHECK(rig.get(path + "/executionduration").body == "7");
  CHECK(rig.get(path).body.find("<uws:runId>r</uws:runId>") != std::string::npos);
  CHECK(rig.send("POST", path, k_multipart, file("t1", "one") + "--b--\r\n").status == 303);
  CHECK(rig.post(path, "QUERY=three&PHASE=RUN").status == 400);
  CHECK(rig.post(path, "QUERY=three&ACTION=DELETE").status == 400);
  CHECK(rig.run(path) == "one;");
  CHECK(rig.post(path, "QUERY=four").status == 403);
  CHECK(rig.get(path + "/parameters/QUERY").body == "two");
}

TEST_CASE(
    "UWS-RID-01, UWS-RID-02, UWS-RID-04, DALI-12: a runId comes back as it came, and several share "
    "it") {
  RestRig rig;
  const std::string first = rig.create("echo", "RUNID=night%2042%20%3Cb%3E%20caf%C3%A9");
  const std::string second = rig.create("echo", "runid=night%2042%20%3Cb%3E%20caf%C3%A9");
  const std::string element = "<uws:runId>night 42 &lt;b&gt; caf\xC3\xA9</uws:runId>";
  CHECK(rig.get(first).body.find(element) != std::string::npos);
  CHECK(rig.get(second).body.find(element) != std::string::npos);
  const std::string list = rig.get("/rest/echo").body;
  CHECK(list.find(element) != list.rfind(element));  // UWS-LST-02
  CHECK(rig.post(first + "/parameters", "RUNID=" + std::string(64, 'x')).status == 303);
  CHECK(rig.post(first + "/parameters", "RUNID=" + std::string(65, 'x')).status == 400);
  CHECK(rig.post(first + "/parameters", "RUNID=a&RUNID=b").status == 400);
  CHECK(rig.get(first).body.find("<uws:runId>" + std::string(64, 'x') + "<") != std::string::npos);
  CHECK(rig.get(first + "/parameters").body.find(std::string(64, 'x')) == std::string::npos);
}

TEST_CASE("UWS-TIM-05: the times of a job are the service's, whatever a client sends") {
  RestRig rig;
  const std::string path =
      rig.create("echo", "CREATIONTIME=2000-01-01&STARTTIME=2000-01-01&ENDTIME=2000-01-01");
  const std::string xml = rig.get(path).body;
  CHECK(xml.find("2000-01-01") == std::string::npos);
  const opus::Job job = rig.service().get(rig.id_of(path)).value();
  CHECK(xml.find("<uws:creationTime>" + opus::to_iso8601(job.created) + "<") != std::string::npos);
}
