// internal_provenance.json: what a job's own code tells.
#include "libopus/provenance/internal.hpp"

#include <opus/provenance_formats.hpp>

#include "tests/unit/provenance/graph_view.hpp"

using opus::provenance::add_internal;
using namespace opus_test;

namespace {

constexpr const char* k_record = R"({
  "prefix": {"x": "http://x/"},
  "activity": {
    "current_job": {"x:step": 1},
    "x:flatfield": {"prov:startTime": "2026-03-01T12:00:12Z", "x:gain": 1.5, "api_token": "s3cret"}
  },
  "entity": {
    "stacked": {},
    "x:mask": {"prov:label": "bad pixels", "x:count": 812, "x:ok": true,
               "x:tags": ["a", "b"], "x:home": {"$": "http://u:p@h/", "type": "xsd:anyURI"}}
  },
  "agent": {"x:numpy": {}},
  "used": {"_:1": {"prov:activity": "x:flatfield", "prov:entity": "x:mask", "prov:role": "mask",
                   "prov:time": "1999-01-01T00:00:00Z"}},
  "wasGeneratedBy": {"_:2": {"prov:entity": "stacked", "prov:activity": "x:flatfield"}},
  "wasInformedBy": {"_:3": {"prov:informed": "x:flatfield", "prov:informant": "current_job"}},
  "wasAssociatedWith": {"_:4": {"prov:activity": "current_job", "prov:agent": "x:numpy"}}
})";

ProvenanceGraph of_a() {
  MemoryReader reader = chain();
  return graph_of(reader, {opus::JobId{"a"}}, bare(Direction::upstream, 1));
}

std::string fault(const std::string& json) {
  ProvenanceGraph graph = of_a();
  const std::size_t before = graph.nodes().size();
  const auto added = add_internal(graph, opus_test::job("a", 10, {"raw"}), json);
  CHECK(graph.nodes().size() == before);
  return added ? "" : added.error().message;
}

}  // namespace

TEST_CASE("what a job's code tells is part of the graph, under ids of the job's own") {
  ProvenanceGraph graph = of_a();
  REQUIRE(add_internal(graph, opus_test::job("a", 10, {"raw"}), k_record));
  const auto& mask = node(graph, "id:in-a.x.3amask");
  CHECK(value(mask, "prov:label") == "bad pixels");
  CHECK(value(mask, "opus:count") == "812");
  CHECK(value(mask, "opus:ok") == "true");
  CHECK(values(mask.attributes, "opus:tags") == std::vector<std::string>{"a", "b"});
  CHECK(value(node(graph, "id:in-a.x.3anumpy"), "voprov:name") == "numpy");
  CHECK(has_edge(graph, ProvRelation::used, "id:in-a.x.3aflatfield", "id:in-a.x.3amask"));
  CHECK(has_edge(graph, ProvRelation::was_informed_by, "id:in-a.x.3aflatfield", "id:job-a"));
  CHECK(has_edge(graph, ProvRelation::was_associated_with, "id:job-a", "id:in-a.x.3anumpy"));
  check_closed(graph);
}

TEST_CASE("PROV-DM-03: the job's own files are those we know, and have one generator") {
  ProvenanceGraph graph = of_a();
  REQUIRE(add_internal(graph, opus_test::job("a", 10, {"raw"}), k_record));
  CHECK_FALSE(graph.find("id:in-a.stacked"));
  CHECK(edges(graph, ProvRelation::was_generated_by).size() == 1);
}

TEST_CASE("PROV-G-04, PROV-G-08: neither secrets nor times of other clocks come in") {
  ProvenanceGraph graph = of_a();
  REQUIRE(add_internal(graph, opus_test::job("a", 10, {"raw"}), k_record));
  const std::string text = to_text(graph, opus::ProvFormat::prov_n);
  CHECK(text.find("s3cret") == std::string::npos);
  CHECK(text.find("u:p@") == std::string::npos);
  for (const opus::ProvEdge& edge : edges(graph, ProvRelation::used))
    if (edge.to == "id:in-a.x.3amask") CHECK_FALSE(edge.at);
}

