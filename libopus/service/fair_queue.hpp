#pragma once
// Which job runs next: first come, first served within an owner; between owners, the one with the
// fewest jobs running, then the one who has waited longest since being served. Jobs of one kind may
// have to wait longer: they hold up neither others of their owner nor other owners.

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
  /// May a job of this kind begin now? Empty = any may.
  using May = std::function<bool(const Owner&, const std::string& kind)>;

  void push(const Owner& owner, const JobId& id, const std::string& kind = {});
  /// Back to the head: it had its turn, but could not be handed over.
  void push_front(const Owner& owner, const JobId& id, const std::string& kind = {});
  /// What pop() would take now.
  std::optional<JobId> next(const May& may = {}) const;
  /// The next job that may; counts as running until released.
  std::optional<JobId> pop(const May& may = {});
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
  /// next; where all may. Costs a look at each owner. nullopt if it is not waiting.
  std::optional<std::size_t> position(const Owner& owner, const JobId& id) const;
  std::size_t waiting() const;

 private:
  struct Waiting {
    std::int64_t place;  // rises along the line
    JobId id;
  };
  using Jobs = std::deque<Waiting>;
  struct Line {
    std::map<std::string, Jobs> kinds{};  // none of them empty
    unsigned running = 0;
    std::uint64_t last_served = 0;

    std::size_t size() const;
  };
  struct Head {
    std::map<Owner, Line>::const_iterator line{};
    std::map<std::string, Jobs>::const_iterator kind{};
  };
  std::optional<Head> head(const May& may) const;
  static std::optional<std::map<std::string, Jobs>::const_iterator> first_kind(const Owner& owner,
                                                                               const Line& line,
                                                                               const May& may);
  void forget_if_idle(std::map<Owner, Line>::iterator line);

  mutable std::mutex mutex_{};  // what changes below, against position() and waiting()
  std::map<Owner, Line> lines_{};
  struct Place {
    std::int64_t place;
    std::string kind;
  };
  std::unordered_map<JobId, Place> places_{};
  std::int64_t first_place_ = 0, last_place_ = 0;  // given so far
  std::uint64_t served_ = 0;
};

}}}  // namespace opus::uws0::service
