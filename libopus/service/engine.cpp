#include "libopus/service/engine.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "libopus/service/engine_host.hpp"

namespace opus { inline namespace uws0 { namespace service {

Engine::Engine(Parts parts)
    : parts_(parts),
      clock_(parts.config.clock),
      max_executing_(parts.config.max_executing != 0
                         ? parts.config.max_executing
                         : std::max(1u, std::thread::hardware_concurrency())),
      gate_([](const JobDescription&) { return true; }),
      at_work_(parts.config.limits_of_owner) {}

Engine::~Engine() { stop(); }

Result<void> Engine::start(Changes& changes) {
  changes_ = &changes;
  OPUS_UWS_TRY(std::vector<Job> unfinished, parts_.store.reader().unfinished_jobs());
  OPUS_UWS_TRY(const auto next, parts_.store.reader().next_destruction(TimePoint::min()));
  for (Job& job : unfinished) {
    if (job::actions_for(job) == job::Actions{}) continue;  // waits for other jobs
    auto shared = std::make_shared<const Job>(std::move(job));
    post([this, shared] {
      live_[shared->id].recovered = true;
      take_up(shared);
    });
  }
  OPUS_UWS_TRY(const auto expiry, parts_.store.contents().next_expiry());
  post([this, next, expiry] {
    arm_destruction(next);
    arm_expiry(expiry);
    forget_retired();
  });
  sweep();
  thread_ = std::thread{[this] { loop(); }};
  return {};
}

Result<void> Engine::add_executor(std::unique_ptr<Executor> executor) {
  const std::string name{executor->name()};
  const std::lock_guard lock{hosts_mutex_};
  auto host = std::make_unique<Host>(*this, std::move(executor));
  Host* const added = host.get();

  // The table belongs to the engine's thread: ask it to take the name before the executor starts.
  std::mutex mutex;
  std::condition_variable wake;
  std::optional<bool> taken;
  post([&] {
    const bool inserted = hosts_.try_emplace(name, nullptr).second;
    const std::lock_guard answer{mutex};
    taken = !inserted;
    wake.notify_one();
  });
  {
    std::unique_lock answer{mutex};
    wake.wait(answer, [&] { return taken.has_value(); });
  }
  if (*taken) return Error{Errc::conflict, "there is an executor named '" + name + "' already"};

  added->executor().prepare({parts_.folder.root(), parts_.config.log});
  const Result<void> started = added->executor().start(*added);
  if (!started) {
    post([this, name] { hosts_.erase(name); });
    return started;
  }
  post([this, name, owned = std::make_shared<std::unique_ptr<Host>>(std::move(host))] {
    hosts_[name] = std::move(*owned);
    {
      const std::lock_guard queues{queues_mutex_};
      queues_[name] = &hosts_[name]->queue;
    }
    gate_changed();
  });
  return {};
}

void Engine::set_gate(std::function<bool(const JobDescription&)> gate) { gate_ = std::move(gate); }

void Engine::gate_changed() {
  post([this] {
    std::vector<JobId> parked;
    for (const auto& [id, live] : live_)
      if (live.stage == Stage::parked) parked.push_back(id);
    std::sort(parked.begin(), parked.end());  // oldest first: ids are ordered by time
    for (const JobId& id : parked)
      if (Live* live = find(id)) {
        live->stage = Stage::none;
        act(*live);
      }
  });
}

void Engine::on_commit(std::vector<std::shared_ptr<const Job>> jobs) {
  post([this, jobs = std::move(jobs)] {
    // Those of a sweep come together, and are all in the queue before the first has its turn.
    taking_up_ = jobs.size() > 1;
    for (const auto& job : jobs) take_up(job);
    taking_up_ = false;
    if (jobs.size() > 1) pump();
  });
}

void Engine::stop() {
  {
    const std::lock_guard lock{hosts_mutex_};
    std::vector<Host*> hosts;
    if (thread_.joinable()) {
      std::mutex mutex;
      std::condition_variable wake;
      bool listed = false;
      post([&] {
        closing_ = true;
        for (auto& [id, live] : live_) live.stop_staging.request_stop();
        for (const auto& [name, host] : hosts_)
          if (host) hosts.push_back(host.get());
        const std::lock_guard answer{mutex};
        listed = true;
        wake.notify_one();
      });
      std::unique_lock answer{mutex};
      wake.wait(answer, [&] { return listed; });
    }
    for (Host* host : hosts) host->stop();
  }
  downloads_.stop();
  results_.stop();
  files_.stop();
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::optional<std::size_t> Engine::queue_position(std::string_view executor,
                                                  const FairQueue::Owner& owner,
                                                  const JobId& id) const {
  const std::lock_guard lock{queues_mutex_};
  const auto found = queues_.find(executor);
  if (found == queues_.end()) return std::nullopt;
  return found->second->position(owner, id);
}

std::vector<QueueLength> Engine::queue_lengths() const {
  const std::lock_guard lock{queues_mutex_};
  std::vector<QueueLength> lengths;
  for (const auto& [executor, queue] : queues_) lengths.push_back({executor, queue->waiting()});
  return lengths;
}

void Engine::post(std::function<void()> message) {
  {
    const std::lock_guard lock{mutex_};
    mailbox_.push_back(std::move(message));
  }
  wake_.notify_one();
}

void Engine::at(TimePoint when, std::function<void()> message) {
  timers_.emplace(when, std::move(message));
}

void Engine::after(std::chrono::milliseconds delay, std::function<void()> message) {
  at(clock_->now() + delay, std::move(message));
}

void Engine::loop() {
  std::unique_lock lock{mutex_};
  for (;;) {
    if (!mailbox_.empty()) {
      std::vector<std::function<void()>> messages = std::exchange(mailbox_, {});
      lock.unlock();
      for (const auto& message : messages) message();
      messages.clear();
      lock.lock();
      continue;
    }
    if (stopping_) return;
    if (timers_.empty()) {
      wake_.wait(lock);
    } else if (const TimePoint next = timers_.begin()->first; next <= clock_->now()) {
      auto timer = timers_.extract(timers_.begin());
      lock.unlock();
      timer.mapped()();
      lock.lock();
    } else {
      clock_->wait_until(lock, wake_, next);
    }
  }
}

Engine::Live* Engine::find(const JobId& id) {
  const auto found = live_.find(id);
  return found == live_.end() ? nullptr : &found->second;
}

void Engine::log(LogLevel level, std::string message,
                 std::vector<std::pair<std::string, std::string>> fields) const {
  if (parts_.config.log) parts_.config.log({level, std::move(message), std::move(fields)});
}

}}}  // namespace opus::uws0::service
