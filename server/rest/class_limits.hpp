#pragma once
// What one client may ask for, by what it is: requests in a minute, bytes in a body.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <opus/access.hpp>

namespace opus { inline namespace uws0 { namespace rest {

/// A limit of those whom the word fits, as in the rules of descriptions.
struct ClassLimit {
  std::string word{};
  std::uint64_t most = 0;
};
using ClassLimits = std::vector<ClassLimit>;

/// The first one whose word fits; nullopt: none does, there is no limit.
std::optional<std::uint64_t> limit_of(const ClassLimits& limits, const Identity& who) noexcept;

/// Who shares one limit: an account, else an address; of IPv6 the first half, as a whole network is
/// one client's.
std::string limit_key(const Identity& who, std::string_view address);

/// Counts requests. Threads: any.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  /// nullopt: it may come in, and counts. Else how long until one would. A minute's worth may come
  /// at once, then they come evenly.
  std::optional<Clock::duration> delay(const std::string& key, std::uint64_t per_minute,
                                       Clock::time_point now);
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Clock::time_point> due_;  // when all that came has been paid for
};

}}}  // namespace opus::uws0::rest
