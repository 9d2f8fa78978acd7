#include "libopus/entity/media_type.hpp"

#include "libopus/core/files.hpp"
#include "libopus/core/strings.hpp"

#include <algorithm>

namespace opus { inline namespace uws0 { namespace entity {

namespace {

constexpr std::string_view k_unknown = "application/octet-stream";

// RFC 9110 §5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view k_marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           k_marks.find(c) != std::string_view::npos;
  });
}

bool is_media_type(std::string_view text) {
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && is_token(text.substr(0, slash)) &&
         is_token(text.substr(slash + 1)) && text.find('*') == std::string_view::npos &&
         text.size() <= 127;
}

// What browsers, curl and web servers say when they do not know.
bool says_nothing(std::string_view type) {
  constexpr std::string_view k_words[] = {k_unknown,
                                          "binary/octet-stream",
                                          "application/x-download",
                                          "application/force-download",
                                          "application/unknown",
                                          "application/x-unknown"};
  return std::find(std::begin(k_words), std::end(k_words), type) != std::end(k_words);
}

}  // namespace

std::string settled_media_type(std::string_view told, std::string_view file_name,
                               const std::filesystem::path& file) {
  const std::string type = ascii_lower(trim(told.substr(0, told.find(';'))));
  const bool usable = is_media_type(type) && !says_nothing(type);
  // Web servers call a file text that they do not know; a FITS file is one to them.
  if (usable && type != "text/plain") return type;
  std::string found = media_type_of(file_name, file);
  return usable && found == k_unknown ? type : found;
}

}}}  // namespace opus::uws0::entity
