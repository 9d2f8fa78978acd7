#include "libopus/service/waiters.hpp"

#include <utility>

namespace opus { inline namespace uws0 { namespace service {

struct Waiters::Waiter {
  std::weak_ptr<Registry> home;
  JobId id;
  Phase phase;
  Done done;  // guarded by the registry's mutex; empty once claimed

  ~Waiter() {
    const auto registry = home.lock();
    if (!registry) return;
    const std::lock_guard lock{registry->mutex};
    const auto entry = registry->waiters.find(id);
    if (entry == registry->waiters.end()) return;
    entry->second.erase(this);
    if (entry->second.empty()) registry->waiters.erase(entry);
  }
};

struct Waiters::Subscriber {
  std::weak_ptr<Registry> home;
  std::uint64_t key;
  std::function<void(const JobChange&)> callback;

  ~Subscriber() {
    const auto registry = home.lock();
    if (!registry) return;
    const std::lock_guard lock{registry->mutex};
    registry->subscribers.erase(key);
  }
};

Waiters::Waiters() : registry_(std::make_shared<Registry>()) {}

Subscription Waiters::add(const JobId& id, Phase phase, Done done) {
  auto waiter = std::make_shared<Waiter>();
  waiter->home = registry_;
  waiter->id = id;
  waiter->phase = phase;
  waiter->done = std::move(done);
  const std::lock_guard lock{registry_->mutex};
  registry_->waiters[id].insert(waiter.get());
  return waiter;
}

void Waiters::arm(const Subscription& waiter, const Result<std::shared_ptr<const Job>>& now) {
  auto* const self = static_cast<Waiter*>(waiter.get());
  if (now && (*now)->phase == self->phase) return;
  Done done;
  {
    const std::lock_guard lock{registry_->mutex};
    done = std::exchange(self->done, nullptr);
  }
  if (done) done(now);
}

Subscription Waiters::subscribe(std::function<void(const JobChange&)> callback) {
  auto subscriber = std::make_shared<Subscriber>();
  subscriber->home = registry_;
  subscriber->callback = std::move(callback);
  const std::lock_guard lock{registry_->mutex};
  subscriber->key = registry_->next_key++;
  registry_->subscribers.emplace(subscriber->key, subscriber);
  return subscriber;
}

void Waiters::publish(const JobChange& change) {
  std::vector<Done> awake;
  std::vector<std::shared_ptr<Subscriber>> listeners;
  {
    const std::lock_guard lock{registry_->mutex};
    if (const auto entry = registry_->waiters.find(change.id); entry != registry_->waiters.end())
      for (Waiter* const waiter : entry->second)
        if (waiter->done && (change.destroyed || change.phase != waiter->phase))
          awake.push_back(std::exchange(waiter->done, nullptr));
    for (const auto& [key, subscriber] : registry_->subscribers)
      if (auto listener = subscriber.lock()) listeners.push_back(std::move(listener));
  }
  for (const Done& done : awake) {
    if (change.destroyed)
      done(Error{Errc::not_found, "job " + change.id.value + " was deleted"});
    else
      done(change.job);
  }
  for (const auto& listener : listeners) listener->callback(change);
}

void Waiters::close(const Error& error) {
  std::vector<Done> awake;
  {
    const std::lock_guard lock{registry_->mutex};
    for (const auto& [id, waiters] : registry_->waiters)
      for (Waiter* const waiter : waiters)
        if (waiter->done) awake.push_back(std::exchange(waiter->done, nullptr));
  }
  for (const Done& done : awake) done(error);
}

}}}  // namespace opus::uws0::service
