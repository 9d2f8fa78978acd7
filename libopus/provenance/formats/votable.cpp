// A VOTable with one table for each class of the IVOA Provenance Data Model. There is no standard
// for it; this follows the draft of 2017, with the names of version 1.0 and the rules of DALI 1.1.
#include "libopus/core/strings.hpp"
#include "libopus/provenance/formats/classes.hpp"
#include "libopus/provenance/formats/literal.hpp"
#include "libopus/provenance/formats/parts.hpp"

#include <map>
#include <utility>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

struct Column {
  std::string_view name, ucd, utype;
  std::string_view extra{};  ///< further XML attributes
};
using Row = std::vector<std::string>;

constexpr std::string_view k_timestamp = " xtype=\"timestamp\"";
constexpr std::string_view k_bytes = " unit=\"byte\"";

/// Times in VOTables are UTC without the Z (DALI 1.1 §3.1.2).
std::string timestamp(const std::optional<TimePoint>& at) {
  if (!at) return {};
  std::string text = to_iso8601(*at);
  if (!text.empty() && text.back() == 'Z') text.pop_back();
  return text;
}

/// The same of an attribute.
std::string timestamp(std::string_view iso8601) {
  if (!iso8601.empty() && iso8601.back() == 'Z') iso8601.remove_suffix(1);
  return std::string{iso8601};
}

std::string head_of(std::string_view name, const std::vector<Column>& columns) {
  std::string out = "    <TABLE name=\"";
  out += name;
  out += "\" utype=\"voprov:";
  out += name;
  out += "\">\n";
  for (const Column& column : columns) {
    out += "      <FIELD name=\"";
    out += column.name;
    out += "\" datatype=\"";
    out += column.extra == k_bytes ? "long" : "char\" arraysize=\"*";
    out += '"';
    out += column.extra;
    out += " ucd=\"";
    out += column.ucd;
    out += "\" utype=\"voprov:";
    out += column.utype;
    out += "\"/>\n";
  }
  return out + "      <DATA><TABLEDATA>\n";
}

void append_row(std::string& out, const Row& row) {
  out += "        <TR>";
  for (const std::string& cell : row) {
    if (cell.empty()) {
      out += "<TD/>";
      continue;
    }
    out += "<TD>";
    append_xml(out, legal_text(cell));
    out += "</TD>";
  }
  out += "</TR>\n";
}

/// A table of the items that `wanted` lets through; nothing if there are none.
template <class Items, class Wanted, class Cells>
Part table(std::string_view name, std::vector<Column> columns, const Items& items, Wanted wanted,
           Cells cells) {
  return {items.size() + 1, [=, &items, columns = std::move(columns), any = false](
                                std::string& out, std::size_t item) mutable {
            if (item == items.size()) {
              if (any) out += "      </TABLEDATA></DATA>\n    </TABLE>\n";
              return;
            }
            if (!wanted(items[item])) return;
            if (!std::exchange(any, true)) out += head_of(name, columns);
            append_row(out, cells(items[item]));
          }};
}

std::string text(const ProvNode& node, std::string_view name) {
  return std::string{attribute_of(node.attributes, name)};
}

auto of_class(std::string_view name) {
  return [name](const ProvNode& node) { return ivoa_class(node) == name; };
}

auto of_relation(ProvRelation relation) {
  return [relation](const ProvEdge& edge) {
    return edge.relation == relation && influence_class(edge).empty() && !edge.to.empty();
  };
}

/// Activity -> what describes it.
std::map<std::string_view, std::string_view> plans_of(const ProvenanceGraph& graph) {
  std::map<std::string_view, std::string_view> out;
  for (const ProvEdge& edge : graph.edges())
    if (!edge.plan.empty()) out.emplace(edge.from, edge.plan);
  return out;
}

Part activities(const ProvenanceGraph& graph) {
  return table("Activity",
               {{"a_id", "meta.id;meta.main", "Activity.id"},
                {"a_name", "meta.title", "Activity.name"},
                {"a_startTime", "time.start", "Activity.startTime", k_timestamp},
                {"a_endTime", "time.end", "Activity.endTime", k_timestamp},
                {"a_comment", "meta.note", "Activity.comment"},
                {"a_location", "meta.ref.url", "Activity.location"},
                {"a_description", "meta.id", "Activity.activityDescription"}},
               graph.nodes(), of_class("Activity"),
               [plans = plans_of(graph)](const ProvNode& node) {
                 const auto plan = plans.find(node.id);
                 return Row{node.id,
                            text(node, "voprov:name"),
                            timestamp(node.start),
                            timestamp(node.end),
                            text(node, "schema:error"),
                            text(node, "prov:location"),
                            plan == plans.end() ? "" : std::string{plan->second}};
               });
}

