// What a job leaves behind: its error and its results.
#include <fstream>

#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using opus::Phase;

namespace {

constexpr const char* k_votable = "application/x-votable+xml";

bool is_votable(const Answer& answer) {
  return answer.body.find(
             "<VOTABLE version=\"1.3\" "
             "xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\">") != std::string::npos;
}

}  // namespace

TEST_CASE("UWS-ERR-07, DALI-10: the error is a VOTable or text, as RESPONSEFORMAT or Accept say") {
  RestRig rig;
  const std::string path = rig.create("fail", "PHASE=RUN");
  rig.ended(path);
  const auto type = [&](const std::string& query, HeaderList headers = {}) {
    const Answer answer = rig.get(path + "/error" + query, std::move(headers));
    CHECK(answer.status == 200);
    CHECK(is_votable(answer) == (answer.header("Content-Type").rfind("text/plain", 0) != 0));
    return answer.header("Content-Type");
  };
  const std::string xml = "text/xml;charset=UTF-8", plain = "text/plain;charset=UTF-8";
  CHECK(type("") == xml);
  CHECK(type("", {{"Accept", "text/html, image/gif, image/jpeg, */*; q=0.2"}}) == xml);
  CHECK(type("", {{"Accept", "application/xml,text/plain;q=0.5"}}) == xml);
  CHECK(type("", {{"Accept", "text/plain"}}) == plain);
  CHECK(type("", {{"Accept", k_votable}}) == k_votable);
  CHECK(type("?RESPONSEFORMAT=votable") == xml);
  CHECK(type("?RESPONSEFORMAT=application/x-votable%2Bxml") == k_votable);
  CHECK(type("?RESPONSEFORMAT=text/xml") == xml);
  CHECK(type("?responseformat=TEXT", {{"Accept", k_votable}}) == plain);
  CHECK(type("?RESPONSEFORMAT=text/plain") == plain);
  for (const char* bad : {"fits", "", "text&RESPONSEFORMAT=votable"}) {
    INFO(bad);
    CHECK(rig.get(path + "/error?RESPONSEFORMAT=" + bad).status == 400);
  }
}

TEST_CASE(
    "UWS-ERR-08, UWS-ERR-09, UWS-ERR-10, DALI-13, DALI-17: the summary's text is the VOTable's "
    "status") {
  RestRig rig;
  const std::string path = rig.create("fail", "PHASE=RUN");
  const opus::Job job = rig.ended(path);
  const std::string told = "the &lt;code&gt; failed &amp; stopped";
  CHECK(rig.get(path).body.find("<uws:message>" + told + "</uws:message>") != std::string::npos);
  const std::string error = rig.get(path + "/error").body;
  CHECK(error.find("<RESOURCE type=\"results\">\n    <INFO name=\"QUERY_STATUS\" "
                   "value=\"ERROR\">" +
                   told) != std::string::npos);
  CHECK(error.find("<INFO name=\"standardID\" value=\"ivo://ivoa.net/std/UWS#rest-1.1\"/>") !=
        std::string::npos);
  CHECK(rig.get(path + "/error?RESPONSEFORMAT=text").body.rfind(job.error->message, 0) == 0);
}

TEST_CASE("UWS-ERR-05: what the code said last is the detail of the error, after its message") {
  RestRig rig;
  opus::JobDescription description;
  description.name = "noisy";
  REQUIRE(rig.service().define(description, [](opus::TaskContext& task) -> opus::Result<void> {
    task.print("a clue");
    return opus::Error{opus::Errc::internal, "it broke"};
  }));
  const std::string path = rig.create("noisy", "PHASE=RUN");
  const opus::Job job = rig.ended(path);
  const bool detail = !job.error->detail.empty();
  CHECK(rig.get(path).body.find(detail ? "hasDetail=\"true\"" : "hasDetail=\"false\"") !=
        std::string::npos);
  const std::string text = rig.get(path + "/error?RESPONSEFORMAT=text").body;
  CHECK(text == (detail ? job.error->message + "\n\n" + job.error->detail : job.error->message));
}

TEST_CASE("UWS-ERR-06, AMB-05: before and without a failure there is no error") {
  RestRig rig;
  const std::string path = rig.create("echo", "PHASE=RUN");
  rig.ended(path);
  CHECK(rig.get(path + "/error").status == 404);
  const std::string aborted = rig.create("echo");
  REQUIRE(rig.post(aborted + "/phase", "PHASE=ABORT").status == 303);
  CHECK(rig.get(aborted + "/error").status == 404);
}

TEST_CASE("UWS-RES-01, UWS-RES-08, UWS-RES-10: a failed job has an empty list, and no result") {
  RestRig rig;
  const std::string path = rig.create("fail", "PHASE=RUN");
  rig.ended(path);
  const Answer results = rig.get(path + "/results");
  CHECK(results.status == 200);
  CHECK(results.body.find("<uws:result ") == std::string::npos);
  CHECK(rig.get(path + "/results/result").status == 404);
}

TEST_CASE("UWS-RES-03, UWS-RES-05, UWS-RES-06, UWS-RES-08, UWS-URI-05: results under their names") {
  RestRig rig;
  opus::JobDescription description;
  description.name = "many";
  description.results.push_back(
      {.name = "map", .path = "map*.txt", .multiplicity = {1, std::nullopt}});
  REQUIRE(rig.service().define(description, [](opus::TaskContext& task) -> opus::Result<void> {
    for (const char* name : {"map1.txt", "map2.txt", "map3.txt"})
      std::ofstream(task.work_dir() / name) << name;
    return {};
  }));
  const std::string path = rig.create("many", "PHASE=RUN");
  const opus::Job job = rig.ended(path);
  REQUIRE(job.results.size() == 3);
  CHECK(job.results[0].id == "map");
  CHECK(job.results[0].id != job.results[1].id);
  CHECK(job.results[1].id != job.results[2].id);
  const std::string xml = rig.get(path + "/results").body;
  for (const opus::JobResult& result : job.results) {
    const std::string url = path + "/results/" + result.id;
    CHECK(xml.find("<uws:result id=\"" + result.id + "\" xlink:type=\"simple\" xlink:href=\"" +
                   std::string(RestRig::k_base) + url + "\" size=\"8\"") != std::string::npos);
    CHECK(rig.get(url).body == result.entity.name);
  }
  // DALI-04: what the client is led to is 200, in the format the description says.
  CHECK(rig.get(path + "/results/map").header("Content-Type") == "text/plain");
}

TEST_CASE("UWS-ABT-01, AMB-13: what an aborted job has written to its log is kept") {
  RestRig rig;
  const std::string path = rig.create("gate", "PHASE=RUN");
  const auto started = rig.start("GET", path + "?WAIT=30&PHASE=QUEUED");
  rig.await(started);
  REQUIRE(rig.post(path + "/phase", "PHASE=ABORT").status == 303);
  CHECK(rig.phase(path) == "ABORTED");  // UWS-ABT-04
  CHECK(rig.get(path + "/results").status == 200);
  CHECK(rig.get(path + "/stdout").status == 200);
}

TEST_CASE("UWS-WAI-06: a WAIT without end is answered within the service's own limit") {
  RestRig rig{{.wait_max = std::chrono::seconds{7}}};
  const std::string path = rig.create("echo");
  const auto call = rig.start("GET", path + "?WAIT=-1");
  CHECK(rig.host().timers() == std::vector<std::chrono::milliseconds>{std::chrono::seconds{7}});
  rig.host().fire_timers();
  CHECK(rig.await(call).status == 200);
}
