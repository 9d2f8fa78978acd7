#include "libopus/provenance/secrets.hpp"

#include "libopus/core/strings.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

template <std::size_t N>
bool has_one_of(std::string_view name, const std::array<std::string_view, N>& words) {
  const std::string lower = ascii_lower(name);
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string shell_quoted(std::string_view word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"_-+=./:,@%"}.find(c) != std::string_view::npos;
  });
  if (plain) return std::string{word};
  std::string quoted{word};
  replace_all(quoted, "'", "'\\''");
  return '\'' + quoted + '\'';
}

}  // namespace

bool is_secret_name(std::string_view name) {
  static constexpr std::array<std::string_view, 8> words{
      "token", "secret", "pass", "key", "credential", "auth", "cookie", "signature"};
  return has_one_of(name, words);
}

bool is_secret_parameter(std::string_view name) {
  static constexpr std::array<std::string_view, 8> words{
      "token", "secret", "password", "passwd", "passphrase", "credential", "cookie", "api_key"};
  return has_one_of(name, words);
}

std::string public_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos || !(ascii_iequals(url.substr(0, scheme), "http") ||
                                            ascii_iequals(url.substr(0, scheme), "https")))
    return std::string{url};
  const std::size_t host = scheme + 3;
  const std::size_t path = std::min(url.find_first_of("/?#", host), url.size());
  const std::size_t user = url.substr(0, path).rfind('@');
  std::string out{url.substr(0, host)};
  out += url.substr(user == std::string_view::npos || user < host ? host : user + 1,
                    path - (user == std::string_view::npos || user < host ? host : user + 1));
  const std::string_view rest = url.substr(path);
  const std::size_t fragment = std::min(rest.find('#'), rest.size());
  const std::size_t query = std::min(rest.find('?'), fragment);
  out += rest.substr(0, query);
  if (query < fragment) {
    char before = '?';
    for (const std::string& pair : split(rest.substr(query + 1, fragment - query - 1), '&')) {
      if (is_secret_name(std::string_view{pair}.substr(0, pair.find('=')))) continue;
      out += std::exchange(before, '&');
      out += pair;
    }
  }
  out += rest.substr(fragment);
  return out;
}

std::vector<std::string> public_argv(const Job& job) {
  if (job.command.empty()) return {};
  std::vector<std::pair<std::string, std::string>> hidden;
  const auto hide = [&](const std::string& value, std::string shown) {
    if (!value.empty() && value != shown) hidden.emplace_back(value, std::move(shown));
  };
  for (const Parameter& parameter : job.parameters)
    hide(parameter.value,
         is_secret_parameter(parameter.name) ? "***" : public_url(parameter.value));
  for (const JobInput& input : job.inputs) hide(input.url, public_url(input.url));
  // A password may stand inside a URL: the URL first.
  std::stable_sort(hidden.begin(), hidden.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });

  std::vector<std::string> words = job.command;
  for (std::string& word : words)
    for (const auto& [value, shown] : hidden) replace_all(word, value, shown);
  return words;
}

std::string public_command(const Job& job) {
  std::string line;
  for (const std::string& word : public_argv(job)) {
    if (!line.empty()) line += ' ';
    line += shell_quoted(word);
  }
  return line;
}

}}}  // namespace opus::uws0::provenance
