// W3C PROV-N (recommendation 2013-04-30).
#include "libopus/provenance/formats/literal.hpp"
#include "libopus/provenance/formats/parts.hpp"

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

void append_value(std::string& out, const ProvAttribute& attribute) {
  const Literal literal = literal_of(attribute);
  switch (literal.type) {
    case ProvType::string: append_quoted(out, literal.text()); return;
    case ProvType::qualified_name:
      out.append(1, '\'').append(literal.text()).append(1, '\'');
      return;
    case ProvType::integer:
      if (const auto number = small_integer(literal.text())) {
        out += std::to_string(*number);
        return;
      }
      break;
    case ProvType::any_uri:
    case ProvType::date_time:
    case ProvType::real:
    case ProvType::boolean: break;
  }
  append_quoted(out, literal.text());
  out += " %% ";
  out += datatype_of(literal.type);
}

/// ", [name=value, ...])" and the end of the line.
void append_tail(std::string& out, const std::vector<ProvAttribute>& attributes) {
  const bool short_list = attributes.size() <= 2;
  bool first = true;
  for (const ProvAttribute& attribute : attributes) {
    out += first ? ", [" : ",";
    if (!short_list)
      out += "\n    ";
    else if (!first)
      out += ' ';
    out += attribute.name;
    out += '=';
    append_value(out, attribute);
    first = false;
  }
  out += first ? ")\n" : "])\n";
}

void append_or_dash(std::string& out, std::string_view text) { out += text.empty() ? "-" : text; }

std::string time_or_dash(const std::optional<TimePoint>& at) { return at ? to_iso8601(*at) : "-"; }

void append_node(std::string& out, const ProvNode& node, std::string_view keyword) {
  out += "  ";
  out += keyword;
  out += '(' + node.id;
  if (node.start || node.end)
    out += ", " + time_or_dash(node.start) + ", " + time_or_dash(node.end);
  append_tail(out, node.attributes);
}

void append_edge(std::string& out, const ProvEdge& edge) {
  const std::string_view third = form_of(edge.relation).third;
  out += "  ";
  out += to_string(edge.relation);
  out += '(' + edge.from + ", ";
  append_or_dash(out, edge.to);
  if (!third.empty()) out += ", ";
  if (third == "time") out += time_or_dash(edge.at);
  if (third == "plan") append_or_dash(out, edge.plan);
  if (third == "activity") append_or_dash(out, edge.activity);
  append_tail(out, edge.attributes);
}

Part nodes_part(const ProvenanceGraph& graph, ProvKind kind, std::string_view keyword) {
  return {graph.nodes().size() + 1, [&graph, kind, keyword](std::string& out, std::size_t item) {
            if (item == 0)
              out += '\n';
            else if (const ProvNode& node = graph.nodes()[item - 1]; node.kind == kind)
              append_node(out, node, keyword);
          }};
}

}  // namespace

Parts prov_n_parts(const ProvenanceGraph& graph) {
  std::string head = "document\n";
  for (const auto& [prefix, iri] : graph.prefixes)
    head += "  prefix " + prefix + " <" + legal_iri(iri) + ">\n";
  for (const std::string& remark : remarks_of(graph)) head += "\n  // " + remark + '\n';
  return {fixed(std::move(head)),
          nodes_part(graph, ProvKind::activity, "activity"),
          nodes_part(graph, ProvKind::entity, "entity"),
          nodes_part(graph, ProvKind::agent, "agent"),
          fixed("\n"),
          {graph.edges().size(),
           [&graph](std::string& out, std::size_t item) { append_edge(out, graph.edges()[item]); }},
          fixed("endDocument\n")};
}

}}}  // namespace opus::uws0::provenance
