#include "server/rest/request.hpp"

#include <algorithm>

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::array<std::string_view, 6> k_methods{"GET", "HEAD",   "POST",
                                                    "PUT", "DELETE", "OPTIONS"};

}  // namespace

std::string_view to_string(Method method) noexcept {
  return method == Method::other ? "?" : k_methods[static_cast<std::size_t>(method)];
}

Method parse_method(std::string_view word) noexcept {
  const auto found = std::find(k_methods.begin(), k_methods.end(), word);
  return static_cast<Method>(found - k_methods.begin());
}

Result<Path> Path::parse(std::string_view path) {
  if (path.empty() || path.front() != '/')
    return Error{Errc::invalid_argument, "the path must begin with '/', got " + in_quotes(path)};
  Path result;
  path.remove_prefix(1);
  while (!path.empty()) {
    if (result.size_ == k_deepest) {
      ++result.size_;
      break;
    }
    const auto end = path.find('/');
    const auto begin = result.text_.size();
    if (!percent_decode(path.substr(0, end), false, result.text_))
      return Error{Errc::invalid_argument,
                   "the path has a '%' without two hexadecimal digits: " + in_quotes(path)};
    result.spans_[result.size_++] = {static_cast<std::uint32_t>(begin),
                                     static_cast<std::uint32_t>(result.text_.size() - begin)};
    path.remove_prefix(end == path.npos ? path.size() : end + 1);
  }
  if (has_control_character(result.text_))
    return Error{Errc::invalid_argument, "the path contains a control character"};
  return result;
}

Result<void> Request::set_target(std::string_view text) {
  target = text;
  text = text.substr(0, text.find('#'));
  const auto mark = text.find('?');
  OPUS_UWS_TRY(path, Path::parse(text.substr(0, mark)));
  if (mark != text.npos) {
    OPUS_UWS_TRY(query, parse_urlencoded(text.substr(mark + 1), "query string"));
  }
  return {};
}

std::vector<std::string_view> Request::values(std::string_view name) const {
  std::vector<std::string_view> found;
  for (const Pairs* pairs : {&query, &form})
    for (const auto& [key, text] : *pairs)
      if (iequals(key, name)) found.emplace_back(text);
  return found;
}

Result<std::optional<std::string_view>> Request::value(std::string_view name) const {
  const auto all = values(name);
  if (all.empty()) return std::optional<std::string_view>();
  for (const std::string_view other : all)
    if (other != all.front())
      return Error{Errc::invalid_argument, std::string(name) + ": expected one value, got " +
                                               in_quotes(all.front()) + " and " + in_quotes(other)};
  return std::optional(all.front());
}

}}}  // namespace opus::uws0::rest
