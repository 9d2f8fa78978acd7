#pragma once
// The program's arguments.

#include <optional>
#include <string>

#include <opus/error.hpp>

#include "server/account_commands.hpp"
#include "server/config.hpp"

namespace opus { inline namespace uws0 { namespace server {

enum class Task {
  serve,
  print_config,
  check_config,
  check_executors,
  accounts,
  export_provenance,
  import_provenance,
  back_up,
  restore,
  verify,
  verify_contents
};

struct CommandLine {
  Task task = Task::serve;
  ServerConfig config{};
  AccountCommand accounts{};
  std::string file{};  ///< of the provenance to be exported or imported, "-" = stdout or stdin; the
                       ///< folder of the copy
};

/// Reads file, environment and flags. nullopt: --help or --version has been answered on stdout.
/// invalid_argument, not_found: a line for stderr.
Result<std::optional<CommandLine>> read_command_line(int argc, const char* const* argv,
                                                     const char* const* environment);

}}}  // namespace opus::uws0::server
