#pragma once
// Who waits for a job to leave a phase, and who wants to hear of every change.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>
#include <vector>

#include <opus/service.hpp>

namespace opus { inline namespace uws0 { namespace service {

/// Threads: any. Callbacks run without a lock of ours. A change wakes the waiters of its own job
/// only. Subscriptions may outlive this object.
class Waiters {
 public:
  Waiters();

  /// Calls `done` once, from publish(), arm() or close().
  Subscription add(const JobId& id, Phase phase, Done done);
  /// Second half of add(): what the job looks like after registration, so that a change between
  /// the caller's look and add() is not missed.
  void arm(const Subscription& waiter, const Result<std::shared_ptr<const Job>>& now);

  Subscription subscribe(std::function<void(const JobChange&)> callback);

  void publish(const JobChange& change);
  /// Answers every waiter with `error`: the service closes.
  void close(const Error& error);

 private:
  struct Waiter;
  struct Subscriber;
  struct Registry {
    std::mutex mutex{};
    /// A set for each job: thousands may wait for one.
    std::unordered_map<JobId, std::set<Waiter*>> waiters{};
    std::map<std::uint64_t, std::weak_ptr<Subscriber>> subscribers{};
    std::uint64_t next_key = 0;
  };
  std::shared_ptr<Registry> registry_;
};

}}}  // namespace opus::uws0::service
