#include "libopus/provenance/internal.hpp"

#include "libopus/core/json.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/provenance/formats/literal.hpp"
#include "libopus/provenance/names.hpp"
#include "libopus/provenance/secrets.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

constexpr std::size_t k_max_records = 10'000;
constexpr std::string_view k_current_job = "current_job";
constexpr std::string_view k_file = "id:store-";  // how names of files begin

Error wrong(std::string_view where, std::string_view expected) {
  return {Errc::invalid_argument, std::string{k_internal_file} + ": " + printable(where) +
                                      ": expected " + std::string{expected}};
}

std::string_view local_part(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// Attribute names become names of XML elements.
bool is_ncname(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && letter(text[0]) && text.back() != '.' &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

ProvType type_of(std::string_view name) {
  if (name == "xsd:anyURI") return ProvType::any_uri;
  if (name == "xsd:dateTime") return ProvType::date_time;
  if (name == "xsd:boolean") return ProvType::boolean;
  if (name == "xsd:double" || name == "xsd:float") return ProvType::real;
  if (name == "xsd:int" || name == "xsd:integer" || name == "xsd:long") return ProvType::integer;
  return ProvType::string;  // qualified names have prefixes of their own: told as text
}

class Import {
 public:
  Import(const ProvenanceGraph& graph, const Job& job) : graph_(graph), job_(job) {}

  Result<void> read(std::string_view text) {
    OPUS_UWS_TRY(const Json document, Json::parse(text, k_internal_file));
    if (!document.is_object()) return wrong("document", "an object");
    for (const std::string& section : document.keys())
      if (section != "prefix" && !document.find(section)->is_object())
        return wrong(section, "an object of records");
    constexpr std::pair<std::string_view, ProvKind> kinds[] = {
        {"entity", ProvKind::entity}, {"activity", ProvKind::activity}, {"agent", ProvKind::agent}};
    for (const auto& [section, kind] : kinds)
      if (const auto records = document.find(section)) OPUS_UWS_CHECK(read_nodes(*records, kind));
    for (const ProvRelation relation : k_relations)
      if (const auto records = document.find(to_string(relation)))
        OPUS_UWS_CHECK(read_edges(*records, relation));
    return {};
  }

  void commit(ProvenanceGraph& graph) {
    for (ProvNode& node : nodes_) graph.add(std::move(node));
    for (ProvEdge& edge : edges_) graph.add(std::move(edge));
  }

 private:
  /// Files of the job by the names that its code has for them.
  std::string known_file(const std::vector<ProvAttribute>& attributes, std::string_view id) const {
    const auto is_named = [&](std::string_view name) {
      if (name.empty()) return false;
      if (local_part(id) == name) return true;
      return std::any_of(attributes.begin(), attributes.end(), [&](const ProvAttribute& one) {
        return (one.name == "prov:label" || one.name == "opus:name") && one.value == name;
      });
    };
    for (const JobResult& result : job_.results)
      if (is_named(result.id) || is_named(result.entity.name)) return entity_name(result.entity.id);
    for (const JobInput& input : job_.inputs)
      if (!input.entity.empty() && (is_named(input.name) || is_named(input.file_name)))
        return entity_name(input.entity);
    return {};
  }

  Result<void> read_nodes(const Json& records, ProvKind kind) {
    for (const std::string& id : records.keys()) {
      const Json record = *records.find(id);
      if (!record.is_object()) return wrong(id, "an object");
      ProvNode node{.kind = kind};
      OPUS_UWS_TRY(node.attributes, attributes_of(id, record));
      OPUS_UWS_TRY(node.start, time_of(id, record, "prov:startTime"));
      OPUS_UWS_TRY(node.end, time_of(id, record, "prov:endTime"));
      if (node.start && node.end && *node.end < *node.start)
        return wrong(id, "an end after the start");
      std::string name = "id:in-" + encoded(job_.id.value) + '.' + encoded(id);
      bool is_ours = kind == ProvKind::activity && local_part(id) == k_current_job;
      if (is_ours) name = job_name(job_.id);
      if (kind == ProvKind::entity)
        if (std::string file = known_file(node.attributes, id); !file.empty()) {
          name = std::move(file);
          is_ours = true;
        }
      if (!names_.emplace(id, name).second) return wrong(id, "an id that occurs once");
      if (is_ours) continue;  // what we know of it is better
      if (kind == ProvKind::agent && !has(node.attributes, "voprov:name"))
        node.attributes.push_back({"voprov:name", std::string{local_part(id)}});
      if (!has(node.attributes, "prov:label"))
        node.attributes.insert(node.attributes.begin(),
                               {"prov:label", std::string{local_part(id)}});
      node.id = std::move(name);
      nodes_.push_back(std::move(node));
      if (nodes_.size() > k_max_records) return wrong("document", "at most 10000 records");
    }
    return {};
  }

  static bool has(const std::vector<ProvAttribute>& attributes, std::string_view name) {
    return std::any_of(attributes.begin(), attributes.end(),
                       [&](const ProvAttribute& one) { return one.name == name; });
  }

  /// Formal arguments are read by their names; here is all the rest. Names of foreign prefixes go
  /// into our own namespace: what they mean elsewhere we cannot say.
  Result<std::vector<ProvAttribute>> attributes_of(std::string_view id, const Json& record) {
    std::vector<ProvAttribute> out;
    for (const std::string& name : record.keys()) {
      const bool is_prov = name == "prov:label" || name == "prov:role";
      if (name.substr(0, 5) == "prov:" && !is_prov && name != "prov:value") continue;
      const std::string local{local_part(name)};
      if (!is_ncname(local)) return wrong(std::string{id} + ' ' + name, "an attribute's name");
      if (is_secret_parameter(local)) continue;
      const bool is_name = name == "voprov:name" || local == "name";
      const std::string told = is_prov ? name : (is_name ? "voprov:name" : "opus:" + local);
      const Json value = *record.find(name);
      if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i)
          OPUS_UWS_CHECK(add_value(out, told, id, value.at(i)));
      } else {
        OPUS_UWS_CHECK(add_value(out, told, id, value));
      }
    }
    return out;
  }

  Result<void> add_value(std::vector<ProvAttribute>& out, const std::string& name,
                         std::string_view id, const Json& value) {
    ProvAttribute attribute{name};
    if (value.is_string()) {
      attribute.value = value.as_string();
    } else if (value.is_bool()) {
      attribute.value = value.as_bool() ? "true" : "false";
      attribute.type = ProvType::boolean;
    } else if (const auto integer = value.is_number() ? value.as_integer() : std::nullopt) {
      attribute.value = std::to_string(*integer);
      attribute.type = ProvType::integer;
    } else if (value.is_number()) {
      char text[40];
      std::snprintf(text, sizeof text, "%.17g", value.as_double());
      attribute.value = text;
      attribute.type = ProvType::real;
    } else if (value.is_object() && value.find("$") && value.find("$")->is_string()) {
      attribute.value = value.find("$")->as_string();
      const auto type = value.find("type");
      if (type && type->is_string()) attribute.type = type_of(type->as_string());
    } else {
      return wrong(std::string{id} + ' ' + name, "a value of PROV-JSON");
    }
    // In labels and roles there is text only.
    if (name.substr(0, 5) == "prov:") attribute.type = ProvType::string;
    attribute.value = public_url(attribute.value);
    out.push_back(std::move(attribute));
    return {};
  }

  static Result<std::optional<TimePoint>> time_of(std::string_view id, const Json& record,
                                                  std::string_view name) {
    const auto text = record.find(name);
    if (!text) return std::optional<TimePoint>{};
    const auto at = parse_iso8601(text->as_string());
    if (!at) return wrong(std::string{id} + ' ' + std::string{name}, "a time");
    return std::optional<TimePoint>{*at};
  }

  /// The node that an argument names; empty if it is not given.
  Result<std::string> end_of(std::string_view id, const Json& record, std::string_view argument) {
    const std::string name = "prov:" + std::string{argument};
    const auto value = record.find(name);
    if (!value) return std::string{};
    if (!value->is_string()) return wrong(std::string{id} + ' ' + name, "an id");
    const std::string_view target = value->as_string();
    if (local_part(target) == k_current_job) return job_name(job_.id);
    const auto known = names_.find(target);
    std::string named = known != names_.end() ? known->second : known_file({}, target);
    if (named.substr(0, k_file.size()) == k_file && !graph_.find(named)) is_beyond_ = true;
    if (!named.empty()) return named;
    return wrong(std::string{id} + ' ' + name, "the id of a record of this document");
  }

  Result<void> read_edges(const Json& records, ProvRelation relation) {
    const RelationForm form = form_of(relation);
    for (const std::string& id : records.keys()) {
      const Json record = *records.find(id);
      if (!record.is_object()) return wrong(id, "an object");
      ProvEdge edge{.relation = relation};
      is_beyond_ = false;
      OPUS_UWS_TRY(edge.from, end_of(id, record, form.from));
      OPUS_UWS_TRY(edge.to, end_of(id, record, form.to));
      if (edge.from.empty() || edge.to.empty())
        return wrong(id, "prov:" + std::string{form.from} + " and prov:" + std::string{form.to});
      OPUS_UWS_TRY(edge.attributes, attributes_of(id, record));
      // As it stands: other clocks could contradict the times of the run (PROV-G-04).
      OPUS_UWS_TRY(const auto at, time_of(id, record, "prov:time"));
      if (at) edge.attributes.push_back({"opus:time", to_iso8601(*at), ProvType::date_time});
      const bool takes_role = relation == ProvRelation::used ||
                              relation == ProvRelation::was_generated_by ||
                              relation == ProvRelation::was_associated_with ||
                              relation == ProvRelation::was_invalidated_by;
      for (ProvAttribute& attribute : edge.attributes)
        if (attribute.name == "prov:role" && !takes_role) attribute.name = "voprov:role";
      if (!is_beyond_ && !is_told(edge)) edges_.push_back(std::move(edge));
    }
    return {};
  }

  /// By ourselves: the job used and generated its files, and each file has one generator.
  bool is_told(const ProvEdge& edge) const {
    return std::any_of(graph_.edges().begin(), graph_.edges().end(), [&](const ProvEdge& other) {
      if (other.relation != edge.relation || other.from != edge.from) return false;
      return edge.relation == ProvRelation::was_generated_by || other.to == edge.to;
    });
  }

  const ProvenanceGraph& graph_;
  const Job& job_;
  std::map<std::string, std::string, std::less<>> names_{};  // theirs -> ours
  std::vector<ProvNode> nodes_{};
  std::vector<ProvEdge> edges_{};
  bool is_beyond_ = false;  // an end of the edge being read is a file that the graph does not show
};

