#pragma once
// Which job runs next: first come, first served within an owner; between owners, the one with the
// fewest jobs running, then the one who has waited longest since being served.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include <opus/id.hpp>

namespace opus { inline namespace uws0 { namespace service {

/// Not thread-safe: the engine's thread only.
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
  /// A job that runs without having been popped: found at its backend after a restart.
  void occupy(const Owner& owner);
  void release(const Owner& owner);
  /// Linear in the owner's queue. False if it is not waiting.
  bool remove(const Owner& owner, const JobId& id);
  std::size_t waiting() const noexcept { return waiting_; }

 private:
  struct Line {
    std::deque<JobId> jobs{};
    unsigned running = 0;
    std::uint64_t last_served = 0;
  };
  std::map<Owner, Line>::const_iterator next_line() const;
  void forget_if_idle(std::map<Owner, Line>::iterator line);

  std::map<Owner, Line> lines_{};
  std::size_t waiting_ = 0;
  std::uint64_t served_ = 0;
};

}}}  // namespace opus::uws0::service
