// Sweeps over REST: many jobs of one POST, and all of them as one resource.
#include <set>
#include <string>
#include <vector>

#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"

using namespace opus_test;

namespace {

std::string sweep(RestRig& rig, const std::string& form, const std::string& list = "echo") {
  const Answer answer = rig.post("/rest/" + list, form);
  INFO(answer.body);
  REQUIRE(answer.status == 303);
  return path_of(answer.header("Location"));
}

std::string json_of(RestRig& rig, const std::string& path) {
  const Answer answer = rig.get(path);
  REQUIRE(answer.status == 200);
  CHECK(answer.header("Content-Type") == "application/json");
  return answer.body;
}

/// The texts of every member of that name, in their order.
std::vector<std::string> texts(const std::string& json, const std::string& key) {
  std::vector<std::string> found;
  const std::string mark = '"' + key + "\":\"";
  for (auto at = json.find(mark); at != json.npos; at = json.find(mark, at + 1)) {
    const auto begin = at + mark.size();
    found.push_back(json.substr(begin, json.find('"', begin) - begin));
  }
  return found;
}

int count(const std::string& json, const std::string& member) {
  const std::string mark = '"' + member + "\":";
  const auto at = json.find(mark);
  REQUIRE(at != json.npos);
  return std::stoi(json.substr(at + mark.size()));
}

std::vector<std::string> job_paths(const std::string& json) {
  std::vector<std::string> paths;
  for (const std::string& url : texts(json.substr(json.find("\"jobs\":[")), "href"))
    paths.push_back(path_of(url));
  return paths;
}

/// Waits for the end of every job; the texts of their results.
std::multiset<std::string> results(RestRig& rig, const std::string& json,
                                   const std::string& result = "result") {
  std::multiset<std::string> all;
  for (const std::string& path : job_paths(json)) {
    CHECK(rig.ended(path).phase == opus::Phase::completed);
    all.insert(rig.get(path + "/results/" + result).body);
  }
  return all;
}

}  // namespace

TEST_CASE("one POST makes the jobs of a product, and one resource shows them") {
  RestRig rig;
  const auto path = sweep(rig, "SWEEP=product&PHASE=RUN&RUNID=my/run 1&times=1..2&text=a&text=b");
  CHECK(path == "/rest/echo/sweeps/my%2Frun%201");
  const std::string json = json_of(rig, path);
  CHECK(texts(json, "runId") == std::vector<std::string>{"my/run 1"});
  CHECK(texts(json, "href").front() == std::string(RestRig::k_base) + path);
  CHECK(texts(json, "description").front() == "echo");
  CHECK(count(json, "total") == 4);
  CHECK(contains(json, "\"parameters\":[\"times\",\"text\"]"));
  // In the order of the combinations.
  CHECK(texts(json, "times") == std::vector<std::string>{"1", "1", "2", "2"});
  CHECK(texts(json, "text") == std::vector<std::string>{"a", "b", "a", "b"});
  CHECK(results(rig, json) == std::multiset<std::string>{"a", "b", "aa", "bb"});
  CHECK(count(json_of(rig, path), "COMPLETED") == 4);

  // They are ordinary jobs of the list, with the run id.
  const std::string list = rig.get("/rest/echo").body;
  for (const std::string& id : texts(json, "jobId")) CHECK(contains(list, id));
  CHECK(contains(list, "<uws:runId>my/run 1</uws:runId>"));
  const Answer xml = rig.get(path, {{"Accept", "text/xml"}});
  CHECK(xml.header("Content-Type") == "text/xml;charset=UTF-8");
  CHECK(contains(xml.body, "<uws:jobs"));
}

TEST_CASE("a zip goes side by side; without RUNID one is made") {
  RestRig rig;
  const auto path = sweep(rig, "sweep=ZIP&PHASE=RUN&times=2,1&text=x&text=y");
  CHECK(path.rfind("/rest/echo/sweeps/sweep-", 0) == 0);
  CHECK(results(rig, json_of(rig, path)) == std::multiset<std::string>{"xx", "y"});
}

TEST_CASE("files of one input make a job each") {
  RestRig rig;
  std::string body;
  for (const char* text : {"first", "second", "third"})
    body += "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.fits\"\r\n\r\n" +
            std::string(text) + "\r\n";
  const Answer answer =
      rig.send("POST", "/rest/reader?SWEEP=zip&PHASE=RUN",
               {{"Content-Type", "multipart/form-data; boundary=b"}}, body + "--b--\r\n");
  INFO(answer.body);
  REQUIRE(answer.status == 303);
  const std::string json = json_of(rig, path_of(answer.header("Location")));
  CHECK(results(rig, json, "copy") == std::multiset<std::string>{"first", "second", "third"});
}

