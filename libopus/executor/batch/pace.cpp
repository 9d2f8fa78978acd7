#include "libopus/executor/batch/pace.hpp"

#include <algorithm>

namespace opus { inline namespace uws0 { namespace batch {

namespace {

// With the usual two seconds that is twice a second, which is what Slurm grants a user where it
// limits the rate of requests (rl_refill_rate).
constexpr int k_shortest_part = 4;
constexpr int k_growth = 4;  ///< a pause is that part of the time to the nearest news
constexpr int k_share = 10;  ///< a scheduler is asked for 1/k_share of the time
constexpr std::chrono::seconds k_longest_of_all{60};

}  // namespace

Occasion::Duration pause_after(const Occasion& occasion) {
  using Duration = Occasion::Duration;
  Duration near = Duration::max();
  if (occasion.since_news) near = std::min(near, *occasion.since_news);
  if (occasion.to_limit) near = std::min(near, std::chrono::abs(*occasion.to_limit));
  const Duration shortest = occasion.longest / k_shortest_part;
  Duration pause = std::clamp(near / k_growth, shortest, occasion.longest);
  if (occasion.failures > 0) pause = occasion.longest;
  pause = std::max(pause, k_share * occasion.took);
  for (unsigned i = 0; i < occasion.failures && pause < k_longest_of_all; ++i) pause *= 2;
  return std::min<Duration>(pause, k_longest_of_all);
}

}}}  // namespace opus::uws0::batch
