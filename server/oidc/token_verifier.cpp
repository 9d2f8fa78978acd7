#include "server/oidc/token_verifier.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace oidc {
namespace {

/// Tokens are not kept: whoever reads our memory could use them.
std::string sha256_of(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    return {};
  return {reinterpret_cast<const char*>(digest.data()), size};
}

}  // namespace

TokenVerifier::TokenVerifier(VerifierConfig config) : config_(std::move(config)) {
  if (!config_.clock) config_.clock = system_clock();
  for (const IssuerConfig& issuer : config_.issuers)
    issuers_.push_back({issuer, std::make_unique<IssuerKeys>(
                                    IssuerKeysConfig{.url = issuer.url,
                                                     .ca_file = config_.ca_file,
                                                     .log = config_.log,
                                                     .least_pause = config_.least_pause})});
}

TokenVerifier::~TokenVerifier() = default;

Result<Identity> TokenVerifier::verify(std::string_view text) {
  const TimePoint now = config_.clock->now();
  std::string digest = sha256_of(text);
  if (auto known = recall(digest, now)) return *std::move(known);

  OPUS_UWS_TRY(const SignedToken token, SignedToken::parse(text));
  const auto& accepted = config_.rules.algorithms;
  if (std::find(accepted.begin(), accepted.end(), token.algorithm()) == accepted.end())
    return Error{Errc::unauthenticated, "the token is signed by " +
                                            rest::in_quotes(token.algorithm()) +
                                            ", an algorithm that is not accepted"};
  OPUS_UWS_TRY(const std::size_t number, issuer_of(token));
  Issuer& issuer = issuers_[number];
  const Keys keys = issuer.keys->keys();
  OPUS_UWS_CHECK(check_signature(token, issuer, keys));
  const Claims& claims = token.claims();
  OPUS_UWS_CHECK(check_claims(claims, issuer.config, config_.rules, now));
  OPUS_UWS_TRY(Identity identity, identity_of(claims, issuer.config, config_.rules));
  remember(std::move(digest),
           {identity, expiry_of(claims) + config_.rules.clock_skew, number, keys.version});
  return identity;
}

Result<std::size_t> TokenVerifier::issuer_of(const SignedToken& token) const {
  const auto url = token.claims().text("iss");
  for (std::size_t i = 0; i < issuers_.size(); ++i)
    if (url == issuers_[i].config.url) return i;
  return Error{Errc::unauthenticated, "the token is of an issuer that is not trusted here"};
}

Result<void> TokenVerifier::check_signature(const SignedToken& token, Issuer& issuer,
                                            const Keys& keys) const {
  const auto later = [&](const std::string& why) {
    return Error{Errc::unavailable,
                 "the token cannot be verified yet: the keys of " + issuer.config.url + why};
  };
  if (!keys.set) {
    issuer.keys->ask_again(keys.version);  // somebody waits for them
    return later(keys.fault.empty() ? " are being asked for" : " are not known: " + keys.fault);
  }
  if (!keys.set->has_key_for(token)) {
    if (issuer.keys->ask_again(keys.version)) return later(" are being asked for again");
    return Error{Errc::unauthenticated,
                 "the token is signed by a key that its issuer does not have"};
  }
  if (!keys.set->has_signed(token))
    return Error{Errc::unauthenticated, "the token's signature is not valid"};
  return {};
}

std::optional<Identity> TokenVerifier::recall(const std::string& digest, TimePoint now) {
  const std::lock_guard lock(mutex_);
  const auto found = good_.find(digest);
  if (found == good_.end()) return std::nullopt;
  const Remembered& good = found->second;
  if (now < good.until && issuers_[good.issuer].keys->version() == good.version)
    return good.identity;
  good_.erase(found);
  return std::nullopt;
}

void TokenVerifier::remember(std::string digest, Remembered good) {
  if (digest.empty()) return;
  const std::lock_guard lock(mutex_);
  // Whoever comes again is verified again: that is cheap, and only good tokens come here.
  if (good_.size() >= config_.remembered) good_.clear();
  good_.insert_or_assign(std::move(digest), std::move(good));
}

}}}  // namespace opus::uws0::oidc
