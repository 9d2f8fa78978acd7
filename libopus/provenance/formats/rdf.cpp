#include "libopus/provenance/formats/rdf.hpp"

#include "libopus/provenance/formats/literal.hpp"
#include "libopus/provenance/names.hpp"

#include <array>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

using Kind = RdfValue::Kind;

RdfValue name(std::string text) { return {Kind::name, std::move(text), {}, {}}; }

RdfValue time(TimePoint at) { return {Kind::literal, to_iso8601(at), "xsd:dateTime", {}}; }

RdfValue text(std::string value) { return {Kind::literal, std::move(value), {}, {}}; }

/// Roles are the same wherever they are named: an own namespace, not the service's.
RdfValue role_name(std::string_view role) { return name("role:" + encoded(role)); }

bool is_absolute(std::string_view iri) {
  const std::size_t colon = iri.find(':');
  return colon != 0 && colon != std::string_view::npos && iri.find_first_of("/?#") > colon;
}

RdfValue value_of(const ProvAttribute& attribute) {
  const Literal literal = literal_of(attribute);
  std::string told{literal.text()};
  if (literal.type == ProvType::qualified_name) return name(std::move(told));
  if (literal.type == ProvType::string) return text(std::move(told));
  return {Kind::literal, std::move(told), datatype_of(literal.type), {}};
}

/// How PROV-O qualifies a relation: property, class of the blank node, and what points from there
/// to the other end.
struct Qualified {
  std::string_view property, type, pointer;
};

Qualified qualified_form(ProvRelation relation) {
  static constexpr std::array<Qualified, 9> forms{{
      {"prov:qualifiedUsage", "prov:Usage", "prov:entity"},
      {"prov:qualifiedGeneration", "prov:Generation", "prov:activity"},
      {"prov:qualifiedDerivation", "prov:Derivation", "prov:entity"},
      {"prov:qualifiedCommunication", "prov:Communication", "prov:activity"},
      {"prov:qualifiedAssociation", "prov:Association", "prov:agent"},
      {"prov:qualifiedAttribution", "prov:Attribution", "prov:agent"},
      {"prov:qualifiedDelegation", "prov:Delegation", "prov:agent"},
      {"prov:qualifiedInfluence", "prov:Influence", ""},  // by the kind of what influences
      {"prov:qualifiedInvalidation", "prov:Invalidation", "prov:activity"},
  }};
  return forms[static_cast<std::size_t>(relation)];
}

void add_attributes(std::vector<RdfProperty>& out, const std::vector<ProvAttribute>& attributes,
                    std::set<std::string>* roles) {
  for (const ProvAttribute& attribute : attributes) {
    const bool is_role = attribute.name == "prov:role" || attribute.name == "voprov:role";
    if (attribute.name == "prov:type" && attribute.type == ProvType::qualified_name)
      out.push_back({"rdf:type", value_of(attribute)});
    else if (attribute.name == "prov:label")
      out.push_back({"rdfs:label", value_of(attribute)});
    else if (is_role && roles && attribute.type == ProvType::string) {
      std::string role = legal_text(attribute.value);
      out.push_back({"prov:hadRole", role_name(role)});
      roles->insert(std::move(role));
    } else {
      out.push_back({attribute.name, value_of(attribute)});
    }
  }
}

/// A location is a resource in PROV-O: the IRI itself, or one without name that is labelled.
void add_location(std::vector<RdfSubject>& out, const ProvAttribute& attribute) {
  const Literal literal = literal_of(attribute);
  RdfValue place;
  if (literal.type == ProvType::any_uri && is_absolute(literal.text())) {
    place = {Kind::iri, std::string{literal.text()}, {}, {}};
    out.push_back({place, {{"rdf:type", name("prov:Location")}}});
  } else {
    place.kind = Kind::blank;
    place.properties.push_back({"rdf:type", name("prov:Location")});
    place.properties.push_back({"rdfs:label", text(std::string{literal.text()})});
  }
  out.front().properties.push_back({"prov:atLocation", std::move(place)});
}

