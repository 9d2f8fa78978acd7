#pragma once
// The sections [limits.guest], [limits.user], [limits.role.NAME], [limits.group.NAME] and
// [limits.account.NAME] of the configuration, each also with .description.NAME: what the owners of
// jobs may have and ask for.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <opus/access.hpp>
#include <opus/accounts.hpp>
#include <opus/error.hpp>
#include <opus/limits.hpp>

namespace opus { inline namespace uws0 { namespace server {

/// Of one key the most specific section that has it counts: of the account, else of the roles and
/// groups (of several the most generous), else of guests or users.
class LimitSections {
 public:
  /// "limits.guest.executing" and the like.
  static bool owns(std::string_view key) noexcept;
  /// invalid_argument: what was expected and what came.
  Result<void> set(std::string_view key, const std::vector<std::string>& values,
                   std::string origin);
  bool empty() const noexcept { return sections_.empty(); }
  /// As TOML, each line with its origin.
  std::string to_toml() const;

  /// What holds for all his jobs, or (with a description) for those of one besides.
  OwnerLimits limits_of(const Identity& who, std::string_view description) const;

 private:
  struct Section {
    std::map<std::string, std::uint64_t, std::less<>> numbers{};  ///< k_unlimited = no limit
    std::optional<std::vector<ValueRule>> values{};
    std::map<std::string, std::pair<std::string, std::string>> texts{};  ///< key -> value, origin
  };
  using Sections = std::map<std::pair<std::string, std::string>, Section>;

  const Section* find(std::string_view who, std::string_view description) const;
  Sections sections_{};  // by who ("role.expert") and description
};

/// ServiceConfig::limits_of_owner of a server: knows the roles of accounts. Threads: any.
class OwnerDirectory {
 public:
  explicit OwnerDirectory(LimitSections sections) : sections_(std::move(sections)) {}

  /// Before it is told of the accounts, everybody who has a name is a user.
  void set_accounts(std::shared_ptr<Accounts> accounts);
  OwnerLimits limits_of(const std::optional<std::string>& owner,
                        std::string_view description) const;

 private:
  LimitSections sections_;
  mutable std::mutex mutex_{};
  std::shared_ptr<Accounts> accounts_{};
};

}}}  // namespace opus::uws0::server
