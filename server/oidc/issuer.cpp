#include "server/oidc/issuer.hpp"

#include <algorithm>
#include <optional>

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace oidc {
namespace {

constexpr std::size_t k_longest_name = 128;  // as that of an account

Error refused(std::string message) { return {Errc::unauthenticated, std::move(message)}; }

/// Within the years that can be told.
TimePoint to_time(std::int64_t seconds) {
  constexpr std::int64_t k_first = -62'135'596'800, k_last = 253'402'300'799;
  return TimePoint{std::chrono::seconds{std::clamp(seconds, k_first, k_last)}};
}

/// Accounts have no ':' in their names, as Basic authentication ends a name by it.
std::string without_colons(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ':')
      out += "%3A";
    else if (c == '%')
      out += "%25";
    else
      out += c;
  }
  return out;
}

bool is_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= k_longest_name && rest::trim(text) == text &&
         std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return c == ':' || c < 0x20 || c == 0x7F; });
}

/// As rules of access can name it.
bool is_group(std::string_view text) noexcept {
  return !text.empty() && text.size() <= k_longest_name &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-' || c == '@' || c == '/';
         });
}

Result<std::string> name_of(const Claims& claims, const IssuerConfig& issuer) {
  std::optional<std::string> name;
  std::string claim = issuer.identity;
  if (issuer.identity == k_by_subject) {
    claim = "sub";
    if (const auto subject = claims.text(claim); subject && !subject->empty())
      name = without_colons(*subject) + '@' + issuer.name;
  } else {
    if (issuer.identity == k_by_email && !claims.is_true("email_verified"))
      return refused("the token's email is not verified (email_verified)");
    name = claims.text(claim);
  }
  if (!name) return refused("the token has no claim '" + claim + "', which says who one is here");
  if (!is_name(*name))
    return refused(
        "the token's claim '" + claim +
        "': expected 1 to 128 bytes without ':', control characters and spaces around, got " +
        rest::in_quotes(*name));
  return *std::move(name);
}

}  // namespace

Result<void> check_claims(const Claims& claims, const IssuerConfig& issuer, const TokenRules& rules,
                          TimePoint now) {
  if (claims.text("iss") != issuer.url) return refused("the token is of another issuer");
  const auto meant = claims.texts("aud");
  if (std::find_first_of(meant.begin(), meant.end(), issuer.audiences.begin(),
                         issuer.audiences.end()) == meant.end())
    return refused("the token is not for this service: its audience (aud) has none of " +
                   rest::in_quotes(issuer.audiences.front()) +
                   (issuer.audiences.size() > 1 ? ", ..." : ""));
  const auto expiry = claims.number("exp");
  if (!expiry) return refused("the token does not say until when it is good (exp)");
  if (now >= to_time(*expiry) + rules.clock_skew)
    return refused("the token has expired at " + to_iso8601(to_time(*expiry)));
  const auto from = claims.number("nbf");
  if (from && now < to_time(*from) - rules.clock_skew)
    return refused("the token is not good before " + to_iso8601(to_time(*from)));
  return {};
}

Result<Identity> identity_of(const Claims& claims, const IssuerConfig& issuer,
                             const TokenRules& rules) {
  Identity identity;
  OPUS_UWS_TRY(identity.account, name_of(claims, issuer));
  identity.by = AuthenticatedBy::issuer;
  if (issuer.groups.empty()) return identity;
  for (const std::string& text : claims.words(issuer.groups)) {
    // Some name groups by paths from a root.
    const std::string_view group =
        std::string_view(text).substr(std::min(text.find_first_not_of('/'), text.size()));
    if (!is_group(group)) continue;
    identity.groups.push_back(issuer.name + '/' + std::string(group));
    for (const auto& [of_group, role] : rules.roles)
      if (of_group == identity.groups.back() && !identity.has_role(role))
        identity.roles.push_back(role);
  }
  return identity;
}

TimePoint expiry_of(const Claims& claims) { return to_time(claims.number("exp").value_or(0)); }

}}}  // namespace opus::uws0::oidc
