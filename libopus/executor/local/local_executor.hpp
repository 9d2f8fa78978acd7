#pragma once
// The executor `local`: keeps the tasks it has handed to the launcher until their end is known.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <opus/executors.hpp>

#include "libopus/core/descriptor.hpp"
#include "libopus/executor/job_files.hpp"
#include "libopus/executor/local/boot_mark.hpp"
#include "libopus/executor/local/launcher_link.hpp"
#include "libopus/executor/local/protocol.hpp"
#include "libopus/executor/local/sandbox.hpp"

namespace opus { inline namespace uws0 { namespace local {

/// A task is known from submit() or attach() to its on_finished. Its end is learned from the
/// launcher that runs it or, when that has died or never knew the task, from its supervisor's end
/// and exit.json.
///
/// submit() returns when the launcher's socket has the request, without waiting for the start: a
/// launcher that dies with requests unread is replaced, and they are sent again. That is safe,
/// because nobody runs a job who does not create its started.json.
///
/// Threads: the service's calls and one thread of ours; mutex_ guards all but link_'s connecting
/// and receiving, which is ours alone after start(). The sink is called without it.
class LocalExecutor final : public Executor {
 public:
  explicit LocalExecutor(LocalExecutorConfig config) : config_(std::move(config)) {}
  ~LocalExecutor() override { stop(); }

  std::string_view name() const noexcept override { return config_.name; }
  void prepare(const ExecutorSite& site) override { site_ = site; }
  Result<void> start(EventSink& sink) override;
  Result<NativeId> submit(const Task& task) override;
  Result<void> cancel(const JobId& job, const NativeId& native,
                      std::chrono::milliseconds grace) override;
  Result<Attach> attach(const Task& task, const NativeId& native) override;
  Result<void> set_execution_duration(const JobId& job, const NativeId& native,
                                      std::chrono::seconds limit) override;
  bool remembers_tasks() const noexcept override { return true; }
  void stop() noexcept override;

 private:
  struct Known {
    std::filesystem::path directory{};
    std::string launch{};       ///< the frame, until it is certain that a supervisor has it
    bool told_started = false;  ///< on_started was called
    Descriptor process{};       ///< its supervisor, when that is no child of our launcher
    bool look_again = false;    ///< at its files: now they could not be read, or `process` be got
    std::optional<std::uint32_t> cancel_grace_ms{}, duration_s{};  ///< asked for by the service
  };
  using Tasks = std::map<std::string, Known, std::less<>>;
  using Lock = std::unique_lock<std::mutex>;
  enum class State { ended, running, never_started, unreadable };

  // --- local_executor.cpp
  Result<void> wait_connected(Lock& lock);
  Result<std::string> frame_of(const Task& task) const;
  void deliver(const Known& known, int signal, std::uint32_t value, const std::string& frame);
  Result<bool> ask_launcher(Lock& lock, const std::string& job);

  // --- local_events.cpp
  void run();
  std::vector<std::string> wait_for_news();
  void take_news(FrameReader& frame);
  void reconnect();
  void settle_all();
  /// What the files of a job say now; reports its end if it has ended, its start if that is new.
  State settle(const std::string& job);
  State watch(const std::string& job, const Claim& claim);
  State look_later(const std::string& job);
  void report_started(const std::string& job, TimePoint at);
  void report_finished(const std::string& job, Outcome outcome);
  void wake() noexcept;
  void log(LogLevel level, std::string message) const;

  LocalExecutorConfig config_;
  ExecutorSite site_{};
  EventSink* sink_ = nullptr;
  BootMark boot_{};
  std::optional<Sandbox> sandbox_{};
  Descriptor wake_{};
  std::atomic<bool> stopping_{false};
  std::thread thread_{};
  std::chrono::steady_clock::time_point looked_again_{};  ///< its own

  std::mutex mutex_{};
  std::condition_variable changed_{};  ///< connected_, or an answer
  Tasks tasks_{};
  std::unique_ptr<LauncherLink> link_{};
  bool connected_ = false;
  unsigned connections_lost_ = 0;
  std::map<std::string, bool, std::less<>> answers_{};
};

}}}  // namespace opus::uws0::local
