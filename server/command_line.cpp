#include "server/command_line.hpp"

#include <cstdlib>
#include <iostream>
#include <map>

#include <CLI/CLI.hpp>

#include <opus/version.hpp>

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace server {
namespace {

constexpr const char* k_default_file = "/etc/opus-uws/server.toml";

/// --config, else OPUS_UWS_CONFIG, else the default file if there is one; empty = none.
std::filesystem::path config_file(const std::string& flag, const char* const* environment) {
  if (!flag.empty()) return flag;
  constexpr std::string_view k_variable = "OPUS_UWS_CONFIG=";
  for (; *environment != nullptr; ++environment)
    if (std::string_view(*environment).substr(0, k_variable.size()) == k_variable)
      return std::string(*environment).substr(k_variable.size());
  std::error_code ignored;
  return std::filesystem::exists(k_default_file, ignored) ? k_default_file : "";
}

}  // namespace

Result<std::optional<CommandLine>> read_command_line(int argc, const char* const* argv,
                                                     const char* const* environment) {
  CLI::App app(
      "opus-uws-server: runs jobs over HTTP as IVOA UWS 1.1 describes it.\n"
      "Every key of the configuration is a flag, and an environment variable:\n"
      "http.threads is --http-threads and OPUS_UWS_HTTP_THREADS.\n"
      "opus-uws-server check: runs one job by each executor, and says what is wrong.\n"
      "opus-uws-server provenance export|import FILE: takes all provenance from one data folder\n"
      "to another; no server runs on it meanwhile; - is stdout or stdin.");
  app.name("opus-uws-server");
  app.set_version_flag("--version", "opus-uws-server " OPUS_UWS_VERSION);
  CommandLine line;
  add_account_commands(app, line.accounts);
  app.allow_extras();  // to say more about them than CLI11 does
  std::string file;
  bool print = false;
  bool check = false;
  app.add_option("--config", file,
                 "TOML file; else $OPUS_UWS_CONFIG, else " + std::string(k_default_file));
  app.add_flag("--print-config", print, "print every value and where it comes from, and end");
  app.add_flag("--check-config", check, "read the configuration and the job descriptions, and end");
  std::map<std::string, std::vector<std::string>> given;
  for (const KeyInfo& key : config_keys()) {
    if (key.is_secret) continue;
    const std::string name(key.name);
    if (key.is_switch) {
      app.add_flag(flag_name(key.name) + "{true}", given[name], std::string(key.help));
    } else {
      app.add_option(flag_name(key.name), given[name], std::string(key.help))
          ->allow_extra_args(false)
          ->type_name("VALUE");
    }
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& stop) {
    if (stop.get_exit_code() == 0) {
      app.exit(stop, std::cout, std::cerr);
      return std::optional<CommandLine>();
    }
    return Error{Errc::invalid_argument, std::string(stop.what()) + " (try --help)"};
  }

  const std::vector<std::string> words = app.remaining();
  const bool check_jobs = words == std::vector<std::string>{"check"};
  const bool archive = !words.empty() && words.front() == "provenance";
  const bool exports = archive && words.size() == 3 && words[1] == "export";
  const bool imports = archive && words.size() == 3 && words[1] == "import";
  if (archive && !exports && !imports)
    return Error{Errc::invalid_argument,
                 "expected provenance export FILE or provenance import FILE (try --help)"};
  if (const auto& unknown = words; !unknown.empty() && !check_jobs && !archive) {
    const std::string flag = unknown.front().substr(0, unknown.front().find('='));
    std::string message = "unknown argument " + rest::in_quotes(flag);
    if (flag.rfind("--", 0) == 0) message += "; the nearest known one is " + nearest_flag(flag);
    return Error{Errc::invalid_argument, message + " (try --help)"};
  }
  const bool accounts = line.accounts.what != AccountCommand::What::none;
  line.task = print        ? Task::print_config
              : check      ? Task::check_config
              : check_jobs ? Task::check_executors
              : accounts   ? Task::accounts
              : exports    ? Task::export_provenance
              : imports    ? Task::import_provenance
                           : Task::serve;
  if (archive) line.file = words[2];
  if (const auto path = config_file(file, environment); !path.empty())
    OPUS_UWS_CHECK(read_toml(line.config, path));
  OPUS_UWS_CHECK(read_environment(line.config, environment));
  for (const auto& [key, values] : given) {
    if (values.empty()) continue;
    if (auto set = set_key(line.config, key, values, flag_name(key)); !set)
      return Error{Errc::invalid_argument, flag_name(key) + ": " + set.error().message};
  }
  OPUS_UWS_CHECK(finish(line.config));
  return std::optional(std::move(line));
}

}}}  // namespace opus::uws0::server
