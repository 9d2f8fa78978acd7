#pragma once
// Questions to a provenance graph that one has: its parts, its ways, what reached what. They read
// the graph only and end whatever cycles it has. Threads: any, while nobody changes the graph. They
// do not fail.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/export.hpp>
#include <opus/provenance.hpp>

namespace opus { inline namespace uws0 {

struct GraphQuery {
  LineageQuery::Direction direction = LineageQuery::Direction::upstream;
  /// Relations followed, of `used`, `wasGeneratedBy`, `wasDerivedFrom` and `wasInformedBy`; nullopt
  /// = to the end.
  std::optional<unsigned> depth{};
  /// Kinds of nodes to tell; others are followed, but not told. Empty = all.
  std::vector<ProvKind> kinds{};
};

/// What is within reach of these nodes, with the agents, plans and parameters that belong to it,
/// and the relations between what is told. Ids that the graph does not have are passed over.
OPUS_UWS_API ProvenanceGraph part_of(const ProvenanceGraph& graph,
                                     const std::vector<std::string>& ids, const GraphQuery& query);

/// The entities that reached this node and that nothing in the graph generated: where it all comes
/// from, nearest first. Without the node itself.
OPUS_UWS_API std::vector<std::string> inputs_of(const ProvenanceGraph& graph, std::string_view id);

/// The entities that exist because of this node, nearest first: what a bad calibration spoilt.
OPUS_UWS_API std::vector<std::string> results_of(const ProvenanceGraph& graph, std::string_view id);

/// The nodes of a shortest way between two, both included, first of those back in time, else of
/// those forth, else of those that change direction. Empty: there is none, or no such node.
OPUS_UWS_API std::vector<std::string> shortest_path(const ProvenanceGraph& graph,
                                                    std::string_view from, std::string_view to);

}}  // namespace opus::uws0
