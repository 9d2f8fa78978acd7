#include "server/rest/class_limits.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::size_t k_most_rated = 65'536;
constexpr std::size_t k_network_bytes = 8;

}  // namespace

std::optional<std::uint64_t> limit_of(const ClassLimits& limits, const Identity& who) noexcept {
  for (const ClassLimit& limit : limits)
    if (fits(who, limit.word)) return limit.most;
  return std::nullopt;
}

std::string limit_key(const Identity& who, std::string_view address) {
  if (const auto owner = who.owner()) return "account " + *owner;
  const std::string text(address);
  unsigned char bytes[sizeof(in6_addr)] = {};
  if (::inet_pton(AF_INET6, text.c_str(), bytes) != 1) return "address " + text;
  const std::string_view all(reinterpret_cast<const char*>(bytes), sizeof bytes);
  constexpr std::string_view k_mapped{"\0\0\0\0\0\0\0\0\0\0\xff\xff", 12};
  if (all.starts_with(k_mapped)) return "address " + std::string(all.substr(k_mapped.size()));
  return "network " + std::string(all.substr(0, k_network_bytes));
}

std::optional<RateLimiter::Clock::duration> RateLimiter::delay(const std::string& key,
                                                               std::uint64_t per_minute,
                                                               Clock::time_point now) {
  constexpr Clock::duration k_minute = std::chrono::minutes(1);
  if (per_minute == 0) return k_minute;
  const Clock::duration cost = k_minute / static_cast<Clock::rep>(per_minute);
  const std::lock_guard lock(mutex_);
  if (due_.size() >= k_most_rated && due_.find(key) == due_.end()) {
    std::erase_if(due_, [now](const auto& one) { return one.second <= now; });
    if (due_.size() >= k_most_rated) due_.clear();  // memory is bounded, whatever comes
  }
  Clock::time_point& due = due_.try_emplace(key, now).first->second;
  const Clock::time_point next = std::max(due, now) + cost;
  if (next - now > k_minute) return next - now - k_minute;
  due = next;
  return std::nullopt;
}

std::size_t RateLimiter::size() const {
  const std::lock_guard lock(mutex_);
  return due_.size();
}

}}}  // namespace opus::uws0::rest
