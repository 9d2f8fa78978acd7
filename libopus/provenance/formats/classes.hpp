#pragma once
// What a node or edge is in the IVOA Provenance Data Model: its W3C form says it by prov:type.

#include <string_view>

#include <opus/provenance.hpp>

namespace opus { inline namespace uws0 { namespace provenance {

/// "DatasetEntity", "Parameter", "ActivityDescription" ... of a prov:type in voprov:, else
/// "Entity", "Activity" or "Agent".
std::string_view ivoa_class(const ProvNode& node) noexcept;
/// "ConfigurationRelation", "DescriptionRelation" ... of an influence, else empty.
std::string_view influence_class(const ProvEdge& edge) noexcept;
/// "Person", "Organization", "SoftwareAgent"; empty = not said.
std::string_view agent_type(const ProvNode& node) noexcept;

/// The first attribute of this name; empty if there is none.
std::string_view attribute_of(const std::vector<ProvAttribute>& attributes,
                              std::string_view name) noexcept;
/// "prov:role", or "voprov:role" where PROV has no such attribute.
std::string_view role_of(const ProvEdge& edge) noexcept;

}}}  // namespace opus::uws0::provenance
