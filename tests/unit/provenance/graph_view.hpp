#pragma once
// Lineages over a store in memory, and looks at the graphs that come of them.

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libopus/provenance/lineage.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/provenance/memory_reader.hpp"
#include "tests/unit/provenance/sample_lineage.hpp"

namespace opus_test {

using opus::LineageQuery;
using opus::ProvenanceGraph;
using opus::ProvRelation;
using opus::provenance::Root;
using Direction = LineageQuery::Direction;
using Names = std::set<std::string>;

inline constexpr std::optional<unsigned> k_all = std::nullopt;

/// Jobs and files only.
inline LineageQuery bare(Direction direction, std::optional<unsigned> depth) {
  return {.direction = direction,
          .depth = depth,
          .configuration = false,
          .descriptions = false,
          .agents = false};
}

inline ProvenanceGraph graph_of(MemoryReader& reader, const std::vector<Root>& roots,
                                const LineageQuery& query) {
  return opus::provenance::lineage(reader, roots, query, {}).value();
}

/// Names of the nodes without "id:job-" and "id:store-".
inline Names things(const ProvenanceGraph& graph) {
  Names names;
  for (const opus::ProvNode& node : graph.nodes()) {
    const std::string id = node.id.substr(node.id.find('-') + 1);
    std::string plain;
    for (std::size_t i = 0; i < id.size(); ++i)
      if (id.compare(i, 3, ".2e") == 0)
        plain += '.', i += 2;
      else
        plain += id[i];
    CHECK(names.insert(plain).second);
  }
  return names;
}

inline Names things(MemoryReader& reader, const Root& root, Direction direction,
                    std::optional<unsigned> depth) {
  return things(graph_of(reader, {root}, bare(direction, depth)));
}

inline std::vector<opus::ProvEdge> edges(const ProvenanceGraph& graph, ProvRelation relation) {
  std::vector<opus::ProvEdge> found;
  for (const opus::ProvEdge& edge : graph.edges())
    if (edge.relation == relation) found.push_back(edge);
  return found;
}

inline bool has_edge(const ProvenanceGraph& graph, ProvRelation relation, const std::string& from,
                     const std::string& to) {
  const auto all = edges(graph, relation);
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& edge) { return edge.from == from && edge.to == to; });
}

inline const opus::ProvNode& node(const ProvenanceGraph& graph, const std::string& id) {
  INFO(id);
  const opus::ProvNode* found = graph.find(id);
  REQUIRE(found);
  return *found;
}

inline std::vector<std::string> values(const std::vector<opus::ProvAttribute>& attributes,
                                       const std::string& name) {
  std::vector<std::string> found;
  for (const opus::ProvAttribute& attribute : attributes)
    if (attribute.name == name) found.push_back(attribute.value);
  return found;
}

inline std::string value(const opus::ProvNode& node, const std::string& name) {
  const auto all = values(node.attributes, name);
  return all.empty() ? "(none)" : all[0];
}

/// Relations are told only between things that are told (PROV-SAP-17).
inline void check_closed(const ProvenanceGraph& graph) {
  for (const opus::ProvEdge& edge : graph.edges())
    for (const std::string* end : {&edge.from, &edge.to, &edge.plan, &edge.activity})
      if (!end->empty()) CHECK(graph.find(*end));
}

}  // namespace opus_test
