#include <opus/provenance.hpp>

#include "libopus/core/json.hpp"
#include "libopus/provenance/formats/literal.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/provenance/sample_lineage.hpp"

using opus::Json;
using opus::ProvenanceGraph;
using opus::ProvKind;
using opus::ProvRelation;
using opus::ProvType;

namespace {

ProvenanceGraph graph_of_all_types() {
  ProvenanceGraph graph;
  graph.prefixes = {{"id", "https://example.org/prov/id/"}, {"x", "urn:x:"}};
  graph.add(opus::ProvNode{.id = "id:job",
                           .kind = ProvKind::activity,
                           .start = opus_test::at(0),
                           .attributes = {{"prov:label", "stack"}}});
  graph.add(opus::ProvNode{.id = "id:file",
                           .attributes = {{"prov:type", "x:A", ProvType::qualified_name},
                                          {"x:size", "812", ProvType::integer},
                                          {"prov:type", "x:B", ProvType::qualified_name},
                                          {"x:big", "5000000000", ProvType::integer},
                                          {"x:at", "2026-03-01T12:00:00.000Z", ProvType::date_time},
                                          {"x:real", "0.25", ProvType::real},
                                          {"x:yes", "true", ProvType::boolean},
                                          {"prov:location", "http://h/a b", ProvType::any_uri}}});
  graph.add(opus::ProvNode{.id = "id:me", .kind = ProvKind::agent});
  graph.add(opus::ProvEdge{.relation = ProvRelation::used,
                           .from = "id:job",
                           .to = "id:file",
                           .attributes = {{"prov:role", "raw"}}});
  graph.add(opus::ProvEdge{
      .relation = ProvRelation::was_associated_with, .from = "id:job", .plan = "id:file"});
  graph.add(opus::ProvEdge{
      .relation = ProvRelation::was_invalidated_by, .from = "id:file", .at = opus_test::at(9)});
  graph.add(opus::ProvEdge{.relation = ProvRelation::acted_on_behalf_of,
                           .from = "id:me",
                           .to = "id:me",
                           .activity = "id:job"});
  return graph;
}

ProvenanceGraph graph_with(opus::ProvAttribute attribute) {
  ProvenanceGraph graph;
  graph.prefixes = {{"id", "urn:id:"}, {"x", "urn:x:"}};
  graph.add(opus::ProvNode{.id = "id:e", .attributes = {std::move(attribute)}});
  return graph;
}

Json attribute_of(const ProvenanceGraph& graph, const char* name) {
  return *Json::parse(opus::to_prov_json(graph)).value().find("entity")->find("id:e")->find(name);
}

}  // namespace

TEST_CASE("PROV-N-01 to PROV-N-06: the records of a small graph") {
  CHECK(opus::to_prov_n(graph_of_all_types()) == R"(document
  prefix id <https://example.org/prov/id/>
  prefix x <urn:x:>

  activity(id:job, 2026-03-01T12:00:00.000Z, -, [prov:label="stack"])

  entity(id:file, [
    prov:type='x:A',
    x:size=812,
    prov:type='x:B',
    x:big="5000000000" %% xsd:integer,
    x:at="2026-03-01T12:00:00.000Z" %% xsd:dateTime,
    x:real="0.25" %% xsd:double,
    x:yes="true" %% xsd:boolean,
    prov:location="http://h/a%20b" %% xsd:anyURI])

  agent(id:me)

  used(id:job, id:file, -, [prov:role="raw"])
  wasAssociatedWith(id:job, -, id:file)
  wasInvalidatedBy(id:file, -, 2026-03-01T12:00:09.000Z)
  actedOnBehalfOf(id:me, id:me, id:job)
endDocument
)");
}

TEST_CASE("PROV-J-01 to 08: the same graph as PROV-JSON") {
  const Json document = Json::parse(opus::to_prov_json(graph_of_all_types())).value();
  CHECK(document.keys() == std::vector<std::string>{"prefix", "activity", "entity", "agent", "used",
                                                    "wasAssociatedWith", "actedOnBehalfOf",
                                                    "wasInvalidatedBy"});
  const Json job = *document.find("activity")->find("id:job");
  CHECK(job.keys() == std::vector<std::string>{"prov:startTime", "prov:label"});
  const Json file = *document.find("entity")->find("id:file");
  CHECK(file.keys() == std::vector<std::string>{"prov:type", "x:size", "x:big", "x:at", "x:real",
                                                "x:yes", "prov:location"});
  CHECK(file.find("prov:type")->size() == 2);
  CHECK(file.find("prov:type")->at(1).find("$")->as_string() == "x:B");
  CHECK(file.find("prov:type")->at(1).find("type")->as_string() == "prov:QUALIFIED_NAME");
  CHECK(file.find("x:size")->as_integer() == 812);
  CHECK(file.find("x:big")->find("$")->as_string() == "5000000000");
  CHECK(file.find("x:big")->find("type")->as_string() == "xsd:integer");
  CHECK(file.find("x:yes")->as_bool());
  CHECK(file.find("prov:location")->find("$")->as_string() == "http://h/a%20b");
  const Json used = *document.find("used")->find("_:r1");
  CHECK(used.keys() == std::vector<std::string>{"prov:activity", "prov:entity", "prov:role"});
  CHECK(document.find("wasAssociatedWith")->find("_:r1")->keys() ==
        std::vector<std::string>{"prov:activity", "prov:plan"});
  CHECK(document.find("wasInvalidatedBy")->find("_:r1")->keys() ==
        std::vector<std::string>{"prov:entity", "prov:time"});
  CHECK(document.find("actedOnBehalfOf")->find("_:r1")->find("prov:activity")->as_string() ==
        "id:job");
}

