// ACTION=RERUN, ACTION=VERIFY and {job}/diff.
#include <fstream>

#include <opus/reproduction.hpp>
#include <opus/run_crate.hpp>

#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;

namespace {

std::string done(RestRig& rig, std::string_view form) {
  const auto path = rig.create("echo", form);
  rig.ended(path);
  return path;
}

std::string rerun(RestRig& rig, const std::string& path, const std::string& more = "") {
  const Answer answer = rig.post(path, "ACTION=RERUN" + more);
  INFO(answer.body);
  REQUIRE(answer.status == 303);
  const std::string again = path_of(answer.header("Location"));
  rig.ended(again);
  return again;
}

}  // namespace

TEST_CASE("ACTION=RERUN makes a new job of the same request, and its results confirm the first") {
  RestRig rig;
  const auto path = done(rig, "PHASE=RUN&text=hello&times=2");
  const std::string again = rerun(rig, path);
  CHECK(again != path);
  CHECK(rig.get(again + "/results/result").body == rig.get(path + "/results/result").body);
  const Answer verdict = rig.get(again + "/diff");
  CHECK(verdict.status == 200);
  CHECK(has_text(verdict, "\"verdict\":\"reproduced\""));
  CHECK(has_text(verdict, "\"part\":\"parameter\",\"name\":\"text\",\"change\":\"same\""));
  CHECK(rig.get(again + "/diff", {{"Accept", "text/plain"}}).body == "reproduced\n");
  CHECK(has_text(rig.get(again + "/prov.json"), "\"opus:rerunOf\""));
}

TEST_CASE("a repeated job may differ in what is asked for, and says so") {
  RestRig rig;
  const auto path = done(rig, "PHASE=RUN&text=hello&times=2");
  const std::string again = rerun(rig, path, "&TEXT=bye&RUNID=second");
  CHECK(rig.get(again + "/parameters/text").body == "bye");
  CHECK(rig.get(again + "/parameters/times").body == "2");
  const Answer difference = rig.get(again + "/diff?RESPONSEFORMAT=text");
  CHECK(has_text(difference, "other request\nparameter text changed\n- hello\n+ bye\n"));
}

TEST_CASE("two jobs that were made apart are compared, too") {
  RestRig rig;
  const auto one = done(rig, "PHASE=RUN&text=a"), two = done(rig, "PHASE=RUN&text=a");
  const std::string with = "?WITH=" + one.substr(one.rfind('/') + 1);
  CHECK(has_text(rig.get(two + "/diff" + with), "\"verdict\":\"reproduced\""));
  const auto pending = rig.create("echo", "text=a&times=1");
  CHECK(has_text(rig.get(pending + "/diff" + with), "\"part\":\"result\""));
  CHECK(rig.get(two + "/diff").status == 400);
  CHECK(rig.get(two + "/diff?WITH=nosuch").status == 404);
  CHECK(rig.get(two + "/diff" + with + "&RESPONSEFORMAT=pdf").status == 400);
}

TEST_CASE("a job runs again with the very version it ran with, whatever is offered now") {
  RestRig rig;
  const auto path = done(rig, "PHASE=RUN&text=hello");
  auto description = rig.service().description("echo").value();
  description.version = "2";
  const auto function = [](opus::TaskContext& context) -> opus::Result<void> {
    return context.write_result("result", "other");
  };
  REQUIRE(rig.service().define(description, function));
  const opus::Job again =
      rig.service()
          .create(rerun_request(rig.service(), RestRig::id_of(path), {.run = false}).value())
          .value();
  CHECK(again.description_version == rig.service().get(RestRig::id_of(path))->description_version);
  CHECK(again.rerun_of == RestRig::id_of(path));
}

