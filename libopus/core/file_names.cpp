#include "libopus/core/files.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/core/utf8.hpp"

namespace opus { inline namespace uws0 {

namespace {

constexpr std::size_t k_max_name = 200;

std::string without_controls(std::string_view name) {
  std::string out;
  for (std::size_t at = 0; at < name.size();) {
    const auto next = decode_utf8(name, at);
    if (next.length > 0 && !is_control(next.code_point)) out += name.substr(at, next.length);
    at += next.length == 0 ? 1 : next.length;
  }
  return out;
}

// At most `max` bytes, not within a character.
std::string_view cut(std::string_view text, std::size_t max) {
  if (text.size() <= max) return text;
  while (max > 0 && (static_cast<unsigned char>(text[max]) & 0xC0) == 0x80) --max;
  return text.substr(0, max);
}

// A long name keeps its ending, which tells what the file is.
std::string shortened(std::string_view name) {
  if (name.size() <= k_max_name) return std::string{name};
  const std::size_t dot = name.rfind('.');
  const bool has_ending = dot != std::string_view::npos && dot > 0 && name.size() - dot <= 16;
  const std::string_view ending = has_ending ? name.substr(dot) : std::string_view{};
  return std::string{cut(name, k_max_name - ending.size())}.append(ending);
}

}  // namespace

std::string sanitized_file_name(std::string_view name, std::string_view fallback) {
  // Browsers on Windows used to send whole paths.
  name = name.substr(name.find_last_of("/\\") + 1);
  const std::string clean = without_controls(name);
  std::string_view rest = trim(clean);
  while (!rest.empty() && (rest.front() == '.' || rest.front() == '-' || rest.front() == ' '))
    rest.remove_prefix(1);
  return rest.empty() ? std::string{fallback} : shortened(rest);
}

bool is_safe_relative_path(std::string_view path) noexcept {
  if (path.find('\0') != std::string_view::npos) return false;
  for (;;) {
    const std::size_t end = path.find('/');
    const std::string_view element = path.substr(0, end);
    if (element.empty() || element == "..") return false;
    if (end == std::string_view::npos) return true;
    path.remove_prefix(end + 1);
  }
}

}}  // namespace opus::uws0