TEST_CASE("an empty graph is a document in every format") {
  CHECK(opus::to_prov_n({}) == "document\n\n\n\n\nendDocument\n");
  CHECK(Json::parse(opus::to_prov_json({})).value().keys() == std::vector<std::string>{"prefix"});
}

TEST_CASE("PROV-N-04: strings are escaped, and what XML cannot carry is replaced in all formats") {
  const std::string nasty = std::string(
                                "a\"b\\c'd\te\nf\rg\x01h\xC3\xA9\xE9i\xF0\x9F\x94\xAD"
                                "\xEF\xBF\xBE") +
                            '\0';
  const ProvenanceGraph graph = graph_with({"x:t", nasty});
  const std::string rest =
      "g\xEF\xBF\xBDh\xC3\xA9\xEF\xBF\xBDi\xF0\x9F\x94\xAD"
      "\xEF\xBF\xBD\xEF\xBF\xBD";
  CHECK_THAT(opus::to_prov_n(graph),
             Catch::Contains("[x:t=\"a\\\"b\\\\c'd\\te\\nf\\r" + rest + "\"])"));
  CHECK(attribute_of(graph, "x:t").as_string() == "a\"b\\c'd\te\nf\r" + rest);
}

TEST_CASE("PROV-J-09: numbers at the edges of their types") {
  const auto integer = [](const char* digits) {
    return attribute_of(graph_with({"x:n", digits, ProvType::integer}), "x:n");
  };
  CHECK(integer("2147483647").as_integer() == 2147483647);
  CHECK(integer("-2147483648").as_integer() == -2147483648LL);
  CHECK(integer("2147483648").find("type")->as_string() == "xsd:integer");
  CHECK(integer("123456789012345678901234567890").find("$")->as_string() ==
        "123456789012345678901234567890");
  for (const char* real : {"NaN", "INF", "-INF", "1e-300"})
    CHECK(attribute_of(graph_with({"x:r", real, ProvType::real}), "x:r").find("$")->as_string() ==
          real);
}

TEST_CASE("a value that is not what its type says is told as text") {
  for (const auto& [value, type] :
       {std::pair{"12x", ProvType::integer}, std::pair{"-", ProvType::integer},
        std::pair{"nan", ProvType::real}, std::pair{"yes", ProvType::boolean},
        std::pair{"yesterday", ProvType::date_time}}) {
    const ProvenanceGraph graph = graph_with({"x:v", value, type});
    CHECK(attribute_of(graph, "x:v").as_string() == value);
    CHECK_THAT(opus::to_prov_n(graph), Catch::Contains("x:v=\"" + std::string{value} + "\"])"));
  }
}

TEST_CASE("IRIs cannot break out of their brackets") {
  ProvenanceGraph graph = graph_with({"x:u", "http://h/> \"<\n\xE9\xC3\xA9", ProvType::any_uri});
  graph.prefixes["id"] = "urn:a>\nentity(x:y)";
  const std::string text = opus::to_prov_n(graph);
  CHECK_THAT(text, Catch::Contains("prefix id <urn:a%3E%0Aentity(x:y)>\n"));
  CHECK_THAT(text, Catch::Contains("\"http://h/%3E%20%22%3C%0A%E9\xC3\xA9\" %% xsd:anyURI"));
}

TEST_CASE("IRIs are made legal without touching what is") {
  using opus::provenance::legal_iri;
  for (const char* good : {"http://[::1]:80/a%20b?c=d#e", "urn:opus-uws:", "http://h/caf\xC3\xA9",
                           "https://h/x?y=(1,2;3)&z='!*~@$+"})
    CHECK(legal_iri(good) == good);
  CHECK(legal_iri("http://h/a[1]") == "http://h/a%5B1%5D");
  CHECK(legal_iri("a[1]") == "a%5B1%5D");
  CHECK(legal_iri("http://h/100%?q=%2g") == "http://h/100%25?q=%252g");
  CHECK(legal_iri("http://h/#a#b") == "http://h/#a%23b");
}

TEST_CASE("a graph keeps each node and each edge once, and no empty attributes") {
  ProvenanceGraph graph;
  graph.add(opus::ProvNode{.id = "id:e",
                           .attributes = {{"x:a", ""},
                                          {"x:b", "1"},
                                          {"x:b", "1"},
                                          {"x:b", "2"},
                                          {"prov:value", "v"},
                                          {"prov:value", "w"}}});
  graph.add(opus::ProvNode{.id = "id:e", .kind = ProvKind::agent});
  REQUIRE(graph.nodes().size() == 1);
  CHECK(graph.nodes()[0].kind == ProvKind::entity);
  CHECK(graph.nodes()[0].attributes ==
        std::vector<opus::ProvAttribute>{{"x:b", "1"}, {"x:b", "2"}, {"prov:value", "v"}});
  CHECK(graph.find("id:f") == nullptr);

  const opus::ProvEdge edge{.relation = ProvRelation::used, .from = "id:a", .to = "id:e"};
  graph.add(edge);
  graph.add(edge);
  opus::ProvEdge other = edge;
  other.attributes = {{"prov:role", "raw"}};
  graph.add(other);
  other.at = opus_test::at(0);
  graph.add(other);
  CHECK(graph.edges().size() == 3);
}

TEST_CASE("every relation has PROV's word and arguments") {
  CHECK(to_string(ProvRelation::used) == "used");
  CHECK(to_string(ProvRelation::was_invalidated_by) == "wasInvalidatedBy");
  for (int i = 0; i < 9; ++i) {
    const auto form = opus::provenance::form_of(static_cast<ProvRelation>(i));
    CHECK_FALSE(form.from.empty());
    CHECK_FALSE(form.to.empty());
  }
  CHECK(opus::provenance::form_of(ProvRelation::was_derived_from).from == "generatedEntity");
}
