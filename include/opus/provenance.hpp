#pragma once
// The provenance of jobs and entities as a graph value, in the terms of the IVOA Provenance Data
// Model 1.0 mapped to W3C PROV.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/error.hpp>
#include <opus/export.hpp>
#include <opus/time.hpp>

namespace opus { inline namespace uws0 {

enum class ProvKind { entity, activity, agent };

/// The W3C PROV relations in use; `from` and `to` follow PROV's argument order.
enum class ProvRelation {
  used,                 ///< activity -> entity
  was_generated_by,     ///< entity -> activity
  was_derived_from,     ///< newer entity -> older entity
  was_informed_by,      ///< later activity -> earlier activity
  was_associated_with,  ///< activity -> agent, with a plan
  was_attributed_to,    ///< entity -> agent
  acted_on_behalf_of,   ///< agent -> agent
  was_influenced_by,    ///< anything -> anything: configuration, descriptions
  was_invalidated_by,   ///< entity -> (activity)
};

OPUS_UWS_API std::string_view to_string(ProvRelation relation) noexcept;

enum class ProvType { string, qualified_name, any_uri, date_time, integer, decimal, boolean };

struct ProvAttribute {
  std::string name{};  ///< qualified: "prov:label", "voprov:name"
  std::string value{};
  ProvType type = ProvType::string;
  bool operator==(const ProvAttribute&) const = default;
};

struct ProvNode {
  std::string id{};  ///< qualified name, local part an NCName: "id:job-0198..."
  ProvKind kind = ProvKind::entity;
  std::optional<TimePoint> start{}, end{};  ///< activities
  std::vector<ProvAttribute> attributes{};
  bool operator==(const ProvNode&) const = default;
};

struct ProvEdge {
  ProvRelation relation = ProvRelation::used;
  std::string from{}, to{};       ///< node ids; `to` may be empty for was_invalidated_by
  std::string plan{};             ///< was_associated_with only
  std::optional<TimePoint> at{};  ///< used, was_generated_by, was_invalidated_by
  std::vector<ProvAttribute> attributes{};
  bool operator==(const ProvEdge&) const = default;
};

/// How far and which way to follow used / wasGeneratedBy / wasDerivedFrom / wasInformedBy.
struct LineageQuery {
  enum class Direction { upstream, downstream, both };
  Direction direction = Direction::upstream;
  std::optional<unsigned> depth = 1;  ///< relations followed; nullopt = to the end
  bool configuration = true;          ///< with parameters
  bool descriptions = true;           ///< with the job description as plan
  bool agents = true;
};

/// Nodes and edges, each once, in a stable order. A value: copy and keep it as you like.
class OPUS_UWS_API ProvenanceGraph {
 public:
  std::map<std::string, std::string> prefixes{};  ///< prefix -> namespace IRI

  /// Adds a node, or does nothing if its id is there already.
  void add(ProvNode node);
  void add(ProvEdge edge);

  const std::vector<ProvNode>& nodes() const noexcept { return nodes_; }
  const std::vector<ProvEdge>& edges() const noexcept { return edges_; }
  const ProvNode* find(std::string_view id) const noexcept;

 private:
  std::vector<ProvNode> nodes_{};
  std::vector<ProvEdge> edges_{};
  std::map<std::string, std::size_t, std::less<>> index_{};
};

/// W3C PROV-JSON (member submission 2013-04-24), UTF-8.
OPUS_UWS_API std::string to_prov_json(const ProvenanceGraph& graph);
/// W3C PROV-N.
OPUS_UWS_API std::string to_prov_n(const ProvenanceGraph& graph);

}}  // namespace opus::uws0
