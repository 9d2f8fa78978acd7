// PROV-O in Turtle (RDF 1.1 Turtle, recommendation 2014-02-25).
#include "libopus/provenance/formats/literal.hpp"
#include "libopus/provenance/formats/parts.hpp"
#include "libopus/provenance/formats/rdf.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

void append_properties(std::string& out, const std::vector<RdfProperty>& properties,
                       std::string_view separator);

void append_value(std::string& out, const RdfValue& value) {
  switch (value.kind) {
    case RdfValue::Kind::name: out += value.text; return;
    case RdfValue::Kind::iri: out += '<' + value.text + '>'; return;
    case RdfValue::Kind::blank:
      out += "[ ";
      append_properties(out, value.properties, " ;\n        ");
      out += " ]";
      return;
    case RdfValue::Kind::literal: break;
  }
  append_quoted(out, value.text);
  if (value.datatype.empty()) return;
  out += "^^";
  out += value.datatype;
}

void append_properties(std::string& out, const std::vector<RdfProperty>& properties,
                       std::string_view separator) {
  bool first = true;
  for (const RdfProperty& property : properties) {
    if (!std::exchange(first, false)) out += separator;
    if (property.name == "rdf:type")
      out += 'a';
    else
      out += property.name;
    out += ' ';
    append_value(out, property.value);
  }
}

void append_subject(std::string& out, const RdfSubject& subject) {
  if (subject.properties.empty()) return;
  append_value(out, subject.subject);
  out += ' ';
  append_properties(out, subject.properties, " ;\n    ");
  out += " .\n";
}

std::string head_of(const ProvenanceGraph& graph) {
  std::string head;
  for (const auto& [prefix, iri] : rdf_prefixes(graph))
    head += "@prefix " + prefix + ": <" + iri + "> .\n";
  for (const std::string& remark : remarks_of(graph)) head += "# " + remark + '\n';
  return head + '\n';
}

}  // namespace

Parts turtle_parts(const ProvenanceGraph& graph) {
  const auto roles = std::make_shared<std::set<std::string>>();
  return {fixed(head_of(graph)),
          {graph.nodes().size(),
           [&graph](std::string& out, std::size_t item) {
             for (const RdfSubject& subject : rdf_of(graph.nodes()[item]))
               append_subject(out, subject);
           }},
          {graph.edges().size(),
           [&graph, roles](std::string& out, std::size_t item) {
             for (const RdfSubject& subject : rdf_of(graph, graph.edges()[item], *roles))
               append_subject(out, subject);
           }},
          {1, [roles](std::string& out, std::size_t) {
             for (const std::string& role : *roles) append_subject(out, rdf_of_role(role));
           }}};
}

}}}  // namespace opus::uws0::provenance
