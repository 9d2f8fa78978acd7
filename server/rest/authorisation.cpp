#include "server/rest/authorisation.hpp"

#include <algorithm>

#include "server/rest/api.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

/// What is said where nothing is, so that hidden and absent look alike.
Error absent(const Request& request, std::string_view description) {
  const std::string_view child =
      request.path.size() > 2 && request.path[0] == "rest" ? request.path[2] : std::string_view();
  if (child == "sweeps" && request.path.size() > 3)
    return {Errc::not_found, "there is no job with the run id " + in_quotes(request.path[3]) +
                                 " in the list " + in_quotes(request.path[1])};
  if (!child.empty() && child != "events" && child != "examples")
    return {Errc::not_found,
            "there is no job " + in_quotes(child) + " in the list " + in_quotes(request.path[1])};
  return {Errc::not_found, "no job description named " + in_quotes(description)};
}

bool needs_administrator(Action action) noexcept {
  return action == Action::administer || action == Action::decide_description;
}

Error refused(const Request& request, Action action, std::string_view what) {
  const Identity& who = request.identity;
  if (who.read_only && is_change(action)) return {Errc::forbidden, "the token is for reading only"};
  if (needs_administrator(action))
    return {Errc::forbidden,
            "this is for administrators, which " + in_quotes(who.account) + " is not"};
  if (!what.empty()) return {Errc::forbidden, std::string(what) + " belongs to somebody else"};
  std::string message = in_quotes(who.account) + " may not ";
  for (const char c : to_string(action)) message += c == '_' ? ' ' : c;
  return {Errc::forbidden, message + " here"};
}

Error unauthenticated(const Api& api, Action action) {
  if (!api.authenticator().has_means())
    return {Errc::forbidden,
            "this is for administrators, and the service has none: there are no accounts, and "
            "admin_token is not configured"};
  if (needs_administrator(action))
    return {Errc::unauthenticated,
            "this is for administrators: expected Authorization: Bearer with the token of one"};
  return {Errc::unauthenticated,
          "say who you are: expected Authorization: Bearer with a token, or Basic with account "
          "and token"};
}

/// The description that a path of /rest/{name}, /sync/{name} or /jdl/{name} names.
std::string_view description_in(const Request& request) noexcept {
  if (request.path.size() < 2) return {};
  for (const std::string_view tree : {"rest", "sync", "jdl"})
    if (request.path[0] == tree) return request.path[1];
  return {};
}

bool is_of_job(const Route& route) noexcept {
  constexpr std::string_view k_job = "/{name}/{id}";
  return route.pattern.substr(std::min<std::size_t>(5, route.pattern.size()), k_job.size()) ==
         k_job;  // after /rest or /sync
}

}  // namespace

Result<void> check_access(Api& api, const Request& request, Action action,
                          const AccessSubject& subject, std::string_view what) {
  switch (decide(api.authenticator().policy(), request.identity, action, subject)) {
    case Decision::allowed: return {};
    case Decision::needs_authentication: return unauthenticated(api, action);
    case Decision::forbidden: return refused(request, action, what);
    case Decision::hidden: break;
  }
  return absent(request, subject.description);
}

Result<void> check_job(Api& api, const Request& request, Action action, const Job& job) {
  AccessSubject subject{job.description, job.owner, {}};
  std::vector<Share> shares;  // asked for only by those who need one
  if (action == Action::see_job && decide(api.authenticator().policy(), request.identity, action,
                                          subject) != Decision::allowed) {
    OPUS_UWS_TRY(shares, api.service().open_shares(job.id, share_link_of(request)));
    subject.shares = shares;
  }
  return check_access(api, request, action, subject, "job " + in_quotes(job.id.value));
}

std::string_view share_link_of(const Request& request) noexcept {
  if (const auto header = request.headers.get("OPUS-Share")) return trim(*header);
  std::string_view cookies = request.headers.get("Cookie").value_or("");
  while (!cookies.empty()) {
    const auto end = std::min(cookies.find(';'), cookies.size());
    const std::string_view cookie = trim(cookies.substr(0, end));
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
    if (cookie.substr(0, k_share_cookie.size()) == k_share_cookie &&
        cookie.substr(k_share_cookie.size(), 1) == "=")
      return cookie.substr(k_share_cookie.size() + 1);
  }
  return {};
}

Result<void> authorise(Api& api, const Request& request, const Route& route) {
  const std::string_view description = description_in(request);
  if (!is_of_job(route)) return check_access(api, request, route.action, {description, {}}, "");
  const auto job = api.service().peek(JobId{std::string(request.path[2])});
  if (job && (*job)->description == description)
    return check_job(api, request, route.action, **job);
  return check_access(api, request, Action::list_jobs, {description, {}}, "");
}

bool shows_description(Api& api, const Request& request, std::string_view name) {
  const AccessPolicy& policy = api.authenticator().policy();
  const Decision decision =
      decide(policy, request.identity, Action::see_description, {name, std::nullopt});
  if (decision != Decision::needs_authentication) return decision == Decision::allowed;
  // The service is closed to those who do not say who they are. What it offers to the others is no
  // secret, unless it is not offered to all of them.
  return policy.rules_of(name).see.empty();
}

VisibleJobs visible_jobs_of(Api& api, const Request& request) {
  return visible_jobs(api.authenticator().policy(), request.identity, request.path[1]);
}

void add_identity(Response& response, const Request& request) {
  if (const auto name = request.identity.owner()) response.headers.add("X-VO-Authenticated", *name);
}

}}}  // namespace opus::uws0::rest
