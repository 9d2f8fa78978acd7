#include "libopus/entity/content_disposition.hpp"

#include "libopus/core/strings.hpp"

#include <optional>

namespace opus { inline namespace uws0 { namespace entity {

namespace {

std::string utf8_of_latin1(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | (byte >> 6));
      out += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return out;
}

// charset'language'percent-encoded; empty if it is none of the two that RFC 8187 knows.
std::string extended_value(std::string_view text) {
  const std::size_t first = text.find('\'');
  const std::size_t second = first == std::string_view::npos ? first : text.find('\'', first + 1);
  if (second == std::string_view::npos) return {};
  const std::string charset = ascii_lower(text.substr(0, first));
  const auto bytes = percent_decoded(text.substr(second + 1));
  if (!bytes) return {};
  if (charset == "utf-8" && is_utf8(*bytes)) return *bytes;
  return charset == "iso-8859-1" ? utf8_of_latin1(*bytes) : std::string{};
}

// Eats a quoted string or everything up to the next semicolon.
std::string take_value(std::string_view& rest) {
  rest = rest.substr(std::min(rest.find_first_not_of(" \t"), rest.size()));
  if (!rest.starts_with('"')) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string value{trim(rest.substr(0, end))};
    rest.remove_prefix(end);
    return value;
  }
  std::string value;
  std::size_t at = 1;
  for (; at < rest.size() && rest[at] != '"'; ++at) {
    // Some browsers and servers do not escape the backslash of a Windows path: keep it then.
    const bool escape =
        rest[at] == '\\' && at + 1 < rest.size() && (rest[at + 1] == '"' || rest[at + 1] == '\\');
    value += rest[escape ? ++at : at];
  }
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return value;
}

}  // namespace

std::string content_disposition_name(std::string_view value) {
  std::string plain, extended;
  std::string_view rest = value.substr(std::min(value.find(';'), value.size()));
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the semicolon
    const std::size_t end = rest.find_first_of("=;");
    if (end == std::string_view::npos) break;
    const std::string name = ascii_lower(trim(rest.substr(0, end)));
    const bool has_value = rest[end] == '=';
    rest.remove_prefix(has_value ? end + 1 : end);
    if (!has_value) continue;
    std::string text = take_value(rest);
    if (name == "filename*" && extended.empty()) extended = extended_value(text);
    if (name == "filename" && plain.empty())
      plain = is_utf8(text) ? std::move(text) : utf8_of_latin1(text);
    rest.remove_prefix(std::min(rest.find(';'), rest.size()));
  }
  return extended.empty() ? plain : extended;
}

}}}  // namespace opus::uws0::entity
