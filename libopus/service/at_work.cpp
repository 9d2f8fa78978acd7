#include "libopus/service/at_work.hpp"

#include <algorithm>
#include <limits>

namespace opus { inline namespace uws0 { namespace service {

void AtWork::add(const Owner& owner, const std::string& description) {
  if (!is_limited()) return;
  Numbers& numbers = jobs_[owner];
  ++numbers[""];
  ++numbers[description];
}

void AtWork::remove(const Owner& owner, const std::string& description) {
  const auto found = jobs_.find(owner);
  if (found == jobs_.end()) return;
  Numbers& numbers = found->second;
  for (const std::string_view of : {std::string_view{}, std::string_view{description}})
    if (const auto number = numbers.find(of); number != numbers.end() && --number->second == 0)
      numbers.erase(number);
  if (numbers.empty()) jobs_.erase(found);
}

std::uint64_t AtWork::room(const Owner& owner, std::string_view description) const {
  std::uint64_t room = std::numeric_limits<std::uint64_t>::max();
  if (!is_limited()) return room;
  const auto found = jobs_.find(owner);
  for (const std::string_view of : {std::string_view{}, description}) {
    const std::optional<std::uint64_t> most = limits_(owner, of).executing;
    if (!most) continue;
    std::uint64_t has = 0;
    if (found != jobs_.end())
      if (const auto number = found->second.find(of); number != found->second.end())
        has = number->second;
    room = std::min(room, *most > has ? *most - has : 0);
  }
  return room;
}

}}}  // namespace opus::uws0::service
