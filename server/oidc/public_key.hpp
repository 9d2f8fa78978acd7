#pragma once
// Public keys (JWK, RFC 7517, 7518 §6, 8037 §2) and the signatures that they verify (RFC 7518 §3),
// by OpenSSL. The JOSE libraries of the distribution do not stand what strangers send: libcjose
// 0.6.2 aborts on base64 of a length that there is not.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/oidc/claims.hpp"

struct evp_pkey_st;

namespace opus { inline namespace uws0 { namespace oidc {

/// Can we verify it, and does signing need the issuer's private key? RS, PS and ES with 256, 384
/// and 512, EdDSA with Ed25519; neither "none" nor HS, whose keys both sides have.
bool is_algorithm(std::string_view name) noexcept;
/// All of these.
std::vector<std::string> all_algorithms();

/// Threads: const functions any.
class PublicKey {
 public:
  /// nullopt: not for signatures, of a kind that no algorithm of ours has, weak (RSA below 2048
  /// bits), or not a key.
  static std::optional<PublicKey> from_jwk(const Claims& jwk);

  const std::optional<std::string>& id() const noexcept { return id_; }
  bool is_for(std::string_view algorithm) const noexcept;
  bool has_signed(std::string_view algorithm, std::string_view message,
                  std::string_view signature) const;

 private:
  struct Release {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  using KeyPtr = std::unique_ptr<evp_pkey_st, Release>;

  static KeyPtr rsa(const Claims& jwk);
  static KeyPtr curve(const Claims& jwk);
  static KeyPtr edwards(const Claims& jwk);

  KeyPtr key_{};
  std::string kind_{};  ///< "RSA", or a curve: "P-256", "Ed25519"
  std::optional<std::string> id_{}, algorithm_{};
};

}}}  // namespace opus::uws0::oidc
