#pragma once
// The section [access] of the configuration: from its texts to rules, and to a service that knows
// its accounts.

#include <iosfwd>
#include <string>
#include <vector>

#include <opus/access.hpp>
#include <opus/log.hpp>
#include <opus/service.hpp>

#include "server/rest/authentication.hpp"

namespace opus { inline namespace uws0 { namespace server {

struct ServerConfig;

/// The section in texts; rules are "<description>=<word> <word>", "*" for all other descriptions.
struct AccessSection {
  std::string mode = "auto";  ///< open, accounts, or auto: open on a loopback address while there
                              ///< are no accounts
  std::vector<std::string> see{}, create{}, see_jobs{};
  std::vector<std::string> front_ends{};
  std::vector<std::string> request_limits{}, upload_limits{};  ///< "<word>=<number>"
};

/// Reads the texts into config.api.access. invalid_argument names the key.
Result<void> finish_access(ServerConfig& config);

/// Opens the accounts in the data folder. On a first start where they are needed, makes the account
/// "admin" and prints its token on `out`: the only time that it is told. Warns of rules for
/// descriptions that do not exist.
Result<void> open_accounts(rest::AccessConfig& access, const ServerConfig& config,
                           const Service& service, const LogSink& log, std::ostream& out);

}}}  // namespace opus::uws0::server
