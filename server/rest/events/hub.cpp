#include "server/rest/events/hub.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <stop_token>
#include <unordered_map>
#include <utility>
#include <vector>

#include <opus/time.hpp>

namespace opus { inline namespace uws0 { namespace rest {

using Clock = std::chrono::steady_clock;

/// Shared with the callback of the subscription, which may still run when the hub is gone.
struct EventHub::Core {
  std::mutex mutex{};
  std::condition_variable_any wake{};
  std::unordered_map<JobId, std::weak_ptr<JobFeed>> jobs{};
  std::map<std::string, std::shared_ptr<ListFeed>, std::less<>> lists{};
  Subscription subscription{};

  void on_change(const JobChange& change);
  void look_at_logs(const std::stop_token& stop, std::chrono::milliseconds pause);
};

void EventHub::Core::on_change(const JobChange& change) {
  std::shared_ptr<JobFeed> job;
  std::shared_ptr<ListFeed> list;
  {
    const std::lock_guard lock(mutex);
    if (const auto found = jobs.find(change.id); found != jobs.end()) job = found->second.lock();
    const bool moved = change.destroyed || change.from != change.phase;
    if (moved)
      if (const auto found = lists.find(change.description); found != lists.end())
        list = found->second;
  }
  if (job) job->update(change);
  if (list)
    list->add({change.id, change.owner, change.from, change.phase, change.destroyed,
               system_clock()->now()});
}

void EventHub::Core::look_at_logs(const std::stop_token& stop, std::chrono::milliseconds pause) {
  std::vector<std::shared_ptr<JobFeed>> feeds;
  std::unique_lock lock(mutex);
  while (wake.wait(lock, stop, [this] { return !jobs.empty(); })) {
    for (const auto& [id, weak] : jobs)
      if (auto feed = weak.lock()) feeds.push_back(std::move(feed));
    lock.unlock();
    const auto began = Clock::now();
    for (const auto& feed : feeds) feed->look_at_logs();
    feeds.clear();  // the last to hold a feed takes it off the map, which needs the lock
    const auto took = Clock::now() - began;
    lock.lock();
    // Never more than a twentieth of a processor.
    wake.wait_for(lock, stop, std::max<Clock::duration>(pause, 20 * took), [] { return false; });
  }
}

EventHub::EventHub(const Service& service, std::chrono::milliseconds look)
    : service_(service),
      epoch_(std::to_string(system_clock()->now().time_since_epoch().count())),
      core_(std::make_shared<Core>()),
      looker_(
          [core = core_, look](const std::stop_token& stop) { core->look_at_logs(stop, look); }) {}

EventHub::~EventHub() {
  Subscription last;
  const std::lock_guard lock(core_->mutex);
  last.swap(core_->subscription);
}

/// Under the lock of the core: at most once.
void EventHub::subscribe() {
  if (core_->subscription) return;
  core_->subscription =
      service_.subscribe([weak = std::weak_ptr<Core>(core_)](const JobChange& change) {
        if (const auto core = weak.lock()) core->on_change(change);
      });
}

Result<std::shared_ptr<JobFeed>> EventHub::job(const JobId& id) {
  std::shared_ptr<JobFeed> feed;
  {
    const std::lock_guard lock(core_->mutex);
    subscribe();
    std::weak_ptr<JobFeed>& known = core_->jobs[id];
    feed = known.lock();
    if (!feed) {
      const auto forget = [core = std::weak_ptr<Core>(core_), id](JobFeed* gone) {
        if (const auto home = core.lock()) {
          const std::lock_guard home_lock(home->mutex);
          const auto entry = home->jobs.find(id);
          if (entry != home->jobs.end() && entry->second.expired()) home->jobs.erase(entry);
        }
        delete gone;
      };
      feed = std::shared_ptr<JobFeed>(new JobFeed(service_, id), forget);
      known = feed;
    }
  }
  core_->wake.notify_all();
  OPUS_UWS_TRY(const JobFeed::View now, feed->view());
  if (now.destroyed) return Error{Errc::not_found, "there is no job " + id.value};
  return feed;
}

std::shared_ptr<ListFeed> EventHub::list(std::string_view description) {
  const std::lock_guard lock(core_->mutex);
  subscribe();
  auto found = core_->lists.find(description);
  if (found == core_->lists.end())
    found = core_->lists.emplace(description, std::make_shared<ListFeed>()).first;
  return found->second;
}

}}}  // namespace opus::uws0::rest
