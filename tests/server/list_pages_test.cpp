// Job lists with details, in pages, and by run id and parameter.
#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/json.hpp"

using namespace opus_test;
using opus::Json;

namespace {

struct Page {
  std::vector<std::string> ids{};
  std::string next{};  ///< path of the link's URL below the base; empty = none
};

Page page(RestRig& rig, const std::string& target) {
  const Answer answer = rig.get(target, {{"Accept", "application/json"}});
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  const auto json = Json::parse(answer.body);
  REQUIRE(json);
  CHECK(json->keys() == std::vector<std::string>{"jobs", "next"});
  Page page;
  const Json jobs = *json->find("jobs");
  for (std::size_t i = 0; i < jobs.size(); ++i)
    page.ids.emplace_back(jobs.at(i).find("jobId")->as_string());
  const Json next = *json->find("next");
  if (next.is_null()) {
    CHECK(answer.header("Link") == "(none)");
    return page;
  }
  CHECK(answer.header("Link") == '<' + std::string(next.as_string()) + ">; rel=\"next\"");
  page.next = path_of(next.as_string());
  return page;
}

std::vector<std::string> all_pages(RestRig& rig, std::string target, std::size_t size) {
  std::vector<std::string> ids;
  while (!target.empty()) {
    const Page one = page(rig, target);
    CHECK(one.ids.size() <= size);
    if (!one.next.empty()) CHECK(one.ids.size() == size);
    ids.insert(ids.end(), one.ids.begin(), one.ids.end());
    target = one.next;
  }
  return ids;
}

}  // namespace

TEST_CASE("pages join to the whole list, with every filter, LAST over all of them") {
  RestRig rig;
  std::vector<std::string> made;
  for (int i = 0; i < 11; ++i) {
    const auto path = rig.create("echo", i % 2 ? "text=odd" : "text=even&RUNID=e%2F1");
    made.insert(made.begin(), rig.id_of(path).value);
    if (i == 4) REQUIRE(rig.post(path + "/phase", "PHASE=ABORT").status == 303);
  }
  (void)rig.service().create({.description = "echo", .owner = "alice"}).value();  // not shown
  CHECK(page(rig, "/rest/echo").ids == made);
  CHECK(all_pages(rig, "/rest/echo?PAGESIZE=4", 4) == made);
  CHECK(all_pages(rig, "/rest/echo?PAGESIZE=11", 11) == made);
  CHECK(all_pages(rig, "/rest/echo?PAGESIZE=1", 1) == made);
  const std::vector<std::string> seven(made.begin(), made.begin() + 7);
  CHECK(all_pages(rig, "/rest/echo?last=7&pagesize=3", 3) == seven);
  CHECK(all_pages(rig, "/rest/echo?LAST=3&PAGESIZE=3", 3).size() == 3);
  CHECK(all_pages(rig, "/rest/echo?PHASE=PENDING&PAGESIZE=2", 2).size() == 10);
  CHECK(all_pages(rig, "/rest/echo?RUNID=e%2F1&PAGESIZE=4", 4).size() == 6);
  CHECK(all_pages(rig, "/rest/echo?PARAMETER=TEXT%3Dodd&PAGESIZE=2", 2).size() == 5);
  CHECK(all_pages(rig, "/rest/echo?RUNID=e%2F1&PARAMETER=text=even&PHASE=ABORTED&PAGESIZE=2", 2) ==
        std::vector{made[6]});
  CHECK(page(rig, "/rest/echo?RUNID=e%2F1&PARAMETER=text=odd").ids.empty());
  // A cursor without PAGESIZE: all the rest.
  const std::string next = page(rig, "/rest/echo?PAGESIZE=4").next;
  const auto cursor = next.substr(next.find("CURSOR="));
  CHECK(page(rig, "/rest/echo?" + cursor).ids == std::vector(made.begin() + 4, made.end()));
}