Part entities(const ProvenanceGraph& graph) {
  return table(
      "Entity",
      {{"e_id", "meta.id;meta.main", "Entity.id"},
       {"e_type", "meta.code.class", "Entity.type"},
       {"e_name", "meta.title", "Entity.name"},
       {"e_location", "meta.ref.url", "Entity.location"},
       {"e_generatedAtTime", "time.creation", "Entity.generatedAtTime", k_timestamp},
       {"e_invalidatedAtTime", "time.end", "Entity.invalidatedAtTime", k_timestamp},
       {"e_contentType", "meta.code.mime", "DatasetDescription.contentType"},
       {"e_size", "phys.size;meta.file", "Entity.size", k_bytes},
       {"e_sha256", "meta.checksum", "Entity.sha256"},
       {"e_value", "stat.value", "ValueEntity.value"}},
      graph.nodes(),
      [](const ProvNode& node) {
        const std::string_view type = ivoa_class(node);
        return type == "Entity" || type == "DatasetEntity" || type == "ValueEntity";
      },
      [](const ProvNode& node) {
        return Row{node.id,
                   std::string{ivoa_class(node)},
                   text(node, "voprov:name"),
                   text(node, "prov:location"),
                   timestamp(attribute_of(node.attributes, "voprov:generatedAtTime")),
                   timestamp(attribute_of(node.attributes, "voprov:invalidatedAtTime")),
                   text(node, "voprov:contentType"),
                   text(node, "schema:contentSize"),
                   text(node, "wfrun:sha256"),
                   text(node, "prov:value")};
      });
}

Part agents(const ProvenanceGraph& graph) {
  return table("Agent",
               {{"ag_id", "meta.id;meta.main", "Agent.id"},
                {"ag_name", "meta.title", "Agent.name"},
                {"ag_type", "meta.code.class", "Agent.type"},
                {"ag_email", "meta.email", "Agent.email"}},
               graph.nodes(), of_class("Agent"), [](const ProvNode& node) {
                 return Row{node.id, text(node, "voprov:name"), std::string{agent_type(node)},
                            text(node, "voprov:email")};
               });
}

/// One line for each activity that a parameter configures.
Part parameters(const ProvenanceGraph& graph) {
  return table(
      "Parameter",
      {{"p_id", "meta.id;meta.main", "Parameter.id"},
       {"p_activity_id", "meta.id", "WasConfiguredBy.activity"},
       {"p_name", "meta.title", "Parameter.name"},
       {"p_value", "stat.value", "Parameter.value"}},
      graph.edges(),
      [&graph](const ProvEdge& edge) {
        const ProvNode* node = graph.find(edge.to);
        return influence_class(edge) == "ConfigurationRelation" && node &&
               ivoa_class(*node) == "Parameter";
      },
      [&graph](const ProvEdge& edge) {
        const ProvNode& node = *graph.find(edge.to);
        return Row{node.id, edge.from, text(node, "voprov:name"), text(node, "prov:value")};
      });
}

Part descriptions(const ProvenanceGraph& graph) {
  return table("ActivityDescription",
               {{"ad_id", "meta.id;meta.main", "ActivityDescription.id"},
                {"ad_name", "meta.title", "ActivityDescription.name"},
                {"ad_version", "meta.version", "ActivityDescription.version"},
                {"ad_type", "meta.code.class", "ActivityDescription.type"},
                {"ad_subtype", "meta.code.class", "ActivityDescription.subtype"},
                {"ad_description", "meta.note", "ActivityDescription.description"},
                {"ad_docurl", "meta.ref.url", "ActivityDescription.docurl"},
                {"ad_sha256", "meta.checksum", "ActivityDescription.sha256"}},
               graph.nodes(), of_class("ActivityDescription"), [](const ProvNode& node) {
                 return Row{node.id,
                            text(node, "voprov:name"),
                            text(node, "voprov:version"),
                            text(node, "voprov:type"),
                            text(node, "voprov:subtype"),
                            text(node, "voprov:description"),
                            text(node, "voprov:docurl"),
                            text(node, "wfrun:sha256")};
               });
}

