#pragma once
// Signed tokens in compact form (JWS, RFC 7515 §3.1; JWT, RFC 7519) and the keys of their issuer.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/error.hpp>

#include "server/oidc/public_key.hpp"

namespace opus { inline namespace uws0 { namespace oidc {

/// What it says is not to be believed before KeySet::has_signed().
class SignedToken {
 public:
  /// unauthenticated: it is none, its algorithm is none of all_algorithms(), or it asks for more
  /// than we know ("crit").
  static Result<SignedToken> parse(std::string_view text);

  const std::string& algorithm() const noexcept { return algorithm_; }
  const std::optional<std::string>& key_id() const noexcept { return key_id_; }
  const Claims& claims() const noexcept { return claims_; }
  const std::string& message() const noexcept { return message_; }  ///< what is signed
  const std::string& signature() const noexcept { return signature_; }

 private:
  explicit SignedToken(Claims claims) : claims_(std::move(claims)) {}

  Claims claims_;
  std::string algorithm_{}, message_{}, signature_{};
  std::optional<std::string> key_id_{};
};

/// The public keys by which an issuer signs (JWK Set, RFC 7517 §5).
class KeySet {
 public:
  /// Keys that PublicKey does not take are left out. invalid_argument: no key set, or no key left.
  static Result<KeySet> parse(std::string_view json);

  /// Is there a key that this token may be signed by?
  bool has_key_for(const SignedToken& token) const noexcept;
  bool has_signed(const SignedToken& token) const;

 private:
  std::vector<PublicKey> keys_;
};

}}}  // namespace opus::uws0::oidc
