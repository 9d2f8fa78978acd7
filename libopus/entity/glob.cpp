#include "libopus/entity/glob.hpp"

#include "libopus/core/utf8.hpp"

namespace opus { inline namespace uws0 { namespace entity {

namespace {

// Bytes outside UTF-8 get numbers that no character has.
Utf8Character character_at(std::string_view text, std::size_t at) {
  const Utf8Character next = decode_utf8(text, at);
  if (next.length > 0) return next;
  return {0x110000u + static_cast<unsigned char>(text[at]), 1};
}

// Eats the character at the front.
char32_t take(std::string_view& text) {
  const Utf8Character next = character_at(text, 0);
  text.remove_prefix(next.length);
  return next.code_point;
}

struct SetMatch {
  bool is_set = false;  // else the "[" has no "]"
  bool matches = false;
  std::size_t length = 0;  // of the set in the pattern
};

SetMatch match_set(std::string_view pattern, char32_t c) {
  std::string_view rest = pattern.substr(1);
  const bool negated = rest.starts_with('!') || rest.starts_with('^');
  if (negated) rest.remove_prefix(1);
  bool found = false;
  for (bool first = true; !rest.empty(); first = false) {
    if (rest.front() == ']' && !first)
      return {true, found != negated, pattern.size() - rest.size() + 1};
    const char32_t low = take(rest);
    char32_t high = low;
    if (rest.size() >= 2 && rest[0] == '-' && rest[1] != ']') {
      rest.remove_prefix(1);
      high = take(rest);
    }
    found = found || (low <= c && c <= high);
  }
  return {};
}

// Does the pattern's first element, which is no "*", match the character? How long is it then?
std::size_t match_one(std::string_view pattern, char32_t c) {
  if (pattern.front() == '?') return 1;
  if (pattern.front() == '[')
    if (const SetMatch set = match_set(pattern, c); set.is_set) return set.matches ? set.length : 0;
  const Utf8Character literal = character_at(pattern, 0);
  return literal.code_point == c ? literal.length : 0;
}

}  // namespace

bool is_glob(std::string_view pattern) noexcept {
  return pattern.find_first_of("*?[") != std::string_view::npos;
}

bool glob_matches(std::string_view pattern, std::string_view name) noexcept {
  if (name.starts_with('.') && !pattern.starts_with('.')) return false;
  // Only the last "*" is ever tried again with one character more, so the time is at most the
  // product of the lengths.
  bool has_star = false;
  std::string_view after_star, retry;
  for (;;) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      has_star = true;
      after_star = pattern;
      retry = name;
      continue;
    }
    if (name.empty() && pattern.empty()) return true;
    if (!name.empty() && !pattern.empty()) {
      const Utf8Character c = character_at(name, 0);
      if (const std::size_t length = match_one(pattern, c.code_point); length > 0) {
        pattern.remove_prefix(length);
        name.remove_prefix(c.length);
        continue;
      }
    }
    if (!has_star || retry.empty()) return false;
    take(retry);
    name = retry;
    pattern = after_star;
  }
}

}}}  // namespace opus::uws0::entity
