// The formats beside PROV-JSON and PROV-N; formats_test.cpp has those.
#include <opus/provenance_formats.hpp>

#include "libopus/core/json.hpp"
#include "libopus/core/xml.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/provenance/sample_lineage.hpp"

#include <array>

using opus::Json;
using opus::ProvenanceGraph;
using opus::ProvFormat;
using opus::ProvKind;
using opus::ProvRelation;
using opus::ProvType;
using opus::XmlDocument;

namespace {

constexpr std::array k_formats{ProvFormat::prov_json, ProvFormat::prov_n,  ProvFormat::prov_xml,
                               ProvFormat::turtle,    ProvFormat::json_ld, ProvFormat::ivoa_json,
                               ProvFormat::votable,   ProvFormat::dot,     ProvFormat::svg};

ProvenanceGraph small_graph() {
  ProvenanceGraph graph;
  graph.prefixes = {{"id", "https://example.org/prov/id/"}, {"voprov", "urn:v:"}, {"x", "urn:x:"}};
  graph.add(opus::ProvNode{.id = "id:job",
                           .kind = ProvKind::activity,
                           .start = opus_test::at(0),
                           .attributes = {{"voprov:name", "stack"}, {"prov:label", "stack <1>"}}});
  graph.add(
      opus::ProvNode{.id = "id:file",
                     .attributes = {{"x:size", "812", ProvType::integer},
                                    {"prov:type", "voprov:DatasetEntity", ProvType::qualified_name},
                                    {"prov:location", "http://h/a b", ProvType::any_uri}}});
  graph.add(
      opus::ProvNode{.id = "id:par",
                     .attributes = {{"prov:type", "voprov:Parameter", ProvType::qualified_name},
                                    {"voprov:name", "sigma"},
                                    {"prov:label", "sigma = 3.5"},
                                    {"prov:value", "3.5"}}});
  graph.add(opus::ProvNode{
      .id = "id:plan",
      .attributes = {{"prov:type", "prov:Plan", ProvType::qualified_name},
                     {"prov:type", "voprov:ActivityDescription", ProvType::qualified_name},
                     {"voprov:name", "stack"}}});
  graph.add(opus::ProvNode{.id = "id:me",
                           .kind = ProvKind::agent,
                           .attributes = {{"prov:type", "prov:Person", ProvType::qualified_name},
                                          {"voprov:name", "Me"}}});
  graph.add(opus::ProvEdge{.relation = ProvRelation::used,
                           .from = "id:job",
                           .to = "id:file",
                           .at = opus_test::at(1),
                           .attributes = {{"prov:role", "raw"}}});
  graph.add(opus::ProvEdge{.relation = ProvRelation::was_associated_with,
                           .from = "id:job",
                           .to = "id:me",
                           .plan = "id:plan"});
  graph.add(opus::ProvEdge{.relation = ProvRelation::was_attributed_to,
                           .from = "id:file",
                           .to = "id:me",
                           .attributes = {{"voprov:role", "Provider"}}});
  graph.add(opus::ProvEdge{
      .relation = ProvRelation::was_influenced_by,
      .from = "id:job",
      .to = "id:par",
      .attributes = {{"prov:type", "voprov:ConfigurationRelation", ProvType::qualified_name},
                     {"voprov:artefactType", "Parameter"}}});
  return graph;
}

/// One activity with `files` files it generated.
ProvenanceGraph wide_graph(int files) {
  ProvenanceGraph graph;
  graph.prefixes = {{"id", "urn:id:"}};
  graph.add(opus::ProvNode{.id = "id:job", .kind = ProvKind::activity});
  for (int i = 0; i < files; ++i) {
    const std::string id = "id:f" + std::to_string(i);
    graph.add(opus::ProvNode{.id = id});
    graph.add(opus::ProvEdge{.relation = ProvRelation::was_generated_by,
                             .from = id,
                             .to = "id:job",
                             .attributes = {{"prov:role", "map"}}});
  }
  return graph;
}

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t times = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++times;
  return times;
}

}  // namespace