TEST_CASE("a request to repeat must fit: the job exists and is of the same description") {
  RestRig rig;
  const auto path = done(rig, "PHASE=RUN&text=hello");
  const auto mixed =
      rig.service().create({.description = "gate", .rerun_of = RestRig::id_of(path)});
  REQUIRE_FALSE(mixed);
  CHECK(mixed.error().code == opus::Errc::invalid_argument);
  CHECK(mixed.error().message.find("rerunOf") != std::string::npos);
  CHECK(rig.service().create({.description = "echo", .rerun_of = {"nosuch"}}).error().code ==
        opus::Errc::not_found);
  CHECK(rerun_request(rig.service(), {"nosuch"}).error().code == opus::Errc::not_found);
  CHECK(rig.post("/rest/echo/nosuch", "ACTION=RERUN").status == 404);
  CHECK(rig.post(path, "ACTION=RERUN&PHASE=ABORT").status == 400);
  CHECK(rig.post(path, "ACTION=RERUN&times=many").status == 400);
  CHECK(rig.post(path, "ACTION=REPEAT").status == 400);
  CHECK(rig.post(path, "ACTION=VERIFY&PHASE=RUN").status == 400);
}

TEST_CASE("the same input files are used again; ACTION=VERIFY reads them") {
  RestRig rig;
  const auto first = done(rig, "PHASE=RUN&text=hello");
  const opus::Entity result = rig.service().get(RestRig::id_of(first))->results.at(0).entity;
  const auto path = rig.create("reader", "PHASE=RUN&image=" + result.id.value);
  rig.ended(path);
  const std::string again = rerun(rig, path);
  CHECK(rig.service().get(RestRig::id_of(again))->inputs.at(0).entity == result.id);

  const Answer intact = rig.post(again, "ACTION=VERIFY");
  CHECK(intact.status == 200);
  CHECK(has_text(intact, "\"intact\":true"));
  CHECK(has_text(intact, "\"kind\":\"input\",\"name\":\"image\""));

  const auto file = rig.service().content_path(result).value();
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  std::ofstream(file, std::ios::app) << "x";
  const Answer altered = rig.post(again, "ACTION=VERIFY");
  CHECK(has_text(altered, "\"intact\":false"));
  CHECK(has_text(altered, "\"state\":\"altered\",\"expected\":\"" + result.sha256));
  std::filesystem::remove(file);
  CHECK(has_text(rig.post(again, "ACTION=VERIFY"), "\"state\":\"missing\""));
  CHECK(rig.post("/rest/echo/nosuch", "ACTION=VERIFY").status == 404);
}

TEST_CASE("secrets are compared, but not shown") {
  CHECK(to_string(opus::Change::removed) == "removed");
  CHECK(to_string(opus::Verdict::undecided) == "undecided");
  CHECK(to_string(opus::FileState::deleted) == "deleted");
  RestRig rig;
  opus::JobDescription description;
  description.name = "login";
  description.parameters = {{.name = "password"}};
  const auto function = [](opus::TaskContext&) -> opus::Result<void> { return {}; };
  REQUIRE(rig.service().define(description, function));
  const auto one = rig.create("login", "password=hunter2");
  const auto two = rig.create("login", "password=hunter3");
  const auto difference =
      compare_runs(rig.service(), RestRig::id_of(one), RestRig::id_of(two)).value();
  bool found = false;
  for (const opus::RunDifference& item : difference.items)
    if (item.name == "password") {
      found = true;
      CHECK(item.change == opus::Change::changed);
      CHECK(item.before == "***");
      CHECK(item.after == "***");
    }
  CHECK(found);
  CHECK(difference.verdict == opus::Verdict::other_request);
}

