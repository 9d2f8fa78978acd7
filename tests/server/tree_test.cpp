// What holds for every resource: methods, status codes, forms.
#include "server/rest/api.hpp"

#include <algorithm>

#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using opus::rest::Api;
using opus::rest::Method;
using opus::rest::Route;

namespace {

/// The path of a route with the names of a job that has ended.
std::string path_for(std::string_view pattern, const std::string& id) {
  std::string path{pattern};
  for (const auto& [name, value] : {std::pair<std::string, std::string>{"{name}", "echo"},
                                    {"{id}", id},
                                    {"{result}", "result"},
                                    {"{p}", "text"}})
    if (const auto at = path.find(name); at != path.npos) path.replace(at, name.size(), value);
  return path;
}

std::string allowed(std::string_view pattern) {
  std::string methods;
  for (const Route& route : Api::routes())
    if (route.pattern == pattern) {
      methods += to_string(route.method);
      methods += route.method == Method::get ? ", HEAD, " : ", ";
    }
  return methods + "OPTIONS";
}

std::vector<std::string> sorted_words(std::string text) {
  std::vector<std::string> words;
  for (std::size_t end; !text.empty(); text.erase(0, end)) {
    end = std::min(text.find(", "), text.size());
    words.push_back(text.substr(0, end));
    if (end < text.size()) end += 2;
  }
  std::sort(words.begin(), words.end());
  return words;
}

}  // namespace

TEST_CASE("UWS-HTTP-13, UWS-HTTP-15: each resource has HEAD, OPTIONS, and 405 with Allow") {
  RestRig rig;
  const std::string job = rig.create("echo", "PHASE=RUN&text=x");
  const std::string id = rig.ended(job).id.value;
  for (const Route& route : Api::routes()) {
    const std::string path = path_for(route.pattern, id);
    if (path.find('{') != path.npos) continue;  // needs more than a job
    INFO(path);
    const Answer options = rig.send("OPTIONS", path);
    CHECK(options.status == 204);
    CHECK(sorted_words(options.header("Allow")) == sorted_words(allowed(route.pattern)));
    for (const char* method : {"POST", "PUT", "DELETE", "PATCH"}) {
      if (allowed(route.pattern).find(method) != std::string::npos) continue;
      INFO(method);
      const Answer refused = rig.send(method, path);
      CHECK(refused.status == 405);
      CHECK(refused.header("Allow") == options.header("Allow"));
      CHECK_FALSE(refused.body.empty());
    }
    if (route.method != Method::get || route.pattern == "/sync/{name}") continue;  // starts a job
    const auto got = rig.start("GET", path), head = rig.start("HEAD", path);
    REQUIRE((got->response && head->response));
    CHECK(head->response->status == got->response->status);
    for (const char* name : {"Content-Type", "ETag"})
      CHECK(head->response->headers.get(name) == got->response->headers.get(name));
  }
  CHECK(rig.phase(job) == "COMPLETED");
}

TEST_CASE("UWS-HTTP-01, UWS-HTTP-02, AMB-05: containers are text/xml, fields text/plain, all 200") {
  RestRig rig;
  const std::string job = rig.create("echo");
  for (const char* name : {"", "/parameters", "/results", "?WAIT=0"})
    CHECK(rig.get(job + name).header("Content-Type") == "text/xml;charset=UTF-8");
  CHECK(rig.get("/rest/echo").header("Content-Type") == "text/xml;charset=UTF-8");
  for (const char* name :
       {"/phase", "/executionduration", "/destruction", "/quote", "/owner", "/stdout", "/stderr"})
    CHECK(rig.get(job + name).header("Content-Type") == "text/plain;charset=UTF-8");
}

TEST_CASE("UWS-HTTP-07, UWS-HTTP-11: what changes something answers 303 without a body") {
  RestRig rig;
  const std::string list = std::string(RestRig::k_base) + "/rest/echo";
  const std::string path = rig.create("echo");
  const std::string job = std::string(RestRig::k_base) + path;
  const auto location = [](const Answer& answer) {
    CHECK(answer.status == 303);
    CHECK(answer.body.empty());
    return answer.header("Location");
  };
  CHECK(location(rig.post("/rest/echo", "text=x")).rfind(list + "/", 0) == 0);
  CHECK(location(rig.post(path + "/parameters", "text=y")) == job);
  CHECK(location(rig.send("PUT", path + "/parameters/text", {}, "z")) == job);
  CHECK(location(rig.post(path + "/executionduration", "EXECUTIONDURATION=9")) == job);
  CHECK(location(rig.post(path + "/destruction", "DESTRUCTION=2090-01-01T00:00:00Z")) == job);
  CHECK(location(rig.post(path + "/phase", "PHASE=RUN")) == job);
  rig.ended(path);
  // UWS-DEL-06, UWS-LST-10: the plain list
  CHECK(location(rig.send("DELETE", path)) == list);
  CHECK(location(rig.post(rig.create("echo"), "ACTION=DELETE")) == list);
}