TEST_CASE("PROV-X-01 to 05: the records of a small graph as PROV-XML") {
  CHECK(to_text(small_graph(), ProvFormat::prov_xml) ==
        R"(<?xml version="1.0" encoding="UTF-8"?>
<prov:document
    xmlns:prov="http://www.w3.org/ns/prov#"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:id="https://example.org/prov/id/"
    xmlns:voprov="urn:v:"
    xmlns:x="urn:x:">
  <prov:activity prov:id="id:job">
    <prov:startTime>2026-03-01T12:00:00.000Z</prov:startTime>
    <prov:label>stack &lt;1&gt;</prov:label>
    <voprov:name>stack</voprov:name>
  </prov:activity>
  <prov:entity prov:id="id:file">
    <prov:location xsi:type="xsd:anyURI">http://h/a%20b</prov:location>
    <prov:type xsi:type="xsd:QName">voprov:DatasetEntity</prov:type>
    <x:size xsi:type="xsd:int">812</x:size>
  </prov:entity>
  <prov:entity prov:id="id:par">
    <prov:label>sigma = 3.5</prov:label>
    <prov:type xsi:type="xsd:QName">voprov:Parameter</prov:type>
    <prov:value xsi:type="xsd:string">3.5</prov:value>
    <voprov:name>sigma</voprov:name>
  </prov:entity>
  <prov:plan prov:id="id:plan">
    <prov:type xsi:type="xsd:QName">voprov:ActivityDescription</prov:type>
    <voprov:name>stack</voprov:name>
  </prov:plan>
  <prov:person prov:id="id:me">
    <voprov:name>Me</voprov:name>
  </prov:person>
  <prov:used>
    <prov:activity prov:ref="id:job"/>
    <prov:entity prov:ref="id:file"/>
    <prov:time>2026-03-01T12:00:01.000Z</prov:time>
    <prov:role>raw</prov:role>
  </prov:used>
  <prov:wasAssociatedWith>
    <prov:activity prov:ref="id:job"/>
    <prov:agent prov:ref="id:me"/>
    <prov:plan prov:ref="id:plan"/>
  </prov:wasAssociatedWith>
  <prov:wasAttributedTo>
    <prov:entity prov:ref="id:file"/>
    <prov:agent prov:ref="id:me"/>
    <voprov:role>Provider</voprov:role>
  </prov:wasAttributedTo>
  <prov:wasInfluencedBy>
    <prov:influencee prov:ref="id:job"/>
    <prov:influencer prov:ref="id:par"/>
    <prov:type xsi:type="xsd:QName">voprov:ConfigurationRelation</prov:type>
    <voprov:artefactType>Parameter</voprov:artefactType>
  </prov:wasInfluencedBy>
</prov:document>
)");
}

