#include "libopus/job/command.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "libopus/core/strings.hpp"
#include "libopus/job/nearest.hpp"
#include "libopus/job/parameter_names.hpp"
#include "libopus/job/parameters.hpp"
#include "libopus/job/value_check.hpp"

namespace opus { inline namespace uws0 {

namespace {

bool is_builtin(std::string_view name) {
  return std::find(k_builtin_names.begin(), k_builtin_names.end(), name) != k_builtin_names.end();
}

std::vector<std::string> known_names(const JobDescription& description) {
  std::vector<std::string> names;
  for (const auto& parameter : description.parameters) names.push_back(parameter.name);
  for (const auto& input : description.inputs) names.push_back(input.name);
  for (const auto& result : description.results) names.push_back(result.name);
  names.insert(names.end(), k_builtin_names.begin(), k_builtin_names.end());
  return names;
}

std::string field(std::size_t index) { return "command[" + std::to_string(index) + "]"; }

using Names = std::map<std::string, std::vector<std::string>>;

std::string filled(const std::vector<TemplatePiece>& pieces, const Names& names,
                   std::string_view several, std::size_t index) {
  std::string out;
  for (const auto& piece : pieces) {
    if (!piece.is_name)
      out += piece.text;
    else
      out += names.at(piece.text)[piece.text == several ? index : 0];
  }
  return out;
}

// Appends what one argument of the template becomes.
Result<void> expand_argument(const std::vector<TemplatePiece>& pieces, const Names& names,
                             std::string_view where, std::vector<std::string>& out) {
  std::string_view several;
  std::size_t count = 1;
  for (const auto& piece : pieces) {
    if (!piece.is_name) continue;
    const auto values = names.find(piece.text);
    if (values == names.end() || values->second.empty()) return {};
    if (values->second.size() == 1 || piece.text == several) continue;
    if (!several.empty())
      return faults_error({}, {{std::string{where}, "one input with several values per argument",
                                shown_value(std::string{several} + " and " + piece.text)}});
    several = piece.text;
    count = values->second.size();
  }
  for (std::size_t i = 0; i < count; ++i) out.push_back(filled(pieces, names, several, i));
  return {};
}

// Faults of one argument, given the names that may have several values.
void argument_faults(const JobDescription& description, std::size_t index,
                     const std::vector<std::string>& known, std::vector<Fault>& faults) {
  const std::string& argument = description.command[index];
  const auto pieces = parse_template(argument);
  if (!pieces) {
    faults.push_back({field(index), "a template such as ${name}, or $${ for a literal ${",
                      shown_value(argument)});
    return;
  }
  std::set<std::string> several;
  for (const auto& piece : *pieces) {
    if (!piece.is_name) continue;
    if (std::find(known.begin(), known.end(), piece.text) == known.end()) {
      faults.push_back({field(index),
                        expected_one_of("a name of the description", piece.text, known),
                        shown_value("${" + piece.text + "}")});
      continue;
    }
    // Clients choose values, never the program.
    if (index == 0 && !is_builtin(piece.text))
      faults.push_back({field(index), "a program that no value chooses", shown_value(argument)});
    const auto* const input = find_input(description, piece.text);
    if (input && input->multiplicity.max != 1u) several.insert(piece.text);
  }
  if (several.size() > 1)
    faults.push_back(
        {field(index), "at most one input with several values", shown_value(argument)});
}

}  // namespace

Result<std::vector<TemplatePiece>> parse_template(std::string_view text) {
  std::vector<TemplatePiece> pieces;
  const auto literal = [&](std::string_view piece) {
    if (pieces.empty() || pieces.back().is_name) pieces.push_back({});
    pieces.back().text += piece;
  };
  while (!text.empty()) {
    const std::string_view before = text.substr(0, text.find('$'));
    if (!before.empty()) literal(before);
    text.remove_prefix(before.size());
    if (text.starts_with("$${")) {
      literal("${");
      text.remove_prefix(3);
    } else if (text.starts_with("${")) {
      const std::size_t end = text.find('}');
      const std::string_view name =
          end == std::string_view::npos ? std::string_view{} : text.substr(2, end - 2);
      if (!is_variable_name(name))
        return faults_error({},
                            {{{}, "a name in ${...}, or $${ for a literal ${", shown_value(text)}});
      pieces.push_back({true, std::string{name}});
      text.remove_prefix(end + 1);
    } else if (!text.empty()) {
      literal("$");
      text.remove_prefix(1);
    }
  }
  if (pieces.empty()) pieces.push_back({});
  return pieces;
}

Names named_values(const JobDescription& description, const CommandValues& values) {
  Names names{{"job_id", {values.job.value}},
              {"work_dir", {values.work_dir.string()}},
              {"inputs_dir", {values.inputs_dir.string()}},
              {"results_dir", {values.results_dir.string()}}};
  for (const auto& parameter : description.parameters) {
    if (const std::string* value = find_value(values.parameters, parameter.name))
      names[parameter.name] = {*value};
    else if (parameter.default_value)
      names[parameter.name] = {*parameter.default_value};
  }
  // After the parameters: one that shares a result's name gives the file name, unless it is empty.
  for (const auto& result : description.results)
    if (const auto path = result_path(result, values.parameters); !path.empty())
      names[result.name] = {path};
  for (const auto& input : description.inputs) {
    std::vector<std::string> found;
    for (const auto& file : values.inputs)
      if (ascii_iequals(file.name, input.name)) found.push_back(file.path.string());
    if (found.empty() && input.kind == InputKind::value)
      for (const auto& parameter : values.parameters)
        if (ascii_iequals(parameter.name, input.name)) found.push_back(parameter.value);
    if (!found.empty()) names[input.name] = std::move(found);
  }
  return names;
}

Result<std::vector<std::string>> expand_command(const JobDescription& description,
                                                const CommandValues& values) {
  const std::vector<std::string> known = known_names(description);
  const Names names = named_values(description, values);
  std::vector<std::string> out;
  out.reserve(description.command.size());
  for (std::size_t i = 0; i < description.command.size(); ++i) {
    OPUS_UWS_TRY(const auto pieces, parse_template(description.command[i]));
    for (const auto& piece : pieces)
      if (piece.is_name && std::find(known.begin(), known.end(), piece.text) == known.end())
        return faults_error(
            {}, {{field(i), expected_one_of("a name of the description", piece.text, known),
                  shown_value("${" + piece.text + "}")}});
    OPUS_UWS_CHECK(expand_argument(pieces, names, field(i), out));
  }
  return out;
}

std::vector<Fault> command_faults(const JobDescription& description) {
  std::vector<Fault> faults;
  const std::vector<std::string> known = known_names(description);
  for (std::size_t i = 0; i < description.command.size(); ++i)
    argument_faults(description, i, known, faults);
  return faults;
}

}}  // namespace opus::uws0
