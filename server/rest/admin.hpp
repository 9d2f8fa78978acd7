#pragma once
// Who administers: whoever knows the configured token. Until users have accounts there is no other
// way to be one.

#include <optional>
#include <string_view>

#include "server/rest/api.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// Takes as long for every guess of the token's length: what it answers tells nothing but yes or
/// no.
bool equal_in_constant_time(std::string_view guess, std::string_view secret) noexcept;

/// Does the request carry `Authorization: Bearer <token>` with the right one?
bool is_administrator(const Api& api, const Request& request) noexcept;

/// The answer to somebody who is none: 403 where no token is configured, else 401; nullopt for an
/// administrator.
std::optional<Response> refuse_unless_administrator(const Api& api, const Request& request);

}}}  // namespace opus::uws0::rest
