#include <opus/provenance.hpp>

#include "libopus/core/json.hpp"
#include "libopus/provenance/formats/literal.hpp"

#include <algorithm>
#include <array>

namespace opus { inline namespace uws0 {
namespace {

using provenance::Literal;

constexpr std::array k_kinds{ProvKind::activity, ProvKind::entity, ProvKind::agent};
constexpr std::array<std::string_view, 3> k_kind_names{"activity", "entity", "agent"};

constexpr std::array k_relations{
    ProvRelation::used,
    ProvRelation::was_generated_by,
    ProvRelation::was_derived_from,
    ProvRelation::was_informed_by,
    ProvRelation::was_associated_with,
    ProvRelation::was_attributed_to,
    ProvRelation::acted_on_behalf_of,
    ProvRelation::was_influenced_by,
    ProvRelation::was_invalidated_by,
};

void write_value(JsonWriter& json, const ProvAttribute& attribute) {
  const Literal literal = provenance::literal_of(attribute);
  const auto number =
      literal.type == ProvType::integer ? provenance::small_integer(literal.text) : std::nullopt;
  if (literal.type == ProvType::string)
    json.value(std::string_view{literal.text});
  else if (literal.type == ProvType::boolean)
    json.value(literal.text == "true");
  else if (number)
    json.value(int{*number});
  else
    json.begin_object()
        .field("$", std::string_view{literal.text})
        .field("type", provenance::datatype_of(literal.type))
        .end_object();
}

/// An attribute that occurs more than once becomes an array, at its first place.
void write_attributes(JsonWriter& json, const std::vector<ProvAttribute>& attributes) {
  for (auto first = attributes.begin(); first != attributes.end(); ++first) {
    const auto same = [&](const ProvAttribute& other) { return other.name == first->name; };
    if (std::any_of(attributes.begin(), first, same)) continue;
    const bool repeated = std::any_of(first + 1, attributes.end(), same);
    json.key(first->name);
    if (repeated) json.begin_array();
    for (auto next = first; next != attributes.end(); ++next)
      if (same(*next)) write_value(json, *next);
    if (repeated) json.end_array();
  }
}

void write_node(JsonWriter& json, const ProvNode& node) {
  json.key(node.id).begin_object();
  if (node.start) json.field("prov:startTime", std::string_view{to_iso8601(*node.start)});
  if (node.end) json.field("prov:endTime", std::string_view{to_iso8601(*node.end)});
  write_attributes(json, node.attributes);
  json.end_object();
}

void write_edge(JsonWriter& json, const ProvEdge& edge, std::size_t number) {
  const provenance::RelationForm form = provenance::form_of(edge.relation);
  const auto formal = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) json.field("prov:" + std::string{name}, value);
  };
  // Nothing refers to an edge: blank ids, the same in every document of the same graph.
  json.key("_:r" + std::to_string(number)).begin_object();
  formal(form.from, edge.from);
  formal(form.to, edge.to);
  if (edge.at && form.third == "time") formal(form.third, to_iso8601(*edge.at));
  if (form.third == "plan") formal(form.third, edge.plan);
  if (form.third == "activity") formal(form.third, edge.activity);
  write_attributes(json, edge.attributes);
  json.end_object();
}

/// The section `name` with all items that are `wanted`, or nothing if there is none.
template <class Items, class Wanted, class Write>
void write_section(JsonWriter& json, std::string_view name, const Items& items, Wanted wanted,
                   Write write) {
  std::size_t number = 0;
  for (const auto& item : items) {
    if (!wanted(item)) continue;
    if (number == 0) json.key(name).begin_object();
    write(item, ++number);
  }
  if (number > 0) json.end_object();
}

}  // namespace

std::string to_prov_json(const ProvenanceGraph& graph) {
  JsonWriter json(JsonWriter::Style::indented);
  json.begin_object().key("prefix").begin_object();
  for (const auto& [prefix, iri] : graph.prefixes)
    json.field(prefix, std::string_view{provenance::legal_iri(iri)});
  json.end_object();
  for (std::size_t i = 0; i < k_kinds.size(); ++i)
    write_section(
        json, k_kind_names[i], graph.nodes(),
        [&](const ProvNode& node) { return node.kind == k_kinds[i]; },
        [&](const ProvNode& node, std::size_t) { write_node(json, node); });
  for (const ProvRelation relation : k_relations)
    write_section(
        json, to_string(relation), graph.edges(),
        [&](const ProvEdge& edge) { return edge.relation == relation; },
        [&](const ProvEdge& edge, std::size_t number) { write_edge(json, edge, number); });
  json.end_object();
  return json.take();
}

}}  // namespace opus::uws0
