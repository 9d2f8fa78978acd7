#pragma once
// What a service takes from the tokens of one OpenID Connect issuer. Pure functions.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <opus/access.hpp>
#include <opus/error.hpp>
#include <opus/time.hpp>

#include "server/oidc/signed_token.hpp"

namespace opus { inline namespace uws0 { namespace oidc {

inline constexpr std::string_view k_by_subject = "subject";
inline constexpr std::string_view k_by_email = "email";

struct IssuerConfig {
  std::string name{};  ///< here: a word without '/'
  std::string url{};   ///< exactly as its tokens have it in "iss"
  /// A token is for us if its "aud" has one of these. Never empty: else a token that somebody gave
  /// to another service would open this one.
  std::vector<std::string> audiences{};
  /// What becomes the name of the account: k_by_subject ("<sub>@<name>", unlike any other's),
  /// k_by_email (verified ones only), else a claim, whose values must be unique for ever.
  std::string identity{k_by_subject};
  /// The claim with the groups, which are "<name>/<group>" here; empty = none. Dots lead into inner
  /// objects.
  std::string groups{};
};

struct TokenRules {
  std::vector<std::string> algorithms = all_algorithms();
  std::chrono::seconds clock_skew{60};  ///< of their clocks and ours
  /// Group ("<name>/<group>") -> role.
  std::vector<std::pair<std::string, std::string>> roles{};
};

/// Is the token, whose signature is good, for us and of now? unauthenticated says what is not so.
Result<void> check_claims(const Claims& claims, const IssuerConfig& issuer, const TokenRules& rules,
                          TimePoint now);

/// Who that is. unauthenticated: the claim is not there, or is no name.
Result<Identity> identity_of(const Claims& claims, const IssuerConfig& issuer,
                             const TokenRules& rules);

/// When the token ends.
TimePoint expiry_of(const Claims& claims);

}}}  // namespace opus::uws0::oidc
