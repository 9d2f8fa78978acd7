#pragma once
// An executor as the engine sees it, and a live job. Private to the engine's files.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libopus/executor/takes_many.hpp"
#include "libopus/service/engine.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// One executor with its thread, its queue and its back-off.
class Engine::Host final : public EventSink {
 public:
  Host(Engine& engine, std::unique_ptr<Executor> executor)
      : engine_(engine), executor_(std::move(executor)) {}

  Executor& executor() noexcept { return *executor_; }
  /// The same, if it is one that does.
  TakesMany* takes_many() noexcept { return takes_many_; }
  /// Runs on the executor's own thread, one at a time.
  void call(std::function<void(Executor&)> what) {
    worker_.post([this, what = std::move(what)] { what(*executor_); });
  }
  void stop() {
    executor_->stop();
    worker_.stop();
  }

  void on_started(const JobId& job, TimePoint at) override {
    engine_.post([this, job, at] {
      if (Live* live = engine_.find(job)) engine_.record(*live, job::Started{at});
    });
  }
  void on_state(const JobId& job, Phase phase, std::string reason) override {
    engine_.post([this, job, phase, reason = std::move(reason)] {
      if (Live* live = engine_.find(job)) engine_.record(*live, job::StateSeen{phase, reason});
    });
  }
  void on_progress(const JobId& job, std::optional<double> fraction, std::string text) override {
    engine_.post([this, job, fraction, text = std::move(text)] {
      engine_.on_progress(job, fraction, text);
    });
  }
  void on_finished(const JobId& job, Outcome outcome) override {
    engine_.post([this, job, outcome = std::move(outcome)] { engine_.on_finished(job, outcome); });
  }

  // The engine thread's own.
  FairQueue queue{};
  bool blocked = false;  ///< backing off: submits nothing until a timer says so
  std::chrono::milliseconds pause{0};

 private:
  Engine& engine_;
  std::unique_ptr<Executor> executor_;
  TakesMany* takes_many_ = dynamic_cast<TakesMany*>(executor_.get());
  Worker worker_{1};
};

/// Jobs that are handed over by one call, once all of them have their files.
struct Engine::Group {
  Host* host = nullptr;
  std::size_t missing = 0;
  std::vector<std::shared_ptr<const Task>> tasks{};
};

/// A job the engine has to do something for, until it is done.
struct Engine::Live {
  std::shared_ptr<const Job> job{};
  DefinedPtr defined{};
  Host* host = nullptr;
  Stage stage = Stage::none;
  bool recovered = false;           ///< from before our start: ask the backend before submitting
  bool looked_for_results = false;  ///< earlier ones that it might be given
  bool holds_slot = false;
  bool counts = false;  ///< among what its owner has at executors
  bool cancel_sent = false;
  bool hold_sent = false, release_sent = false;  ///< the last of them counts
  bool removing = false;
  std::shared_ptr<Group> group{};
  std::shared_ptr<const Task> task{};
  std::vector<job::Event> unrecorded{};  ///< written together with the next event
  bool is_staging = false;               ///< a thread works in its folder; also while queued
  bool staged_ahead = false;             ///< tried once, while queued
  std::stop_source stop_staging{};
  Staged staged{};  ///< what that gave, until its turn
  std::optional<TimePoint> duration_end{};
  /// Since its start, without what goes on now; nullopt = its history has to be asked.
  std::optional<std::chrono::milliseconds> paused{};
  std::optional<TimePoint> last_progress{};
};

}}}  // namespace opus::uws0::service
