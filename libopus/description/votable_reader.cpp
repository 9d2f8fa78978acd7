#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libopus/core/strings.hpp"
#include "libopus/core/xml.hpp"
#include "libopus/description/check.hpp"
#include "libopus/description/forms.hpp"
#include "libopus/description/votable_items.hpp"
#include "libopus/description/votable_names.hpp"
#include "libopus/job/value_check.hpp"

namespace opus { inline namespace uws0 { namespace description {

namespace {

bool is_description(const XmlElement& resource) {
  const std::string utype = ascii_lower(resource.attribute("utype").value_or(""));
  return utype.substr(utype.find(':') + 1) == "activitydescription";  // npos + 1 == 0
}

std::optional<XmlElement> find_resource(const XmlElement& parent) {
  for (const auto& resource : parent.children("RESOURCE")) {
    if (is_description(resource)) return resource;
    if (auto inner = find_resource(resource)) return inner;
  }
  return std::nullopt;
}

class Reader {
 public:
  explicit Reader(std::string_view origin) : origin_(origin), faults_(origin) {}

  Result<JobDescription> read(const XmlElement& resource) {
    lines_[""] = resource.line();
    d_.name = resource.attribute("name").value_or("");
    if (d_.name.empty()) d_.name = resource.attribute("ID").value_or("");
    if (const auto text = resource.child("DESCRIPTION")) d_.annotation = text->text();
    if (const auto link = resource.child("LINK")) d_.doc_url = link->attribute("href").value_or("");
    for (const auto& param : resource.children("PARAM")) read_param(param);
    const auto groups = resource.children("GROUP");
    // Inputs and results refer to parameters, wherever these stand.
    for (const auto& group : groups)
      if (is_group(group, k_parameters_group, {})) read_parameters(group);
    for (const auto& group : groups) {
      if (is_group(group, k_inputs_group, "InputEntities")) read_inputs(group);
      if (is_group(group, k_results_group, "OutputEntities")) read_results(group);
    }
    finish_parameters();
    return finish();
  }

 private:
  static bool is_group(const XmlElement& group, std::string_view name, std::string_view old_name) {
    const std::string is = group.attribute("name").value_or("");
    return ascii_iequals(is, name) || (!old_name.empty() && ascii_iequals(is, old_name));
  }

  void read_param(const XmlElement& param) {
    const std::string written = param.attribute("name").value_or("");
    std::string value = param.attribute("value").value_or("");
    // Our names may be qualified, so that they are unique: "environment.PATH", "command.2".
    const bool ours = param.attribute("utype").value_or("").starts_with(k_our_prefix);
    const std::size_t dot = ours ? written.find('.') : std::string::npos;
    const std::string name = ascii_lower(written.substr(0, dot));
    const std::string key = dot == std::string::npos ? std::string{} : written.substr(dot + 1);
    if (ours ? read_our_param(param, name, key, value) : read_opus_param(param, name, value))
      lines_[name] = param.line();
  }

  // What OPUS has.
  bool read_opus_param(const XmlElement& param, std::string_view name, std::string& value) {
    if (name == "annotation" && d_.annotation.empty()) {
      d_.annotation = std::move(value);
    } else if (name == "doculink") {
      if (!value.empty()) d_.doc_url = std::move(value);
    } else if (name == "type") {
      d_.type = std::move(value);
    } else if (name == "subtype") {
      d_.subtype = std::move(value);
    } else if (name == "version") {
      if (!value.empty()) d_.version = std::move(value);
    } else if (name == "contact_name") {
      d_.contact.name = std::move(value);
    } else if (name == "contact_email") {
      d_.contact.email = std::move(value);
    } else if (name == "executionduration") {
      if (const auto seconds = read_integer(param, value)) d_.execution_duration = *seconds;
    } else if (name == "quote") {
      if (const auto seconds = read_integer(param, value)) d_.quote = *seconds;
    } else if (name == "script") {
      d_.script = without_carriage_returns(value);
    } else {
      return false;
    }
    return true;
  }

  // What we add; the names are those of the JSON form.
  bool read_our_param(const XmlElement& param, std::string_view name, const std::string& key,
                      std::string& value) {
    if (name == "executor") {
      d_.executor = std::move(value);
    } else if (name == "command") {
      d_.command.push_back(std::move(value));
    } else if (name == "executoroptions") {
      read_entry(param, key, value, d_.executor_options);
    } else if (name == "environment") {
      read_entry(param, key, value, d_.environment);
    } else if (name == "executiondurationmin") {
      if (const auto seconds = read_integer(param, value)) d_.execution_duration_min = *seconds;
    } else if (name == "executiondurationmax") {
      if (const auto seconds = read_integer(param, value)) d_.execution_duration_max = *seconds;
    } else if (name == "retention") {
      if (const auto seconds = read_integer(param, value)) d_.retention = *seconds;
    } else if (name == "retentionmin") {
      if (const auto seconds = read_integer(param, value)) d_.retention_min = *seconds;
    } else if (name == "retentionmax") {
      if (const auto seconds = read_integer(param, value)) d_.retention_max = *seconds;
    } else if (name == "ondestruction") {
      d_.on_destruction = value == "archive" ? OnDestruction::archive : OnDestruction::remove;
      if (value != "archive" && value != "remove")
        faults_.add(param, "onDestruction", "remove or archive", value);
    } else if (name == "reuse") {
      if (const auto reuse = reuse_from(value))
        d_.reuse = *reuse;
      else
        faults_.add(param, "reuse", std::string{k_reuse_expected}, value);
    } else if (name == "emptydefaults") {
      for (const auto& parameter : split(value, ' '))
        empty_defaults_.emplace_back(parameter, param.line());
    } else {
      return read_limit(param, name, value);
    }
    return true;
  }

