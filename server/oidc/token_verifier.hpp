#pragma once
// Who somebody is, by a token that an OpenID Connect issuer has signed (RFC 9068, OpenID Connect
// Core 1.0 §2).

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/oidc/issuer.hpp"
#include "server/oidc/issuer_keys.hpp"

namespace opus { inline namespace uws0 { namespace oidc {

struct VerifierConfig {
  std::vector<IssuerConfig> issuers{};
  TokenRules rules{};
  std::filesystem::path ca_file{};
  std::chrono::milliseconds least_pause{10'000};  ///< IssuerKeysConfig::least_pause
  std::size_t remembered = 10'000;                ///< good tokens, so that each is verified once
  LogSink log{};
  std::shared_ptr<Clock> clock{};  ///< null = system_clock()
};

/// Threads: any. No call waits for an issuer; that of a token seen before costs microseconds.
class TokenVerifier {
 public:
  explicit TokenVerifier(VerifierConfig config);
  ~TokenVerifier();

  /// unauthenticated: what is wrong with it; unavailable: the keys of its issuer are not here yet,
  /// and may be soon.
  Result<Identity> verify(std::string_view token);

 private:
  struct Issuer {
    IssuerConfig config;
    std::unique_ptr<IssuerKeys> keys;
  };
  struct Remembered {
    Identity identity;
    TimePoint until;  ///< the clocks' skew is in it
    std::size_t issuer;
    std::uint64_t version;  ///< of the keys that verified it
  };

  std::optional<Identity> recall(const std::string& digest, TimePoint now);
  void remember(std::string digest, Remembered good);
  Result<std::size_t> issuer_of(const SignedToken& token) const;
  Result<void> check_signature(const SignedToken& token, Issuer& issuer, const Keys& keys) const;

  VerifierConfig config_;
  std::vector<Issuer> issuers_;
  std::mutex mutex_;
  std::unordered_map<std::string, Remembered> good_;  ///< by SHA-256 of the token
};

}}}  // namespace opus::uws0::oidc
