#include "libopus/core/strings.hpp"
#include "libopus/core/utf8.hpp"

namespace opus { inline namespace uws0 {

namespace {

// Written as they are, in runs: printable ASCII without the five, tab and line feed.
bool is_plain(char c) {
  switch (c) {
    case '&':
    case '<':
    case '>':
    case '"':
    case '\'': return false;
    case '\t':
    case '\n': return true;
    default: return c >= 0x20 && c < 0x7F;
  }
}

std::string_view escape_of(char32_t c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    case '\r': return "&#13;";
    default: return {};
  }
}

// XML 1.0 production [2] Char, beyond tab, line feed and carriage return.
bool xml_can_carry(char32_t c) { return c >= 0x20 && c != 0xFFFE && c != 0xFFFF; }

}  // namespace

void append_xml(std::string& out, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_plain(text[end])) ++end;
    out += text.substr(at, end - at);
    at = end;
    if (at == text.size()) return;
    const auto next = decode_utf8(text, at);
    const std::string_view escape = escape_of(next.code_point);
    if (next.length == 0)
      out += k_replacement_character;
    else if (!escape.empty())
      out += escape;
    else if (xml_can_carry(next.code_point))
      out += text.substr(at, next.length);
    else
      out += k_replacement_character;
    at += next.length == 0 ? 1 : next.length;
  }
}

std::string xml_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_xml(out, text);
  return out;
}

}}  // namespace opus::uws0
