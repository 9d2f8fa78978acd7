#include "libopus/service/job_cache.hpp"

#include <utility>

namespace opus { inline namespace uws0 { namespace service {

std::shared_ptr<const Job> JobCache::find(const JobId& id) {
  const std::lock_guard lock{mutex_};
  const auto found = index_.find(id);
  if (found == index_.end()) return nullptr;
  order_.splice(order_.begin(), order_, found->second);
  return *found->second;
}

std::uint64_t JobCache::generation() const {
  const std::lock_guard lock{mutex_};
  return generation_;
}

void JobCache::offer(std::shared_ptr<const Job> job, std::uint64_t seen_generation) {
  const std::lock_guard lock{mutex_};
  if (generation_ == seen_generation) insert(std::move(job));
}

void JobCache::put(std::shared_ptr<const Job> job) {
  const std::lock_guard lock{mutex_};
  ++generation_;
  insert(std::move(job));
}

void JobCache::erase(const JobId& id) {
  const std::lock_guard lock{mutex_};
  ++generation_;
  const auto found = index_.find(id);
  if (found == index_.end()) return;
  order_.erase(found->second);
  index_.erase(found);
}

void JobCache::insert(std::shared_ptr<const Job> job) {
  const auto found = index_.find(job->id);
  if (found != index_.end()) {
    *found->second = std::move(job);
    order_.splice(order_.begin(), order_, found->second);
    return;
  }
  order_.push_front(std::move(job));
  index_.emplace(order_.front()->id, order_.begin());
  if (index_.size() > capacity_) {
    index_.erase(order_.back()->id);
    order_.pop_back();
  }
}

}}}  // namespace opus::uws0::service
