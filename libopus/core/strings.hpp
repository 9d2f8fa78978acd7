#pragma once
// Text helpers shared by all parts.

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/export.hpp>

namespace opus { inline namespace uws0 {

/// ASCII only, independent of the locale.
OPUS_UWS_API std::string ascii_lower(std::string_view text);
OPUS_UWS_API bool ascii_iequals(std::string_view a, std::string_view b) noexcept;
OPUS_UWS_API std::string_view trim(std::string_view text) noexcept;
/// All parts, empty ones too, so that join() gives the text back; "" is one empty part.
OPUS_UWS_API std::vector<std::string> split(std::string_view text, char separator);
OPUS_UWS_API std::string join(const std::vector<std::string>& parts, std::string_view separator);
/// The whole text as a decimal integer / finite number; no blanks, no locale, a sign is allowed.
OPUS_UWS_API std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;
OPUS_UWS_API std::optional<double> parse_number(std::string_view text) noexcept;
OPUS_UWS_API bool is_utf8(std::string_view text) noexcept;
/// Each byte that is not part of valid UTF-8 becomes U+FFFD.
OPUS_UWS_API std::string repaired_utf8(std::string_view text);
/// Invalid UTF-8 and control characters replaced, cut to about `max` bytes with "...": for
/// messages.
OPUS_UWS_API std::string printable(std::string_view text, std::size_t max = 80);

/// %XX (RFC 3986 §2.1) replaced by its byte; nothing if a '%' has no two hexadecimal digits.
OPUS_UWS_API std::optional<std::string> percent_decoded(std::string_view text);

/// & < > " ' and CR escaped, for XML text and attributes. Characters that XML 1.0 cannot carry are
/// replaced by U+FFFD.
OPUS_UWS_API void append_xml(std::string& out, std::string_view text);
OPUS_UWS_API std::string xml_escaped(std::string_view text);

}}  // namespace opus::uws0