TEST_CASE("a bad record is refused as a whole, and the fault names the place") {
  CHECK_THAT(fault("{"), Catch::Contains("internal_provenance.json:1:"));
  CHECK_THAT(fault("[]"), Catch::Contains("document: expected an object"));
  CHECK_THAT(fault(R"({"entity": []})"), Catch::Contains("entity: expected an object of records"));
  CHECK_THAT(fault(R"({"entity": {"e": 1}})"), Catch::Contains("e: expected an object"));
  CHECK_THAT(fault(R"({"entity": {"e": {"x:a": null}}})"),
             Catch::Contains("e opus:a: expected a value of PROV-JSON"));
  CHECK_THAT(fault(R"({"entity": {"e": {"x:a b": 1}}})"), Catch::Contains("an attribute's name"));
  CHECK_THAT(fault(R"({"activity": {"s": {"prov:startTime": "soon"}}})"),
             Catch::Contains("s prov:startTime: expected a time"));
  CHECK_THAT(fault(R"({"activity": {"s": {"prov:startTime": "2026-03-01T12:00:12Z",
                                          "prov:endTime": "2026-03-01T12:00:11Z"}}})"),
             Catch::Contains("s: expected an end after the start"));
  CHECK_THAT(fault(R"({"entity": {"n": {}},
                       "used": {"u": {"prov:activity": "nobody", "prov:entity": "n"}}})"),
             Catch::Contains("u prov:activity: expected the id of a record of this document"));
  CHECK_THAT(fault(R"({"entity": {"n": {}}, "used": {"u": {"prov:entity": "n"}}})"),
             Catch::Contains("u: expected prov:activity and prov:entity"));
  CHECK_THAT(fault(R"({"used": {"u": {"prov:activity": 1, "prov:entity": "n"}}})"),
             Catch::Contains("u prov:activity: expected an id"));
  CHECK_THAT(fault(R"({"entity": {"e": {}}, "agent": {"e": {}}})"),
             Catch::Contains("e: expected an id that occurs once"));
  CHECK_THAT(fault(std::string(opus::provenance::k_internal_max_bytes + 1, ' ')),
             Catch::Contains("at most 4 MiB"));
}

TEST_CASE("lineages tell what the code told, and what of it is wrong") {
  MemoryReader reader = chain();
  opus::Job a = reader.job(opus::JobId{"a"}).value();
  a.has_record = true;
  reader.put(a);
  reader.put_record(a.id, k_record);
  opus::Job b = reader.job(opus::JobId{"b"}).value();
  b.record_fault = "internal_provenance.json:1: no JSON";
  reader.put(b);
  opus::Job c = reader.job(opus::JobId{"c"}).value();
  c.phase = opus::Phase::executing;
  c.queued = c.created;
  c.ended.reset();
  reader.put(c);
  opus::provenance::GraphContext context;
  std::vector<std::string> asked;
  context.internal = [&](const opus::JobId& id) -> std::optional<std::string> {
    asked.push_back(id.value);
    return R"({"activity": {"first": {}}})";
  };
  const auto told = [&](unsigned depth) {
    return opus::provenance::lineage(reader, {opus::JobId{"c"}}, bare(Direction::upstream, depth),
                                     context)
        .value();
  };
  const ProvenanceGraph graph = told(100);
  CHECK(graph.find("id:in-a.x.3amask"));
  CHECK(graph.find("id:in-c.first"));
  CHECK(asked == std::vector<std::string>{"c"});  // of the others it is known
  const auto& invalid = node(graph, "id:in-b.invalid");
  CHECK(value(invalid, "prov:type") == "opus:InvalidRecord");
  CHECK_THAT(value(invalid, "opus:fault"), Catch::Contains("internal_provenance.json:1:"));
  CHECK(has_edge(graph, ProvRelation::was_generated_by, "id:in-b.invalid", "id:job-b"));
  check_closed(graph);
  CHECK(told(0).find("id:in-c.first"));
}

TEST_CASE("of files that a graph does not show, what the code told is left out") {
  MemoryReader reader = chain();
  opus::Job a = reader.job(opus::JobId{"a"}).value();
  a.has_record = true;
  reader.put(a);
  reader.put_record(a.id, k_record);
  const ProvenanceGraph graph =
      opus::provenance::lineage(reader, {a.id}, bare(Direction::upstream, 0), {}).value();
  CHECK(graph.find("id:in-a.x.3amask"));
  CHECK_FALSE(graph.find("id:in-a.invalid"));
  CHECK(edges(graph, ProvRelation::was_generated_by).empty());
  check_closed(graph);
}

TEST_CASE("PROV-G-08: a record is kept without its secrets, and says the same otherwise") {
  const opus::Job job = opus_test::job("a", 10, {"raw"});
  const std::string kept = opus::provenance::checked_internal(job, k_record).value();
  CHECK(kept.find("s3cret") == std::string::npos);
  CHECK(kept.find("u:p@") == std::string::npos);
  ProvenanceGraph first = of_a(), second = of_a();
  REQUIRE(add_internal(first, job, k_record));
  REQUIRE(add_internal(second, job, kept));
  CHECK(to_text(first, opus::ProvFormat::prov_n) == to_text(second, opus::ProvFormat::prov_n));
  CHECK(opus::provenance::checked_internal(job, kept).value() == kept);
  CHECK_THAT(opus::provenance::checked_internal(job, "[]").error().message,
             Catch::Contains("document: expected an object"));
}
