#include <opus/run_crate.hpp>

#include <opus/provenance_formats.hpp>
#include <opus/uws.hpp>

#include "libopus/core/json.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/provenance/names.hpp"
#include "libopus/provenance/secrets.hpp"

#include <algorithm>
#include <set>

namespace opus { inline namespace uws0 {
namespace {

constexpr const char* k_profile = "https://w3id.org/ro/wfrun/process/0.5";
constexpr const char* k_crate = "https://w3id.org/ro/crate/1.1";
constexpr const char* k_prov_json = "http://www.w3.org/Submission/2013/SUBM-prov-json-20130424/";
constexpr const char* k_terms = "urn:opus-uws:terms:";

/// In an IRI reference: all but unreserved characters and '/' percent-encoded.
std::string reference(std::string_view path) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view{"-._~/"}.find(c) != std::string_view::npos;
    if (plain)
      out += c;
    else
      out += {'%', hex[byte >> 4], hex[byte & 15]};
  }
  return out;
}

/// Readers of zip archives do not agree on other names; the true one is told in the metadata.
std::string plain_name(std::string_view name) {
  std::string out{name};
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F || c == '/' ||
        c == '\\')
      c = '_';
  return out == "." || out == ".." ? "_" : out;
}

std::string_view action_status(const Job& job) {
  switch (job.phase) {
    case Phase::completed: return "http://schema.org/CompletedActionStatus";
    case Phase::error:
    case Phase::aborted: return "http://schema.org/FailedActionStatus";
    case Phase::pending:
    case Phase::queued:
    case Phase::held: return "http://schema.org/PotentialActionStatus";
    case Phase::executing:
    case Phase::suspended:
    case Phase::unknown: return "http://schema.org/ActiveActionStatus";
    case Phase::archived: break;
  }
  return job.error ? "http://schema.org/FailedActionStatus"
                   : "http://schema.org/CompletedActionStatus";
}

/// The profile's own checks take no Z.
std::string with_offset(TimePoint at) {
  std::string text = to_iso8601(at);
  text.pop_back();
  return text + "+00:00";
}

/// A flat graph: each thing once, references by id.
class Metadata {
 public:
  Metadata(const Service& service, const Job& job, const CrateOptions& options)
      : service_(service), job_(job), options_(options), links_{options.base_url} {}

  Result<RunCrate> make() {
    OPUS_UWS_CHECK(add_inputs());
    for (const JobResult& result : job_.results)
      results_.push_back(add_file("results/", result.entity, result_url(result)));
    if (options_.with_files) OPUS_UWS_CHECK(add_provenance());
    json_.begin_object().key("@context").begin_array();
    json_.value("https://w3id.org/ro/crate/1.1/context");
    json_.value("https://w3id.org/ro/terms/workflow-run/context").end_array();
    json_.key("@graph").begin_array();
    write_root();
    write_software();
    write_action();
    write_values();
    for (const Described& file : described_) write_file(file);
    json_.end_array().end_object();
    crate_.metadata = json_.take();
    return std::move(crate_);
  }

 private:
  struct Described {
    std::string id{};
    Entity entity{};
  };

  JsonWriter& text(std::string_view name, std::string_view value) {
    return value.empty() ? json_ : json_.key(name).value(value);
  }
  JsonWriter& link(std::string_view name, std::string_view id) {
    return json_.key(name).begin_object().field("@id", id).end_object();
  }
  void links(std::string_view name, const std::vector<std::string>& ids) {
    if (ids.empty()) return;
    // RO-Crate 1.1 Appendix: JSON-LD, compacted.
    if (ids.size() == 1) {
      link(name, ids.front());
      return;
    }
    json_.key(name).begin_array();
    for (const std::string& id : ids)
      json_.begin_object().field("@id", std::string_view{id}).end_object();
    json_.end_array();
  }
  JsonWriter& begin(std::string_view id, std::string_view type) {
    return json_.begin_object().field("@id", id).field("@type", type);
  }

  std::string result_url(const JobResult& result) const {
    return options_.base_url.empty() ? "" : links_.result_url(job_, result.id);
  }

  std::string action_id() const { return "#job-" + reference(job_.id.value); }
  /// A crate must name a license, and it is not ours to grant one.
  std::string license_id() const {
    return options_.license.empty() ? "#license" : options_.license;
  }
  std::string software_id() const { return "#software"; }

  /// The id of a file in the crate: its path where the content comes along, else where it is.
  std::string add_file(const std::string& folder, const Entity& entity, const std::string& url) {
    std::string name = plain_name(entity.name.empty() ? entity.id.value : entity.name);
    while (!names_.insert(folder + name).second) name = "_" + name;
    const bool has_content = !entity.location.empty() && !entity.invalidated;
    std::string id = reference(folder + name);
    if (options_.with_files && has_content)
      crate_.files.push_back({folder + name, entity.id, {}});
    else if (!url.empty())
      id = url;
    else
      id = '#' + id;  // known, but not here
    if (id.front() != '#') parts_.push_back(id);
    described_.push_back({id, entity});
    return id;
  }

  Result<void> add_inputs() {
    for (const JobInput& input : job_.inputs) {
      if (input.entity.empty()) continue;
      Result<Entity> entity = service_.entity(input.entity);
      if (!entity && entity.error().code != Errc::not_found) return entity.error();
      Entity known;
      known.id = input.entity;
      known.name = input.file_name;
      if (entity) known = *entity;
      const std::string url =
          options_.base_url.empty() ? "" : links_.parameter_url(job_, input.name);
      objects_.push_back(add_file("inputs/", known, url));
    }
    return {};
  }

