#pragma once
// opus-uws-server user|role|group|token: accounts from the command line, on the data folder, while
// a server runs or not.

#include <chrono>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include <opus/accounts.hpp>

namespace CLI {
class App;
}

namespace opus { inline namespace uws0 { namespace server {

struct AccountCommand {
  enum class What {
    none,  ///< another command was given
    add_user,
    list_users,
    disable_user,
    enable_user,
    delete_user,
    add_role,
    remove_role,
    add_group,
    remove_group,
    create_token,
    list_tokens,
    revoke_token,
    rotate_token,
    show_audit,
  };
  What what = What::none;
  std::string account{};
  std::string word{};  ///< a role or group
  std::vector<std::string> roles{}, groups{};
  std::string token{};  ///< id
  std::string name{};   ///< of a token
  std::string scope = "full";
  std::string expires{};  ///< a duration from now, like 90d; empty = never
};

/// `command` must outlive the parsing.
void add_account_commands(CLI::App& app, AccountCommand& command);

/// Lists are lines of columns between tabs. Secrets are printed alone on the last line.
Result<void> run_account_command(const AccountCommand& command,
                                 const std::filesystem::path& data_dir, std::ostream& out);

}}}  // namespace opus::uws0::server
