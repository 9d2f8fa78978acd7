#include "server/rest/base64.hpp"

#include <cstdint>

namespace opus { inline namespace uws0 { namespace rest {
namespace {

/// `last`: the letters for 62 and 63, in which the alphabets differ.
int value_of(char c, std::string_view last) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == last[0] ? 62 : c == last[1] ? 63 : -1;
}

std::optional<std::string> decode(std::string_view text, std::string_view last) {
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const int value = value_of(c, last);
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xFF);
  }
  // A letter too many, or one that says more than there are bytes.
  if (count >= 6 || (bits & ((1u << count) - 1)) != 0) return std::nullopt;
  return out;
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  return decode(text, "+/");
}

std::optional<std::string> decode_base64url(std::string_view text) { return decode(text, "-_"); }

}}}  // namespace opus::uws0::rest
