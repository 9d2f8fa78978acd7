#pragma once
// The jobs asked for or changed last, as committed, so that polling clients do not reach SQLite.

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include <opus/job.hpp>

namespace opus { inline namespace uws0 { namespace service {

/// Least-recently-used, bounded. Threads: any.
///
/// The writer calls put() and erase() for every committed change before anybody is told of it. A
/// reader that found nothing reads the store and offers what it found with the generation it saw
/// before reading; if a commit came in between, the offer is dropped, so nothing stale gets in.
class JobCache {
 public:
  explicit JobCache(std::size_t capacity) : capacity_(capacity) {}

  std::shared_ptr<const Job> find(const JobId& id);
  std::uint64_t generation() const;
  void offer(std::shared_ptr<const Job> job, std::uint64_t seen_generation);

  void put(std::shared_ptr<const Job> job);
  void erase(const JobId& id);

 private:
  using Order = std::list<std::shared_ptr<const Job>>;
  void insert(std::shared_ptr<const Job> job);

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  Order order_{};  // newest first
  std::unordered_map<JobId, Order::iterator> index_{};
  std::uint64_t generation_ = 0;
};

}}}  // namespace opus::uws0::service
