#include <opus/provenance_queries.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <set>
#include <unordered_map>

namespace opus { inline namespace uws0 {
namespace {

constexpr std::size_t k_none = SIZE_MAX;

bool is_flow(ProvRelation relation) {
  return relation == ProvRelation::used || relation == ProvRelation::was_generated_by ||
         relation == ProvRelation::was_derived_from || relation == ProvRelation::was_informed_by;
}

/// The graph by numbers: nodes as they stand in it.
class Ways {
 public:
  explicit Ways(const ProvenanceGraph& graph) : graph_(graph) {
    const auto& nodes = graph.nodes();
    place_.reserve(nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) place_.emplace(nodes[i].id, i);
    back_.resize(nodes.size());
    forth_.resize(nodes.size());
    for (const ProvEdge& edge : graph.edges()) {
      const std::size_t from = find(edge.from), to = find(edge.to);
      if (!is_flow(edge.relation) || from == k_none || to == k_none) continue;
      back_[from].push_back(to);
      forth_[to].push_back(from);
    }
  }

  std::size_t find(std::string_view id) const {
    const auto found = place_.find(id);
    return found == place_.end() ? k_none : found->second;
  }

  struct Reach {
    std::vector<std::size_t> order{};   ///< nodes, nearest first, the roots among them
    std::vector<std::size_t> before{};  ///< by node: where it was reached from, or k_none
  };

  Reach reach(const std::vector<std::size_t>& roots, bool back, bool forth,
              std::optional<unsigned> depth) const {
    Reach out;
    out.before.assign(graph_.nodes().size(), k_none);
    std::vector<bool> seen(graph_.nodes().size(), false);
    std::deque<std::pair<std::size_t, unsigned>> queue;
    const auto visit = [&](std::size_t node, std::size_t from, unsigned distance) {
      if (seen[node]) return;
      seen[node] = true;
      out.before[node] = from;
      out.order.push_back(node);
      queue.emplace_back(node, distance);
    };
    for (const std::size_t root : roots) visit(root, k_none, 0);
    while (!queue.empty()) {
      const auto [node, distance] = queue.front();
      queue.pop_front();
      if (depth && distance >= *depth) continue;
      if (back)
        for (const std::size_t next : back_[node]) visit(next, node, distance + 1);
      if (forth)
        for (const std::size_t next : forth_[node]) visit(next, node, distance + 1);
    }
    return out;
  }

 private:
  const ProvenanceGraph& graph_;
  std::unordered_map<std::string_view, std::size_t> place_{};
  std::vector<std::vector<std::size_t>> back_{}, forth_{};
};

/// Entities that were reached, without the root.
template <class Wanted>
std::vector<std::string> entities(const ProvenanceGraph& graph, const Ways::Reach& reach,
                                  std::size_t root, Wanted wanted) {
  std::vector<std::string> out;
  for (const std::size_t node : reach.order)
    if (node != root && graph.nodes()[node].kind == ProvKind::entity && wanted(node))
      out.push_back(graph.nodes()[node].id);
  return out;
}

}  // namespace

ProvenanceGraph part_of(const ProvenanceGraph& graph, const std::vector<std::string>& ids,
                        const GraphQuery& query) {
  using Direction = LineageQuery::Direction;
  const Ways ways(graph);
  std::vector<std::size_t> roots;
  for (const std::string& id : ids)
    if (const std::size_t root = ways.find(id); root != k_none) roots.push_back(root);

  std::vector<bool> told(graph.nodes().size(), false);
  for (const Direction direction : {Direction::upstream, Direction::downstream}) {
    if (query.direction != direction && query.direction != Direction::both) continue;
    const bool back = direction == Direction::upstream;
    for (const std::size_t node : ways.reach(roots, back, !back, query.depth).order)
      told[node] = true;
  }
  // What belongs to it, and what belongs to that: the contact of a plan.
  for (int step = 0; step < 2; ++step) {
    const std::vector<bool> before = told;
    for (const ProvEdge& edge : graph.edges()) {
      const std::size_t from = ways.find(edge.from);
      if (is_flow(edge.relation) || from == k_none || !before[from]) continue;
      for (const std::string* end : {&edge.to, &edge.plan})
        if (const std::size_t node = ways.find(*end); node != k_none) told[node] = true;
    }
  }
  const auto is_told = [&](const std::string& id) {
    const std::size_t node = ways.find(id);
    const auto& kinds = query.kinds;
    return node != k_none && told[node] &&
           (kinds.empty() ||
            std::find(kinds.begin(), kinds.end(), graph.nodes()[node].kind) != kinds.end());
  };
  ProvenanceGraph part;
  part.prefixes = graph.prefixes;
  part.truncated = graph.truncated;
  part.withheld = graph.withheld;
  for (const ProvNode& node : graph.nodes())
    if (is_told(node.id)) part.add(node);
  for (ProvEdge edge : graph.edges()) {
    if (!is_told(edge.from) || (!edge.to.empty() && !is_told(edge.to))) continue;
    if (!edge.plan.empty() && !is_told(edge.plan)) edge.plan.clear();
    if (!edge.activity.empty() && !is_told(edge.activity)) edge.activity.clear();
    const bool says_nothing =
        edge.to.empty() && edge.plan.empty() && edge.relation == ProvRelation::was_associated_with;
    if (!says_nothing) part.add(std::move(edge));
  }
  return part;
}

std::vector<std::string> inputs_of(const ProvenanceGraph& graph, std::string_view id) {
  const Ways ways(graph);
  const std::size_t root = ways.find(id);
  if (root == k_none) return {};
  std::set<std::string_view> generated;
  for (const ProvEdge& edge : graph.edges())
    if (edge.relation == ProvRelation::was_generated_by) generated.insert(edge.from);
  return entities(graph, ways.reach({root}, true, false, std::nullopt), root,
                  [&](std::size_t node) { return generated.count(graph.nodes()[node].id) == 0; });
}

std::vector<std::string> results_of(const ProvenanceGraph& graph, std::string_view id) {
  const Ways ways(graph);
  const std::size_t root = ways.find(id);
  if (root == k_none) return {};
  return entities(graph, ways.reach({root}, false, true, std::nullopt), root,
                  [](std::size_t) { return true; });
}

std::vector<std::string> shortest_path(const ProvenanceGraph& graph, std::string_view from,
                                       std::string_view to) {
  const Ways ways(graph);
  const std::size_t start = ways.find(from), end = ways.find(to);
  if (start == k_none || end == k_none) return {};
  constexpr std::pair<bool, bool> tries[] = {{true, false}, {false, true}, {true, true}};
  for (const auto& [back, forth] : tries) {
    const Ways::Reach reach = ways.reach({start}, back, forth, std::nullopt);
    if (end != start && reach.before[end] == k_none) continue;
    std::vector<std::string> path;
    for (std::size_t node = end; node != k_none; node = reach.before[node])
      path.push_back(graph.nodes()[node].id);
    std::reverse(path.begin(), path.end());
    return path;
  }
  return {};
}

}}  // namespace opus::uws0
