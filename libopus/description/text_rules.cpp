#include "libopus/description/text_rules.hpp"

#include <algorithm>
#include <cstddef>

#include "libopus/core/strings.hpp"
#include "libopus/core/utf8.hpp"

namespace opus { inline namespace uws0 { namespace description {

namespace {

constexpr bool is_alphanumeric(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_word(std::string_view text, std::string_view also) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alphanumeric(c) || also.find(c) != std::string_view::npos;
  });
}

// RFC 9110 §5.6.2 token.
bool is_http_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
  });
}

bool is_media_parameter(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || !is_http_token(text.substr(0, equals))) return false;
  const std::string_view value = text.substr(equals + 1);
  return is_http_token(value) ||
         (value.size() >= 2 && value.front() == '"' && value.back() == '"' &&
          value.substr(1, value.size() - 2).find_first_of("\"\\") == std::string_view::npos);
}

}  // namespace

bool is_text(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const auto next = decode_utf8(text, at);
    const char32_t c = next.code_point;
    if (next.length == 0 || c == 0xFFFE || c == 0xFFFF) return false;
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') return false;
    at += next.length;
  }
  return true;
}

bool is_line(std::string_view text) noexcept {
  return is_text(text) && text.find_first_of("\t\n\r") == std::string_view::npos;
}

bool is_token(std::string_view text) noexcept {
  return is_line(text) && (text.empty() || (text.front() != ' ' && text.back() != ' ')) &&
         text.find("  ") == std::string_view::npos;
}

bool is_ucd(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) || std::string_view{"_.:;-"}.find(c) != std::string_view::npos;
  });
}

bool is_description_name(std::string_view text) noexcept {
  return is_word(text, "_.-") && text[0] != '.' && text[0] != '-';
}

bool is_option_name(std::string_view text) noexcept { return is_word(text, "_.-"); }

bool is_media_type(std::string_view text, bool ranges) noexcept {
  if (!is_token(text) || text.find(',') != std::string_view::npos) return false;
  for (std::size_t blank = text.find(' '); blank != std::string_view::npos;
       blank = text.find(' ', blank + 1))
    if (text[blank - 1] != ';') return false;
  const std::size_t semicolon = text.find(';');
  const std::string_view type = text.substr(0, semicolon);
  const std::size_t slash = type.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view subtype = type.substr(slash + 1);
  if (!is_http_token(type.substr(0, slash)) || !is_http_token(subtype)) return false;
  if (!ranges && type.find('*') != std::string_view::npos) return false;
  std::string_view rest = semicolon == std::string_view::npos ? "" : text.substr(semicolon);
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find(';'), rest.size());
    if (!is_media_parameter(trim(rest.substr(0, end)))) return false;
    rest.remove_prefix(end);
  }
  return true;
}

bool is_link(std::string_view text) noexcept {
  if (!is_line(text) || text.find(' ') != std::string_view::npos) return false;
  const std::size_t end = text.find_first_of(":/?#");
  if (end == std::string_view::npos || text[end] != ':') return true;
  const std::string_view schemes[] = {"http", "https", "ftp", "doi", "urn"};
  return std::any_of(std::begin(schemes), std::end(schemes), [&](std::string_view scheme) {
    return ascii_iequals(scheme, text.substr(0, end));
  });
}

bool is_glob(std::string_view path) noexcept {
  return path.find_first_of("*?[") != std::string_view::npos;
}

}}}  // namespace opus::uws0::description
