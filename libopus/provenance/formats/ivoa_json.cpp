// The records of the IVOA model in the JSON that the Python package voprov reads (MODEL=IVOA).
#include "libopus/provenance/formats/classes.hpp"
#include "libopus/provenance/formats/json_text.hpp"
#include "libopus/provenance/formats/literal.hpp"

#include <array>
#include <utility>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

struct Section {
  std::string_view name, ivoa_class;
};
constexpr std::array k_nodes{
    Section{"activity", "Activity"},
    Section{"parameter", "Parameter"},
    Section{"configFile", "ConfigFile"},
    Section{"activityDescription", "ActivityDescription"},
    Section{"usageDescription", "UsageDescription"},
    Section{"generationDescription", "GenerationDescription"},
    Section{"parameterDescription", "ParameterDescription"},
    Section{"configFileDescription", "ConfigFileDescription"},
    Section{"entityDescription", "EntityDescription"},
    Section{"valueDescription", "ValueDescription"},
    Section{"datasetDescription", "DatasetDescription"},
    Section{"valueEntity", "ValueEntity"},
    Section{"datasetEntity", "DatasetEntity"},
    Section{"agent", "Agent"},
};

bool has_section(std::string_view ivoa_class) {
  return std::any_of(k_nodes.begin(), k_nodes.end(),
                     [&](const Section& section) { return section.ivoa_class == ivoa_class; });
}

bool is_of_model(std::string_view type) {
  return type.substr(0, 7) == "voprov:" || type.substr(0, 5) == "prov:";
}

/// The section tells the class; descriptions and configuration have their names in prov:.
std::vector<ProvAttribute> own_attributes(const ProvNode& node, std::string_view section) {
  const bool in_prov = section != "activity" && section != "agent" && section != "entity" &&
                       section != "valueEntity" && section != "datasetEntity";
  std::vector<ProvAttribute> out;
  for (ProvAttribute attribute : node.attributes) {
    if (attribute.name == "prov:type" && is_of_model(attribute.value)) continue;
    if (attribute.name == "prov:location" && !in_prov) attribute.name = "voprov:location";
    if (attribute.name == "voprov:name" && in_prov) attribute.name = "prov:name";
    if (attribute.name == "voprov:role" && in_prov) attribute.name = "prov:role";
    out.push_back(std::move(attribute));
  }
  if (const std::string_view type = agent_type(node); !type.empty())
    out.push_back({"voprov:type", std::string{type}});
  return out;
}

void write_node(std::string& out, const ProvNode& node, std::string_view section) {
  JsonRecord record(out, node.id, 4);
  if (node.start) record.member("prov:startTime", to_iso8601(*node.start));
  if (node.end) record.member("prov:endTime", to_iso8601(*node.end));
  record.members(own_attributes(node, section));
  record.end();
}

/// A relation of the IVOA model that is an influence in W3C's.
struct Influence {
  std::string_view name, type, from, to;
};
constexpr std::array k_influences{
    Influence{"wasConfiguredBy", "ConfigurationRelation", "voprov:configured",
              "voprov:configurator"},
    Influence{"hadReference", "HadReference", "voprov:referenced", "voprov:referrer"},
    Influence{"isRelatedTo", "RelatedToRelation", "voprov:related", "voprov:relator"},
};

void write_influence(std::string& out, const ProvEdge& edge, const Influence& form,
                     std::size_t number) {
  JsonRecord record(out, "_:" + std::string{form.name} + std::to_string(number), 4);
  record.member(form.from, edge.from);
  record.member(form.to, edge.to);
  record.member("voprov:artefactType", attribute_of(edge.attributes, "voprov:artefactType"));
  record.end();
}

/// Descriptions of things, and the plans of activities.
void write_description(std::string& out, const ProvEdge& edge, std::size_t number) {
  JsonRecord record(out, "_:isDescribedBy" + std::to_string(number), 4);
  record.member("voprov:described", edge.from);
  record.member("voprov:descriptor", edge.plan.empty() ? edge.to : edge.plan);
  record.end();
}

void write_edge(std::string& out, const ProvEdge& edge, std::size_t number) {
  const RelationForm form = form_of(edge.relation);
  JsonRecord record(out, "_:r" + std::to_string(number), 4);
  record.member("prov:" + std::string{form.from}, edge.from);
  record.member("prov:" + std::string{form.to}, edge.to);
  if (edge.at) record.member("prov:time", to_iso8601(*edge.at));
  if (form.third == "activity") record.member("prov:activity", edge.activity);
  std::vector<ProvAttribute> attributes = edge.attributes;
  for (ProvAttribute& attribute : attributes)
    if (attribute.name == "voprov:role") attribute.name = "prov:role";
  record.members(attributes);
  record.end();
}

}  // namespace

Parts ivoa_json_parts(const ProvenanceGraph& graph) {
  Parts parts{json_prefixes(
      graph, {"prov", "http://www.w3.org/ns/prov#", "xsd", "http://www.w3.org/2001/XMLSchema#"})};
  for (const Section& section : k_nodes)
    parts.push_back(json_section(
        section.name, graph.nodes(),
        [section](const ProvNode& node) { return ivoa_class(node) == section.ivoa_class; },
        [section](std::string& out, const ProvNode& node, std::size_t) {
          write_node(out, node, section.name);
        }));
  parts.push_back(json_section(
      "entity", graph.nodes(), [](const ProvNode& node) { return !has_section(ivoa_class(node)); },
      [](std::string& out, const ProvNode& node, std::size_t) {
        write_node(out, node, "entity");
      }));
  for (const Influence& form : k_influences)
    parts.push_back(json_section(
        form.name, graph.edges(),
        [form](const ProvEdge& edge) { return influence_class(edge) == form.type; },
        [form](std::string& out, const ProvEdge& edge, std::size_t number) {
          write_influence(out, edge, form, number);
        }));
  parts.push_back(json_section(
      "isDescribedBy", graph.edges(),
      [](const ProvEdge& edge) {
        return influence_class(edge) == "DescriptionRelation" || !edge.plan.empty();
      },
      write_description));
  for (const ProvRelation relation : k_relations)
    parts.push_back(json_section(
        to_string(relation), graph.edges(),
        [relation](const ProvEdge& edge) {
          const bool only_plan = edge.to.empty() && !edge.plan.empty();
          const std::string_view influence = influence_class(edge);
          return edge.relation == relation && !only_plan && influence != "DescriptionRelation" &&
                 std::none_of(k_influences.begin(), k_influences.end(),
                              [&](const Influence& form) { return form.type == influence; });
        },
        write_edge));
  parts.push_back(fixed("\n}\n"));
  return parts;
}

}}}  // namespace opus::uws0::provenance
