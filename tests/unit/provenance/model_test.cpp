// The rules of the IVOA model and of the W3C documents that hold for every graph we tell, held
// against lineages of several shapes (spec/provenance.md §1.5, §4).
#include <opus/provenance_formats.hpp>
#include <opus/provenance_queries.hpp>

#include "libopus/core/json.hpp"
#include "tests/unit/provenance/graph_view.hpp"

using namespace opus_test;
using opus::Job;
using opus::JobId;
using opus::Json;
using opus::ProvKind;

namespace {

/// A failed job with a log, a file of unknown origin and odd names; a job that was given results.
MemoryReader odd_ones() {
  MemoryReader reader = diamond();
  Job failed = job("z 1/#", 50, {"a.out"});
  failed.phase = opus::Phase::error;
  failed.error = opus::JobError{.message = "no\nluck \"today\""};
  failed.logs = {{"stderr", 5, "ab"}};
  failed.parameters.push_back({"größe", "1 < 2 & 'x' \\ \t"});
  failed.owner = std::nullopt;
  reader.put(failed);
  Job given = job("g", 60, {"a.out"});
  given.reuse_of = JobId{"b"};
  given.started.reset();
  given.results[0].id = given.results[0].entity.role = reader.job(JobId{"b"})->results[0].id;
  reader.put(given);
  return reader;
}

std::vector<ProvenanceGraph> all_graphs() {
  std::vector<ProvenanceGraph> graphs;
  MemoryReader one = chain(), two = odd_ones();
  for (const Direction direction : {Direction::upstream, Direction::downstream, Direction::both})
    for (const bool ports : {false, true}) {
      LineageQuery query{.direction = direction, .depth = k_all, .ports = ports};
      query.base_url = "https://example.org/uws";
      graphs.push_back(graph_of(one, {JobId{"b"}}, query));
      graphs.push_back(graph_of(two, {JobId{"d"}, JobId{"z 1/#"}, JobId{"g"}}, query));
    }
  return graphs;
}

bool is_nc_name(std::string_view name) {
  const auto is_start = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && is_start(name.front()) && name.back() != '.' &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return is_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

bool is_qualified_name(const ProvenanceGraph& graph, const std::string& name) {
  const std::size_t colon = name.find(':');
  if (colon == std::string::npos) return false;
  const std::string prefix = name.substr(0, colon);
  const bool declared = graph.prefixes.count(prefix) != 0 || prefix == "prov";
  return declared && is_nc_name(prefix) && is_nc_name(std::string_view{name}.substr(colon + 1));
}

/// An attribute value of PROV-JSON: a text, number or truth, {"$", "type"}, or a list of those.
void check_json_value(const Json& value) {
  if (value.is_array()) {
    CHECK(value.size() > 0);
    for (std::size_t i = 0; i < value.size(); ++i) {
      CHECK_FALSE(value.at(i).is_array());
      check_json_value(value.at(i));
    }
  } else if (value.is_object()) {
    CHECK(value.keys() == std::vector<std::string>{"$", "type"});
    CHECK(value.find("$")->is_string());
    const Names types{"prov:QUALIFIED_NAME", "xsd:anyURI", "xsd:dateTime", "xsd:integer",
                      "xsd:double"};
    CHECK(types.count(std::string{value.find("type")->as_string()}) == 1);
  } else {
    CHECK((value.is_string() || value.is_bool() || value.is_number()));
    if (value.is_string()) CHECK_FALSE(value.as_string().empty());
  }
}

}  // namespace

TEST_CASE("PROV-DM-01, PROV-G-03: ids are unique, of one kind, and the same in every document") {
  std::map<std::string, ProvKind> kinds;
  for (const ProvenanceGraph& graph : all_graphs()) {
    Names ids;
    for (const opus::ProvNode& node : graph.nodes()) {
      CHECK(ids.insert(node.id).second);
      CHECK(kinds.try_emplace(node.id, node.kind).first->second == node.kind);
    }
  }
  CHECK(kinds.count("id:store-raw") == 1);
}

TEST_CASE("PROV-DM-02: what the model demands is there: names of agents and parameters, values") {
  for (const ProvenanceGraph& graph : all_graphs())
    for (const opus::ProvNode& node : graph.nodes()) {
      INFO(node.id);
      const auto types = values(node.attributes, "prov:type");
      const bool is_parameter = std::count(types.begin(), types.end(), "voprov:Parameter") != 0;
      if (is_parameter) CHECK(value(node, "prov:value") != "(none)");
      if (is_parameter || node.kind == ProvKind::agent)
        CHECK(value(node, "voprov:name") != "(none)");
      CHECK(values(node.attributes, "prov:value").size() <= 1);
    }
}

TEST_CASE("PROV-DM-03, PROV-DM-06, PROV-G-05: one generator for an entity, one plan for a job") {
  for (const ProvenanceGraph& graph : all_graphs()) {
    Names generated;
    for (const auto& edge : edges(graph, ProvRelation::was_generated_by))
      CHECK(generated.insert(edge.from).second);
    std::map<std::string, Names> plans;
    for (const auto& edge : edges(graph, ProvRelation::was_associated_with))
      if (!edge.plan.empty()) plans[edge.from].insert(edge.plan);
    for (const auto& [job, of_job] : plans) CHECK(of_job.size() == 1);
  }
}

TEST_CASE("PROV-DM-08: of a file its progenitors, generator, their order, and whom to ask") {
  MemoryReader reader = chain();
  const ProvenanceGraph graph = graph_of(reader, {opus::EntityId{"c.out"}}, {.depth = k_all});
  CHECK(has_edge(graph, ProvRelation::was_derived_from, "id:store-c.2eout", "id:store-b.2eout"));
  CHECK(has_edge(graph, ProvRelation::was_generated_by, "id:store-c.2eout", "id:job-c"));
  CHECK(has_edge(graph, ProvRelation::used, "id:job-c", "id:store-b.2eout"));
  CHECK(has_edge(graph, ProvRelation::was_informed_by, "id:job-c", "id:job-b"));
  CHECK_FALSE(edges(graph, ProvRelation::was_attributed_to).empty());
}

TEST_CASE("PROV-DM-09: traceability, contact, quality, sources of error, what a version made") {
  MemoryReader reader = diamond();
  const ProvenanceGraph graph =
      graph_of(reader, {JobId{"a"}}, {.direction = Direction::both, .depth = k_all});
  const auto sources = opus::inputs_of(graph, "id:store-d.2eout");  // A
  CHECK(std::count(sources.begin(), sources.end(), "id:store-raw") == 1);
  CHECK(has_edge(graph, ProvRelation::was_attributed_to, "id:store-raw", "id:user-alice"));  // B
  CHECK(value(node(graph, "id:job-a"), "schema:actionStatus") ==
        "schema:CompletedActionStatus");                                         // C
  CHECK(opus::shortest_path(graph, "id:store-d.2eout", "id:job-a").size() > 2);  // D
  const auto spoilt = opus::results_of(graph, "id:store-raw");                   // E
  CHECK(std::count(spoilt.begin(), spoilt.end(), "id:store-d.2eout") == 1);
  std::size_t by_version = 0;
  for (const auto& edge : edges(graph, ProvRelation::was_associated_with))
    by_version += !edge.plan.empty() && value(node(graph, edge.plan), "voprov:version") == "1.2";
  CHECK(by_version == 4);
}

TEST_CASE("PROV-G-01: times are of UTC with a Z, and not finer than microseconds") {
  for (const ProvenanceGraph& graph : all_graphs())
    for (const opus::ProvNode& node : graph.nodes())
      for (const opus::ProvAttribute& attribute : node.attributes) {
        if (attribute.type != opus::ProvType::date_time) continue;
        CHECK(attribute.value.back() == 'Z');
        CHECK(attribute.value.size() <= std::string_view{"2026-03-01T12:00:00.000000Z"}.size());
      }
}

TEST_CASE("PROV-G-02, PROV-G-06, PROV-SAP-17: what is referred to is described, once") {
  for (const ProvenanceGraph& graph : all_graphs()) {
    check_closed(graph);
    const auto& all = graph.edges();
    for (std::size_t i = 0; i < all.size(); ++i)
      CHECK(std::find(all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end(), all[i]) ==
            all.end());
  }
}

TEST_CASE("PROV-N-02, PROV-N-03, PROV-X-02, PROV-X-08: names need no escapes in any format") {
  for (const ProvenanceGraph& graph : all_graphs()) {
    for (const opus::ProvNode& node : graph.nodes()) {
      INFO(node.id);
      CHECK(is_qualified_name(graph, node.id));
      for (const opus::ProvAttribute& attribute : node.attributes) {
        CHECK(is_qualified_name(graph, attribute.name));
        if (attribute.type == opus::ProvType::qualified_name)
          CHECK(is_qualified_name(graph, attribute.value));
      }
    }
    for (const opus::ProvEdge& edge : graph.edges())
      for (const opus::ProvAttribute& attribute : edge.attributes)
        CHECK(is_qualified_name(graph, attribute.name));
  }
}

TEST_CASE(
    "PROV-N-05 to PROV-N-08: no bundles, no keywords of our own, two percent signs for types") {
  const Names keywords{"activity",        "entity",          "agent",           "used",
                       "wasGeneratedBy",  "wasDerivedFrom",  "wasInformedBy",   "wasAssociatedWith",
                       "wasAttributedTo", "actedOnBehalfOf", "wasInfluencedBy", "wasInvalidatedBy"};
  for (const ProvenanceGraph& graph : all_graphs()) {
    const std::string text = opus::to_prov_n(graph);  // PROV-N-05
    CHECK(text.find("\" % xsd") == std::string::npos);
    for (std::size_t at = text.find("\n  "); at != std::string::npos;
         at = text.find("\n  ", at + 1)) {
      const std::string word = text.substr(at + 3, text.find_first_of("( ", at + 3) - at - 3);
      if (word.empty() || word == "prefix") continue;
      CHECK(keywords.count(word) == 1);  // PROV-N-07, PROV-N-08
    }
  }
}

TEST_CASE("PROV-J-02 to PROV-J-08, PROV-G-10: the shape of PROV-JSON") {
  for (const ProvenanceGraph& graph : all_graphs()) {
    const Json document = Json::parse(opus::to_prov_json(graph)).value();
    CHECK_FALSE(document.find("bundle"));                                    // PROV-J-10
    CHECK(document.find("prefix")->keys().size() == graph.prefixes.size());  // PROV-J-02
    for (const std::string& section : document.keys()) {
      if (section == "prefix") continue;
      const Json records = *document.find(section);
      CHECK(records.keys().size() > 0);
      const bool are_things = section == "entity" || section == "activity" || section == "agent";
      Names ids;
      for (const std::string& id : records.keys()) {
        INFO(section << ' ' << id);
        CHECK(ids.insert(id).second);                // PROV-J-03
        CHECK(id.starts_with("_:") == !are_things);  // PROV-J-04
        const Json record = *records.find(id);
        REQUIRE(record.is_object());
        for (const std::string& name : record.keys())  // PROV-J-05 to PROV-J-08
          check_json_value(*record.find(name));
      }
    }
  }
}

TEST_CASE("PROV-X-03 to PROV-X-07: the order of PROV-XML, and nothing that its readers lose") {
  // Formal attributes, then label, location, role, type, value, then what is not PROV's.
  const std::vector<std::string> order{"<prov:label", "<prov:location", "<prov:role", "<prov:type",
                                       "<prov:value"};
  for (const ProvenanceGraph& graph : all_graphs()) {
    const std::string text = to_text(graph, opus::ProvFormat::prov_xml);
    CHECK(text.find("<?", 2) == std::string::npos);          // PROV-X-07
    CHECK(text.find("bundleContent") == std::string::npos);  // PROV-X-06
    std::size_t last = 0;
    bool is_foreign = false;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      const std::string line = text.substr(at, end - at);
      at = end + 1;
      if (line.starts_with("  <") || line.starts_with("  </")) {
        last = 0;
        is_foreign = false;
        continue;
      }
      if (!line.starts_with("    <")) continue;
      if (!line.starts_with("    <prov:")) {
        is_foreign = true;
        continue;
      }
      CHECK_FALSE(is_foreign);  // PROV-X-03
      for (std::size_t i = 0; i < order.size(); ++i)
        if (line.starts_with("    " + order[i])) {
          CHECK(last <= i + 1);
          last = i + 1;
        }
      if (line.starts_with("    <prov:value"))
        CHECK(line.find("xsi:type=") != std::string::npos);    // PROV-X-04
      CHECK(line.find(">prov:Person<") == std::string::npos);  // PROV-X-05: <prov:person>
      CHECK(line.find("></") == std::string::npos);
    }
  }
}

TEST_CASE("PROV-SAP-12: agents come with what they answer for, in either direction") {
  MemoryReader reader = chain();
  for (const Direction direction : {Direction::upstream, Direction::downstream}) {
    const ProvenanceGraph graph =
        graph_of(reader, {JobId{"b"}}, {.direction = direction, .depth = 0});
    CHECK(graph.find("id:user-alice") != nullptr);
  }
}
