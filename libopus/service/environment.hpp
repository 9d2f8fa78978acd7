#pragma once
// What the code sees: its environment and its command.

#include <map>
#include <string>
#include <vector>

#include <opus/description.hpp>
#include <opus/error.hpp>
#include <opus/executor.hpp>
#include <opus/job.hpp>

namespace opus { inline namespace uws0 { namespace service {

/// The whole environment of a task, whose folders and inputs are set: PATH, HOME (the work folder),
/// TMPDIR, LANG; OPUS_UWS_*; the names OPUS scripts know (JOBID, jd, wd, rs); what the description
/// sets; and one variable for each parameter, input (paths, blanks between) and result (its path).
/// A value too long for an environment (64 KiB) or with NUL is left to parameters.json.
std::map<std::string, std::string> task_environment(
    const JobDescription& description, const Task& task,
    const std::map<std::string, std::vector<std::string>>& named_values);

/// parameters.json: {"parameters": {...}, "inputs": {"name": ["path", ...]}, "results": {...}}.
std::string parameters_json(const Task& task);

/// task.json: what is about to be run, whole, for people and for recovery by hand.
std::string task_json(const Task& task);

/// What runs a description's script, given the path of its text: the script itself if it has a #!
/// line, else bash -e as OPUS does, with OPUS's functions from the prelude next to it.
std::vector<std::string> script_command(const std::string& script, const std::string& path);

/// The prelude for scripts without a #! line, read through BASH_ENV.
std::string_view script_prelude() noexcept;

}}}  // namespace opus::uws0::service
