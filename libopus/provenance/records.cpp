#include "libopus/provenance/records.hpp"

#include "libopus/core/strings.hpp"
#include "libopus/core/utf8.hpp"
#include "libopus/provenance/names.hpp"
#include "libopus/provenance/secrets.hpp"

#include <algorithm>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

/// Appends attributes to a node; empty and absent values are left out.
class AttributeList {
 public:
  AttributeList(ProvNode& node, std::size_t usual_number) : out_(node.attributes) {
    out_.reserve(usual_number);
  }

  AttributeList& text(std::string_view name, std::string_view value) {
    return add(name, value, ProvType::string);
  }
  AttributeList& name(std::string_view name, std::string_view qualified_name) {
    return add(name, qualified_name, ProvType::qualified_name);
  }
  AttributeList& uri(std::string_view name, std::string_view value) {
    return add(name, value, ProvType::any_uri);
  }
  AttributeList& time(std::string_view name, const std::optional<TimePoint>& at) {
    if (at) add(name, to_iso8601(*at), ProvType::date_time);
    return *this;
  }
  /// "name=value", once for each.
  AttributeList& pairs(std::string_view name, const std::map<std::string, std::string>& values) {
    for (const auto& [key, value] : values) add(name, key + '=' + value, ProvType::string);
    return *this;
  }
  template <class Integer>
  AttributeList& number(std::string_view name, const std::optional<Integer>& n) {
    if (n) add(name, std::to_string(*n), ProvType::integer);
    return *this;
  }
  AttributeList& milliseconds(std::string_view name,
                              const std::optional<std::chrono::milliseconds>& t) {
    if (t) add(name, std::to_string(t->count()), ProvType::integer);
    return *this;
  }

 private:
  AttributeList& add(std::string_view name, std::string_view value, ProvType type) {
    if (!value.empty()) out_.push_back({std::string{name}, std::string{value}, type});
    return *this;
  }
  std::vector<ProvAttribute>& out_;
};

bool is_plain_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

/// One short line for viewers; the whole text is elsewhere.
std::string label(std::string_view text) {
  constexpr std::size_t max_characters = 60;
  if (text.size() <= max_characters && is_plain_text(text)) return std::string{text};
  std::string out;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    if (count == max_characters) return out + "\xE2\x80\xA6";  // an ellipsis
    const Utf8Character character = decode_utf8(text, at);
    if (character.length == 0)
      out += k_replacement_character;
    else if (is_control(character.code_point))
      out += ' ';
    else
      out += text.substr(at, character.length);
    at += std::max<std::size_t>(character.length, 1);
  }
  return out;
}

/// An ARCHIVED job no longer tells whether it was completed or aborted.
std::string_view action_status(const Job& job) {
  switch (job.phase) {
    case Phase::pending:
    case Phase::queued:
    case Phase::held: return "schema:PotentialActionStatus";
    case Phase::executing:
    case Phase::suspended:
    case Phase::unknown: return "schema:ActiveActionStatus";
    case Phase::completed: return "schema:CompletedActionStatus";
    case Phase::error:
    case Phase::aborted: return "schema:FailedActionStatus";
    case Phase::archived: break;
  }
  return job.error ? "schema:FailedActionStatus" : "";
}

}  // namespace

ProvNode activity_of(const Job& job, std::string_view location) {
  ProvNode node{.id = job_name(job.id), .kind = ProvKind::activity, .start = job.started};
  // Clocks may be set back: an activity must not end before it starts.
  if (job.ended) node.end = std::max(*job.ended, job.started.value_or(*job.ended));
  AttributeList{node, 20}
      .text("prov:label", label(job.description.empty() ? job.id.value : job.description))
      .uri("prov:location", location)
      .name("prov:type", "voprov:Activity")
      .text("voprov:name", job.description)
      .text("opus:phase", to_string(job.phase))
      .name("schema:actionStatus", action_status(job))
      .text("schema:error", job.error ? job.error->message : std::string{})
      .time("opus:creationTime", job.created)
      .time("opus:queuedTime", job.queued)
      .time("opus:deletedTime", job.deleted)
      .text("opus:runId", job.run_id)
      .name("opus:rerunOf", job.rerun_of.empty() ? "" : job_name(job.rerun_of))
      .name("opus:reuseOf", job.reuse_of.empty() ? "" : job_name(job.reuse_of))
      .text("opus:abortReason", job.abort_reason)
      .text("opus:executor", job.executor)
      .text("opus:nativeId", job.native_id.value)
      .text("opus:software", job.software)
      .text("opus:command", public_command(job))
      .text("opus:host", job.facts.host)
      .text("opus:os", job.facts.os)
      .text("opus:kernel", job.facts.kernel)
      .pairs("opus:allocation", job.facts.allocation)
      .text("opus:containerImage", job.facts.container_image)
      .text("opus:containerDigest", job.facts.container_digest)
      .number("opus:exitCode", job.facts.exit_code)
      .number("opus:signal", job.facts.signal)
      .milliseconds("opus:userTimeMs", job.facts.user_time)
      .milliseconds("opus:systemTimeMs", job.facts.system_time)
      .number("opus:maxRssBytes", job.facts.max_rss_bytes)
      .text("opus:isolation", job.facts.isolation);
  return node;
}

