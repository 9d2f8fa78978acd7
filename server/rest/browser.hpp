#pragma once
// What browsers are told with every answer: what not to do with it, and which other sites' scripts
// may read it.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <opus/error.hpp>

#include "server/rest/request.hpp"
#include "server/rest/response.hpp"

namespace opus { inline namespace uws0 { namespace rest {

struct BrowserRules {
  /// Sites whose scripts may use the service (CORS, Fetch §3.2): "https://portal.example.org", or
  /// "*" alone for all, which then get no cookies.
  std::vector<std::string> cors_origins{};
  bool cors_credentials = false;  ///< may their requests carry cookies and passwords?
  /// Refuse to be called by other names than those of this machine: somebody else's name that leads
  /// here (DNS rebinding) would make his pages ours. For open services on a loopback address.
  bool local_hosts_only = false;
  /// How long browsers shall come back by https only (HSTS, RFC 6797); said over https alone. 0 =
  /// nothing is said.
  std::chrono::seconds hsts{0};
};

/// invalid_argument: an origin is no scheme://host[:port], or credentials go to all.
Result<void> check_rules(const BrowserRules& rules);

/// For requests that change something. forbidden: a browser sends it in the name of a site that is
/// neither ours nor one of `cors_origins`, perhaps without its user's knowledge (CSRF); one of
/// those may not use what the browser sends by itself unless `cors_credentials` says so. Programs,
/// which send neither Origin nor Sec-Fetch-Site, never notice.
Result<void> check_site(const BrowserRules& rules, const Request& request);

/// forbidden: by `local_hosts_only`.
Result<void> check_host(const BrowserRules& rules, const Request& request);

/// Adds the headers. A handler's own Content-Security-Policy stays.
void add_browser_headers(const BrowserRules& rules, const Request& request, Response& response);

}}}  // namespace opus::uws0::rest
