// A service on a manual clock with a scripted executor, which can be closed and opened again.
#pragma once

#include <opus/opus.hpp>
#include <opus/testing.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

namespace opus_test {

using namespace std::chrono_literals;

/// The longest a test waits for something that is to happen at once.
inline constexpr auto k_patience = 20s;

inline opus::JobDescription scripted_description(std::string name = "sim") {
  opus::JobDescription description;
  description.name = std::move(name);
  description.executor = "scripted";
  description.command = {"simulate", "${n}"};
  description.execution_duration = 1h;
  description.parameters = {
      {.name = "n", .datatype = opus::Datatype::integer, .default_value = "1", .min = "1"}};
  return description;
}

/// Waits until the job is in `phase`; fails the test if that does not happen.
inline opus::Job until(const opus::Service& service, const opus::JobId& id, opus::Phase phase) {
  const auto deadline = std::chrono::steady_clock::now() + k_patience;
  for (;;) {
    const opus::Job job = service.get(id).value();
    if (job.phase == phase) return job;
    struct State {
      std::mutex mutex{};
      std::condition_variable wake{};
      bool changed = false;
    };
    const auto state = std::make_shared<State>();
    const auto waiter = service.when_phase_leaves(id, job.phase, [state](const auto&) {
      const std::lock_guard lock{state->mutex};
      state->changed = true;
      state->wake.notify_one();
    });
    std::unique_lock lock{state->mutex};
    const bool changed = state->wake.wait_until(lock, deadline, [&] { return state->changed; });
    INFO("waiting for " << to_string(phase) << ", the job is " << to_string(job.phase));
    REQUIRE(changed);
  }
}

/// Waits until `condition` holds, asked again after each committed change or, for what is no
/// change of a job, every few milliseconds.
template <class Condition> void eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + k_patience;
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock{mutex};
  while (!condition()) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    never.wait_for(lock, 2ms);
  }
}

class SimulationRig {
 public:
  std::shared_ptr<opus::testing::ManualClock> clock =
      std::make_shared<opus::testing::ManualClock>();
  std::shared_ptr<opus::testing::Faults> faults = std::make_shared<opus::testing::Faults>();
  opus::testing::ScriptedExecutor* executor = nullptr;  ///< of the open service

  explicit SimulationRig(unsigned max_executing = 2) { config_.max_executing = max_executing; }

  opus::ServiceConfig& config() { return config_; }
  const TempFolder& folder() const { return folder_; }

  /// Opens the service with the executor that `script` sets up, and the description "sim".
  template <class Script> opus::Service& open(Script script) {
    close();
    config_.data_dir = folder_ / "data";
    config_.clock = clock;
    config_.faults = faults;
    service_.emplace(opus::Service::open(config_).value());
    auto made = std::make_unique<opus::testing::ScriptedExecutor>(clock);
    executor = made.get();
    script(*executor);
    service_->define(scripted_description()).value();
    service_->add_executor(std::move(made)).value();
    return *service_;
  }
  opus::Service& open() {
    return open([](auto&) {});
  }
  void close() {
    service_.reset();
    executor = nullptr;
  }
  opus::Service& service() { return *service_; }

  opus::Job create(std::optional<std::string> owner = std::nullopt, bool run = true) {
    return service_->create({.description = "sim", .owner = std::move(owner), .run = run}).value();
  }
  /// As many tasks as that have reached the executor.
  void submitted(std::size_t count) {
    eventually([&] { return executor->submitted().size() >= count; });
  }

 private:
  TempFolder folder_{};
  opus::ServiceConfig config_{};
  std::optional<opus::Service> service_{};
};

}  // namespace opus_test