  bool read_limit(const XmlElement& param, std::string_view name, std::string_view value) {
    std::optional<std::uint64_t>* const to = name == "memorybytes"     ? &d_.limits.memory_bytes
                                             : name == "filesizebytes" ? &d_.limits.file_size_bytes
                                             : name == "openfiles"     ? &d_.limits.open_files
                                             : name == "processes"     ? &d_.limits.processes
                                             : name == "cpuseconds"    ? &d_.limits.cpu_seconds
                                                                       : nullptr;
    if (!to) return false;
    const auto number = parse_integer(trim(value));
    if (number && *number > 0)
      *to = static_cast<std::uint64_t>(*number);
    else
      faults_.add(param, param.attribute("name").value_or(""), "a positive integer", value);
    return true;
  }

  // OPUS leaves out numbers by writing an empty text.
  std::optional<std::chrono::seconds> read_integer(const XmlElement& param,
                                                   std::string_view value) {
    value = trim(value);
    if (value.empty()) return std::nullopt;
    if (const auto number = parse_integer(value)) return std::chrono::seconds{*number};
    faults_.add(param, param.attribute("name").value_or(""), "a whole number of seconds", value);
    return std::nullopt;
  }

  void read_entry(const XmlElement& param, const std::string& key, std::string& value,
                  std::map<std::string, std::string>& to) {
    const std::string name = param.attribute("name").value_or("");
    if (key.empty())
      faults_.add(param, name, "a name after a point, as in " + name + ".NAME", name);
    else if (!to.emplace(key, std::move(value)).second)
      faults_.add(param, name, "each name once", name);
  }

  void read_parameters(const XmlElement& group) {
    for (const auto& param : group.children("PARAM"))
      parameters_.push_back(read_parameter(param, faults_));
  }

  const VotableParameter* referred(const XmlElement& item) {
    const auto ref = item.attribute("ref");
    if (!ref || ref->empty()) return nullptr;
    for (const auto& parameter : parameters_)
      if (parameter.description.name == *ref) return &parameter;
    faults_.add(item, "ref", "the name of a parameter", *ref);
    return nullptr;
  }

  static std::vector<XmlElement> items_of(const XmlElement& group) {
    std::vector<XmlElement> items = group.children();
    std::erase_if(items, [](const XmlElement& item) {
      return item.name() != "GROUP" && item.name() != "PARAM";
    });
    return items;
  }

  void read_inputs(const XmlElement& group) {
    for (const auto& item : items_of(group)) {
      lines_["inputs[" + std::to_string(d_.inputs.size()) + "]"] = item.line();
      d_.inputs.push_back(read_input(item, referred(item), faults_));
    }
  }

  void read_results(const XmlElement& group) {
    for (const auto& item : items_of(group)) {
      lines_["results[" + std::to_string(d_.results.size()) + "]"] = item.line();
      d_.results.push_back(read_result(item, referred(item), faults_));
    }
  }

  // A parameter that is also an input is the input: OPUS asks for it once.
  void finish_parameters() {
    for (auto& parameter : parameters_) {
      if (find_input(d_, parameter.description.name)) continue;
      lines_["parameters[" + std::to_string(d_.parameters.size()) + "]"] = parameter.line;
      d_.parameters.push_back(std::move(parameter.description));
    }
    for (const auto& [name, line] : empty_defaults_) {
      bool known = false;
      for (auto& parameter : d_.parameters)
        if (parameter.name == name) {
          parameter.default_value = "";
          parameter.required = false;
          known = true;
        }
      if (!known)
        faults_.list().push_back(
            {faults_.at(line) + ": emptyDefaults", "names of parameters", shown_value(name)});
    }
  }

  // The line of the element a fault of check() is about: of "parameters[2].max", of "command", or
  // of the resource.
  int line_of(std::string_view field) const {
    const std::size_t bracket = field.find(']');
    if (bracket != std::string_view::npos)
      if (const auto item = lines_.find(std::string{field.substr(0, bracket + 1)});
          item != lines_.end())
        return item->second;
    const auto param = lines_.find(ascii_lower(field.substr(0, field.find_first_of(".["))));
    return param != lines_.end() ? param->second : lines_.at("");
  }

  Result<JobDescription> finish() {
    std::vector<Fault> faults = std::move(faults_.list());
    if (faults.empty()) {
      faults = faults_of(d_);
      for (auto& fault : faults)
        fault.field = faults_.at(line_of(fault.field)) + ": " + fault.field;
    }
    if (!faults.empty()) return faults_error({}, std::move(faults));
    return std::move(d_);
  }

  std::string origin_;
  VotableFaults faults_;
  JobDescription d_{};
  std::vector<VotableParameter> parameters_{};
  std::vector<std::pair<std::string, int>> empty_defaults_{};
  std::map<std::string, int> lines_{};
};

}  // namespace

Result<JobDescription> read_votable(std::string_view text, std::string_view origin) {
  OPUS_UWS_TRY(const XmlDocument document, XmlDocument::parse(text, origin));
  const XmlElement& root = document.root();
  if (root.name() != "VOTABLE")
    return root.error("expected the element VOTABLE, got '" + printable(root.name()) + "'");
  auto resource = find_resource(root);
  if (!resource) resource = root.child("RESOURCE");  // OPUS takes the first, whatever its utype
  if (!resource)
    return root.error("expected a RESOURCE with utype=\"" + std::string{k_resource_utype} +
                      "\", got none");
  return Reader{origin}.read(*resource);
}

}}}  // namespace opus::uws0::description