/// Appends the value without what looks like a secret.
void append_public(JsonWriter& out, const Json& value) {
  if (value.is_object()) {
    out.begin_object();
    for (const std::string& name : value.keys()) {
      if (is_secret_parameter(local_part(name))) continue;
      out.key(name);
      append_public(out, *value.find(name));
    }
    out.end_object();
  } else if (value.is_array()) {
    out.begin_array();
    for (std::size_t i = 0; i < value.size(); ++i) append_public(out, value.at(i));
    out.end_array();
  } else if (value.is_string()) {
    out.value(std::string_view{public_url(value.as_string())});
  } else if (value.is_bool()) {
    out.value(value.as_bool());
  } else if (const auto integer = value.is_number() ? value.as_integer() : std::nullopt) {
    out.value(*integer);
  } else if (value.is_number()) {
    out.value(value.as_double());
  } else {
    out.null();
  }
}

}  // namespace

Result<void> add_internal(ProvenanceGraph& graph, const Job& job, std::string_view json) {
  if (json.size() > k_internal_max_bytes) return wrong("document", "at most 4 MiB");
  Import import(graph, job);
  OPUS_UWS_CHECK(import.read(json));
  import.commit(graph);
  return {};
}

Result<std::string> checked_internal(const Job& job, std::string_view json) {
  ProvenanceGraph scratch;
  OPUS_UWS_CHECK(add_internal(scratch, job, json));
  OPUS_UWS_TRY(const Json document, Json::parse(json, k_internal_file));
  JsonWriter out;
  append_public(out, document);
  return out.take();
}

}}}  // namespace opus::uws0::provenance
