#include "server/rest/browser.hpp"

#include <algorithm>

#include "server/rest/proxy.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

/// Our pages and pictures have styles, and nothing else that a browser would fetch or run.
constexpr std::string_view k_policy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

/// What clients of UWS send beside the headers that need no leave, and what they read of ours.
constexpr std::string_view k_taken =
    "Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Range, "
    "If-Unmodified-Since, Last-Event-ID, Range";
constexpr std::string_view k_exposed =
    "Accept-Ranges, Allow, Content-Disposition, Content-Range, ETag, Link, Location, Retry-After, "
    "WWW-Authenticate, X-VO-Authenticated";
constexpr std::string_view k_preflight_seconds = "3600";

bool is_shown_by_browsers(std::string_view type) {
  for (const std::string_view shown :
       {"text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml"})
    if (type.starts_with(shown)) return true;
  return false;
}

bool is_origin(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"})
    if (text.starts_with(scheme)) return is_host(text.substr(scheme.size()));
  return false;
}

bool is_known(const BrowserRules& rules, std::string_view origin) {
  const auto& known = rules.cors_origins;
  return std::any_of(known.begin(), known.end(),
                     [&](const std::string& one) { return one == "*" || one == origin; });
}

/// Is it the scheme and host of a URL of ours?
bool is_ours(std::string_view origin, std::string_view base_url) {
  return base_url.starts_with(origin) &&
         (base_url.size() == origin.size() || base_url[origin.size()] == '/');
}

/// What a browser sends without being asked by the page.
bool has_ambient_credentials(const Request& request) {
  constexpr std::string_view k_basic = "basic ";
  const std::string_view given = request.headers.get("Authorization").value_or("");
  return request.identity.by == AuthenticatedBy::front_end || request.headers.has("Cookie") ||
         iequals(given.substr(0, k_basic.size()), k_basic);
}

bool is_of_this_machine(std::string_view base_url) {
  const std::string_view host = base_url.substr(std::min(base_url.find("//") + 2, base_url.size()));
  const auto is = [&](std::string_view name) {
    return iequals(host.substr(0, name.size()), name) &&
           (host.size() == name.size() || host[name.size()] == ':' || host[name.size()] == '/');
  };
  const std::string_view name = host.substr(0, host.find_first_of(":/"));
  const bool is_ipv4 = name.find_first_not_of("0123456789.") == name.npos;
  return (is_ipv4 && name.starts_with("127.")) || is("localhost") || is("[::1]");
}

void allow_origin(const BrowserRules& rules, const Request& request, Response& response) {
  const bool everybody = rules.cors_origins.front() == "*";
  if (!everybody) response.headers.add("Vary", "Origin");
  const auto origin = request.headers.get("Origin");
  if (!origin) return;
  if (!is_known(rules, *origin)) return;

  response.headers.add("Access-Control-Allow-Origin", everybody ? "*" : *origin);
  if (rules.cors_credentials) response.headers.add("Access-Control-Allow-Credentials", "true");
  const bool asks_first =
      request.method == Method::options && request.headers.has("Access-Control-Request-Method");
  if (!asks_first) return response.headers.add("Access-Control-Expose-Headers", k_exposed);
  if (const auto allow = response.headers.get("Allow"))
    response.headers.add("Access-Control-Allow-Methods", std::string(*allow));
  response.headers.add("Access-Control-Allow-Headers", k_taken);
  response.headers.add("Access-Control-Max-Age", k_preflight_seconds);
}

}  // namespace

Result<void> check_rules(const BrowserRules& rules) {
  const auto& origins = rules.cors_origins;
  const bool everybody = std::find(origins.begin(), origins.end(), "*") != origins.end();
  if (everybody && (origins.size() > 1 || rules.cors_credentials))
    return Error{Errc::invalid_argument,
                 "'*' stands alone, and without credentials: every site could act for a user"};
  for (const std::string& origin : origins)
    if (origin != "*" && !is_origin(origin))
      return Error{
          Errc::invalid_argument,
          "expected '*' or a site like https://portal.example.org, got " + in_quotes(origin)};
  return {};
}

Result<void> check_site(const BrowserRules& rules, const Request& request) {
  const auto origin = request.headers.get("Origin");
  if (origin && is_ours(*origin, request.base_url)) return {};
  // CORS rules what a page reads; what its browser adds by itself must not act for it.
  const bool may_act = rules.cors_credentials || !has_ambient_credentials(request);
  if (origin && may_act && is_known(rules, *origin)) return {};
  // The browser's own verdict, where it gives one: to https and to this machine (Fetch Metadata).
  const auto site = request.headers.get("Sec-Fetch-Site");
  const bool foreign = site ? *site != "same-origin" && *site != "none" : origin.has_value();
  if (!foreign) return {};
  return Error{Errc::forbidden,
               "a page of another site" +
                   (origin ? " (" + in_quotes(*origin) + ")" : std::string()) +
                   " sends this; cors.origins names sites that may. If it is a page of this "
                   "service, base_url or trusted_proxies has to tell how clients call it"};
}

Result<void> check_host(const BrowserRules& rules, const Request& request) {
  if (!rules.local_hosts_only || is_of_this_machine(request.base_url)) return {};
  return Error{Errc::forbidden,
               "this service is open to this machine only, and " + in_quotes(request.base_url) +
                   " is not how it is called here; if it is, set base_url, trusted_proxies or "
                   "access.mode"};
}

void add_browser_headers(const BrowserRules& rules, const Request& request, Response& response) {
  Headers& headers = response.headers;
  headers.add("X-Content-Type-Options", "nosniff");
  const auto type = headers.get("Content-Type");
  if (type && is_shown_by_browsers(*type) && !headers.has("Content-Security-Policy"))
    headers.add("Content-Security-Policy", k_policy);
  if (rules.hsts.count() > 0 && request.base_url.starts_with("https://"))
    headers.add("Strict-Transport-Security", "max-age=" + std::to_string(rules.hsts.count()));
  if (!rules.cors_origins.empty()) allow_origin(rules, request, response);
}

}}}  // namespace opus::uws0::rest
