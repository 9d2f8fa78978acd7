// A picture for graphviz.
#include "libopus/provenance/formats/parts.hpp"
#include "libopus/provenance/formats/picture.hpp"

#include <array>
#include <memory>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

/// In a quoted string of DOT a backslash begins an escape; "\n" ends a line.
void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n' || c == '\r')
      out += ' ';
    else
      out += c;
  }
}

void append_field(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  out += ", ";
  out += name;
  out += "=\"";
  append_escaped(out, text);
  out += '"';
}

void append_node(std::string& out, const PictureNode& node, std::size_t number) {
  const LookStyle& style = style_of(node.look);
  out += "  n" + std::to_string(number) + " [label=\"";
  bool first = true;
  for (const std::string& line : node.lines) {
    if (!first) out += "\\n";
    append_escaped(out, line);
    first = false;
  }
  out += '"';
  append_field(out, "shape", style.shape);
  append_field(out, "fillcolor", style.fill);
  append_field(out, "color", style.stroke);
  if (node.stacked) out += ", peripheries=2";
  append_field(out, "tooltip", node.title);
  append_field(out, "URL", node.href);
  out += "];\n";
}

std::string_view color_of(const PictureEdge& edge) {
  if (edge.word == "wasGeneratedBy") return "darkgreen";
  if (edge.word == "used") return "red4";
  return "gray40";
}

void append_edge(std::string& out, const PictureEdge& edge) {
  out += "  n" + std::to_string(edge.from) + " -> n" + std::to_string(edge.to) + " [color=\"";
  out += color_of(edge);
  out += '"';
  append_field(out, "label", edge.label);
  append_field(out, "tooltip", edge.word);
  if (!edge.flow) out += ", style=dashed";
  out += "];\n";
}

/// The arrows lead to the past, and graphviz ranks along the arrows: the other way round.
std::string head_of(const ProvPicture& look, bool truncated) {
  static constexpr std::array<std::string_view, 4> rank{"RL", "BT", "LR", "TB"};
  std::string head = "digraph provenance {\n  graph [rankdir=";
  head += rank[static_cast<std::size_t>(look.direction)];
  head += ", charset=\"UTF-8\", bgcolor=\"transparent\"";
  if (truncated) head += ", label=\"The lineage goes on: this picture is limited in size.\"";
  head +=
      "];\n  node [style=filled, fontname=\"Helvetica\", fontsize=11];\n"
      "  edge [fontname=\"Helvetica\", fontsize=9];\n";
  return head;
}

}  // namespace

Parts dot_parts(const ProvenanceGraph& graph, const ProvPicture& look) {
  const auto picture = std::make_shared<const Picture>(picture_of(graph, look.attributes));
  return {
      fixed(head_of(look, picture->truncated)),
      {picture->nodes.size(),
       [picture](std::string& out, std::size_t item) {
         append_node(out, picture->nodes[item], item);
       }},
      {picture->edges.size(),
       [picture](std::string& out, std::size_t item) { append_edge(out, picture->edges[item]); }},
      fixed("}\n")};
}

}}}  // namespace opus::uws0::provenance
