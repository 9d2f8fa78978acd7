#include "libopus/provenance/formats/classes.hpp"

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

/// The local part of the first prov:type with this prefix.
std::string_view type_in(const std::vector<ProvAttribute>& attributes,
                         std::string_view prefix) noexcept {
  for (const ProvAttribute& attribute : attributes) {
    const std::string_view value{attribute.value};
    if (attribute.name == "prov:type" && attribute.type == ProvType::qualified_name &&
        value.substr(0, prefix.size()) == prefix)
      return value.substr(prefix.size());
  }
  return {};
}

}  // namespace

std::string_view ivoa_class(const ProvNode& node) noexcept {
  if (node.kind == ProvKind::activity) return "Activity";
  if (node.kind == ProvKind::agent) return "Agent";
  const std::string_view type = type_in(node.attributes, "voprov:");
  return type.empty() ? "Entity" : type;
}

std::string_view influence_class(const ProvEdge& edge) noexcept {
  if (edge.relation != ProvRelation::was_influenced_by) return {};
  return type_in(edge.attributes, "voprov:");
}

std::string_view agent_type(const ProvNode& node) noexcept {
  return node.kind == ProvKind::agent ? type_in(node.attributes, "prov:") : std::string_view{};
}

std::string_view attribute_of(const std::vector<ProvAttribute>& attributes,
                              std::string_view name) noexcept {
  for (const ProvAttribute& attribute : attributes)
    if (attribute.name == name) return attribute.value;
  return {};
}

std::string_view role_of(const ProvEdge& edge) noexcept {
  const std::string_view role = attribute_of(edge.attributes, "prov:role");
  return role.empty() ? attribute_of(edge.attributes, "voprov:role") : role;
}

}}}  // namespace opus::uws0::provenance
