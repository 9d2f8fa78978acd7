// W3C PROV-JSON (member submission 2013-04-24).
#include "libopus/provenance/formats/json_text.hpp"
#include "libopus/provenance/formats/literal.hpp"

#include <utility>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

void write_node(std::string& out, const ProvNode& node) {
  JsonRecord record(out, node.id, 4);
  if (node.start) record.formal("startTime", to_iso8601(*node.start));
  if (node.end) record.formal("endTime", to_iso8601(*node.end));
  record.members(node.attributes);
  record.end();
}

void write_edge(std::string& out, const ProvEdge& edge, std::size_t number) {
  const RelationForm form = form_of(edge.relation);
  // Nothing refers to an edge: blank ids, the same in every document of the same graph.
  JsonRecord record(out, "_:r" + std::to_string(number), 4);
  record.formal(form.from, edge.from);
  record.formal(form.to, edge.to);
  if (form.third == "time" && edge.at) record.formal(form.third, to_iso8601(*edge.at));
  if (form.third == "plan") record.formal(form.third, edge.plan);
  if (form.third == "activity") record.formal(form.third, edge.activity);
  record.members(edge.attributes);
  record.end();
}

}  // namespace

Parts prov_json_parts(const ProvenanceGraph& graph) {
  Parts parts{json_prefixes(graph, {})};
  constexpr std::pair<ProvKind, std::string_view> kinds[] = {
      {ProvKind::activity, "activity"}, {ProvKind::entity, "entity"}, {ProvKind::agent, "agent"}};
  for (const auto& [kind, name] : kinds)
    parts.push_back(json_section(
        name, graph.nodes(), [kind = kind](const ProvNode& node) { return node.kind == kind; },
        [](std::string& out, const ProvNode& node, std::size_t) { write_node(out, node); }));
  for (const ProvRelation relation : k_relations)
    parts.push_back(json_section(
        to_string(relation), graph.edges(),
        [relation](const ProvEdge& edge) { return edge.relation == relation; }, write_edge));
  parts.push_back(fixed("\n}\n"));
  return parts;
}

}}}  // namespace opus::uws0::provenance
