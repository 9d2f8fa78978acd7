// {jobs}: creation, the list and its filters.
#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;

namespace {

/// The ids of a job list, in its order.
std::vector<std::string> ids(const std::string& xml) {
  std::vector<std::string> found;
  const std::string mark = "<uws:jobref id=\"";
  for (auto at = xml.find(mark); at != xml.npos; at = xml.find(mark, at + 1)) {
    const auto begin = at + mark.size();
    found.push_back(xml.substr(begin, xml.find('"', begin) - begin));
  }
  return found;
}

}  // namespace

TEST_CASE("UWS-CRE-01, UWS-CRE-03, UWS-CRE-04: a POST makes a PENDING job at an absolute URL") {
  RestRig rig;
  const Answer answer = rig.post("/rest/echo", "text=hi&RUNID=r-1");
  CHECK(answer.status == 303);
  CHECK(answer.body.empty());
  const std::string path = path_of(answer.header("Location"));
  CHECK(path.rfind("/rest/echo/", 0) == 0);
  CHECK(path.back() != '/');

  const Answer job = rig.get(path);
  CHECK(job.status == 200);
  CHECK(job.header("Content-Type") == "text/xml;charset=UTF-8");
  CHECK(job.body.find("<uws:jobId>" + rig.id_of(path).value + "</uws:jobId>") != std::string::npos);
  CHECK(job.body.find("<uws:runId>r-1</uws:runId>") != std::string::npos);
  CHECK(job.body.find("<uws:phase>PENDING</uws:phase>") != std::string::npos);
  CHECK(job.body.find("<uws:parameter id=\"text\">hi</uws:parameter>") != std::string::npos);
  CHECK(job.body.find("RUNID") == std::string::npos);  // AMB-08
}

TEST_CASE("UWS-CRE-09, UWS-RUN-02: PHASE=RUN at creation, in query or body, starts the job") {
  RestRig rig;
  for (const auto& [target, form] :
       {std::pair("/rest/echo?PHASE=RUN", ""), std::pair("/rest/echo?phase=run", "text=x"),
        std::pair("/rest/echo", "Phase=RUN")}) {
    const Answer answer = rig.post(target, form);
    REQUIRE(answer.status == 303);
    const std::string path = path_of(answer.header("Location"));
    CHECK(rig.phase(path) != "PENDING");
    CHECK(rig.ended(path).phase == opus::Phase::completed);
  }
}

TEST_CASE("UWS-CRE-08: execution duration and destruction may be given at creation") {
  RestRig rig;
  const auto path =
      rig.create("echo", "EXECUTIONDURATION=77&DESTRUCTION=2096-01-02T03:04:05.000000Z");
  CHECK(rig.get(path + "/executionduration").body == "77");
  CHECK(rig.get(path + "/destruction").body == "2096-01-02T03:04:05.000Z");
}

TEST_CASE("UWS-CRE-10, UWS-CRE-11: bad and unknown parameters are taken, and judged at run") {
  RestRig rig;
  const auto path = rig.create("echo", "times=many&unheard=of");
  const Answer run = rig.post(path + "/phase", "PHASE=RUN");
  CHECK(run.status == 400);
  CHECK(run.body.find("times") != std::string::npos);
  CHECK(rig.phase(path) == "PENDING");
}

TEST_CASE("UWS-CRE-02: a creation that cannot be is refused and makes nothing") {
  RestRig rig;
  CHECK(rig.post("/rest/echo", "PHASE=RUN&times=99").status == 400);
  CHECK(rig.post("/rest/echo", "PHASE=ABORT").status == 400);
  CHECK(rig.post("/rest/echo", "EXECUTIONDURATION=soon").status == 400);
  CHECK(rig.post("/rest/echo", "DESTRUCTION=2000-01-01").status == 400);  // UWS-DST-06
  CHECK(rig.post("/rest/echo", "a=%zz").status == 400);
  CHECK(rig.post("/rest/nosuch", "a=1").status == 404);
  CHECK(rig.send("POST", "/rest/echo", {{"Content-Type", "application/json"}}, "{}").status == 415);
  CHECK(ids(rig.get("/rest/echo").body).empty());
}

TEST_CASE("UWS-CRE-06, UWS-PAR-15: a file comes in by multipart and is read back by reference") {
  RestRig rig;
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"UPLOAD\"\r\n\r\nimage,param:part1\r\n"
      "--b\r\nContent-Disposition: form-data; name=\"part1\"; filename=\"m 31.fits\"\r\n"
      "Content-Type: image/fits\r\n\r\nSIMPLE  =  T\r\n--b--\r\n";
  const HeaderList multipart{{"Content-Type", "multipart/form-data; boundary=b"}};
  const Answer answer = rig.send("POST", "/rest/reader?PHASE=RUN", multipart, body);
  INFO(answer.body);
  REQUIRE(answer.status == 303);
  const std::string path = path_of(answer.header("Location"));
  CHECK(rig.ended(path).phase == opus::Phase::completed);
  CHECK(rig.get(path + "/results/copy").body == "SIMPLE  =  T");

  const Answer parameters = rig.get(path + "/parameters");
  CHECK(parameters.body.find("<uws:parameter id=\"image\" byReference=\"true\">" +
                             std::string(RestRig::k_base) + path + "/parameters/image") !=
        std::string::npos);
  const Answer image = rig.get(path + "/parameters/image");
  CHECK(image.status == 200);
  CHECK(image.header("Content-Type") == "image/fits");
  CHECK(image.body == "SIMPLE  =  T");
}

