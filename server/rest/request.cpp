#include "server/rest/request.hpp"

#include <algorithm>

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::array<std::string_view, 6> k_methods{"GET", "HEAD",   "POST",
                                                    "PUT", "DELETE", "OPTIONS"};

/// The weight of `;q=0.5` among the parameters of an Accept element, in thousandths.
int weight(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto end = parameters.find(';');
    const std::string_view piece = trim(parameters.substr(0, end));
    parameters.remove_prefix(end == parameters.npos ? parameters.size() : end + 1);
    if (piece.size() < 3 || to_lower(piece[0]) != 'q' || piece[1] != '=') continue;
    int value = piece[2] == '1' ? 1000 : 0;
    int place = 100;
    for (const char c : piece.substr(std::min<std::size_t>(4, piece.size()))) {
      if (c < '0' || c > '9') break;
      value += (c - '0') * place;
      place /= 10;
    }
    return std::min(value, 1000);
  }
  return 1000;
}

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

bool asks_for(const Request& request, std::string_view media_type,
              std::initializer_list<std::string_view> known) {
  const auto accept = request.headers.get("Accept");
  if (!accept) return false;
  std::string_view best;
  int best_weight = 0;
  for (std::string_view rest = *accept; !rest.empty();) {
    const auto end = rest.find(',');
    const std::string_view element = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    const auto semicolon = element.find(';');
    const std::string_view type = trim(element.substr(0, semicolon));
    const int q = semicolon == element.npos ? 1000 : weight(element.substr(semicolon + 1));
    for (const std::string_view candidate : known) {
      if (iequals(type, candidate) && q > best_weight) {
        best = candidate;
        best_weight = q;
      }
    }
  }
  return best == media_type && best_weight > 0;
}

}}}  // namespace opus::uws0::rest
