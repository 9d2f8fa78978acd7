#pragma once
// HTTP dates (RFC 9110 §5.6.7).

#include <optional>
#include <string>
#include <string_view>

#include <opus/time.hpp>

namespace opus { inline namespace uws0 { namespace rest {

/// "Sun, 06 Nov 1994 08:49:37 GMT"; fractions of a second are cut off.
std::string to_http_date(TimePoint at);

/// Reads the form above only: the two obsolete forms count as no date, which is safe for caching.
std::optional<TimePoint> parse_http_date(std::string_view text) noexcept;

}}}  // namespace opus::uws0::rest
