#include <opus/provenance.hpp>

#include "libopus/provenance/formats/literal.hpp"

namespace opus { inline namespace uws0 {
namespace {

using provenance::Literal;

/// PROV-N knows no \u: characters stand as they are, but for these.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: out += c;
    }
  }
  out += '"';
}

void append_value(std::string& out, const ProvAttribute& attribute) {
  const Literal literal = provenance::literal_of(attribute);
  switch (literal.type) {
    case ProvType::string: append_quoted(out, literal.text); return;
    case ProvType::qualified_name: out += '\'' + literal.text + '\''; return;
    case ProvType::integer:
      if (const auto number = provenance::small_integer(literal.text)) {
        out += std::to_string(*number);
        return;
      }
      break;
    case ProvType::any_uri:
    case ProvType::date_time:
    case ProvType::real:
    case ProvType::boolean: break;
  }
  append_quoted(out, literal.text);
  out += " %% ";
  out += provenance::datatype_of(literal.type);
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
  const std::string_view third = provenance::form_of(edge.relation).third;
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

void append_nodes(std::string& out, const ProvenanceGraph& graph, ProvKind kind,
                  std::string_view keyword) {
  out += '\n';
  for (const ProvNode& node : graph.nodes())
    if (node.kind == kind) append_node(out, node, keyword);
}

}  // namespace

std::string to_prov_n(const ProvenanceGraph& graph) {
  constexpr std::size_t per_node = 500, per_edge = 120;
  std::string out;
  out.reserve(1000 + graph.nodes().size() * per_node + graph.edges().size() * per_edge);
  out += "document\n";
  for (const auto& [prefix, iri] : graph.prefixes)
    out += "  prefix " + prefix + " <" + provenance::legal_iri(iri) + ">\n";
  if (graph.truncated) out += "\n  // The lineage goes on: this document is limited in size.\n";
  append_nodes(out, graph, ProvKind::activity, "activity");
  append_nodes(out, graph, ProvKind::entity, "entity");
  append_nodes(out, graph, ProvKind::agent, "agent");
  out += '\n';
  for (const ProvEdge& edge : graph.edges()) append_edge(out, edge);
  out += "endDocument\n";
  return out;
}

}}  // namespace opus::uws0
