#include "server/rest/authentication.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "server/rest/base64.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::string_view k_acting_for = "OPUS-Acting-For";

Error not_authenticated(std::string message) { return {Errc::unauthenticated, std::move(message)}; }

/// The value after "bearer " or the like; nullopt: another scheme.
std::optional<std::string_view> after_scheme(std::string_view value, std::string_view scheme) {
  if (value.size() <= scheme.size() || !iequals(value.substr(0, scheme.size()), scheme) ||
      value[scheme.size()] != ' ')
    return std::nullopt;
  return trim(value.substr(scheme.size()));
}

/// The one value of a header that must not come twice: which of them would count?
Result<std::optional<std::string_view>> only_value(const Headers& headers, std::string_view name) {
  if (headers.count(name) > 1)
    return Error{Errc::invalid_argument, std::string(name) + ": expected once, got it " +
                                             std::to_string(headers.count(name)) + " times"};
  return headers.get(name);
}

}  // namespace

bool equal_in_constant_time(std::string_view guess, std::string_view secret) noexcept {
  // volatile: no compiler may leave the loop early.
  volatile unsigned char difference = guess.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < guess.size(); ++i) {
    const char expected = secret.empty() ? '\0' : secret[i % secret.size()];
    difference = static_cast<unsigned char>(difference | (guess[i] ^ expected));
  }
  return difference == 0;
}

Authenticator::Authenticator(AccessConfig config)
    : config_(std::move(config)), open_(config_.policy) {
  open_.open = true;
}

bool Authenticator::has_accounts() const {
  // What cannot be read is no reason to open up.
  return config_.accounts && !config_.accounts->empty().value_or(false);
}

const AccessPolicy& Authenticator::policy() const {
  return config_.open_until_accounts && !has_accounts() ? open_ : config_.policy;
}

bool Authenticator::has_means() const {
  return !config_.admin_token.empty() || !config_.front_end_header.empty() ||
         takes_signed_tokens() || has_accounts();
}

Result<Identity> Authenticator::identify(const Request& request, std::string_view peer) const {
  const bool front_end = !config_.front_end_header.empty() && config_.front_ends.trusts(peer) &&
                         request.headers.has(config_.front_end_header);
  OPUS_UWS_TRY(const auto authorization, only_value(request.headers, "Authorization"));
  Result<Identity> identity = front_end       ? by_front_end(request)
                              : authorization ? by_authorization(*authorization)
                                              : Result<Identity>(Identity{});
  if (!identity) {
    if (identity.error().code != Errc::unauthenticated || !policy().open) return identity;
    identity = Identity{};
  }
  OPUS_UWS_TRY(const auto end_user, only_value(request.headers, k_acting_for));
  if (!end_user) return identity;
  if (identity->anonymous() || !config_.accounts)
    return not_authenticated(std::string(k_acting_for) + ": say who acts, too");
  return config_.accounts->acting_for(*identity, *end_user);
}

Result<Identity> Authenticator::by_front_end(const Request& request) const {
  OPUS_UWS_TRY(const auto name, only_value(request.headers, config_.front_end_header));
  if (!name || name->empty()) return Identity{};  // the front end knows nobody either
  if (config_.accounts) return config_.accounts->identity_of(*name, AuthenticatedBy::front_end);
  Identity identity;
  identity.account = *name;
  identity.roles = {std::string(k_user)};
  identity.by = AuthenticatedBy::front_end;
  return identity;
}

Result<Identity> Authenticator::by_authorization(std::string_view value) const {
  if (const auto token = after_scheme(value, "bearer")) {
    // Tokens of our own have no dots.
    const bool is_signed =
        config_.signed_tokens && std::count(token->begin(), token->end(), '.') == 2;
    return is_signed ? by_signed_token(*token) : by_secret(*token, {});
  }
  const auto encoded = after_scheme(value, "basic");
  if (!encoded)
    return not_authenticated(
        "Authorization: expected Bearer with a token, or Basic with account and token");
  const auto pair = decode_base64(*encoded);
  const auto colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos || colon == 0)
    return not_authenticated("Authorization: expected account:token in base64 after Basic");
  return by_secret(std::string_view(*pair).substr(colon + 1),
                   std::string_view(*pair).substr(0, colon));
}

Result<Identity> Authenticator::by_signed_token(std::string_view token) const {
  OPUS_UWS_TRY(const Identity said, config_.signed_tokens(token));
  Identity identity = said;
  identity.roles = {std::string(k_user)};
  if (config_.accounts) {
    OPUS_UWS_TRY(identity, config_.accounts->identity_of(said.account, said.by));
    for (const std::string& group : said.groups)
      if (!identity.in_group(group)) identity.groups.push_back(group);
  }
  for (const std::string& role : said.roles)
    if (!identity.has_role(role)) identity.roles.push_back(role);
  return identity;
}

Result<Identity> Authenticator::by_secret(std::string_view secret, std::string_view account) const {
  if (!config_.admin_token.empty() && (account.empty() || account == k_admin) &&
      equal_in_constant_time(secret, config_.admin_token)) {
    Identity identity;
    identity.account = k_admin;
    identity.roles = {std::string(k_admin)};
    identity.by = AuthenticatedBy::host;
    return identity;
  }
  if (config_.accounts) return config_.accounts->authenticate(secret, account);
  return not_authenticated("the token is not valid");
}

}}}  // namespace opus::uws0::rest