TEST_CASE("a job as a run crate: metadata alone, and with its files") {
  RestRig rig;
  const auto first = done(rig, "PHASE=RUN&text=hello");
  const opus::Entity result = rig.service().get(RestRig::id_of(first))->results.at(0).entity;
  const auto path = rig.create("reader", "PHASE=RUN&image=" + result.id.value);
  rig.ended(path);
  const Answer metadata = rig.get(path + "/crate.json");
  CHECK(metadata.status == 200);
  CHECK(metadata.header("Content-Type") ==
        "application/ld+json; profile=\"https://w3id.org/ro/crate\"");
  CHECK(has_text(metadata, "https://w3id.org/ro/wfrun/process/0.5"));
  CHECK(has_text(metadata, "\"@type\": \"CreateAction\""));
  CHECK(has_text(metadata, result.sha256));
  CHECK(has_text(metadata, "http://example.org/opus" + path));

  const auto crate = run_crate(rig.service(), RestRig::id_of(path)).value();
  std::vector<std::string> names;
  for (const opus::CrateFile& file : crate.files) names.push_back(file.path);
  CHECK(names.size() == 4);
  CHECK(names[0] == "inputs/" + result.name);
  CHECK(names[2] == "provenance.json");

  const Answer zip = rig.get(path + "/crate.zip");
  CHECK(zip.status == 200);
  CHECK(zip.header("Content-Type") == "application/zip");
  CHECK(zip.body.substr(0, 4) == "PK\x03\x04");
  for (const std::string& name : names) CHECK(has_text(zip, name));
  CHECK(has_text(zip, "ro-crate-metadata.json"));
  CHECK(rig.get("/rest/reader/nosuch/crate.zip").status == 404);
  CHECK(rig.get("/rest/reader/nosuch/crate.json").status == 404);

  // What was deleted is told, but not part of it.
  REQUIRE(rig.service().destroy(RestRig::id_of(first)));
  const auto failed = rig.create("fail", "PHASE=RUN");
  rig.ended(failed);
  const Answer failure = rig.get(failed + "/crate.json");
  CHECK(has_text(failure, "FailedActionStatus"));
  CHECK(has_text(failure, "\"ActivateAction\""));
}

TEST_CASE(
    "REUSE of a new job decides whether earlier results may be given, unless it is a parameter") {
  RestRig rig;
  auto description = rig.service().description("echo").value();
  description.reuse = opus::Reuse::quick;
  const auto function = [](opus::TaskContext& context) -> opus::Result<void> {
    return context.write_result("result", "once");
  };
  REQUIRE(rig.service().define(description, function));
  const auto first = done(rig, "PHASE=RUN&text=hello");
  const auto given = done(rig, "PHASE=RUN&text=hello");
  const std::string id = RestRig::id_of(first).value;
  CHECK(has_text(rig.get(given, {{"Accept", "application/json"}}), "\"reuseOf\":\"" + id + '"'));
  CHECK(has_text(rig.get(given), "<reuseOf>" + id + "</reuseOf>"));
  CHECK(has_text(rig.get(given + "/prov.n"), "prov:type='opus:Reuse'"));
  CHECK(rig.get(given + "/results/result").body == "once");
  for (const char* refused : {"&REUSE=false", "&reuse=0"})
    CHECK(rig.service()
              .get(RestRig::id_of(done(rig, "PHASE=RUN&text=hello" + std::string{refused})))
              ->reuse_of.empty());
  CHECK_FALSE(rig.service()
                  .get(RestRig::id_of(done(rig, "PHASE=RUN&text=hello&REUSE=yes")))
                  ->reuse_of.empty());
  const Answer bad = rig.post("/rest/echo", "text=hello&REUSE=perhaps");
  CHECK(bad.status == 400);
  CHECK(has_text(bad, "REUSE: expected true or false, got 'perhaps'"));
  CHECK(rig.post("/rest/echo", "text=hello&REUSE=1&REUSE=0").status == 400);

  description.parameters.push_back({.name = "reuse", .default_value = ""});
  REQUIRE(rig.service().define(description, function));
  const auto own = rig.create("echo", "text=hello&REUSE=perhaps");
  CHECK(rig.get(own + "/parameters/reuse").body == "perhaps");
}

TEST_CASE("REASON tells why a job is aborted or deleted") {
  RestRig rig;
  const auto path = rig.create("gate", "PHASE=RUN");
  REQUIRE(rig.post(path, "PHASE=ABORT&REASON=wrong+field").status == 303);
  CHECK(rig.service().get(RestRig::id_of(path))->abort_reason == "wrong field");
  CHECK(has_text(rig.get(path + "/prov.n"), "opus:abortReason=\"wrong field\""));
  const auto other = rig.create("gate", "PHASE=RUN");
  REQUIRE(rig.post(other + "/phase", "PHASE=ABORT&REASON=wrong+filter").status == 303);
  CHECK(rig.service().get(RestRig::id_of(other))->abort_reason == "wrong filter");
  const auto third = rig.create("gate", "");
  CHECK(rig.post(third, "ACTION=DELETE&REASON=not+needed").status == 303);
}
