#pragma once
// The provenance of jobs and entities as a graph value, in the terms of the IVOA Provenance Data
// Model 1.0 mapped to W3C PROV.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <opus/error.hpp>
#include <opus/export.hpp>
#include <opus/id.hpp>
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

enum class ProvType {
  string,
  qualified_name,  ///< "voprov:Parameter"
  any_uri,
  date_time,  ///< as to_iso8601 writes it
  integer,    ///< decimal digits, perhaps after a minus sign
  real,       ///< xsd:double: "0.25", "1e-3", "NaN", "INF", "-INF"
  boolean,    ///< "true" or "false"
};

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
  std::string from{}, to{};       ///< node ids; `to` may be empty for was_invalidated_by and, if
                                  ///< there is a plan, for was_associated_with
  std::string plan{};             ///< was_associated_with only
  std::string activity{};         ///< acted_on_behalf_of only: in which activity; may be empty
  std::optional<TimePoint> at{};  ///< used, was_generated_by, was_invalidated_by
  std::vector<ProvAttribute> attributes{};
  bool operator==(const ProvEdge&) const = default;
};

/// Somebody who owns jobs and entities.
struct ProvOwner {
  std::string name{};
  auto operator<=>(const ProvOwner&) const = default;
};

/// What provenance is asked about.
using ProvRoot = std::variant<JobId, EntityId, ProvOwner>;

/// How far and which way to go from the job or entity asked for, along `used` and `wasGeneratedBy`
/// of the jobs: from an entity, depth 1 brings the job that generated it, depth 2 what that job
/// used, depth 3 the jobs that generated those. A job always comes with its own results, unless the
/// depth is 0. wasDerivedFrom and wasInformedBy are told between what is there, never followed.
struct LineageQuery {
  enum class Direction {
    upstream,    ///< where it comes from
    downstream,  ///< what was made with it
    both,        ///< the two together; not the siblings that share an origin
  };
  Direction direction = Direction::upstream;
  std::optional<unsigned> depth = 1;  ///< relations followed; nullopt = to the end
  bool configuration = true;          ///< with parameters
  bool descriptions = true;           ///< with the job description as plan
  bool ports = false;  ///< and the descriptions of its parameters, inputs and results
  bool agents = true;
  bool agent_reach = false;  ///< from an owner asked for, go on to the jobs of that owner
  /// What the caller may see: no error, or why not. `description`: of a job, its name; else empty.
  /// Empty = all. Files of jobs that may be seen may be seen. The rest is told as a node that says
  /// nothing but what it is, and is not followed: ProvenanceGraph::withheld counts it. Of what is
  /// asked for the error is the answer; not_found: as if it did not exist.
  std::function<Result<void>(const ProvRoot& what, std::string_view description,
                             const std::optional<std::string>& owner)>
      may_see{};
  std::string base_url{};          ///< public URL of the service, no trailing slash: jobs and files
                                   ///< get a location below it; empty = none
  std::size_t max_nodes = 10'000;  ///< jobs and entities; beyond, ProvenanceGraph::truncated
};

/// Nodes and edges, each once, in a stable order. A value: copy and keep it as you like.
class OPUS_UWS_API ProvenanceGraph {
 public:
  std::map<std::string, std::string> prefixes{};  ///< prefix -> namespace IRI; not prov, not xsd
  std::vector<std::string> unknown{};  ///< roots that do not exist, beside some that do: plain ids
  bool truncated = false;              ///< the lineage is larger than LineageQuery::max_nodes
  std::size_t withheld = 0;            ///< nodes of which nothing is told: LineageQuery::may_see

  /// Adds a node, or does nothing if its id is there already. Attributes that are blank or repeat
  /// an earlier one are left out, as PROV's formats would lose or refuse them.
  void add(ProvNode node);
  /// Adds an edge, or does nothing if an equal one is there.
  void add(ProvEdge edge);

  const std::vector<ProvNode>& nodes() const noexcept { return nodes_; }
  const std::vector<ProvEdge>& edges() const noexcept { return edges_; }
  const ProvNode* find(std::string_view id) const noexcept;

 private:
  /// A place in a list and the hash of what is there, kept where the hash leads.
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t place = 0;  ///< counted from 1; 0 = free
  };
  /// At least half of the slots are free.
  using Index = std::vector<Slot>;
  template <class IsIt>
  static const Slot* find_slot(const Index& index, std::uint32_t hash, IsIt is_it) noexcept;
  static void insert_slot(Index& index, std::uint32_t hash, std::size_t place);

  std::vector<ProvNode> nodes_{};
  std::vector<ProvEdge> edges_{};
  Index node_index_{}, edge_index_{};
};

// The writers: equal graphs give equal bytes. Text that XML 1.0 could not carry (control
// characters, invalid UTF-8) becomes U+FFFD, so that every format tells the same.

/// W3C PROV-JSON (member submission 2013-04-24), UTF-8, indented.
OPUS_UWS_API std::string to_prov_json(const ProvenanceGraph& graph);
/// W3C PROV-N (recommendation 2013-04-30), UTF-8.
OPUS_UWS_API std::string to_prov_n(const ProvenanceGraph& graph);

}}  // namespace opus::uws0
