#pragma once
// Argv templates: "${name}" stands for a parameter, an input, a result or a built-in name. Values
// are put in, never split, never seen by a shell.

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <opus/description.hpp>
#include <opus/error.hpp>
#include <opus/executor.hpp>
#include <opus/id.hpp>
#include <opus/job.hpp>

namespace opus { inline namespace uws0 {

/// Names every template may use beside those of the description.
inline constexpr std::array<std::string_view, 4> k_builtin_names{"job_id", "work_dir", "inputs_dir",
                                                                 "results_dir"};

/// What the names of one job stand for.
struct CommandValues {
  JobId job{};
  std::filesystem::path work_dir{}, inputs_dir{}, results_dir{};
  std::vector<Parameter> parameters{};  ///< as check_parameters() returned them
  std::vector<TaskInput> inputs{};      ///< several of one name if the input has several files
};

/// A piece of a template: literal text, or the name inside "${...}".
struct TemplatePiece {
  bool is_name = false;
  std::string text{};
  bool operator==(const TemplatePiece&) const = default;
};

/// "$${" is a literal "${"; any other "$" that does not begin "${name}" stands for itself.
/// invalid_argument: "${" without "}", or with something inside that is no name.
Result<std::vector<TemplatePiece>> parse_template(std::string_view text);

/// Name -> its values, for templates and for the environment of scripts: one of a parameter (with
/// its default), one per file (its path) or value of an input, one of a result (file name or glob),
/// one of a built-in. An optional parameter or input without a value is missing.
std::map<std::string, std::vector<std::string>> named_values(const JobDescription& description,
                                                             const CommandValues& values);

/// The argv of a job. One argument of the template becomes
///   one argument   in which each "${name}" is replaced, whatever the value contains;
///   none           if a name in it has no value;
///   several        one for each value of an input that has several ("--in=${image}" too).
/// invalid_argument: a malformed template, an unknown name, or two inputs with several values in
/// one argument. A description that passed check() only has the last.
Result<std::vector<std::string>> expand_command(const JobDescription& description,
                                                const CommandValues& values);

/// What is wrong with the templates of a description's command: Fault::field is "command[2]".
std::vector<Fault> command_faults(const JobDescription& description);

}}  // namespace opus::uws0