TEST_CASE("PROV-O: binary and qualified statements, roles and locations as resources") {
  const std::string text = to_text(small_graph(), ProvFormat::turtle);
  CHECK_THAT(text, Catch::Contains("@prefix voprov: <urn:v:> .\n"));
  CHECK_THAT(text, Catch::Contains(R"(id:job prov:used id:file ;
    prov:qualifiedUsage [ prov:atTime "2026-03-01T12:00:01.000Z"^^xsd:dateTime ;
        prov:hadRole role:raw ;
        a prov:Usage ;
        prov:entity id:file ] .
)"));
  CHECK_THAT(text, Catch::Contains("<http://h/a%20b> a prov:Location .\n"));
  CHECK_THAT(text, Catch::Contains("role:raw a prov:Role ;\n    rdfs:label \"raw\" .\n"));
  CHECK_THAT(text, Catch::Contains("prov:hadPlan id:plan"));
  CHECK_THAT(text, Catch::Contains("a prov:EntityInfluence"));
}

TEST_CASE("PROV-O: a plan that nobody is known to have followed is told all the same") {
  ProvenanceGraph graph;
  graph.add(opus::ProvEdge{
      .relation = ProvRelation::was_associated_with, .from = "id:job", .plan = "id:plan"});
  CHECK_THAT(to_text(graph, ProvFormat::turtle),
             Catch::Contains("id:job voprov:activityDescription id:plan ."));
}

TEST_CASE("JSON-LD has a context and a node for each statement group") {
  const Json document = Json::parse(to_text(small_graph(), ProvFormat::json_ld)).value();
  CHECK(document.find("@context")->find("prov")->as_string() == "http://www.w3.org/ns/prov#");
  const Json graph = *document.find("@graph");
  CHECK(graph.at(0).find("@id")->as_string() == "id:job");
  CHECK(graph.at(0).find("@type")->as_string() == "prov:Activity");
  CHECK(graph.at(0).find("prov:startedAtTime")->find("@type")->as_string() == "xsd:dateTime");
  CHECK(Json::parse(to_text({}, ProvFormat::json_ld)).value().find("@graph")->size() == 0);
}

TEST_CASE("MODEL=IVOA: classes of the IVOA model are sections, their relations too") {
  const Json document = Json::parse(to_text(small_graph(), ProvFormat::ivoa_json)).value();
  CHECK(document.keys() == std::vector<std::string>{"prefix", "activity", "parameter",
                                                    "activityDescription", "datasetEntity", "agent",
                                                    "wasConfiguredBy", "isDescribedBy", "used",
                                                    "wasAssociatedWith", "wasAttributedTo"});
  CHECK(document.find("parameter")->find("id:par")->keys() ==
        std::vector<std::string>{"prov:name", "prov:label", "prov:value"});
  CHECK(document.find("agent")->find("id:me")->find("voprov:type")->as_string() == "Person");
  const Json configured = *document.find("wasConfiguredBy")->find("_:wasConfiguredBy1");
  CHECK(configured.find("voprov:configured")->as_string() == "id:job");
  CHECK(configured.find("voprov:artefactType")->as_string() == "Parameter");
  const Json described = *document.find("isDescribedBy")->find("_:isDescribedBy1");
  CHECK(described.find("voprov:descriptor")->as_string() == "id:plan");
}

TEST_CASE("a VOTable has one table for each class that there is, times without a zone") {
  const auto document = XmlDocument::parse(to_text(small_graph(), ProvFormat::votable)).value();
  const auto resource = document.root().child("RESOURCE").value();
  CHECK(resource.child("INFO")->attribute("value") == "OK");
  std::vector<std::string> names;
  for (const auto& table : resource.children("TABLE"))
    names.push_back(table.attribute("name").value());
  CHECK(names == std::vector<std::string>{"Activity", "Entity", "Agent", "Parameter", "Used",
                                          "WasAssociatedWith", "WasAttributedTo",
                                          "ActivityDescription"});
  const auto cells =
      resource.children("TABLE")[0].child("DATA")->child("TABLEDATA")->child("TR")->children("TD");
  CHECK(cells[0].text() == "id:job");
  CHECK(cells[2].text() == "2026-03-01T12:00:00.000");
  CHECK(cells[6].text() == "id:plan");

  ProvenanceGraph cut = small_graph();
  cut.truncated = true;
  CHECK(count(to_text(cut, ProvFormat::votable), "value=\"OVERFLOW\"") == 1);
}

TEST_CASE("pictures: parameters in one box, arrows to the past, links only to the web") {
  ProvenanceGraph graph = small_graph();
  graph.add(opus::ProvNode{.id = "id:evil",
                           .attributes = {{"prov:location", "javascript:x", ProvType::any_uri}}});
  const std::string svg = to_text(graph, ProvFormat::svg);
  REQUIRE(XmlDocument::parse(svg));
  CHECK_THAT(svg, Catch::Contains("<a href=\"http://h/a%20b\">"));
  CHECK_THAT(svg, Catch::Contains("sigma = 3.5"));
  CHECK_THAT(svg, !Catch::Contains("javascript"));
  CHECK_THAT(svg, !Catch::Contains("<script"));
  const std::string dot = to_text(graph, ProvFormat::dot);
  CHECK_THAT(dot, Catch::Contains("n0 -> n1 [color=\"red4\", label=\"raw\""));
  CHECK_THAT(dot, Catch::Contains("URL=\"http://h/a%20b\""));
  CHECK_THAT(dot, !Catch::Contains("javascript"));
}

TEST_CASE("pictures: text cannot break out of DOT strings") {
  ProvenanceGraph graph;
  graph.add(opus::ProvNode{.id = "id:e", .attributes = {{"prov:label", "a\"]; b\\n\nc"}}});
  CHECK_THAT(to_text(graph, ProvFormat::dot), Catch::Contains("[label=\"a\\\"]; b\\\\n c\", "));
}

TEST_CASE("pictures: many files of one role are one box, a hub is named in the boxes") {
  CHECK(count(to_text(wide_graph(8), ProvFormat::dot), " -> ") == 8);
  const std::string crowd = to_text(wide_graph(1000), ProvFormat::dot);
  CHECK(count(crowd, " -> ") == 1);
  CHECK_THAT(crowd, Catch::Contains("1000 files\\nmap"));

  ProvenanceGraph graph;
  graph.add(opus::ProvNode{.id = "id:me", .kind = ProvKind::agent});
  for (int i = 0; i < 7; ++i) {
    const std::string id = "id:job" + std::to_string(i);
    graph.add(opus::ProvNode{.id = id, .kind = ProvKind::activity});
    graph.add(
        opus::ProvEdge{.relation = ProvRelation::was_associated_with, .from = id, .to = "id:me"});
  }
  const std::string hub = to_text(graph, ProvFormat::dot);
  CHECK(count(hub, " -> ") == 0);
  CHECK(count(hub, "wasAssociatedWith: id:me") == 7);
}

TEST_CASE("pictures: each direction of time, with and without attributes") {
  using Direction = opus::ProvPicture::Direction;
  for (const Direction direction : {Direction::left_to_right, Direction::top_to_bottom,
                                    Direction::right_to_left, Direction::bottom_to_top}) {
    CHECK(XmlDocument::parse(to_text(small_graph(), ProvFormat::svg, {.direction = direction})));
    CHECK_THAT(to_text(small_graph(), ProvFormat::dot, {.direction = direction}),
               Catch::Contains("rankdir="));
  }
  ProvenanceGraph graph;
  graph.add(opus::ProvNode{.id = "id:e", .attributes = {{"voprov:contentType", "image/fits"}}});
  CHECK_THAT(to_text(graph, ProvFormat::svg), Catch::Contains("image/fits"));
  CHECK_THAT(to_text(graph, ProvFormat::svg, {.attributes = false}),
             !Catch::Contains("image/fits"));
}

TEST_CASE("a document comes in pieces of the size asked for, and is the same") {
  const auto graph = std::make_shared<const ProvenanceGraph>(wide_graph(500));
  for (const ProvFormat format : k_formats) {
    opus::ProvenanceWriter writer(graph, format);
    std::string whole;
    std::size_t pieces = 0;
    for (bool more = true; more; ++pieces) {
      std::string piece;
      more = writer.next(piece, 1000);
      CHECK(piece.size() < 6000);  // the head of a picture is one item
      whole += piece;
    }
    CHECK(whole == to_text(*graph, format));
    CHECK(pieces >= whole.size() / 6000);
  }
}

TEST_CASE("every format has its media type, and an empty graph is a document in it") {
  for (const ProvFormat format : k_formats) {
    CHECK(opus::media_type(format).find('/') != std::string_view::npos);
    CHECK_FALSE(to_text({}, format).empty());
  }
  CHECK(XmlDocument::parse(to_text({}, ProvFormat::prov_xml)));
  CHECK(XmlDocument::parse(to_text({}, ProvFormat::votable)));
  CHECK(XmlDocument::parse(to_text({}, ProvFormat::svg)));
  CHECK(Json::parse(to_text({}, ProvFormat::ivoa_json)));
}
