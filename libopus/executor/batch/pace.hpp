#pragma once
// How long to wait before a scheduler is asked again.

#include <chrono>
#include <optional>

namespace opus { inline namespace uws0 { namespace batch {

/// What decides it.
struct Occasion {
  using Duration = std::chrono::steady_clock::duration;

  Duration longest{};                    ///< while the scheduler is well
  std::optional<Duration> since_news{};  ///< a job came, changed, or was asked to end
  std::optional<Duration> to_limit{};    ///< the nearest end of an execution duration; < 0 = was
  Duration took{};                       ///< the last question
  unsigned failures = 0;                 ///< questions without an answer, in a row
};

/// News and limits announce more news: near them the pause is a quarter of the longest, and grows
/// with the distance. A scheduler that is slow is asked for a tenth of the time at most, and one
/// that does not answer less and less, but at least once a minute.
Occasion::Duration pause_after(const Occasion& occasion);

}}}  // namespace opus::uws0::batch
