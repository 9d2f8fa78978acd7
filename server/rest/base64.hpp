#pragma once
// Base64 (RFC 4648), to be read.

#include <optional>
#include <string>
#include <string_view>

namespace opus { inline namespace uws0 { namespace rest {

/// §4, padding optional; nullopt if it is none.
std::optional<std::string> decode_base64(std::string_view text);
/// §5, without padding (RFC 7515 §2); the same.
std::optional<std::string> decode_base64url(std::string_view text);

}}}  // namespace opus::uws0::rest