TEST_CASE("a chain may follow a job into a sweep") {
  RestRig rig;
  const auto first = rig.create("echo", "text=shared");
  const std::string url = std::string(RestRig::k_base) + first + "/results/result";
  const auto path = sweep(rig, "SWEEP=zip&PHASE=RUN&image=" + url + "&image=" + url, "reader");
  CHECK(count(json_of(rig, path), "HELD") == 2);
  rig.post(first + "/phase", "PHASE=RUN");
  CHECK(results(rig, json_of(rig, path), "copy") == std::multiset<std::string>{"shared", "shared"});
}

TEST_CASE("all jobs of a sweep are run, aborted and deleted together") {
  RestRig rig;
  const auto path = sweep(rig, "SWEEP=product&RUNID=r&times=1..3");
  CHECK(count(json_of(rig, path), "PENDING") == 3);
  const Answer run = rig.post(path, "PHASE=RUN");
  CHECK(run.status == 303);
  CHECK(path_of(run.header("Location")) == path);
  CHECK(count(json_of(rig, path), "PENDING") == 0);
  results(rig, json_of(rig, path));
  CHECK(rig.post(path, "PHASE=ABORT").status == 303);  // what has ended stays
  CHECK(count(json_of(rig, path), "COMPLETED") == 3);

  sweep(rig, "SWEEP=product&RUNID=r&times=4,5");  // the same run id: shown together
  CHECK(count(json_of(rig, path), "total") == 5);
  CHECK(rig.post(path, "PHASE=ABORT").status == 303);
  CHECK(count(json_of(rig, path), "ABORTED") == 2);
  CHECK(rig.post(path, "ACTION=DELETE").status == 303);
  CHECK(rig.get(path).status == 404);

  const auto other = sweep(rig, "SWEEP=product&times=1..3");
  CHECK(rig.send("DELETE", other).status == 303);
  CHECK(rig.get(other).status == 404);
  CHECK(rig.service().list({})->empty());
}

TEST_CASE("a sweep that cannot be is refused and makes nothing") {
  opus::ServiceConfig config;
  config.sweep_max = 5;
  RestRig rig({}, std::move(config));
  const auto refused = [&](const std::string& form, const std::string& why) {
    const Answer answer = rig.post("/rest/echo", form);
    CHECK(answer.status == 400);
    INFO(answer.body);
    CHECK(contains(answer.body, why));
  };
  refused("SWEEP=all&times=1..2", "SWEEP: expected product or zip, got 'all'");
  refused("SWEEP=zip&SWEEP=product&times=1..2", "SWEEP");
  refused("SWEEP=product&times=1..6", "at most 5 values");
  refused("SWEEP=product&times=1..3&text=a&text=b", "sweep_max: expected at most 5 jobs at once");
  refused("SWEEP=zip&times=1..3&text=a&text=b", "3 of times, 2 of text");
  refused("SWEEP=product&PHASE=RUN&times=8..11", "times");  // one of them is bad
  refused("SWEEP=product&RUNID=" + std::string(65, 'x') + "&times=1,2", "RUNID");
  CHECK(rig.service().list({})->empty());

  CHECK(rig.get("/rest/echo/sweeps/none").status == 404);
  CHECK(rig.post("/rest/echo/sweeps/none", "PHASE=ABORT").status == 404);
  const auto path = sweep(rig, "SWEEP=product&times=1..2&RUNID=phase");
  CHECK(path == "/rest/echo/sweeps/phase");  // no resource of a job
  CHECK(count(json_of(rig, path), "total") == 2);
  for (const char* form :
       {"", "PHASE=HELD", "ACTION=RUN", "PHASE=RUN&ACTION=DELETE", "text=x", "PHASE=RUN&RUNID=x"})
    CHECK(rig.post(path, form).status == 400);
  CHECK(rig.send("PUT", path).status == 405);
  CHECK(rig.get("/rest/reader/sweeps/phase").status == 404);  // of another list
}

TEST_CASE("a sweep shows no jobs of others") {
  RestRig rig;
  opus::SweepRequest request;
  request.job = {.description = "echo", .owner = "alice", .run_id = "hers"};
  request.job.parameters = {{"times", "1..2"}};
  REQUIRE(rig.service().create_sweep(request));
  CHECK(rig.get("/rest/echo/sweeps/hers").status == 404);
  CHECK(rig.send("DELETE", "/rest/echo/sweeps/hers").status == 404);
  CHECK(rig.service().list({})->size() == 2);
}

TEST_CASE("a description with a parameter named sweep keeps it") {
  RestRig rig;
  opus::JobDescription description;
  description.name = "radar";
  description.parameters = {{.name = "sweep"}};
  rig.service()
      .define(description, [](opus::TaskContext&) { return opus::Result<void>{}; })
      .value();
  const auto path = rig.create("radar", "SWEEP=product");
  CHECK(rig.service().get(rig.id_of(path))->parameters.at(0).value == "product");
}
