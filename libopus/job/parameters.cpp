#include "libopus/job/parameters.hpp"

#include <cstddef>
#include <optional>
#include <utility>

#include "libopus/core/files.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/job/command.hpp"
#include "libopus/job/nearest.hpp"
#include "libopus/job/value_check.hpp"
#include "libopus/job/xtype_check.hpp"

namespace opus { inline namespace uws0 {

namespace {

template <class Items>
const typename Items::value_type* find_named(const Items& items, std::string_view name) noexcept {
  for (const auto& item : items)
    if (ascii_iequals(item.name, name)) return &item;
  return nullptr;
}

std::string values_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " value" : " values");
}

// One pass over what was given, one over what was not.
class Checker {
 public:
  Checker(const JobDescription& description, bool keep_unknown)
      : description_(description), keep_unknown_(keep_unknown) {}

  void take(Parameter given) {
    if (const auto* parameter = find_parameter(description_, given.name))
      take_parameter(*parameter, std::move(given));
    else if (const auto* input = find_input(description_, given.name))
      take_input(*input, std::move(given));
    else if (keep_unknown_)
      accepted_.push_back(std::move(given));
    else
      faults_.push_back({printable(given.name),
                         expected_one_of("a parameter of the job", given.name, names()),
                         shown_value(given.name)});
  }

  Result<std::vector<Parameter>> finish() {
    for (const auto& parameter : description_.parameters) add_default(parameter);
    for (const auto& input : description_.inputs) check_count(input);
    if (!faults_.empty()) return faults_error(subject_, std::move(faults_));
    return std::move(accepted_);
  }

 private:
  std::vector<std::string> names() const {
    std::vector<std::string> known;
    for (const auto& parameter : description_.parameters) known.push_back(parameter.name);
    for (const auto& input : description_.inputs) known.push_back(input.name);
    return known;
  }

  void take_parameter(const ParameterDescription& parameter, Parameter given) {
    if (const std::string* first = find_value(accepted_, parameter.name)) {
      faults_.push_back({parameter.name, "one value",
                         "'" + printable(*first) + "' and '" + printable(given.value) + "'"});
      return;
    }
    if (parameter.datatype != Datatype::text) given.value = std::string{trim(given.value)};
    // DALI 1.2 §3 (Unsupported Types) says how the text begins.
    if (const auto shape = unsupported_shape(parameter.xtype, given.value);
        shape && subject_.empty())
      subject_ = "unsupported-xtype: " + *shape;
    if (auto fault = value_fault(parameter, given.value))
      faults_.push_back(std::move(*fault));
    else if (names_unsafe_file(parameter, given.value))
      faults_.push_back(
          {parameter.name, "a file name below the work folder", shown_value(given.value)});
    given.name = parameter.name;
    accepted_.push_back(std::move(given));
  }

  // A parameter may say what the file of the result of the same name is called.
  bool names_unsafe_file(const ParameterDescription& parameter, std::string_view value) const {
    return find_result(description_, parameter.name) && !value.empty() &&
           !is_safe_relative_path(value);
  }

  void take_input(const InputDescription& input, Parameter given) {
    if (given.value.find('\0') != std::string::npos)
      faults_.push_back({input.name, "a text without NUL", shown_value(given.value)});
    given.name = input.name;
    accepted_.push_back(std::move(given));
  }

  void add_default(const ParameterDescription& parameter) {
    if (find_value(accepted_, parameter.name)) return;
    if (parameter.default_value)
      accepted_.push_back({parameter.name, *parameter.default_value, true});
    else if (parameter.required)
      faults_.push_back({parameter.name, expected_value(parameter), {}});
  }

  // Whether an input has too few values is known to the service alone, which also has the uploads.
  void check_count(const InputDescription& input) {
    std::size_t count = 0;
    for (const auto& parameter : accepted_) count += parameter.name == input.name;
    if (input.multiplicity.max && count > *input.multiplicity.max)
      faults_.push_back(
          {input.name, "at most " + values_text(*input.multiplicity.max), values_text(count)});
  }

  const JobDescription& description_;
  bool keep_unknown_;
  std::string subject_{};  ///< of the error
  std::vector<Parameter> accepted_{};
  std::vector<Fault> faults_{};
};

}  // namespace

const ParameterDescription* find_parameter(const JobDescription& description,
                                           std::string_view name) noexcept {
  return find_named(description.parameters, name);
}

const InputDescription* find_input(const JobDescription& description,
                                   std::string_view name) noexcept {
  return find_named(description.inputs, name);
}

const ResultDescription* find_result(const JobDescription& description,
                                     std::string_view name) noexcept {
  return find_named(description.results, name);
}

const std::string* find_value(const std::vector<Parameter>& parameters,
                              std::string_view name) noexcept {
  const Parameter* const parameter = find_named(parameters, name);
  return parameter ? &parameter->value : nullptr;
}

std::string result_path(const ResultDescription& result, const std::vector<Parameter>& parameters) {
  const std::string* const name = find_value(parameters, result.name);
  if (name && !name->empty()) return *name;
  const auto pieces = parse_template(result.path);
  if (!pieces) return result.path;
  std::string path;
  for (const auto& piece : *pieces) {
    const std::string* const value = piece.is_name ? find_value(parameters, piece.text) : nullptr;
    if (value)
      path += *value;
    else
      path += piece.is_name ? "${" + piece.text + "}" : piece.text;
  }
  return path;
}

Result<std::vector<Parameter>> check_parameters(const JobDescription& description,
                                                std::vector<Parameter> parameters,
                                                bool keep_unknown) {
  Checker checker{description, keep_unknown};
  for (auto& parameter : parameters) checker.take(std::move(parameter));
  return checker.finish();
}

}}  // namespace opus::uws0
