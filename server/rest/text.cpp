#include "server/rest/text.hpp"

#include <algorithm>
#include <charconv>

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

constexpr bool is_unreserved(char c) noexcept {
  return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

constexpr std::string_view k_replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr char k_hex[] = "0123456789abcdef";

struct CodePoint {
  std::size_t length = 0;  // 0: not UTF-8
  std::uint32_t value = 0;
};

CodePoint code_point_at(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {1, first};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || at + length > text.size()) return {};
  std::uint32_t value = first & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3F);
  }
  constexpr std::uint32_t k_smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < k_smallest[length] || value > 0x10FFFF || surrogate) return {};
  return {length, value};
}

}  // namespace

std::string to_upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return upper;
}

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view k_blanks = " \t";
  const auto first = text.find_first_not_of(k_blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(k_blanks) - first + 1);
}

bool has_control_character(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t k_longest = 60;
  std::string out = "'";
  for (const char c : text.substr(0, k_longest))
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  // A cut must not leave half a UTF-8 character.
  if (text.size() > k_longest) {
    while ((static_cast<unsigned char>(out.back()) & 0xC0) == 0x80) out.pop_back();
    if (static_cast<unsigned char>(out.back()) >= 0xC0) out.pop_back();
    out += "...";
  }
  return out += '\'';
}

bool percent_decode(std::string_view text, bool plus_is_blank, std::string& out) {
  out.reserve(out.size() + text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return false;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return false;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  return true;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += "0123456789ABCDEF"[byte >> 4];
      out += "0123456789ABCDEF"[byte & 15];
    }
  }
  return out;
}

Result<Pairs> parse_urlencoded(std::string_view text, std::string_view what) {
  Pairs pairs;
  while (!text.empty()) {
    const auto end = text.find('&');
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (piece.empty()) continue;
    const auto equals = piece.find('=');
    std::string name, value;
    const bool good =
        percent_decode(piece.substr(0, equals), true, name) &&
        (equals == piece.npos || percent_decode(piece.substr(equals + 1), true, value));
    if (!good)
      return Error{Errc::invalid_argument,
                   std::string(what) + ": expected %XX escapes, got " + in_quotes(piece)};
    if (name.empty())
      return Error{Errc::invalid_argument,
                   std::string(what) + ": a value has no name: " + in_quotes(piece)};
    if (has_control_character(name))
      return Error{Errc::invalid_argument,
                   std::string(what) + ": a name contains a control character: " + in_quotes(name)};
    pairs.emplace_back(std::move(name), std::move(value));
  }
  return pairs;
}

std::optional<bool> parse_boolean(std::string_view text) noexcept {
  for (const std::string_view word : {"1", "true", "yes"})
    if (iequals(text, word)) return true;
  for (const std::string_view word : {"0", "false", "no"})
    if (iequals(text, word)) return false;
  return std::nullopt;
}

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, value);
  if (fault != std::errc{} || stop != end || text.empty()) return std::nullopt;
  return value;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const auto [length, value] = code_point_at(text, i);
    if (length == 0) {
      out += k_replacement;
      ++i;
      continue;
    }
    switch (value) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (value < 0x20) {
          out += "\\u00";
          out += k_hex[value >> 4];
          out += k_hex[value & 15];
        } else {
          out.append(text, i, length);
        }
    }
    i += length;
  }
  out += '"';
}

void append_xml_text(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto [length, value] = code_point_at(text, i);
    if (length == 0) {
      out += k_replacement;
      ++i;
      continue;
    }
    switch (value) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\r': out += "&#13;"; break;
      default:
        if ((value < 0x20 && value != '\t' && value != '\n') || value == 0xFFFE || value == 0xFFFF)
          out += k_replacement;
        else
          out.append(text, i, length);
    }
    i += length;
  }
}

}}}  // namespace opus::uws0::rest
