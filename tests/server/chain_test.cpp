// Results of unfinished jobs as inputs of others, over REST.
#include "server/rest/result_refs.hpp"

#include <string>
#include <vector>

#include "tests/server/rest_rig.hpp"
#include "tests/simulation/rig.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"

using namespace opus_test;
using opus::rest::own_result_ref;

namespace {

const std::string k_base{RestRig::k_base};

}  // namespace

TEST_CASE("URLs of own results are references, others are not") {
  CHECK(own_result_ref("http://x/o/rest/a/1-2/results/map", "http://x/o") == "job:1-2/map");
  CHECK(own_result_ref(" http://x/o/rest/a/1-2/results/a%20b/ ", "http://x/o") == "job:1-2/a b");
  for (const char* url :
       {"http://x/o/rest/a/1-2/results", "http://x/o/rest/a/1-2/stdout", "http://x/o",
        "http://x/o/rest/a/1-2/results/map?x=1", "http://x/o/rest/a/1-2/results/map#f",
        "http://y/o/rest/a/1-2/results/map", "http://x/o/rest/a/1-2/results/map/more", "",
        "job:1/2", "http://x/o/rest/a/1-2/results/%zz", "http://x/other/rest/a/1-2/results/map"})
    CHECK_FALSE(own_result_ref(url, "http://x/o"));
  CHECK_FALSE(own_result_ref("/rest/a/1-2/results/map", ""));
}

TEST_CASE("a chained job is HELD with its reason in jobInfo, and goes on by itself") {
  RestRig rig;
  const auto first = rig.create("echo", "text=chained");
  const auto second = rig.create("reader", "PHASE=RUN&image=" + k_base + first + "/results/result");
  CHECK(rig.phase(second) == "HELD");
  const std::string id = rig.id_of(first).value;
  const auto document = rig.get(second);
  CHECK(contains(document.body, "of job " + id + "</waitingFor>"));
  CHECK(contains(rig.get(second, {{"Accept", "application/json"}}).body, "\"waitingFor\""));
  CHECK(rig.get(second + "/parameters/image").body == "job:" + id + "/result");

  CHECK(rig.post(second + "/phase", "PHASE=RUN").status == 303);
  CHECK(rig.phase(second) == "HELD");
  REQUIRE(rig.post(first + "/phase", "PHASE=RUN").status == 303);
  CHECK(rig.ended(second).phase == opus::Phase::completed);
  CHECK(rig.get(second + "/results/copy").body == "chained");
  CHECK(contains(rig.get(second + "/prov.n").body, id));
}

TEST_CASE("a chain may be built while PENDING, by POST and PUT of the parameter") {
  RestRig rig;
  const auto first = rig.create("echo", "text=a");
  const std::string url = k_base + first + "/results/result";
  const auto by_post = rig.create("reader");
  const auto by_put = rig.create("reader");
  CHECK(rig.post(by_post + "/parameters", "IMAGE=" + url).status == 303);
  CHECK(
      rig.send("PUT", by_put + "/parameters/image", {{"Content-Type", "text/plain"}}, url).status ==
      303);
  const auto by_upload = rig.create("reader", "UPLOAD=image," + url);
  for (const auto& job : {by_post, by_put, by_upload}) {
    CHECK(rig.post(job + "/phase", "PHASE=RUN").status == 303);
    CHECK(rig.phase(job) == "HELD");
  }
  rig.post(first + "/phase", "PHASE=RUN");
  for (const auto& job : {by_post, by_put, by_upload})
    CHECK(rig.ended(job).phase == opus::Phase::completed);
}

TEST_CASE("a chained job ends ERROR when the other fails, and may be aborted before") {
  RestRig rig;
  const auto first = rig.create("echo");
  const std::string form = "PHASE=RUN&image=job:" + rig.id_of(first).value + "/result";
  const auto second = rig.create("reader", form);
  const auto third = rig.create("reader", form);
  CHECK(rig.post(third + "/phase", "PHASE=ABORT").status == 303);
  CHECK(rig.phase(third) == "ABORTED");
  CHECK(rig.send("DELETE", first).status == 303);
  CHECK(rig.phase(second) == "ERROR");
  CHECK(contains(rig.get(second).body, "was deleted"));
  CHECK(contains(rig.get(second + "/error").body, "was deleted"));
}

TEST_CASE("what a PENDING job names may go before it is run: RUN then says what is missing") {
  RestRig rig;
  const auto first = rig.create("echo", "text=here&PHASE=RUN");
  const opus::Job done = rig.ended(first);
  const std::string entity = done.results.at(0).entity.id.value;
  const Answer sent =
      rig.send("POST", "/store?NAME=a.txt", {{"Content-Type", "text/plain"}}, "abc");
  REQUIRE(sent.status == 201);
  const std::string upload = path_of(sent.header("Location")).substr(std::string("/store/").size());
  const std::string result = "job:" + done.id.value + "/result";
  struct Named {
    std::string value, job, missing;
  };
  std::vector<Named> all{{entity, {}, entity},
                         {upload, {}, upload},
                         {result, {}, done.id.value},
                         {k_base + first + "/results/result", {}, done.id.value}};
  for (Named& one : all) one.job = rig.create("reader", "image=" + one.value);

  CHECK(rig.send("DELETE", "/store/" + upload).status == 204);
  CHECK(rig.send("DELETE", first).status == 303);
  eventually([&] { return rig.get("/store/" + entity).status == 404; });
  for (const Named& one : all) {
    INFO(one.value);
    const Answer refused = rig.post(one.job + "/phase", "PHASE=RUN");
    INFO(refused.body);
    CHECK(refused.status == 400);
    CHECK(contains(refused.body, "image: expected"));
    CHECK(contains(refused.body, one.missing));
    CHECK(rig.phase(one.job) == "PENDING");
    // It can be mended.
    const auto other = rig.create("echo", "PHASE=RUN");
    CHECK(rig.post(one.job + "/parameters", "image=job:" + rig.id_of(other).value + "/result")
              .status == 303);
    CHECK(rig.post(one.job + "/phase", "PHASE=RUN").status == 303);
    CHECK(rig.ended(one.job).phase == opus::Phase::completed);
  }
}

TEST_CASE("a chain to what cannot be is refused with 400 and the reason") {
  RestRig rig;
  const auto first = rig.create("echo");
  const std::string id = rig.id_of(first).value;
  for (const std::string& value :
       {k_base + first + "/results/none", "job:" + id + "/none", std::string("job:here"),
        k_base + "/rest/echo/nobody/results/result"}) {
    const Answer refused = rig.post("/rest/reader", "PHASE=RUN&image=" + value);
    CHECK(refused.status == 400);
    CHECK(contains(refused.body, "image"));
  }
  const auto foreign = rig.service().create({.description = "echo", .owner = "alice"}).value();
  CHECK(rig.post("/rest/reader", "PHASE=RUN&image=job:" + foreign.id.value + "/result").status ==
        400);
}
