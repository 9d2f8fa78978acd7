#include "server/oidc_section.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "server/config.hpp"
#include "server/oidc/http_get.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace server {
namespace {

class OidcReader {
 public:
  explicit OidcReader(ServerConfig& config)
      : config_(config), section_(config.oidc), issuers_(config.oidc.verifier.issuers) {}

  Result<void> read() {
    issuers_.clear();
    section_.verifier.rules.roles.clear();
    OPUS_UWS_CHECK(each("oidc.issuers", section_.issuers,
                        [&](const std::string& name, const std::string& url, const auto& bad) {
                          return add_issuer(name, url, bad);
                        }));
    OPUS_UWS_CHECK(for_issuers("oidc.audiences", section_.audiences,
                               [](auto& issuer, auto& text) { issuer.audiences.push_back(text); }));
    OPUS_UWS_CHECK(for_issuers("oidc.identity", section_.identities,
                               [](auto& issuer, auto& text) { issuer.identity = text; }));
    OPUS_UWS_CHECK(for_issuers("oidc.groups", section_.groups,
                               [](auto& issuer, auto& text) { issuer.groups = text; }));
    OPUS_UWS_CHECK(each("oidc.roles", section_.roles,
                        [&](const std::string& group, const std::string& role, const auto& bad) {
                          return add_role(group, role, bad);
                        }));
    OPUS_UWS_CHECK(check_algorithms());
    for (const oidc::IssuerConfig& issuer : issuers_)
      if (issuer.audiences.empty())
        return Error{Errc::invalid_argument,
                     "oidc.audiences" + origin("oidc.audiences") +
                         ": expected one for the issuer " + issuer.name +
                         ", as tokens that were given to other services would do here, too"};
    return {};
  }

 private:
  std::string origin(std::string_view key) const {
    return " (" + config_.origins.find(key)->second + ')';
  }

  /// Calls `take(name, value, bad)` for each "name=value".
  template <class Take>
  Result<void> each(std::string_view key, const std::vector<std::string>& texts, Take take) {
    for (const std::string& text : texts) {
      const auto bad = [&](const std::string& expected) {
        return Error{Errc::invalid_argument, std::string(key) + origin(key) + ": expected " +
                                                 expected + ", got " + rest::in_quotes(text)};
      };
      const auto equals = text.find('=');
      if (equals == 0 || equals == text.npos || equals + 1 == text.size()) return bad("name=value");
      OPUS_UWS_CHECK(take(text.substr(0, equals), text.substr(equals + 1), bad));
    }
    return {};
  }

  template <class Set>
  Result<void> for_issuers(std::string_view key, const std::vector<std::string>& texts, Set set) {
    return each(key, texts,
                [&](const std::string& name, const std::string& value, const auto& bad) {
                  const auto issuer = find(name);
                  if (issuer == issuers_.end())
                    return Result<void>(bad("a name of oidc.issuers before '='"));
                  set(*issuer, value);
                  return Result<void>();
                });
  }

  template <class Bad>
  Result<void> add_issuer(const std::string& name, const std::string& url, const Bad& bad) {
    constexpr std::string_view k_letters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    if (name.find_first_not_of(k_letters) != name.npos)
      return bad("a name of letters, digits, '.', '_' and '-' before '='");
    if (find(name) != issuers_.end()) return bad("another name: this one is there already");
    if (!oidc::is_safe_url(url)) return bad("https://... after '=', or http to this machine");
    if (std::any_of(issuers_.begin(), issuers_.end(),
                    [&](const auto& issuer) { return issuer.url == url; }))
      return bad("another URL: this one has a name already");
    issuers_.push_back({.name = name, .url = url});
    return {};
  }

  template <class Bad>
  Result<void> add_role(const std::string& group, const std::string& role, const Bad& bad) {
    const auto issuer = find(group.substr(0, group.find('/')));
    if (group.find('/') == group.npos || issuer == issuers_.end())
      return bad("NAME/GROUP=ROLE with a name of oidc.issuers");
    if (issuer->groups.empty()) return bad("oidc.groups for this issuer, too");
    section_.verifier.rules.roles.emplace_back(group, role);
    return {};
  }

  Result<void> check_algorithms() const {
    const auto& algorithms = section_.verifier.rules.algorithms;
    const auto bad = std::find_if_not(algorithms.begin(), algorithms.end(), oidc::is_algorithm);
    if (!algorithms.empty() && bad == algorithms.end()) return {};
    return Error{Errc::invalid_argument,
                 "oidc.algorithms" + origin("oidc.algorithms") +
                     ": expected RS256, RS384, RS512, PS256, ..., ES512, EdDSA, got " +
                     (algorithms.empty() ? "none" : rest::in_quotes(*bad))};
  }

  std::vector<oidc::IssuerConfig>::iterator find(const std::string& name) {
    return std::find_if(issuers_.begin(), issuers_.end(),
                        [&](const auto& issuer) { return issuer.name == name; });
  }

  ServerConfig& config_;
  OidcSection& section_;
  std::vector<oidc::IssuerConfig>& issuers_;
};

}  // namespace

Result<void> finish_oidc(ServerConfig& config) { return OidcReader(config).read(); }

void trust_issuers(rest::AccessConfig& access, const OidcSection& section, const LogSink& log) {
  if (section.verifier.issuers.empty()) return;
  oidc::VerifierConfig config = section.verifier;
  config.log = log;
  access.signed_tokens = [verifier = std::make_shared<oidc::TokenVerifier>(std::move(config))](
                             std::string_view token) { return verifier->verify(token); };
}

}}}  // namespace opus::uws0::server