TEST_CASE("a page goes on although the job at its end is destroyed") {
  RestRig rig;
  std::vector<std::string> paths;
  for (int i = 0; i < 4; ++i) paths.push_back(rig.create("echo"));
  const Page first = page(rig, "/rest/echo?PAGESIZE=2");
  REQUIRE(rig.send("DELETE", paths[2]).status == 303);
  CHECK(page(rig, first.next).ids ==
        std::vector{rig.id_of(paths[1]).value, rig.id_of(paths[0]).value});
}

TEST_CASE("a page as XML has its link in the header only") {
  RestRig rig;
  for (int i = 0; i < 3; ++i) rig.create("echo");
  const Answer answer = rig.get("/rest/echo?PAGESIZE=2");
  CHECK(answer.header("Content-Type") == "text/xml;charset=UTF-8");
  CHECK(answer.header("Link").find("rel=\"next\"") != std::string::npos);
  CHECK(answer.body.find("next") == std::string::npos);
}

TEST_CASE("a list longer than a piece is whole") {
  RestRig rig;
  constexpr std::size_t k_many = 1100;
  for (std::size_t i = 0; i < k_many; ++i)
    rig.service().create({.description = "echo"},
                         [](opus::Result<std::shared_ptr<const opus::Job>>) {});
  (void)rig.service().create({.description = "echo"}).value();
  CHECK(page(rig, "/rest/echo").ids.size() == k_many + 1);
  CHECK(page(rig, "/rest/echo?LAST=1000").ids.size() == 1000);
  CHECK(page(rig, "/rest/echo?LAST=512").ids.size() == 512);
  CHECK(page(rig, "/rest/echo?DETAILS=true&LAST=130").ids.size() == 130);
  const std::string xml = rig.get("/rest/echo").body;
  CHECK(xml.find("</uws:jobs>") == xml.size() - 12);
}

TEST_CASE("DETAILS=true lists whole jobs") {
  RestRig rig;
  const std::string path = rig.create("echo", "text=hi");
  const Answer list = rig.get("/rest/echo?DETAILS=true&RESPONSEFORMAT=json");
  const Json jobs = *Json::parse(list.body)->find("jobs");
  REQUIRE(jobs.size() == 1);
  const Answer job = rig.get(path, {{"Accept", "application/json"}});
  CHECK(jobs.at(0).keys() == Json::parse(job.body)->keys());
  CHECK(list.body.find(job.body) != std::string::npos);
  CHECK(page(rig, "/rest/echo?DETAILS=false").ids.size() == 1);
}

TEST_CASE("what a list does not know is refused, and named") {
  RestRig rig;
  for (const auto& [query, field] :
       {std::pair("PAGESIZE=0", "PAGESIZE"), std::pair("PAGESIZE=1001", "PAGESIZE"),
        std::pair("PAGESIZE=x", "PAGESIZE"), std::pair("PAGESIZE=1&PAGESIZE=2", "PAGESIZE"),
        std::pair("CURSOR=x", "CURSOR"), std::pair("CURSOR=", "CURSOR"),
        std::pair("CURSOR=0198c0de-0000-7000-8000-00000000000g", "CURSOR"),
        std::pair("CURSOR=0198c0de-0000-7000-8000-000000000000.0", "CURSOR"),
        std::pair("CURSOR=0198c0de-0000-7000-8000-000000000000.x", "CURSOR"),
        std::pair("CURSOR=0198c0de-0000-4000-8000-000000000000", "CURSOR"),
        std::pair("DETAILS=yes&RESPONSEFORMAT=json", "DETAILS"),
        std::pair("DETAILS=true", "DETAILS"),  // XML has no place for them
        std::pair("RUNID=", "RUNID"), std::pair("RUNID=a&RUNID=b", "RUNID"),
        std::pair("PARAMETER=sigma", "PARAMETER"), std::pair("PARAMETER==5", "PARAMETER"),
        std::pair("RESPONSEFORMAT=csv", "RESPONSEFORMAT")}) {
    const Answer answer = rig.get("/rest/echo?" + std::string(query));
    INFO(query);
    CHECK(answer.status == 400);
    CHECK(answer.body.find(field) != std::string::npos);
  }
}
