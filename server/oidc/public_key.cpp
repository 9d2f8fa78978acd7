#include "server/oidc/public_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <utility>

#include "server/rest/base64.hpp"

namespace opus { inline namespace uws0 { namespace oidc {
namespace {

// The issuer is trusted, but a key of any size is not: verifying would take for ever.
constexpr int k_least_rsa_bits = 2048, k_most_rsa_bits = 8192;

struct Algorithm {
  std::string_view name, kind;
  const EVP_MD* (*digest)();  ///< null = part of the algorithm
  bool pss = false;
};
constexpr std::array k_algorithms{
    Algorithm{"RS256", "RSA", EVP_sha256},       Algorithm{"RS384", "RSA", EVP_sha384},
    Algorithm{"RS512", "RSA", EVP_sha512},       Algorithm{"PS256", "RSA", EVP_sha256, true},
    Algorithm{"PS384", "RSA", EVP_sha384, true}, Algorithm{"PS512", "RSA", EVP_sha512, true},
    Algorithm{"ES256", "P-256", EVP_sha256},     Algorithm{"ES384", "P-384", EVP_sha384},
    Algorithm{"ES512", "P-521", EVP_sha512},     Algorithm{"EdDSA", "Ed25519", nullptr},
};

/// Bytes of a coordinate.
std::size_t field_size(std::string_view curve) noexcept {
  return curve == "P-256" ? 32 : curve == "P-384" ? 48 : curve == "P-521" ? 66 : 0;
}

const Algorithm* find_algorithm(std::string_view name) noexcept {
  const auto* const found = std::find_if(k_algorithms.begin(), k_algorithms.end(),
                                         [&](const Algorithm& one) { return one.name == name; });
  return found == k_algorithms.end() ? nullptr : found;
}

template <auto release> struct Releaser {
  template <class T> void operator()(T* object) const noexcept { release(object); }
};
using Number = std::unique_ptr<BIGNUM, Releaser<BN_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Releaser<OSSL_PARAM_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Releaser<OSSL_PARAM_BLD_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Releaser<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Releaser<EVP_MD_CTX_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Releaser<ECDSA_SIG_free>>;

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Number number_of(std::string_view bytes) {
  return Number{BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr)};
}

std::optional<std::string> decoded(const Claims& jwk, const char* name) {
  const auto text = jwk.text(name);
  return text ? rest::decode_base64url(*text) : std::nullopt;
}

EVP_PKEY* make_key(const char* kind, OSSL_PARAM_BLD* builder) {
  const Parameters parameters{OSSL_PARAM_BLD_to_param(builder)};
  const KeyContext context{EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr)};
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  return key;
}

/// RFC 7518 §3.4 has the two numbers side by side; OpenSSL wants them in ASN.1.
std::optional<std::string> to_der(std::string_view signature, std::size_t size) {
  if (size == 0 || signature.size() != 2 * size) return std::nullopt;
  const Signature pair{ECDSA_SIG_new()};
  Number r = number_of(signature.substr(0, size)), s = number_of(signature.substr(size));
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return std::nullopt;
  static_cast<void>(r.release());  // they are the pair's now
  static_cast<void>(s.release());
  const int length = i2d_ECDSA_SIG(pair.get(), nullptr);
  if (length <= 0) return std::nullopt;
  std::string der(static_cast<std::size_t>(length), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_ECDSA_SIG(pair.get(), &out);
  return der;
}

}  // namespace

bool is_algorithm(std::string_view name) noexcept { return find_algorithm(name) != nullptr; }

std::vector<std::string> all_algorithms() {
  std::vector<std::string> names;
  for (const Algorithm& one : k_algorithms) names.emplace_back(one.name);
  return names;
}

void PublicKey::Release::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

PublicKey::KeyPtr PublicKey::rsa(const Claims& jwk) {
  const auto n = decoded(jwk, "n"), e = decoded(jwk, "e");
  if (!n || !e || n->size() > k_most_rsa_bits / 8 || e->size() > 8) return nullptr;
  const Number modulus = number_of(*n), exponent = number_of(*e);
  const Builder builder{OSSL_PARAM_BLD_new()};
  if (!modulus || !exponent || !builder || BN_num_bits(modulus.get()) < k_least_rsa_bits ||
      BN_is_odd(exponent.get()) == 0 || BN_is_one(exponent.get()) == 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
    return nullptr;
  return KeyPtr{make_key("RSA", builder.get())};
}

PublicKey::KeyPtr PublicKey::curve(const Claims& jwk) {
  const auto name = jwk.text("crv");
  auto x = decoded(jwk, "x"), y = decoded(jwk, "y");
  const std::size_t size = field_size(name.value_or(""));
  if (size == 0 || !x || !y || x->size() > size || y->size() > size) return nullptr;
  // RFC 7518 §6.2.1.2 wants leading zeros, which some issuers leave out.
  for (std::string* const number : {&*x, &*y}) number->insert(0, size - number->size(), '\0');
  const std::string point = '\x04' + *x + *y;  // uncompressed, SEC 1 §2.3.3
  const Builder builder{OSSL_PARAM_BLD_new()};
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, name->c_str(),
                                      name->size()) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1)
    return nullptr;
  KeyPtr key{make_key("EC", builder.get())};
  const KeyContext context{key ? EVP_PKEY_CTX_new(key.get(), nullptr) : nullptr};
  return context && EVP_PKEY_public_check(context.get()) == 1 ? std::move(key) : nullptr;
}

PublicKey::KeyPtr PublicKey::edwards(const Claims& jwk) {
  const auto x = decoded(jwk, "x");
  if (jwk.text("crv") != "Ed25519" || !x) return nullptr;
  return KeyPtr{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(*x), x->size())};
}

std::optional<PublicKey> PublicKey::from_jwk(const Claims& jwk) {
  if (const auto use = jwk.text("use"); use && *use != "sig") return std::nullopt;
  const auto family = jwk.text("kty");
  PublicKey key;
  key.key_ = family == "RSA"   ? rsa(jwk)
             : family == "EC"  ? curve(jwk)
             : family == "OKP" ? edwards(jwk)
                               : nullptr;
  if (!key.key_) return std::nullopt;
  key.kind_ = family == "RSA" ? "RSA" : *jwk.text("crv");
  key.id_ = jwk.text("kid");
  key.algorithm_ = jwk.text("alg");
  return key;
}

bool PublicKey::is_for(std::string_view algorithm) const noexcept {
  const Algorithm* const wanted = find_algorithm(algorithm);
  return wanted != nullptr && wanted->kind == kind_ && (!algorithm_ || *algorithm_ == algorithm);
}

bool PublicKey::has_signed(std::string_view algorithm, std::string_view message,
                           std::string_view signature) const {
  if (!is_for(algorithm)) return false;
  const Algorithm& how = *find_algorithm(algorithm);
  std::string der;
  if (const std::size_t size = field_size(how.kind); size != 0) {
    auto converted = to_der(signature, size);
    if (!converted) return false;
    der = *std::move(converted);
    signature = der;
  }
  const DigestContext context{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* padding = nullptr;  // the digest context's
  if (!context || EVP_DigestVerifyInit(context.get(), &padding, how.digest ? how.digest() : nullptr,
                                       nullptr, key_.get()) != 1)
    return false;
  if (how.pss && (EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) != 1 ||
                  EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST) != 1))
    return false;
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message),
                          message.size()) == 1;
}

}}}  // namespace opus::uws0::oidc
