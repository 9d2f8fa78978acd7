// PROV-O in JSON-LD 1.1 (recommendation 2020-07-16): the statements of the Turtle document.
#include "libopus/provenance/formats/json_text.hpp"
#include "libopus/provenance/formats/rdf.hpp"

#include <memory>
#include <utility>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

void append_members(std::string& out, const std::vector<RdfProperty>& properties, bool first);

void append_value(std::string& out, const RdfValue& value) {
  switch (value.kind) {
    case RdfValue::Kind::name:
    case RdfValue::Kind::iri:
      out += "{\"@id\": ";
      append_json_quoted(out, value.text);
      out += '}';
      return;
    case RdfValue::Kind::blank:
      out += '{';
      append_members(out, value.properties, true);
      out += '}';
      return;
    case RdfValue::Kind::literal: break;
  }
  if (value.datatype.empty()) return append_json_quoted(out, value.text);
  out += "{\"@value\": ";
  append_json_quoted(out, value.text);
  out += ", \"@type\": \"";
  out += value.datatype;
  out += "\"}";
}

/// Properties of the same name become one member with an array.
void append_members(std::string& out, const std::vector<RdfProperty>& properties, bool first) {
  for (auto next = properties.begin(); next != properties.end(); ++next) {
    const auto same = [&](const RdfProperty& other) { return other.name == next->name; };
    if (std::any_of(properties.begin(), next, same)) continue;
    if (!std::exchange(first, false)) out += ", ";
    const bool is_type = next->name == "rdf:type";
    append_json_quoted(out, is_type ? std::string_view{"@type"} : next->name);
    out += ": ";
    const bool repeated = std::any_of(next + 1, properties.end(), same);
    if (repeated) out += '[';
    for (auto one = next; one != properties.end(); ++one) {
      if (!same(*one)) continue;
      if (one != next) out += ", ";
      if (is_type)
        append_json_quoted(out, one->value.text);
      else
        append_value(out, one->value);
    }
    if (repeated) out += ']';
  }
}

void append_subject(std::string& out, const RdfSubject& subject, bool& first) {
  if (subject.properties.empty()) return;
  out += std::exchange(first, false) ? "\n    {\"@id\": " : ",\n    {\"@id\": ";
  append_json_quoted(out, subject.subject.text);
  append_members(out, subject.properties, false);
  out += '}';
}

std::string head_of(const ProvenanceGraph& graph) {
  std::string head = "{\n  ";
  JsonRecord context(head, "@context", 2);
  for (const auto& [prefix, iri] : rdf_prefixes(graph)) context.member(prefix, iri);
  context.end();
  return head + ",\n  \"@graph\": [";
}

}  // namespace

Parts json_ld_parts(const ProvenanceGraph& graph) {
  struct State {
    std::set<std::string> roles{};
    bool first = true;
  };
  const auto state = std::make_shared<State>();
  return {fixed(head_of(graph)),
          {graph.nodes().size(),
           [&graph, state](std::string& out, std::size_t item) {
             for (const RdfSubject& subject : rdf_of(graph.nodes()[item]))
               append_subject(out, subject, state->first);
           }},
          {graph.edges().size(),
           [&graph, state](std::string& out, std::size_t item) {
             for (const RdfSubject& subject : rdf_of(graph, graph.edges()[item], state->roles))
               append_subject(out, subject, state->first);
           }},
          {1, [state](std::string& out, std::size_t) {
             for (const std::string& role : state->roles)
               append_subject(out, rdf_of_role(role), state->first);
             out += "\n  ]\n}\n";
           }}};
}

}}}  // namespace opus::uws0::provenance