  Result<void> add_provenance() {
    LineageQuery query;
    query.base_url = options_.base_url;
    OPUS_UWS_TRY(const ProvenanceGraph graph, service_.provenance(job_.id, query));
    crate_.files.push_back({"provenance.json", {}, to_text(graph, ProvFormat::prov_json)});
    crate_.files.push_back({"provenance.provn", {}, to_text(graph, ProvFormat::prov_n)});
    parts_.insert(parts_.end(), {"provenance.json", "provenance.provn"});
    return {};
  }

  void write_root() {
    begin("ro-crate-metadata.json", "CreativeWork");
    link("conformsTo", k_crate);
    link("about", "./").end_object();
    begin("./", "Dataset");
    link("conformsTo", k_profile);
    text("name", "Job " + job_.id.value + " (" + job_.description + ")");
    text("description",
         trim("Run of the job description " + job_.description + ' ' + job_.description_version));
    text("datePublished", to_iso8601(job_.ended.value_or(job_.created)));
    link("license", license_id());
    links("hasPart", parts_);
    link("mentions", action_id()).end_object();
    begin(k_profile, "CreativeWork").field("name", "Process Run Crate");
    json_.field("version", "0.5").end_object();
    begin(license_id(), "CreativeWork");
    if (options_.license.empty()) {
      json_.field("name", "No license stated");
      json_.field("description", "Ask the owner of the job before you use the files").end_object();
    } else {
      text("name", options_.license).field("description", "License of this crate").end_object();
    }
    if (!options_.with_files) return;
    begin("provenance.json", "File").field("name", "W3C provenance (PROV-JSON)");
    json_.field("encodingFormat", "application/json");
    link("conformsTo", k_prov_json);
    link("about", action_id()).end_object();
    begin("provenance.provn", "File").field("name", "W3C provenance (PROV-N)");
    json_.field("encodingFormat", "text/provenance-notation");
    link("about", action_id()).end_object();
    begin(k_prov_json, "CreativeWork").field("name", "PROV-JSON").end_object();
  }

  void write_software() {
    begin(software_id(), "SoftwareApplication");
    text("name", job_.description);
    text("softwareVersion", job_.description_version);
    if (const Result<JobDescription> description = service_.description_of(job_.id)) {
      text("description", description->annotation);
      text("url", description->doc_url);
    }
    text("sha256", job_.description_hash).end_object();
  }

  void write_action() {
    // Without results nothing was created.
    begin(action_id(), job_.results.empty() ? "ActivateAction" : "CreateAction");
    text("name", "Job " + job_.id.value);
    text("description", provenance::public_command(job_));
    if (job_.started) text("startTime", with_offset(*job_.started));
    if (job_.ended) text("endTime", with_offset(*job_.ended));
    text("actionStatus", action_status(job_));
    if (job_.error) text("error", job_.error->message);
    link("instrument", software_id());
    link("agent", job_.owner ? "#agent" : "#service");
    std::vector<std::string> objects = objects_;
    for (std::size_t i = 0; i < job_.parameters.size(); ++i)
      if (is_value(job_.parameters[i])) objects.push_back("#par-" + std::to_string(i));
    links("object", objects);
    links("result", results_);
    if (job_.facts.max_rss_bytes) link("resourceUsage", "#max-rss");
    json_.end_object();
    begin("#service", "SoftwareApplication");
    const std::string software = job_.software.empty() ? "opus-uws" : job_.software;
    const std::string name = software.substr(0, software.find(' '));
    text("name", name);
    text("softwareVersion", trim(software.substr(name.size()))).end_object();
    if (job_.owner)
      begin("#agent", "Person").field("name", std::string_view{*job_.owner}).end_object();
  }

  bool is_value(const Parameter& parameter) const {
    return std::none_of(job_.inputs.begin(), job_.inputs.end(), [&](const JobInput& input) {
      return input.name == parameter.name && !input.entity.empty();
    });
  }

  void write_values() {
    for (std::size_t i = 0; i < job_.parameters.size(); ++i) {
      const Parameter& parameter = job_.parameters[i];
      if (!is_value(parameter)) continue;
      const bool secret = provenance::is_secret_parameter(parameter.name);
      begin("#par-" + std::to_string(i), "PropertyValue");
      json_.field("name", std::string_view{parameter.name});
      json_.field("value",
                  std::string_view{secret ? "***" : provenance::public_url(parameter.value)});
      json_.end_object();
    }
    if (!job_.facts.max_rss_bytes) return;
    begin("#max-rss", "PropertyValue").field("name", "peak resident memory");
    text("propertyID", std::string{k_terms} + "maxRssBytes");
    text("unitCode", "https://qudt.org/vocab/unit/BYTE");
    text("value", std::to_string(*job_.facts.max_rss_bytes)).end_object();
  }

  void write_file(const Described& file) {
    begin(file.id, "File");
    text("name", file.entity.name);
    if (file.id.find(reference(file.entity.name)) == std::string::npos)
      text("alternateName", file.entity.name);
    text("encodingFormat", file.entity.media_type);
    if (!file.entity.sha256.empty()) {
      text("contentSize", std::to_string(file.entity.size));
      text("sha256", file.entity.sha256);
    }
    if (!file.entity.source_url.empty())
      text("url", provenance::public_url(file.entity.source_url));
    json_.end_object();
  }

  const Service& service_;
  const Job& job_;
  const CrateOptions& options_;
  UwsLinks links_;
  JsonWriter json_{JsonWriter::Style::indented};
  RunCrate crate_{};
  std::set<std::string> names_{};
  std::vector<Described> described_{};
  std::vector<std::string> parts_{}, objects_{}, results_{};
};

}  // namespace

Result<RunCrate> run_crate(const Service& service, const JobId& id, const CrateOptions& options) {
  OPUS_UWS_TRY(const Job job, service.get(id));
  return Metadata{service, job, options}.make();
}

}}  // namespace opus::uws0