ProvNode dataset_of(const Entity& entity, std::optional<TimePoint> generated,
                    std::string_view location) {
  ProvNode node{.id = entity_name(entity.id), .kind = ProvKind::entity};
  const std::string& name = entity.name.empty() ? entity.id.value : entity.name;
  AttributeList attributes{node, 8};
  attributes.text("prov:label", label(name))
      .uri("prov:location", location)
      .name("prov:type", "voprov:DatasetEntity")
      .text("voprov:name", name)
      .text("voprov:contentType", entity.media_type)
      .time("voprov:generatedAtTime", generated)
      .time("voprov:invalidatedAtTime", entity.invalidated)
      .text("wfrun:sha256", entity.sha256);
  // Without a checksum nobody ever looked at the content: its size is not known to be 0.
  if (!entity.sha256.empty()) attributes.number("schema:contentSize", std::optional{entity.size});
  return node;
}

ProvNode log_of(const Job& job, const LogFile& log) {
  ProvNode node{.id = log_name(job.id, log.stream), .kind = ProvKind::entity};
  AttributeList{node, 8}
      .text("prov:label", log.stream)
      .name("prov:type", "voprov:DatasetEntity")
      .name("prov:type", "opus:Log")
      .text("voprov:name", log.stream)
      .text("voprov:contentType", "text/plain")
      .time("voprov:generatedAtTime", job.ended)
      .text("wfrun:sha256", log.sha256)
      .number("schema:contentSize", std::optional{log.size});
  return node;
}

ProvNode parameter_of(const Job& job, const Parameter& parameter, unsigned nth) {
  ProvNode node{.id = parameter_name(job.id, parameter.name, nth), .kind = ProvKind::entity};
  const bool secret = is_secret_parameter(parameter.name);
  const std::string value = secret ? std::string{} : public_url(parameter.value);
  AttributeList attributes{node, 5};
  attributes.text("prov:label", label(parameter.name + " = " + (secret ? "***" : value)))
      .name("prov:type", "voprov:Parameter");
  // A parameter must have a value, and a blank text is lost by PROV's readers: say so by name.
  if (secret)
    attributes.name("prov:value", "opus:withheld");
  else if (value.empty())
    attributes.name("prov:value", "opus:empty");
  else if (trim(value).empty())
    attributes.name("prov:value", "opus:blank");
  else
    attributes.text("prov:value", value);
  attributes.text("voprov:name", parameter.name)
      .text("opus:origin", parameter.by_default ? "default" : "given");
  return node;
}

ProvNode plan_of(const Job& job, const JobDescription* description) {
  ProvNode node{.id = plan_name(job), .kind = ProvKind::entity};
  AttributeList attributes{node, 10};
  attributes.text("prov:label", label(trim(job.description + ' ' + job.description_version)))
      .name("prov:type", "prov:Plan")
      .name("prov:type", "voprov:ActivityDescription")
      .text("voprov:name", job.description.empty() ? "unnamed" : job.description)
      .text("voprov:version", job.description_version)
      .text("wfrun:sha256", job.description_hash);
  if (description) {
    attributes.text("voprov:description", description->annotation)
        .text("voprov:type", description->type)
        .text("voprov:subtype", description->subtype)
        .uri("voprov:docurl", description->doc_url);
    for (const auto& [name, value] : description->environment)
      if (!is_secret_name(name)) attributes.text("opus:environment", name + '=' + value);
  }
  return node;
}

ProvNode person(std::string_view owner) {
  ProvNode node{.id = owner_name(owner), .kind = ProvKind::agent};
  AttributeList{node, 3}
      .text("prov:label", label(owner))
      .name("prov:type", "prov:Person")
      .text("voprov:name", owner);
  return node;
}

ProvNode contact_of(const Contact& contact) {
  ProvNode node{.id = contact_name(contact), .kind = ProvKind::agent};
  const std::string& name = contact.name.empty() ? contact.email : contact.name;
  AttributeList{node, 3}
      .text("prov:label", label(name))
      .text("voprov:name", name)
      .text("voprov:email", contact.email);
  return node;
}

ProvNode software_agent(std::string_view software) {
  ProvNode node{.id = software_name(software), .kind = ProvKind::agent};
  software = trim(software);
  const std::size_t blank = software.rfind(' ');
  AttributeList attributes{node, 4};
  attributes.text("prov:label", label(software))
      .name("prov:type", "prov:SoftwareAgent")
      .text("voprov:name", software.substr(0, blank));
  if (blank != std::string_view::npos)
    attributes.text("schema:softwareVersion", software.substr(blank + 1));
  return node;
}

}}}  // namespace opus::uws0::provenance
