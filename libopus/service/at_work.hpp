#pragma once
// How many jobs of each owner executors have, and whether he may have one more.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <opus/limits.hpp>

namespace opus { inline namespace uws0 { namespace service {

/// Threads: one.
class AtWork {
 public:
  using Owner = std::optional<std::string>;

  /// Empty = nothing is limited.
  explicit AtWork(const LimitsOfOwner& limits) : limits_(limits) {}

  void add(const Owner& owner, const std::string& description);
  void remove(const Owner& owner, const std::string& description);
  bool is_limited() const noexcept { return static_cast<bool>(limits_); }
  /// How many more; as many as there can be if nothing is limited.
  std::uint64_t room(const Owner& owner, std::string_view description) const;

 private:
  using Numbers = std::map<std::string, std::uint64_t, std::less<>>;
  const LimitsOfOwner& limits_;
  std::map<Owner, Numbers> jobs_{};  // by description; "" = all
};

}}}  // namespace opus::uws0::service