/// A relation with two ends and perhaps a role and a time.
Part relation(const ProvenanceGraph& graph, ProvRelation which, std::string_view name,
              std::vector<Column> columns) {
  return table(name, columns, graph.edges(), of_relation(which),
               [count = columns.size(), which](const ProvEdge& edge) {
                 Row row{edge.from, edge.to};
                 if (count > 2)
                   row.push_back(which == ProvRelation::acted_on_behalf_of
                                     ? edge.activity
                                     : std::string{role_of(edge)});
                 if (count > 3) row.push_back(timestamp(edge.at));
                 return row;
               });
}

std::string document_head(const ProvenanceGraph& graph) {
  std::string head =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<VOTABLE version=\"1.4\" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\">\n"
      "  <RESOURCE type=\"results\" utype=\"voprov:Provenance\">\n"
      "    <INFO name=\"QUERY_STATUS\" value=\"OK\"/>\n";
  for (const auto& [prefix, iri] : graph.prefixes) {
    head += "    <INFO name=\"namespace\" value=\"" + prefix + '=';
    append_xml(head, legal_iri(iri));
    head += "\"/>\n";
  }
  return head;
}

std::string infos_at_end(const ProvenanceGraph& graph) {
  std::string text;
  for (const std::string& id : graph.unknown) {
    text += "    <INFO name=\"unknown\" value=\"";
    append_xml(text, printable(id));
    text += "\"/>\n";
  }
  if (graph.truncated) text += "    <INFO name=\"QUERY_STATUS\" value=\"OVERFLOW\"/>\n";
  return text;
}

}  // namespace

Parts votable_parts(const ProvenanceGraph& graph) {
  constexpr std::string_view id = "meta.id", role = "meta.code.class";
  return {fixed(document_head(graph)),
          activities(graph),
          entities(graph),
          agents(graph),
          parameters(graph),
          relation(graph, ProvRelation::used, "Used",
                   {{"u_activity_id", id, "Used.activity"},
                    {"u_entity_id", id, "Used.entity"},
                    {"u_role", role, "Used.role"},
                    {"u_time", "time.start", "Used.time", k_timestamp}}),
          relation(graph, ProvRelation::was_generated_by, "WasGeneratedBy",
                   {{"wgb_entity_id", id, "WasGeneratedBy.entity"},
                    {"wgb_activity_id", id, "WasGeneratedBy.activity"},
                    {"wgb_role", role, "WasGeneratedBy.role"}}),
          relation(graph, ProvRelation::was_derived_from, "WasDerivedFrom",
                   {{"wdf_generated_id", id, "WasDerivedFrom.generatedEntity"},
                    {"wdf_used_id", id, "WasDerivedFrom.usedEntity"}}),
          relation(graph, ProvRelation::was_informed_by, "WasInformedBy",
                   {{"wib_informed_id", id, "WasInformedBy.informed"},
                    {"wib_informant_id", id, "WasInformedBy.informant"}}),
          relation(graph, ProvRelation::was_associated_with, "WasAssociatedWith",
                   {{"waw_activity_id", id, "WasAssociatedWith.activity"},
                    {"waw_agent_id", id, "WasAssociatedWith.agent"},
                    {"waw_role", role, "WasAssociatedWith.role"}}),
          relation(graph, ProvRelation::was_attributed_to, "WasAttributedTo",
                   {{"wat_entity_id", id, "WasAttributedTo.entity"},
                    {"wat_agent_id", id, "WasAttributedTo.agent"},
                    {"wat_role", role, "WasAttributedTo.role"}}),
          relation(graph, ProvRelation::acted_on_behalf_of, "ActedOnBehalfOf",
                   {{"abo_delegate_id", id, "ActedOnBehalfOf.delegate"},
                    {"abo_responsible_id", id, "ActedOnBehalfOf.responsible"},
                    {"abo_activity_id", id, "ActedOnBehalfOf.activity"}}),
          relation(graph, ProvRelation::was_influenced_by, "WasInfluencedBy",
                   {{"wif_influencee_id", id, "WasInfluencedBy.influencee"},
                    {"wif_influencer_id", id, "WasInfluencedBy.influencer"}}),
          descriptions(graph),
          fixed(infos_at_end(graph)),
          fixed("  </RESOURCE>\n</VOTABLE>\n")};
}

}}}  // namespace opus::uws0::provenance
