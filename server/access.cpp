#include "server/access.hpp"

#include <algorithm>
#include <map>
#include <ostream>

#include "server/config.hpp"
#include "server/config_values.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace server {
namespace {

using Words = std::vector<std::string>;
using RuleMap = std::map<std::string, Words, std::less<>>;

bool is_loopback(std::string_view address) noexcept {
  return address.substr(0, 4) == "127." || address == "::1";
}

Error bad_rule(const ServerConfig& config, const std::string& key, const std::string& text) {
  return {Errc::invalid_argument,
          key + " (" + config.origins.at(key) +
              "): expected description=words with words of anonymous, any, group:NAME, "
              "account:NAME and roles, got " +
              rest::in_quotes(text)};
}

bool is_rule_word(std::string_view word) noexcept {
  const auto colon = word.find(':');
  if (colon == word.npos) return !word.empty();
  const std::string_view kind = word.substr(0, colon);
  return (kind == "group" || kind == "account") && colon + 1 < word.size();
}

Result<RuleMap> read_rules(const ServerConfig& config, const std::string& key,
                           const std::vector<std::string>& texts) {
  RuleMap rules;
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == text.npos) return bad_rule(config, key, text);
    Words& words = rules[text.substr(0, equals)];
    std::string_view rest = std::string_view(text).substr(equals + 1);
    for (rest = rest::trim(rest); !rest.empty(); rest = rest::trim(rest)) {
      const auto end = std::min(rest.find(' '), rest.size());
      words.emplace_back(rest.substr(0, end));
      if (!is_rule_word(words.back())) return bad_rule(config, key, text);
      rest.remove_prefix(end);
    }
    if (words.empty()) return bad_rule(config, key, text);
  }
  return rules;
}

/// The limits of classes of clients, in the order in which they are tried.
Result<rest::ClassLimits> read_class_limits(const ServerConfig& config, const std::string& key,
                                            const std::vector<std::string>& texts) {
  rest::ClassLimits limits;
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    const std::string word = text.substr(0, equals);
    const auto most = equals == text.npos ? Result<std::uint64_t>(Error{})
                                          : parse_bytes(std::string_view(text).substr(equals + 1));
    if (!most || !is_rule_word(word))
      return Error{Errc::invalid_argument,
                   key + " (" + config.origins.at(key) +
                       "): expected word=number with a word of anonymous, any, group:NAME, "
                       "account:NAME or a role, got " +
                       rest::in_quotes(text)};
    limits.push_back({word, *most});
  }
  return limits;
}

/// Where a description has no rule of a kind, that of "*" holds.
void add_rules(AccessPolicy& policy, const RuleMap& rules, Words DescriptionRules::*kind) {
  const auto others = rules.find("*");
  for (auto& [name, of_one] : policy.descriptions) {
    const auto own = rules.find(name);
    const auto found = own != rules.end() ? own : others;
    if (found != rules.end()) of_one.*kind = found->second;
  }
}

Result<void> make_first_administrator(Accounts& accounts, std::ostream& out) {
  const AuditActor by{"first start", ""};
  OPUS_UWS_TRY(const Account account,
               accounts.add({.name = "admin", .roles = {std::string(k_admin)}}, by));
  const Result<NewToken> made =
      accounts.create_token({.account = account.name, .name = "first start"}, by);
  if (!made) {
    static_cast<void>(
        accounts.remove(account.name, by));  // else the next start would not be the first
    return made.error();
  }
  out << "This is the first start: there is an account 'admin' now. Its token, which is not shown "
         "again:\n"
      << made->secret << '\n'
      << std::flush;
  return {};
}

}  // namespace

Result<void> finish_access(ServerConfig& config) {
  rest::AccessConfig& access = config.api.access;
  const AccessSection& section = config.access;
  const bool automatic = section.mode == "auto";
  if (!automatic && section.mode != "open" && section.mode != "accounts")
    return Error{Errc::invalid_argument, "access.mode (" + config.origins.at("access.mode") +
                                             "): expected open, accounts or auto, got " +
                                             rest::in_quotes(section.mode)};
  // With a front end or an issuer there are people, whether or not they have accounts here.
  const bool local = is_loopback(config.http.address);
  access.open_until_accounts =
      automatic && local && access.front_end_header.empty() && config.oidc.issuers.empty();
  config.api.browser.local_hosts_only =
      automatic && local && config.api.base_url.empty() && config.trusted_proxies.empty();
  access.policy.open = section.mode == "open";
  access.policy.descriptions.clear();
  OPUS_UWS_TRY(const RuleMap see, read_rules(config, "access.see", section.see));
  OPUS_UWS_TRY(const RuleMap create, read_rules(config, "access.create", section.create));
  OPUS_UWS_TRY(const RuleMap see_jobs, read_rules(config, "access.see_jobs", section.see_jobs));
  for (const RuleMap* rules : {&see, &create, &see_jobs})
    for (const auto& rule : *rules) access.policy.descriptions[rule.first];
  add_rules(access.policy, see, &DescriptionRules::see);
  add_rules(access.policy, create, &DescriptionRules::create);
  add_rules(access.policy, see_jobs, &DescriptionRules::see_jobs);
  OPUS_UWS_TRY(config.api.request_limits,
               read_class_limits(config, "limits.requests", section.request_limits));
  OPUS_UWS_TRY(config.api.upload_limits,
               read_class_limits(config, "limits.uploads", section.upload_limits));
  auto front_ends = rest::TrustedProxies::parse(section.front_ends);
  if (!front_ends)
    return Error{Errc::invalid_argument, "access.front_ends (" +
                                             config.origins.at("access.front_ends") +
                                             "): " + front_ends.error().message};
  access.front_ends = *std::move(front_ends);
  if (!access.front_end_header.empty() && access.front_ends.empty())
    return Error{Errc::invalid_argument,
                 "access.front_end_header (" + config.origins.at("access.front_end_header") +
                     "): expected access.front_ends with it, as anybody can send a header"};
  return {};
}

Result<void> open_accounts(rest::AccessConfig& access, const ServerConfig& config,
                           const Service& service, const LogSink& log, std::ostream& out) {
  OPUS_UWS_TRY(Accounts accounts, Accounts::open({.data_dir = config.service.data_dir}));
  OPUS_UWS_TRY(const bool none, accounts.empty());
  const bool open = access.policy.open || (access.open_until_accounts && none);
  if (none && !open && access.admin_token.empty())
    OPUS_UWS_CHECK(make_first_administrator(accounts, out));
  if (open && !is_loopback(config.http.address))
    log({LogLevel::warning,
         "access.mode is open on an address that others can reach: whoever does may run jobs",
         {{"listen", config.listen}}});
  for (const auto& [name, rules] : access.policy.descriptions)
    if (name != "*" && !service.description(name))
      log({LogLevel::warning,
           "an access rule is for a description that does not exist",
           {{"description", name}}});
  access.accounts = std::make_shared<Accounts>(std::move(accounts));
  return {};
}

}}}  // namespace opus::uws0::server
