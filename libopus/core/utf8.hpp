#pragma once
// Reading UTF-8 one character at a time.

#include <cstddef>
#include <string_view>

namespace opus { inline namespace uws0 {

inline constexpr std::string_view k_replacement_character = "\xEF\xBF\xBD";  // U+FFFD

struct Utf8Character {
  char32_t code_point = 0;
  std::size_t length = 0;  ///< bytes; 0 = there is no valid character at this place
};

/// The character that begins at `at` (< text.size()). Overlong forms, surrogates and code points
/// beyond U+10FFFF are invalid (RFC 3629).
constexpr Utf8Character decode_utf8(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() - at < length) return {};
  char32_t value = lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3Fu);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, length};
}

/// C0 and C1 controls and DEL.
constexpr bool is_control(char32_t c) noexcept { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

}}  // namespace opus::uws0
