#include "server/command_line.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string_view>
#include <vector>

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

/// A command that is one or two words, with something after them or not.
struct WordCommand {
  std::vector<std::string_view> words;
  std::string_view operand;  ///< what comes after; empty: nothing
  Task task;
};

const WordCommand* find_command(const std::vector<std::string>& given) {
  static const WordCommand k_commands[] = {
      {{"check"}, "", Task::check_executors},
      {{"provenance", "export"}, "FILE", Task::export_provenance},
      {{"provenance", "import"}, "FILE", Task::import_provenance},
      {{"backup"}, "FOLDER", Task::back_up},
      {{"restore"}, "FOLDER", Task::restore},
      {{"verify"}, "", Task::verify},
      {{"verify", "contents"}, "", Task::verify_contents},
  };
  for (const WordCommand& command : k_commands) {
    const std::size_t words = command.words.size();
    if (given.size() != words + (command.operand.empty() ? 0 : 1)) continue;
    if (!std::equal(command.words.begin(), command.words.end(), given.begin())) continue;
    if (command.operand.empty() || given.back().rfind("--", 0) != 0) return &command;
  }
  return nullptr;
}

Error unknown_words(const std::vector<std::string>& words) {
  const std::string& first = words.front();
  std::string message;
  if (first == "provenance")
    message = "expected provenance export FILE or provenance import FILE";
  else if (first == "backup" || first == "restore")
    message = "expected " + first + " FOLDER";
  else if (first == "verify")
    message = "expected verify or verify contents";
  else
    message = "unknown argument " + rest::in_quotes(first.substr(0, first.find('=')));
  if (first.rfind("--", 0) == 0)
    message += "; the nearest known one is " + nearest_flag(first.substr(0, first.find('=')));
  return {Errc::invalid_argument, message + " (try --help)"};
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
      "to another; no server runs on it meanwhile; - is stdout or stdin.\n"
      "opus-uws-server backup FOLDER: copies the data folder, beside a server that runs or not; "
      "the\n"
      "next time only what is new. opus-uws-server restore FOLDER: makes a data folder from it.\n"
      "opus-uws-server verify [contents]: looks whether the data folder is whole.");
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
  const WordCommand* const command = find_command(words);
  if (command == nullptr && !words.empty()) return unknown_words(words);
  const bool accounts = line.accounts.what != AccountCommand::What::none;
  line.task = print      ? Task::print_config
              : check    ? Task::check_config
              : command  ? command->task
              : accounts ? Task::accounts
                         : Task::serve;
  if (command != nullptr && !command->operand.empty()) line.file = words.back();
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