TEST_CASE("UWS-LST-01, UWS-LST-03: the list refers to each job; empty is a list too") {
  RestRig rig;
  const Answer empty = rig.get("/rest/echo");
  CHECK(empty.status == 200);
  CHECK(empty.header("Content-Type") == "text/xml;charset=UTF-8");
  CHECK(empty.body.find("<uws:jobs") != std::string::npos);
  const auto path = rig.create("echo");
  const Answer one = rig.get("/rest/echo/");
  CHECK(ids(one.body) == std::vector{rig.id_of(path).value});
  CHECK(one.body.find("xlink:href=\"" + std::string(RestRig::k_base) + path + "\"") !=
        std::string::npos);
  CHECK(ids(rig.get("/rest/fail").body).empty());
  CHECK(rig.get("/rest/nosuch").status == 404);
}

TEST_CASE("UWS-LST-05, UWS-LST-08, UWS-LST-09, UWS-LST-13: PHASE, LAST and AFTER filter the list") {
  RestRig rig;
  const auto a = rig.create("echo");
  const auto b = rig.create("echo");
  const auto c = rig.create("echo");
  REQUIRE(rig.post(b + "/phase", "PHASE=ABORT").status == 303);
  const auto id = [&](const std::string& path) { return rig.id_of(path).value; };
  using Ids = std::vector<std::string>;
  CHECK(ids(rig.get("/rest/echo").body) == Ids{id(c), id(b), id(a)});
  CHECK(ids(rig.get("/rest/echo?LAST=2").body) == Ids{id(c), id(b)});
  CHECK(ids(rig.get("/rest/echo?PHASE=PENDING").body) == Ids{id(c), id(a)});
  CHECK(ids(rig.get("/rest/echo?phase=PENDING&PHASE=ABORTED").body).size() == 3);
  CHECK(ids(rig.get("/rest/echo?PHASE=ABORTED&LAST=5").body) == Ids{id(b)});
  CHECK(ids(rig.get("/rest/echo?AFTER=2020-01-01T00%3A00%3A00.000000Z").body).size() == 3);
  CHECK(ids(rig.get("/rest/echo?AFTER=2090").body).empty());
  // UWS-LST-07: strictly later than a creation time
  const auto created = [&](const std::string& path) {
    return opus::to_iso8601(rig.service().get(rig.id_of(path))->created);
  };
  CHECK(ids(rig.get("/rest/echo?AFTER=" + created(c)).body).empty());
  CHECK(ids(rig.get("/rest/echo?after=2020&PHASE=PENDING&PHASE=ABORTED&LAST=1").body) ==
        Ids{id(c)});
  CHECK(ids(rig.get("/rest/echo?AFTER=2020&AFTER=2090&LAST=1").body).empty());  // UWS-LST-12
  CHECK(ids(rig.get("/rest/echo?LAST=3&LAST=1").body) == Ids{id(c)});
}

TEST_CASE("UWS-LST-11: filters that make no sense are refused") {
  RestRig rig;
  for (const char* query : {"LAST=0", "LAST=-1", "LAST=x", "PHASE=RUNNING", "AFTER=2015-26-10"})
    CHECK(rig.get("/rest/echo?" + std::string(query)).status == 400);
}

TEST_CASE("UWS-LST-15, AMB-04: jobs with an owner are not shown to anonymous clients") {
  RestRig rig;
  const auto job = rig.service().create({.description = "echo", .owner = "alice"}).value();
  CHECK(ids(rig.get("/rest/echo").body).empty());
  const std::string path = "/rest/echo/" + job.id.value;
  CHECK(rig.get(path).status == 403);  // UWS-SEC-02
  CHECK(rig.get(path + "/results").status == 403);
  CHECK(rig.get(path + "/stdout").status == 403);
  CHECK(rig.get(path + "/prov.json").status == 403);
  CHECK(rig.post(path + "/phase", "PHASE=RUN").status == 403);
  CHECK(rig.send("DELETE", path).status == 403);
  CHECK(rig.service().get(job.id)->phase == opus::Phase::pending);
}

TEST_CASE("a list stays readable when its description is taken away, while it has jobs") {
  RestRig rig;
  const auto path = rig.create("echo");
  REQUIRE(rig.service().undefine("echo"));
  CHECK(rig.post("/rest/echo").status == 404);
  CHECK(ids(rig.get("/rest/echo").body).size() == 1);
  CHECK(rig.get(path).status == 200);
  REQUIRE(rig.send("DELETE", path).status == 303);
  CHECK(rig.get("/rest/echo").status == 404);
}

TEST_CASE("lists and jobs come as JSON for who asks by name") {
  RestRig rig;
  const auto path = rig.create("echo");
  const HeaderList json{{"Accept", "application/json"}};
  CHECK(rig.get("/rest/echo", json).header("Content-Type") == "application/json");
  CHECK(rig.get("/rest/echo", json).body.find("\"jobs\"") != std::string::npos);
  CHECK(rig.get(path, json).body.find("\"jobId\"") != std::string::npos);
  // UWS-HTTP-04: what STILTS sends
  const HeaderList stilts{{"Accept", "text/html, image/gif, image/jpeg, */*; q=0.2"}};
  CHECK(rig.get(path, stilts).header("Content-Type") == "text/xml;charset=UTF-8");
  CHECK(rig.get(path, {{"Accept", "text/html"}}).header("Content-Type") ==
        "text/xml;charset=UTF-8");
}