TEST_CASE("UWS-URI-03: an id is lower-case hexadecimal, unguessable, and what its URL ends in") {
  RestRig rig;
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    const std::string path = rig.create("echo");
    const std::string id = path.substr(path.rfind('/') + 1);
    CHECK(id.find_first_not_of("0123456789abcdef-") == std::string::npos);
    CHECK(rig.get(path).body.find("<uws:jobId>" + id + "</uws:jobId>") != std::string::npos);
    ids.push_back(id.substr(19));  // after the time: 62 random bits
  }
  std::sort(ids.begin(), ids.end());
  CHECK(std::unique(ids.begin(), ids.end()) == ids.end());
}

TEST_CASE("UWS-URI-02, UWS-URI-04, DALI-01: the job list of a description is what is registered") {
  RestRig rig;
  for (const char* path : {"/capabilities", "/rest"})
    CHECK(rig.get(path).body.find(std::string(RestRig::k_base) + "/rest/echo") !=
          std::string::npos);
}

TEST_CASE("UWS-URI-09: a slash at the end changes nothing but is never given") {
  RestRig rig;
  const Answer created = rig.post("/rest/echo/", "text=x");
  REQUIRE(created.status == 303);
  CHECK(created.header("Location").back() != '/');
  CHECK(rig.get("/rest/echo/").status == 200);
  CHECK(rig.get(path_of(created.header("Location")) + "/phase/").body == "PENDING");
}

TEST_CASE("UWS-DEL-01, UWS-RES-07: nothing but the job can be deleted, and no result written") {
  RestRig rig;
  const std::string job = rig.create("echo", "PHASE=RUN&text=kept");
  rig.ended(job);
  for (const char* name : {"/results", "/results/result", "/parameters", "/parameters/text",
                           "/phase", "/error", "/quote", "/owner", "/stdout"}) {
    INFO(name);
    CHECK(rig.send("DELETE", job + name).status == 405);
  }
  CHECK(rig.post(job + "/results", "result=forged").status == 405);
  CHECK(rig.send("PUT", job + "/results/result", {}, "forged").status == 405);
  CHECK(rig.send("DELETE", "/rest/echo").status == 405);
  CHECK(rig.get(job + "/results/result").body == "kept");
}

TEST_CASE("UWS-DEL-07: a destroyed job is in no list") {
  RestRig rig;
  const std::string job = rig.create("echo");
  const std::string id = rig.id_of(job).value;
  REQUIRE(rig.get("/rest/echo").body.find(id) != std::string::npos);
  REQUIRE(rig.send("DELETE", job).status == 303);
  CHECK(rig.get("/rest/echo").body.find(id) == std::string::npos);
  CHECK(rig.get("/rest/echo?PHASE=ABORTED&PHASE=ARCHIVED").body.find(id) == std::string::npos);
}

TEST_CASE("UWS-SEC-06, UWS-SEC-08: what describes the service is open, at the same URLs for all") {
  RestRig rig;
  for (const char* path : {"/capabilities", "/availability", "/rest", "/jdl", "/"}) {
    CHECK(rig.get(path).status == 200);
    CHECK(rig.get(path, {{"Authorization", "Basic eDp5"}}).status == 200);
  }
}

TEST_CASE("UWS-SEC-07: below somebody else's job nothing can be read or done") {
  RestRig rig;
  const auto job = rig.service().create({.description = "echo", .owner = "alice"}).value();
  for (const Route& route : Api::routes()) {
    if (route.pattern.rfind("/rest/{name}/{id}", 0) != 0) continue;
    const std::string path = path_for(route.pattern, job.id.value);
    if (path.find('{') != path.npos) continue;
    INFO(to_string(route.method) << " " << path);
    CHECK(rig.send(to_string(route.method), path).status == 403);
  }
  CHECK(rig.service().get(job.id).value() == job);
}

TEST_CASE("DALI-14, UWS-URI-07: no child of a job that is unknown can be read or changed") {
  RestRig rig;
  for (const Route& route : Api::routes()) {
    if (route.pattern.rfind("/rest/{name}/{id}", 0) != 0) continue;
    const std::string path = path_for(route.pattern, "0198c0de-0000-7000-8000-000000000000");
    if (path.find('{') != path.npos) continue;
    INFO(to_string(route.method) << " " << path);
    CHECK(rig.send(to_string(route.method), path).status == 404);
  }
}
