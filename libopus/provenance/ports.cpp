#include "libopus/provenance/ports.hpp"

#include "libopus/core/strings.hpp"
#include "libopus/provenance/names.hpp"

#include <array>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

using Attributes = std::vector<ProvAttribute>;

std::string_view votable_type(Datatype datatype) {
  switch (datatype) {
    case Datatype::boolean: return "boolean";
    case Datatype::unsigned_byte: return "unsignedByte";
    case Datatype::short_integer: return "short";
    case Datatype::integer: return "int";
    case Datatype::long_integer: return "long";
    case Datatype::float_number: return "float";
    case Datatype::double_number: return "double";
    case Datatype::text: break;
  }
  return "char";
}

std::string text_of(const Multiplicity& multiplicity) {
  const std::string min = std::to_string(multiplicity.min);
  if (!multiplicity.max) return multiplicity.min == 0 ? "*" : min + "..*";
  if (multiplicity.min == *multiplicity.max) return min;
  return min + ".." + std::to_string(*multiplicity.max);
}

ProvAttribute type(std::string name) {
  return {"prov:type", "voprov:" + std::move(name), ProvType::qualified_name};
}

void add(ProvenanceGraph& graph, const std::string& plan, std::string id, Attributes attributes) {
  ProvEdge edge{.relation = ProvRelation::was_influenced_by, .from = id, .to = plan};
  edge.attributes = {type("RelatedToRelation")};
  ProvNode node{.id = std::move(id)};
  node.attributes = std::move(attributes);
  graph.add(std::move(node));
  graph.add(std::move(edge));
}

Attributes attributes_of(const ParameterDescription& parameter) {
  std::string value_type{votable_type(parameter.datatype)};
  if (parameter.datatype == Datatype::text)
    value_type += "[*]";
  else if (!parameter.arraysize.empty())
    value_type += '[' + parameter.arraysize + ']';
  Attributes out{{"prov:label", parameter.name},
                 type("ParameterDescription"),
                 {"voprov:name", parameter.name},
                 {"voprov:valueType", value_type},
                 {"voprov:description", parameter.annotation},
                 {"voprov:unit", parameter.unit},
                 {"voprov:ucd", parameter.ucd},
                 {"voprov:utype", parameter.utype},
                 {"voprov:min", parameter.min.value_or("")},
                 {"voprov:max", parameter.max.value_or("")},
                 {"voprov:default", parameter.default_value.value_or("")}};
  for (const std::string& option : parameter.options) out.push_back({"voprov:options", option});
  return out;
}

/// Of an input or result: they have their role instead of a name.
template <class Port>
Attributes attributes_of(const Port& port, std::string type_name, std::string content_types) {
  return {{"prov:label", port.name},
          type(std::move(type_name)),
          {"voprov:role", port.role.empty() ? port.name : port.role},
          {"voprov:description", port.annotation},
          {"voprov:type", "Main"},
          {"voprov:multiplicity", text_of(port.multiplicity)},
          {"voprov:contentType", std::move(content_types)}};
}

}  // namespace

std::string parameter_port(const std::string& plan, std::string_view name) {
  return plan + ".par." + encoded(name);
}

void add_ports(ProvenanceGraph& graph, const std::string& plan, const JobDescription& description) {
  for (const ParameterDescription& parameter : description.parameters)
    add(graph, plan, parameter_port(plan, parameter.name), attributes_of(parameter));
  for (const InputDescription& input : description.inputs)
    add(graph, plan, plan + ".in." + encoded(input.name),
        attributes_of(input, "UsageDescription", join(input.content_types, " ")));
  for (const ResultDescription& result : description.results)
    add(graph, plan, plan + ".out." + encoded(result.name),
        attributes_of(result, "GenerationDescription", result.content_type));
}

}}}  // namespace opus::uws0::provenance
