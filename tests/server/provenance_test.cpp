// {job}/prov, /store/{id}/prov and /provsap.
#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;

namespace {

std::string id_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool has(const Answer& answer, std::string_view text) {
  return answer.body.find(text) != std::string::npos;
}

/// A job that ended, of everybody.
std::string done(RestRig& rig) {
  const auto path = rig.create("echo", "PHASE=RUN&text=hello");
  rig.ended(path);
  return path;
}

}  // namespace

TEST_CASE("a job's provenance in every form, by name and by Accept") {
  RestRig rig;
  const auto path = done(rig);
  const std::pair<std::string, std::string> forms[] = {{"json", "application/json"},
                                                       {"n", "text/provenance-notation"},
                                                       {"xml", "application/provenance+xml"},
                                                       {"ttl", "text/turtle"},
                                                       {"jsonld", "application/ld+json"},
                                                       {"vot", "application/x-votable+xml"},
                                                       {"svg", "image/svg+xml"},
                                                       {"dot", "text/vnd.graphviz"}};
  for (const auto& [ending, type] : forms) {
    const Answer named = rig.get(path + "/prov." + ending);
    CHECK(named.status == 200);
    CHECK(named.header("Content-Type").rfind(type, 0) == 0);
    CHECK(named.header("Content-Disposition") == "inline; filename=\"job-" + id_of(path) + "." +
                                                     (ending == "n" ? "provn" : ending) + "\"");
    const Answer negotiated = rig.get(path + "/prov", {{"Accept", type}});
    CHECK(negotiated.body == named.body);
    CHECK(negotiated.header("Vary") == "Accept, Authorization");
  }
  CHECK(has(rig.get(path + "/prov?RESPONSEFORMAT=PROV-O"), "@prefix prov:"));
  CHECK(has(rig.get(path + "/prov?responseformat=text/turtle"), "@prefix prov:"));
  CHECK(rig.get(path + "/prov.pdf").status == 404);
  CHECK(rig.get(path + "/prov?RESPONSEFORMAT=PROV-PDF").status == 400);
  CHECK(rig.get(path + "/prov", {{"Accept", "application/pdf"}}).status == 406);
  CHECK(rig.get(path + "/prov?RESPONSEFORMAT=json", {{"Accept", "application/pdf"}}).status == 200);
}

TEST_CASE("PROV-G-07: an unchanged document is not sent again, HEAD tells the same") {
  RestRig rig;
  const auto path = done(rig);
  const Answer first = rig.get(path + "/prov.json");
  const std::string tag = first.header("ETag");
  CHECK(rig.get(path + "/prov.json", {{"If-None-Match", tag}}).status == 304);
  CHECK(rig.get(path + "/prov.json?DEPTH=0", {{"If-None-Match", tag}}).status == 200);
  const Answer head = rig.send("HEAD", path + "/prov.json");
  CHECK(head.status == 200);
  CHECK(head.header("ETag") == tag);
}

TEST_CASE("PROV-AQ: jobs, results and provenance say where to ask for provenance") {
  RestRig rig;
  const auto path = done(rig);
  const std::string service =
      "<http://example.org/opus/provsap>; rel=\"http://www.w3.org/ns/prov#has_query_service\"";
  for (const auto& target : {path, path + "/results/result", path + "/prov.json"}) {
    const Answer answer = rig.get(target);
    bool found = false;
    for (std::size_t i = 0; i < answer.headers.size(); ++i)
      found = found || (answer.headers.name(i) == "Link" && answer.headers.value(i) == service);
    CHECK(found);
  }
}

TEST_CASE("PROV-SAP-03: /provsap by the ids of jobs, entities and documents, in both spellings") {
  RestRig rig;
  const auto path = done(rig);
  const std::string job = id_of(path);
  const std::string document = rig.get("/provsap?ID=" + job).body;
  CHECK(document.find("\"wasConfiguredBy\"") != std::string::npos);  // MODEL=IVOA, PROV-JSON
  for (const std::string& id : {"id:job-" + job, "job-" + job, "urn:opus-uws:job-" + job})
    CHECK(rig.get("/provsap?id=" + id).body == document);
  CHECK(rig.post("/provsap", "ID=" + job).body == document);
  CHECK(rig.get("/provsap?ID=" + job + "&MODEL=W3C").body == rig.get(path + "/prov.json").body);
  CHECK(rig.get("/provsap?ID=" + job + "&DIRECTION=FORWARD").body ==
        rig.get("/provsap?ID=" + job + "&DIRECTION=FORTH").body);
  CHECK(rig.get("/provsap?ID=" + job + "&AGENT=true&MEMBERS=1&STEPS=no").status == 200);
  CHECK_FALSE(has(rig.get("/provsap?ID=" + job + "&AGENTS=0"), "\"agent\""));
  CHECK_FALSE(has(rig.get("/provsap?ID=" + job + "&CONFIGURATION=0"), "\"parameter\""));
  CHECK(has(rig.get("/provsap?ID=" + job + "&DESCRIPTIONS=2"), "\"parameterDescription\""));
  CHECK(has(rig.get("/provsap?ID=" + job + "&DESCRIPTIONS=1"), "\"activityDescription\""));
  CHECK_FALSE(has(rig.get("/provsap?ID=" + job + "&DESCRIPTIONS=0"), "\"activityDescription\""));
  CHECK_FALSE(has(rig.get("/provsap?ID=" + job + "&DEPTH=0"), "wasGeneratedBy"));
  CHECK(has(rig.get("/provsap?ID=" + job + "&RESPONSEFORMAT=PROV-DOT&GD=TB"), "rankdir=BT"));
}

