#pragma once
// May they do it? Every request passes through authorise() before its handler; handlers ask about
// what only they know.

#include <optional>
#include <string>
#include <string_view>

#include <opus/access.hpp>
#include <opus/error.hpp>

#include "server/rest/call.hpp"
#include "server/rest/route.hpp"

namespace opus { inline namespace uws0 { namespace rest {

class Api;

/// Decides about the route's action on what its path names: the description after /rest or /jdl,
/// the job {id}. Success also where the job does not exist, which the handler tells.
/// unauthenticated, forbidden; not_found: it is hidden, told as if it did not exist.
Result<void> authorise(Api& api, const Request& request, const Route& route);

/// The same for a handler. `what`, as in "job 'x'", belongs to somebody else if it is forbidden.
Result<void> check_access(Api& api, const Request& request, Action action,
                          const AccessSubject& subject, std::string_view what);
Result<void> check_job(Api& api, const Request& request, Action action, const Job& job);

/// The link of a share that the client shows: header OPUS-Share, or the cookie that /shared/{link}
/// sets. Empty = none.
inline constexpr std::string_view k_share_cookie = "opus_share";
std::string_view share_link_of(const Request& request) noexcept;

/// Is there such a description for this client? For lists that leave out what is hidden.
bool shows_description(Api& api, const Request& request, std::string_view name);

/// The jobs of the list in the path that the client may see.
VisibleJobs visible_jobs_of(Api& api, const Request& request);

/// Says to the client who it is, if it is known (IVOA SSO 2.0 §2).
void add_identity(Response& response, const Request& request);

}}}  // namespace opus::uws0::rest
