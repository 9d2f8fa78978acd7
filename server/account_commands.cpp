#include "server/account_commands.hpp"

#include <unistd.h>

#include <algorithm>
#include <ostream>

#include <CLI/CLI.hpp>

#include "server/config_values.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace server {
namespace {

using What = AccountCommand::What;

constexpr std::size_t k_audit_lines = 100;

std::string words_in_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return line.empty() ? "-" : line;
}

std::string time_or_dash(const std::optional<TimePoint>& at) { return at ? to_iso8601(*at) : "-"; }

void print_line(std::ostream& out, const Account& account) {
  out << account.name << '\t' << words_in_line(account.roles) << '\t'
      << words_in_line(account.groups) << '\t' << (account.disabled ? "disabled" : "active")
      << '\n';
}

void print_line(std::ostream& out, const Token& token) {
  out << token.id << '\t' << token.account << '\t' << (token.name.empty() ? "-" : token.name)
      << '\t' << to_string(token.scope) << '\t' << (token.revoked ? "revoked" : "valid")
      << "\texpires " << time_or_dash(token.expires) << "\tlast used "
      << time_or_dash(token.last_used) << '\n';
}

void print_line(std::ostream& out, const NewToken& made) {
  out << "token " << made.token.id << " of " << made.token.account << "; it is not shown again:\n"
      << made.secret << '\n';
}

/// Adds the word to a sorted list, or takes it away.
Result<void> change_words(std::vector<std::string>& words, const std::string& word, bool add) {
  const auto found = std::find(words.begin(), words.end(), word);
  if (add && found == words.end()) words.push_back(word);
  if (add) return {};
  if (found == words.end()) return Error{Errc::not_found, "it has no " + rest::in_quotes(word)};
  words.erase(found);
  return {};
}

Result<void> change_account(Accounts& accounts, const AccountCommand& command, const AuditActor& by,
                            std::ostream& out) {
  OPUS_UWS_TRY(Account account, accounts.account(command.account));
  switch (command.what) {
    case What::disable_user: account.disabled = true; break;
    case What::enable_user: account.disabled = false; break;
    case What::add_role: OPUS_UWS_CHECK(change_words(account.roles, command.word, true)); break;
    case What::remove_role: OPUS_UWS_CHECK(change_words(account.roles, command.word, false)); break;
    case What::add_group: OPUS_UWS_CHECK(change_words(account.groups, command.word, true)); break;
    case What::remove_group:
      OPUS_UWS_CHECK(change_words(account.groups, command.word, false));
      break;
    default: break;
  }
  OPUS_UWS_TRY(const Account changed, accounts.change(account, by));
  print_line(out, changed);
  return {};
}

Result<void> make_token(Accounts& accounts, const AccountCommand& command, const AuditActor& by,
                        std::ostream& out) {
  TokenRequest request;
  request.account = command.account;
  request.name = command.name;
  const auto scope = parse_token_scope(command.scope);
  if (!scope)
    return Error{Errc::invalid_argument,
                 "--scope: expected full or read, got " + rest::in_quotes(command.scope)};
  request.scope = *scope;
  if (!command.expires.empty()) {
    const auto time = parse_duration(command.expires);
    if (!time) return Error{Errc::invalid_argument, "--expires: " + time.error().message};
    request.expires = system_clock()->now() + *time;
  }
  OPUS_UWS_TRY(const NewToken made, accounts.create_token(std::move(request), by));
  print_line(out, made);
  return {};
}

Result<void> show_audit(Accounts& accounts, std::ostream& out) {
  OPUS_UWS_TRY(auto entries, accounts.audit(k_audit_lines));
  std::reverse(entries.begin(), entries.end());
  for (const AuditEntry& entry : entries)
    out << entry.number << '\t' << to_iso8601(entry.at) << '\t' << entry.by.account << '\t'
        << (entry.by.from.empty() ? "-" : entry.by.from) << '\t' << entry.action << '\t'
        << entry.subject << '\t' << entry.detail << '\n';
  return {};
}

}  // namespace

