#include "server/oidc/signed_token.hpp"

#include <algorithm>
#include <utility>

#include "server/rest/base64.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace oidc {
namespace {

constexpr std::size_t k_longest_token = 16u << 10;

Error no_token(std::string message) { return {Errc::unauthenticated, std::move(message)}; }

Error not_signed() { return no_token("the token is no signed one (JWT)"); }

bool may_have_signed(const PublicKey& key, const SignedToken& token) noexcept {
  return key.is_for(token.algorithm()) && (!token.key_id() || key.id() == token.key_id());
}

}  // namespace

Result<SignedToken> SignedToken::parse(std::string_view text) {
  const auto first = text.find('.');
  const auto second = first == text.npos ? first : text.find('.', first + 1);
  if (second == text.npos || text.size() > k_longest_token) return not_signed();
  const auto header = rest::decode_base64url(text.substr(0, first));
  const auto payload = rest::decode_base64url(text.substr(first + 1, second - first - 1));
  auto signature = rest::decode_base64url(text.substr(second + 1));
  if (!header || !payload || !signature) return not_signed();
  const auto fields = Claims::parse(*header);
  if (!fields) return not_signed();
  auto algorithm = fields->text("alg");
  if (!algorithm || !is_algorithm(*algorithm))
    return no_token("the token is signed by " + rest::in_quotes(algorithm.value_or("")) +
                    ", an algorithm that is not accepted");
  if (fields->has("crit"))
    return no_token("the token asks for extensions (crit) that are not known here");
  auto claims = Claims::parse(*payload);
  if (!claims) return no_token("the token's claims: " + claims.error().message);
  SignedToken token{*std::move(claims)};
  token.algorithm_ = *std::move(algorithm);
  token.message_ = text.substr(0, second);
  token.signature_ = *std::move(signature);
  token.key_id_ = fields->text("kid");
  return token;
}

Result<KeySet> KeySet::parse(std::string_view json) {
  const auto document = Claims::parse(json);
  if (!document || !document->has("keys"))
    return Error{Errc::invalid_argument, "expected a JSON Web Key Set, an object with \"keys\""};
  KeySet set;
  for (const Claims& jwk : document->objects("keys"))
    if (auto key = PublicKey::from_jwk(jwk)) set.keys_.push_back(*std::move(key));
  if (set.keys_.empty())
    return Error{Errc::invalid_argument,
                 "has no key for signatures by RSA (2048 to 8192 bits), P-256, P-384, P-521 or "
                 "Ed25519"};
  return set;
}

bool KeySet::has_key_for(const SignedToken& token) const noexcept {
  return std::any_of(keys_.begin(), keys_.end(),
                     [&](const PublicKey& key) { return may_have_signed(key, token); });
}

bool KeySet::has_signed(const SignedToken& token) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const PublicKey& key) {
    return may_have_signed(key, token) &&
           key.has_signed(token.algorithm(), token.message(), token.signature());
  });
}

}}}  // namespace opus::uws0::oidc
