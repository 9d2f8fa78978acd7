#include "libopus/access/account_names.hpp"

#include <algorithm>
#include <string>

#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace access {
namespace {

constexpr std::size_t k_longest_name = 128;
constexpr std::size_t k_longest_word = 64;

std::string in_quotes(std::string_view text) { return "'" + printable(text) + "'"; }

bool has_control(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

/// Names travel in headers and documents, and before the ':' of Basic authentication.
bool is_account_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= k_longest_name && is_utf8(name) && !has_control(name) &&
         name.find(':') == name.npos && trim(name) == name;
}

bool is_word(std::string_view word) noexcept {
  return !word.empty() && word.size() <= k_longest_word &&
         std::all_of(word.begin(), word.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("._-@/").find(c) != std::string_view::npos;
         });
}

void check_words(std::vector<Fault>& faults, std::string_view field,
                 const std::vector<std::string>& words) {
  for (const std::string& word : words)
    if (!is_word(word))
      faults.push_back({std::string(field), "1 to 64 letters, digits, '.', '_', '-', '@', '/' each",
                        in_quotes(word)});
}

void check_name(std::vector<Fault>& faults, std::string_view name) {
  if (!is_account_name(name))
    faults.push_back({"name",
                      "1 to 128 bytes of text without ':', control characters and blanks around it",
                      in_quotes(name)});
}

Result<void> verdict(std::string_view subject, std::vector<Fault> faults) {
  if (faults.empty()) return {};
  return faults_error(subject, std::move(faults));
}

}  // namespace

Result<void> check_account_name(std::string_view name) {
  std::vector<Fault> faults;
  check_name(faults, name);
  return verdict("account", std::move(faults));
}

Result<void> check_account(const Account& account) {
  std::vector<Fault> faults;
  check_name(faults, account.name);
  check_words(faults, "roles", account.roles);
  check_words(faults, "groups", account.groups);
  for (const std::string_view word : {"any", "anonymous"})  // they mean something in rules
    if (std::find(account.roles.begin(), account.roles.end(), word) != account.roles.end())
      faults.push_back({"roles", "another word than any and anonymous", in_quotes(word)});
  return verdict("account", std::move(faults));
}

Result<void> check_token_request(const TokenRequest& request, TimePoint now) {
  std::vector<Fault> faults;
  if (request.name.size() > k_longest_name || !is_utf8(request.name) || has_control(request.name))
    faults.push_back(
        {"name", "at most 128 bytes of text without control characters", in_quotes(request.name)});
  if (request.expires && *request.expires <= now)
    faults.push_back({"expires", "a time to come", to_iso8601(*request.expires)});
  return verdict("token", std::move(faults));
}

}}}  // namespace opus::uws0::access