std::string_view influence_pointer(const ProvenanceGraph& graph, const ProvEdge& edge,
                                   std::vector<RdfProperty>& properties) {
  const ProvNode* influencer = graph.find(edge.to);
  switch (influencer ? influencer->kind : ProvKind::entity) {
    case ProvKind::activity:
      properties.push_back({"rdf:type", name("prov:ActivityInfluence")});
      return "prov:activity";
    case ProvKind::agent:
      properties.push_back({"rdf:type", name("prov:AgentInfluence")});
      return "prov:agent";
    case ProvKind::entity: break;
  }
  properties.push_back({"rdf:type", name("prov:EntityInfluence")});
  return "prov:entity";
}

}  // namespace

std::vector<RdfSubject> rdf_of(const ProvNode& node) {
  static constexpr std::array<std::string_view, 3> classes{"prov:Entity", "prov:Activity",
                                                           "prov:Agent"};
  std::vector<RdfSubject> out(1);
  out[0].subject = name(node.id);
  out[0].properties.push_back(
      {"rdf:type", name(std::string{classes[static_cast<std::size_t>(node.kind)]})});
  if (node.start) out[0].properties.push_back({"prov:startedAtTime", time(*node.start)});
  if (node.end) out[0].properties.push_back({"prov:endedAtTime", time(*node.end)});
  std::vector<ProvAttribute> others;
  for (const ProvAttribute& attribute : node.attributes)
    if (attribute.name == "prov:location")
      add_location(out, attribute);
    else
      others.push_back(attribute);
  add_attributes(out[0].properties, others, nullptr);
  return out;
}

std::vector<RdfSubject> rdf_of(const ProvenanceGraph& graph, const ProvEdge& edge,
                               std::set<std::string>& roles) {
  RdfSubject out{name(edge.from), {}};
  // Times that PROV-O has a property of their own for.
  if (edge.at && edge.relation == ProvRelation::was_generated_by)
    out.properties.push_back({"prov:generatedAtTime", time(*edge.at)});
  if (edge.at && edge.relation == ProvRelation::was_invalidated_by)
    out.properties.push_back({"prov:invalidatedAtTime", time(*edge.at)});
  if (edge.to.empty()) {
    // Nothing to point to. That a plan was followed is told by the class of the IVOA model.
    if (!edge.plan.empty())
      out.properties.push_back({"voprov:activityDescription", name(edge.plan)});
    return {std::move(out)};
  }
  out.properties.push_back({"prov:" + std::string{to_string(edge.relation)}, name(edge.to)});

  const Qualified form = qualified_form(edge.relation);
  RdfValue blank;
  blank.kind = Kind::blank;
  std::vector<RdfProperty>& more = blank.properties;
  if (edge.at) more.push_back({"prov:atTime", time(*edge.at)});
  if (!edge.plan.empty()) more.push_back({"prov:hadPlan", name(edge.plan)});
  if (!edge.activity.empty()) more.push_back({"prov:hadActivity", name(edge.activity)});
  add_attributes(more, edge.attributes, &roles);
  if (more.empty()) return {std::move(out)};
  more.push_back({"rdf:type", name(std::string{form.type})});
  const std::string_view pointer =
      form.pointer.empty() ? influence_pointer(graph, edge, more) : form.pointer;
  more.push_back({std::string{pointer}, name(edge.to)});
  out.properties.push_back({std::string{form.property}, std::move(blank)});
  return {std::move(out)};
}

RdfSubject rdf_of_role(const std::string& role) {
  return {role_name(role), {{"rdf:type", name("prov:Role")}, {"rdfs:label", text(role)}}};
}

std::vector<std::pair<std::string, std::string>> rdf_prefixes(const ProvenanceGraph& graph) {
  std::vector<std::pair<std::string, std::string>> out{
      {"prov", "http://www.w3.org/ns/prov#"},
      {"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
      {"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
      {"role", "urn:opus-uws:role:"},
      {"xsd", "http://www.w3.org/2001/XMLSchema#"}};
  if (graph.prefixes.count("voprov") == 0)
    out.emplace_back("voprov", "http://www.ivoa.net/documents/ProvenanceDM/index.html#");
  for (const auto& [prefix, iri] : graph.prefixes) out.emplace_back(prefix, legal_iri(iri));
  return out;
}

}}}  // namespace opus::uws0::provenance
