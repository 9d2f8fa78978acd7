#pragma once
// Which job runs next: first come, first served within an owner; between owners, the one with the
// fewest jobs running, then the one who has waited longest since being served.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <opus/id.hpp>

namespace opus { inline namespace uws0 { namespace service {

/// Threads: position() and waiting() any; the rest is the engine's thread's.
class FairQueue {
 public:
  /// nullopt = the anonymous owner, one owner like any other.
  using Owner = std::optional<std::string>;

  void push(const Owner& owner, const JobId& id);
  /// Back to the head: it had its turn, but could not be handed over.
  void push_front(const Owner& owner, const JobId& id);
  /// What pop() would take now.
  std::optional<JobId> next() const;
  /// The next job; counts as running until released.
  std::optional<JobId> pop();
  /// Those of the owner that are like one that was popped, in their order: they go with it, and do
  /// not count as running. Linear in the owner's queue.
  std::vector<JobId> take(const Owner& owner, std::size_t most,
                          const std::function<bool(const JobId&)>& is_like);
  /// A job that runs without having been popped: found at its backend after a restart.
  void occupy(const Owner& owner);
  void release(const Owner& owner);
  /// Linear in the owner's queue. False if it is not waiting.
  bool remove(const Owner& owner, const JobId& id);
  /// The how-manieth pop() from now on gives this job, if nothing is released or pushed: 1 = the
  /// next. Costs a look at each owner. nullopt if it is not waiting.
  std::optional<std::size_t> position(const Owner& owner, const JobId& id) const;
  std::size_t waiting() const;

 private:
  struct Waiting {
    std::int64_t place;  // rises along the line
    JobId id;
  };
  struct Line {
    std::deque<Waiting> jobs{};
    unsigned running = 0;
    std::uint64_t last_served = 0;
  };
  std::deque<Waiting>::const_iterator find_in(const Line& line, const JobId& id) const;
  std::map<Owner, Line>::const_iterator next_line() const;
  void forget_if_idle(std::map<Owner, Line>::iterator line);

  mutable std::mutex mutex_{};  // what changes below, against position() and waiting()
  std::map<Owner, Line> lines_{};
  std::unordered_map<JobId, std::int64_t> places_{};
  std::int64_t first_place_ = 0, last_place_ = 0;  // given so far
  std::uint64_t served_ = 0;
};

}}}  // namespace opus::uws0::service
