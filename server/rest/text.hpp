#pragma once
// Small text tools of HTTP: case, percent escapes, numbers, JSON strings. Pure functions.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <opus/error.hpp>

namespace opus { inline namespace uws0 { namespace rest {

using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Equal without regard to the case of ASCII letters.
constexpr bool iequals(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  return true;
}

std::string to_upper(std::string_view text);

/// Without leading and trailing blanks and tabs.
std::string_view trim(std::string_view text) noexcept;

bool has_control_character(std::string_view text) noexcept;  ///< below 0x20, or DEL

/// A text as it may stand in a message: printable, at most 60 characters, in quotes.
std::string in_quotes(std::string_view text);

/// Appends the decoded text. In forms '+' is a blank. False: '%' without two hex digits.
bool percent_decode(std::string_view text, bool plus_is_blank, std::string& out);

/// Escapes everything but unreserved characters (RFC 3986 §2.3): fit for one path segment.
std::string percent_encode(std::string_view text);

/// "a=1&b=2" in order; a name without '=' has an empty value, empty pieces are skipped.
/// invalid_argument: a broken escape or a NUL character. `what` begins the message.
Result<Pairs> parse_urlencoded(std::string_view text, std::string_view what);

/// A whole decimal number, nothing around it.
std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;
/// 1, true, yes; 0, false, no; in any case.
std::optional<bool> parse_boolean(std::string_view text) noexcept;

/// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Appends `text` for XML content or attributes; characters that XML 1.0 forbids become U+FFFD.
void append_xml_text(std::string& out, std::string_view text);

}}}  // namespace opus::uws0::rest
