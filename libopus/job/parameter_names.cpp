#include "libopus/job/parameter_names.hpp"

#include <algorithm>

#include "libopus/core/strings.hpp"
#include "libopus/job/command.hpp"

namespace opus { inline namespace uws0 {

namespace {

// UWS 1.1 §2.2.2 and DALI 1.2 §4.3: these never reach a job as parameters.
constexpr std::string_view k_controls[] = {
    "PHASE",       "ACTION", "RUNID",          "WAIT", "EXECUTIONDURATION",
    "DESTRUCTION", "UPLOAD", "RESPONSEFORMAT",
};

constexpr std::string_view k_environment[] = {
    // what every process relies on
    "PATH",
    "HOME",
    "PWD",
    "OLDPWD",
    "SHELL",
    "USER",
    "LOGNAME",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TERM",
    "TMPDIR",
    "HOSTNAME",
    // variables with a meaning to the shell, or that it sets itself
    "_",
    "IFS",
    "ENV",
    "CDPATH",
    "SHELLOPTS",
    "BASHOPTS",
    "BASHPID",
    "GLOBIGNORE",
    "GROUPS",
    "UID",
    "EUID",
    "PPID",
    "SHLVL",
    "RANDOM",
    "SRANDOM",
    "SECONDS",
    "EPOCHSECONDS",
    "EPOCHREALTIME",
    "LINENO",
    "DIRSTACK",
    "FUNCNAME",
    "PIPESTATUS",
    "POSIXLY_CORRECT",
    "PROMPT_COMMAND",
    "PS0",
    "PS1",
    "PS2",
    "PS3",
    "PS4",
    "OPTARG",
    "OPTERR",
    "OPTIND",
    "REPLY",
    "MAPFILE",
    "TIMEFORMAT",
    "EXECIGNORE",
    "HISTFILE",
    // what makes the loader or an interpreter run other code
    "GCONV_PATH",
    "GLIBC_TUNABLES",
    "LOCPATH",
    "NLSPATH",
    "HOSTALIASES",
    "RES_OPTIONS",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PYTHONWARNINGS",
    "PYTHONBREAKPOINT",
    "PERLLIB",
    "PERL5LIB",
    "PERL5OPT",
    "PERL5DB",
    "RUBYLIB",
    "RUBYOPT",
    "NODE_OPTIONS",
    "NODE_PATH",
    "CLASSPATH",
    "JAVA_TOOL_OPTIONS",
    "EDITOR",
    "VISUAL",
    "PAGER",
};

constexpr std::string_view k_prefixes[] = {
    "LD_", "LC_", "BASH_", "MALLOC_", "COMP_", "SLURM_", "SBATCH_", "PBS_",
};

template <class List, class Same> bool contains(const List& list, Same same) {
  return std::any_of(std::begin(list), std::end(list), same);
}

}  // namespace

bool is_variable_name(std::string_view name) noexcept {
  const auto is_letter = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  };
  return !name.empty() && is_letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
  });
}

std::string_view reserved_name_reason(std::string_view name) noexcept {
  const auto same_word = [&](std::string_view word) { return ascii_iequals(word, name); };
  const auto same = [&](std::string_view word) { return word == name; };
  if (contains(k_controls, same_word)) return "that is not a control parameter of UWS";
  if (ascii_iequals(name.substr(0, 9), "OPUS_UWS_")) return "that does not begin with OPUS_UWS_";
  if (contains(k_builtin_names, same)) return "that is not built in for commands";
  if (contains(k_environment, same) ||
      contains(k_prefixes, [&](std::string_view prefix) { return name.starts_with(prefix); }))
    return "that does not change the environment of programs";
  return {};
}

}}  // namespace opus::uws0
