#pragma once
// The section [oidc] of the configuration: whose signed tokens are taken, and for whom.

#include <string>
#include <vector>

#include <opus/error.hpp>
#include <opus/log.hpp>

#include "server/oidc/token_verifier.hpp"
#include "server/rest/authentication.hpp"

namespace opus { inline namespace uws0 { namespace server {

struct ServerConfig;

/// In texts, "<issuer>=<value>" each, where <issuer> is a name that `issuers` gives.
struct OidcSection {
  std::vector<std::string> issuers{}, audiences{}, identities{}, groups{};
  std::vector<std::string> roles{};  ///< "<issuer>/<group>=<role>"
  oidc::VerifierConfig verifier{};   ///< what finish_oidc() makes of them
};

/// invalid_argument names the key.
Result<void> finish_oidc(ServerConfig& config);

/// From now on tokens of the configured issuers are taken, if there are any; their keys are asked
/// for in the background.
void trust_issuers(rest::AccessConfig& access, const OidcSection& section, const LogSink& log);

}}}  // namespace opus::uws0::server
