#pragma once
// PROV-O: nodes and edges as RDF statements, for the two notations of RDF that we write.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <opus/provenance.hpp>

namespace opus { inline namespace uws0 { namespace provenance {

struct RdfProperty;

struct RdfValue {
  enum class Kind {
    name,     ///< a resource by its qualified name
    iri,      ///< a resource by its IRI, legal
    literal,  ///< `text` of the type `datatype`
    blank,    ///< a resource without name that has `properties`
  };
  Kind kind = Kind::literal;
  std::string text{};
  std::string_view datatype{};          ///< empty = xsd:string
  std::vector<RdfProperty> properties;  // no initialiser: RdfProperty is incomplete here
};

struct RdfProperty {
  std::string name{};  ///< qualified; "rdf:type" for the classes
  RdfValue value{};
};

/// Statements about one resource, of which there may be more elsewhere in the document.
struct RdfSubject {
  RdfValue subject{};
  std::vector<RdfProperty> properties{};
};

/// The binary property of each edge, and the qualified one if it tells more: a time, a role, a
/// plan, attributes. Roles are resources with a label (PROV-O: prov:hadRole is an object property).
std::vector<RdfSubject> rdf_of(const ProvNode& node);
/// `roles`: gets the roles that the edge names.
std::vector<RdfSubject> rdf_of(const ProvenanceGraph& graph, const ProvEdge& edge,
                               std::set<std::string>& roles);
RdfSubject rdf_of_role(const std::string& role);

/// Prefix -> IRI of all names in these statements.
std::vector<std::pair<std::string, std::string>> rdf_prefixes(const ProvenanceGraph& graph);

}}}  // namespace opus::uws0::provenance