void add_account_commands(CLI::App& app, AccountCommand& command) {
  const auto group = [&app](const char* name, const char* help) {
    CLI::App* const made = app.add_subcommand(name, help);
    made->require_subcommand(1);
    made->fallthrough();
    return made;
  };
  const auto verb = [&command](CLI::App* parent, const char* name, const char* help, What what) {
    CLI::App* const made = parent->add_subcommand(name, help);
    made->fallthrough();
    made->callback([&command, what] { command.what = what; });
    return made;
  };
  const auto needs_account = [&command](CLI::App* one) {
    one->add_option("account", command.account, "name of the account")->required();
    return one;
  };
  const auto needs_word = [&command](CLI::App* one) {
    one->add_option("word", command.word, "the role or group")->required();
  };
  const auto needs_token = [&command](CLI::App* one) {
    one->add_option("id", command.token, "the token's id, as listed")->required();
  };

  CLI::App* const user = group("user", "accounts: add, list, disable, enable, delete");
  CLI::App* const add = needs_account(verb(user, "add", "a new account", What::add_user));
  add->add_option("--role", command.roles,
                  "admin, operator, author, user, agent, or an own one; default: user");
  add->add_option("--group", command.groups, "a group it is in");
  verb(user, "list", "name, roles, groups and state of each", What::list_users);
  needs_account(verb(user, "disable", "refuse its tokens", What::disable_user));
  needs_account(verb(user, "enable", "take them again", What::enable_user));
  needs_account(
      verb(user, "delete", "for good, with its tokens; its jobs stay", What::delete_user));

  CLI::App* const role = group("role", "roles of an account: add, remove");
  needs_word(needs_account(verb(role, "add", "give it a role", What::add_role)));
  needs_word(needs_account(verb(role, "remove", "take a role away", What::remove_role)));
  CLI::App* const groups = group("group", "groups of an account: add, remove");
  needs_word(needs_account(verb(groups, "add", "put it in a group", What::add_group)));
  needs_word(needs_account(verb(groups, "remove", "take it out", What::remove_group)));

  CLI::App* const token = group("token", "tokens: create, list, revoke, rotate");
  CLI::App* const create =
      needs_account(verb(token, "create", "a new one, shown once", What::create_token));
  create->add_option("--name", command.name, "what it is for");
  create->add_option("--scope", command.scope, "full, or read: for looking only");
  create->add_option("--expires", command.expires, "after a time like 12h or 90d; default: never");
  verb(token, "list", "of one account or all", What::list_tokens)
      ->add_option("account", command.account, "name of the account");
  needs_token(verb(token, "revoke", "refuse it for good", What::revoke_token));
  needs_token(verb(token, "rotate", "a new secret in place of the old one", What::rotate_token));

  CLI::App* const audit = app.add_subcommand("audit", "what was done to accounts, newest last");
  audit->fallthrough();
  audit->callback([&command] { command.what = What::show_audit; });
}

Result<void> run_account_command(const AccountCommand& command,
                                 const std::filesystem::path& data_dir, std::ostream& out) {
  OPUS_UWS_TRY(Accounts accounts, Accounts::open({.data_dir = data_dir}));
  const AuditActor by{"command line", "uid " + std::to_string(::getuid())};
  switch (command.what) {
    case What::none: return {};
    case What::add_user: {
      Account account;
      account.name = command.account;
      account.roles = command.roles;
      if (account.roles.empty()) account.roles = {std::string(k_user)};
      account.groups = command.groups;
      OPUS_UWS_TRY(const Account added, accounts.add(std::move(account), by));
      print_line(out, added);
      return {};
    }
    case What::list_users: {
      OPUS_UWS_TRY(const auto all, accounts.list());
      for (const Account& account : all) print_line(out, account);
      return {};
    }
    case What::delete_user: return accounts.remove(command.account, by);
    case What::disable_user:
    case What::enable_user:
    case What::add_role:
    case What::remove_role:
    case What::add_group:
    case What::remove_group: return change_account(accounts, command, by, out);
    case What::create_token: return make_token(accounts, command, by, out);
    case What::list_tokens: {
      OPUS_UWS_TRY(const auto tokens, accounts.tokens(command.account));
      for (const Token& token : tokens) print_line(out, token);
      return {};
    }
    case What::revoke_token: {
      OPUS_UWS_TRY(const Token token, accounts.revoke_token(command.token, by));
      print_line(out, token);
      return {};
    }
    case What::rotate_token: {
      OPUS_UWS_TRY(const NewToken made, accounts.rotate_token(command.token, by));
      print_line(out, made);
      return {};
    }
    case What::show_audit: return show_audit(accounts, out);
  }
  return {};
}

}}}  // namespace opus::uws0::server
