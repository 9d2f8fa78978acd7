// W3C PROV-XML (note 2013-04-30), as prov.xsd and python3-prov want it.
#include "libopus/core/strings.hpp"
#include "libopus/provenance/formats/literal.hpp"
#include "libopus/provenance/formats/parts.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

/// PROV-X-05: types that have an element of their own.
std::optional<std::string_view> element_of(ProvKind kind, std::string_view type) {
  using Pair = std::pair<std::string_view, std::string_view>;
  static constexpr std::array entities{
      Pair{"prov:Plan", "plan"}, Pair{"prov:Collection", "collection"},
      Pair{"prov:EmptyCollection", "emptyCollection"}, Pair{"prov:Bundle", "bundle"}};
  static constexpr std::array agents{Pair{"prov:Person", "person"},
                                     Pair{"prov:Organization", "organization"},
                                     Pair{"prov:SoftwareAgent", "softwareAgent"}};
  const auto find = [&](const auto& pairs) -> std::optional<std::string_view> {
    for (const auto& [name, element] : pairs)
      if (name == type) return element;
    return std::nullopt;
  };
  if (kind == ProvKind::entity) return find(entities);
  if (kind == ProvKind::agent) return find(agents);
  return std::nullopt;
}

std::string_view element_of(ProvKind kind) {
  switch (kind) {
    case ProvKind::activity: return "activity";
    case ProvKind::agent: return "agent";
    case ProvKind::entity: break;
  }
  return "entity";
}

/// PROV-X-03: the place of an attribute among its siblings.
int rank_of(const ProvAttribute& attribute) {
  static constexpr std::array<std::string_view, 5> order{"prov:label", "prov:location", "prov:role",
                                                         "prov:type", "prov:value"};
  const auto found = std::find(order.begin(), order.end(), attribute.name);
  return static_cast<int>(found - order.begin());
}

std::string_view xsd_type(const Literal& literal) {
  if (literal.type == ProvType::qualified_name) return "xsd:QName";
  if (literal.type == ProvType::integer && small_integer(literal.text())) return "xsd:int";
  return datatype_of(literal.type);
}

void append_attribute(std::string& out, const ProvAttribute& attribute) {
  const Literal literal = literal_of(attribute);
  out += "    <";
  out += attribute.name;
  const bool is_label = attribute.name == "prov:label";
  if (!is_label && (literal.type != ProvType::string || attribute.name == "prov:value")) {
    out += " xsi:type=\"";
    out += xsd_type(literal);
    out += '"';
  }
  out += '>';
  append_xml(out, literal.text());
  out += "</";
  out += attribute.name;
  out += ">\n";
}

/// All but `skipped`, which the name of the element tells.
void append_attributes(std::string& out, const std::vector<ProvAttribute>& attributes,
                       const ProvAttribute* skipped) {
  for (int rank = 0; rank <= 5; ++rank)
    for (const ProvAttribute& attribute : attributes)
      if (&attribute != skipped && rank_of(attribute) == rank) append_attribute(out, attribute);
}

void append_time(std::string& out, std::string_view name, const std::optional<TimePoint>& at) {
  if (!at) return;
  out += "    <prov:";
  out += name;
  out += '>';
  out += to_iso8601(*at);
  out += "</prov:";
  out += name;
  out += ">\n";
}

void append_reference(std::string& out, std::string_view name, std::string_view id) {
  if (id.empty()) return;
  out += "    <prov:";
  out += name;
  out += " prov:ref=\"";
  append_xml(out, id);
  out += "\"/>\n";
}

void append_node(std::string& out, const ProvNode& node) {
  std::string_view element = element_of(node.kind);
  const ProvAttribute* told = nullptr;
  for (const ProvAttribute& attribute : node.attributes) {
    if (attribute.name != "prov:type" || attribute.type != ProvType::qualified_name) continue;
    const auto own = element_of(node.kind, attribute.value);
    if (!own) continue;
    element = *own;
    told = &attribute;
    break;
  }
  out += "  <prov:";
  out += element;
  out += " prov:id=\"";
  append_xml(out, node.id);
  out += "\">\n";
  append_time(out, "startTime", node.start);
  append_time(out, "endTime", node.end);
  append_attributes(out, node.attributes, told);
  out += "  </prov:";
  out += element;
  out += ">\n";
}

void append_edge(std::string& out, const ProvEdge& edge) {
  const RelationForm form = form_of(edge.relation);
  const std::string_view name = to_string(edge.relation);
  out += "  <prov:";
  out += name;
  out += ">\n";
  append_reference(out, form.from, edge.from);
  append_reference(out, form.to, edge.to);
  if (form.third == "time") append_time(out, form.third, edge.at);
  if (form.third == "plan") append_reference(out, form.third, edge.plan);
  if (form.third == "activity") append_reference(out, form.third, edge.activity);
  append_attributes(out, edge.attributes, nullptr);
  out += "  </prov:";
  out += name;
  out += ">\n";
}

std::string head_of(const ProvenanceGraph& graph) {
  std::string head =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<prov:document\n"
      "    xmlns:prov=\"http://www.w3.org/ns/prov#\"\n"
      "    xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"\n"
      "    xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
  for (const auto& [prefix, iri] : graph.prefixes) {
    head += "\n    xmlns:" + prefix + "=\"";
    append_xml(head, legal_iri(iri));
    head += '"';
  }
  head += ">\n";
  for (const std::string& remark : remarks_of(graph)) {
    head += "  <!-- ";
    append_xml(head, remark);
    head += " -->\n";
  }
  return head;
}

}  // namespace

Parts prov_xml_parts(const ProvenanceGraph& graph) {
  return {fixed(head_of(graph)),
          {graph.nodes().size(),
           [&graph](std::string& out, std::size_t item) { append_node(out, graph.nodes()[item]); }},
          {graph.edges().size(),
           [&graph](std::string& out, std::size_t item) { append_edge(out, graph.edges()[item]); }},
          fixed("</prov:document>\n")};
}

}}}  // namespace opus::uws0::provenance
