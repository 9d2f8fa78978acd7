#pragma once
// Status line and header of a response, as bytes.

#include <string>
#include <string_view>

#include "server/rest/response.hpp"

namespace opus { inline namespace uws0 { namespace http {

struct HeadOptions {
  bool keep_alive = true;
  bool http_1_0 = false;    ///< the client spoke HTTP/1.0 and needs to hear of keep-alive
  std::string_view date{};  ///< of now, as an HTTP date
};

/// Replaces `out`. Content-Length is the size of the response's body, except for 204 and 304,
/// which have none. A stream comes in chunks, or, to HTTP/1.0, until the connection closes.
void write_head(std::string& out, const rest::Response& response, const HeadOptions& options);

/// 204 and 304 never have a body.
constexpr bool has_body(int status) noexcept { return status != 204 && status != 304; }

}}}  // namespace opus::uws0::http