TEST_CASE("PROV-SAP-16: several ids are one document") {
  RestRig rig;
  const std::string one = id_of(done(rig)), two = id_of(done(rig));
  const Answer both = rig.get("/provsap?ID=" + one + "&ID=" + two);
  CHECK(has(both, "id:job-" + one));
  CHECK(has(both, "id:job-" + two));
  const Answer some = rig.get("/provsap?ID=" + one + "&ID=nosuch&ID=t%C3%A9l%2C");
  CHECK(some.status == 200);
  CHECK(some.header("OPUS-Unknown-ID") == "nosuch, t%C3%A9l%2C");
  CHECK(both.header("OPUS-Unknown-ID") == "(none)");
}

TEST_CASE("a deleted job is gone from the tree, but not from provenance") {
  RestRig rig;
  const auto path = done(rig);
  const std::string job = id_of(path);
  const std::string result = rig.ended(path).results.at(0).entity.id.value;
  REQUIRE(rig.send("DELETE", path).status == 303);
  CHECK(rig.get(path).status == 404);
  CHECK(rig.get(path + "/prov.json").status == 404);
  const Answer told = rig.get("/provsap?ID=" + job + "&MODEL=W3C");
  CHECK(told.status == 200);
  CHECK(has(told, "id:job-" + job));
  CHECK(has(told, "text = hello"));
  CHECK(rig.get("/store/" + result + "/prov.json").status == 200);
}

TEST_CASE("errors of /provsap: 400 names the field, 404 if no id is known, 403 for others' jobs") {
  RestRig rig;
  const std::string job = id_of(done(rig));
  for (const char* bad : {"", "?ID=", "?DEPTH=1"}) {
    const Answer answer = rig.get(std::string("/provsap") + bad);
    CHECK(answer.status == 400);
    CHECK(has(answer, "ID"));
  }
  for (const char* bad : {"DEPTH=-1", "DEPTH=deep", "DEPTH=1&DEPTH=2", "DIRECTION=UP", "MODEL=X",
                          "AGENT=maybe", "AGENTS=2", "MEMBERS=x", "STEPS=x", "DESCRIPTIONS=3",
                          "CONFIGURATION=x", "ATTRIBUTES=x", "GD=UP", "RESPONSEFORMAT=PROV-PNG"})
    CHECK(rig.get("/provsap?ID=" + job + "&" + bad).status == 400);
  CHECK(rig.get("/provsap?ID=nosuch").status == 404);
  CHECK(rig.get("/provsap?ID=id:job-.zz").status == 404);
  CHECK(rig.get("/provsap?ID=id:user-alice").status == 403);
  const opus::Job foreign = rig.service().create({.description = "echo", .owner = "alice"}).value();
  CHECK(rig.get("/provsap?ID=" + foreign.id.value).status == 403);

  const Answer votable = rig.get("/provsap?ID=nosuch&RESPONSEFORMAT=votable");
  CHECK(votable.status == 404);
  CHECK(votable.header("Content-Type") == "application/x-votable+xml");
  CHECK(has(votable, "<INFO name=\"QUERY_STATUS\" value=\"ERROR\">"));
}

TEST_CASE("what others own is cut out of the provenance of one's own") {
  RestRig rig;
  const opus::Job first =
      rig.service().create({.description = "echo", .owner = "alice", .run = true}).value();
  const opus::Job ended = rig.service().wait(first.id, std::chrono::seconds{20}).value();
  REQUIRE(ended.results.size() == 1);
  const opus::Job second = rig.service()
                               .create({.description = "reader",
                                        .owner = "alice",
                                        .parameters = {{"image", ended.results[0].entity.id.value}},
                                        .run = true})
                               .value();
  rig.service().wait(second.id, std::chrono::seconds{20}).value();
  const auto seen_but = [](const opus::JobId& hidden) {
    return [hidden](const opus::ProvRoot& what, std::string_view,
                    const std::optional<std::string>&) -> opus::Result<void> {
      if (what == opus::ProvRoot{hidden}) return opus::Error{opus::Errc::forbidden, "not yours"};
      return {};
    };
  };
  const auto graph =
      rig.service().provenance(second.id, {.depth = std::nullopt, .may_see = seen_but(first.id)});
  REQUIRE(graph);
  CHECK(graph->withheld == 1);
  // What is hidden itself is refused.
  CHECK(rig.service().provenance(second.id, {.may_see = seen_but(second.id)}).error().message ==
        "not yours");
}

TEST_CASE("a large lineage is streamed, and is the same document") {
  RestRig rig;
  std::string target = "/provsap?MODEL=W3C";
  std::vector<opus::ProvRoot> roots;
  for (int i = 0; i < 12; ++i) {
    const auto job =
        rig.service()
            .create({.description = "echo", .parameters = {{"text", std::string(60'000, 'x')}}})
            .value();
    target += "&ID=" + job.id.value;
    roots.emplace_back(job.id);
  }
  const auto call = rig.start("GET", target);
  rig.host().run_until([&] { return call->response.has_value(); });
  CHECK(call->response->status == 200);
  CHECK_FALSE(call->response->headers.has("ETag"));
  const auto* stream = std::get_if<opus::rest::BodyStreamPtr>(&call->response->body);
  REQUIRE(stream);
  (*stream)->on_wake([&rig] { rig.host().post([] {}); });
  std::string out;
  for (auto state = opus::rest::BodyStream::State::more;
       state != opus::rest::BodyStream::State::ended;) {
    (*stream)->arm();
    state = (*stream)->pull(out);
    REQUIRE(state != opus::rest::BodyStream::State::broken);
  }
  opus::LineageQuery query;
  query.base_url = RestRig::k_base;
  CHECK(out == to_prov_json(rig.service().provenance(roots, query).value()));
}
