#pragma once
// How errors look on the wire: one table from Errc to status, one form for the text.

#include <chrono>

#include <opus/error.hpp>

#include "server/rest/request.hpp"
#include "server/rest/response.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// UWS 1.1 §2.2: illegal in the present state is 403, unknown is 404. No default branch: the
/// compiler names a new Errc that has no status.
constexpr int status_of(Errc code) noexcept {
  switch (code) {
    case Errc::invalid_argument: return 400;
    case Errc::not_found: return 404;
    case Errc::conflict: return 403;
    case Errc::forbidden: return 403;
    case Errc::unauthenticated: return 401;
    case Errc::too_large: return 413;
    case Errc::limit_exceeded: return 429;
    case Errc::unsupported: return 400;
    case Errc::timed_out: return 503;
    case Errc::unavailable: return 503;
    case Errc::corrupt: return 500;
    case Errc::internal: return 500;
  }
  return 500;
}

/// The message as text/plain, or, for who asks for JSON, as problem details (RFC 9457) with two
/// members of our own: {"type": "about:blank", "title", "status", "detail": the message, "code":
/// the Errc as a word, "faults": [{"field", "expected", "got"}]}.
Response error_response(const Request& request, const Error& error);
/// How a client can say who it is (RFC 9110 §11.6.1, IVOA SSO 2.0 §2): of every 401, and where it
/// helps to know that one can.
void add_challenges(Response& response, bool was_refused = false);

/// The same with a status that HTTP, not UWS, asks for. `retry_after` is told with 429 and 503.
Response error_response(const Request& request, int status, const Error& error,
                        std::chrono::seconds retry_after = std::chrono::seconds(5));

}}}  // namespace opus::uws0::rest
