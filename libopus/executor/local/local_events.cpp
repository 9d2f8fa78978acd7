// The thread of the executor `local`: news of the launcher, and what to do when it dies.
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "libopus/core/process.hpp"
#include "libopus/executor/local/local_executor.hpp"

namespace opus { inline namespace uws0 { namespace local {

namespace {

constexpr int k_retry_ms = 1000;                        ///< no launcher can be started
constexpr std::chrono::milliseconds k_look_again{250};  ///< at files that could not be read

TimePoint from_ms(std::int64_t ms) { return TimePoint{std::chrono::milliseconds{ms}}; }

TimePoint now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string why_lost(const Claim& claim) {
  if (claim.boot_id == boot_id()) return "the job's supervisor was killed while the job ran";
  if (claim.host == host_name()) return "the machine was restarted while the job ran";
  return "the job ran on the machine '" + claim.host + "', where its end was not recorded";
}

}  // namespace

void LocalExecutor::run() {
  while (!stopping_) {
    const auto changed = wait_for_news();
    if (stopping_) return;
    if (connected_ && !link_->receive([this](FrameReader& frame) { take_news(frame); })) {
      const Lock lock{mutex_};
      link_->disconnect();
      connected_ = false;
      ++connections_lost_;
      changed_.notify_all();
    }
    if (!connected_) reconnect();
    for (const auto& job : changed) settle(job);
  }
}

/// Returns the jobs whose files are to be looked at.
std::vector<std::string> LocalExecutor::wait_for_news() {
  std::vector<pollfd> polled{{wake_.get(), POLLIN, 0}};
  std::vector<std::string> watched, look_again;
  int timeout_ms = -1;
  {
    const Lock lock{mutex_};
    for (const auto& [job, known] : tasks_) {
      if (known.process) {
        polled.push_back({known.process.get(), POLLIN, 0});
        watched.push_back(job);
      } else if (known.look_again) {
        timeout_ms = static_cast<int>(k_look_again.count());
        look_again.push_back(job);
      }
    }
    if (connected_)
      polled.push_back({link_->fd(), POLLIN, 0});
    else
      timeout_ms = k_retry_ms;
  }
  std::vector<std::string> changed;
  const int ready = poll(polled.data(), polled.size(), timeout_ms);
  if (const auto time = std::chrono::steady_clock::now(); time - looked_again_ >= k_look_again) {
    looked_again_ = time;
    changed = std::move(look_again);
  }
  if (ready <= 0) return changed;
  if (polled.front().revents != 0) {
    std::uint64_t count = 0;
    (void)!read(wake_.get(), &count, sizeof count);
  }
  for (std::size_t i = 0; i < watched.size(); ++i)
    if (polled[i + 1].revents != 0) changed.push_back(watched[i]);
  return changed;
}

void LocalExecutor::take_news(FrameReader& frame) {
  const std::string job{frame.text()};
  switch (frame.type()) {
    case FrameType::started: {
      const auto at = frame.i64();
      if (frame.ok()) report_started(job, from_ms(at));
      return;
    }
    case FrameType::finished: {
      auto outcome = parse_exit_record(frame.text(), "the launcher's record of " + job);
      if (outcome) return report_finished(job, *std::move(outcome));
      log(LogLevel::error, outcome.error().message);
      settle(job);
      return;
    }
    case FrameType::claimed: settle(job); return;
    case FrameType::answer: {
      const bool known = frame.u32() != 0;
      const Lock lock{mutex_};
      answers_[job] = known;
      changed_.notify_all();
      return;
    }
    default: return;
  }
}

void LocalExecutor::reconnect() {
  log(LogLevel::warning, "the launcher of local jobs has ended; starting another");
  if (const auto connected = link_->connect(stopping_); !connected)
    log(LogLevel::error, connected.error().message);
  // With or without a new one: the supervisors of the old one are still there.
  settle_all();
}

/// Finds out for each task who has it, and hands those that nobody has to the new launcher.
void LocalExecutor::settle_all() {
  std::vector<std::string> jobs;
  {
    const Lock lock{mutex_};
    for (const auto& [job, known] : tasks_)
      if (!known.process) jobs.push_back(job);
  }
  for (const auto& job : jobs) {
    if (settle(job) != State::never_started) continue;
    const Lock lock{mutex_};
    const auto found = tasks_.find(job);
    if (found == tasks_.end() || !link_->connected()) continue;
    const Known& known = found->second;
    if (known.launch.empty()) continue;  // attach() is looking at it
    if (!link_->send(known.launch)) continue;
    if (known.duration_s)
      (void)link_->send(
          FrameWriter{FrameType::set_duration}.text(job).u32(*known.duration_s).take());
    if (known.cancel_grace_ms)
      (void)link_->send(
          FrameWriter{FrameType::cancel}.text(job).u32(*known.cancel_grace_ms).take());
  }
  const Lock lock{mutex_};
  connected_ = link_->connected();
  changed_.notify_all();
}

LocalExecutor::State LocalExecutor::settle(const std::string& job) {
  std::filesystem::path directory;
  bool told_started = false;
  {
    const Lock lock{mutex_};
    const auto found = tasks_.find(job);
    if (found == tasks_.end()) return State::ended;
    directory = found->second.directory;
    told_started = found->second.told_started;
  }
  const auto record = directory / k_record_name;
  auto outcome = read_exit_record(record);
  const auto claim = read_claim(directory / k_claim_name);
  if (!outcome && claim && claim->boot_id == boot_id() && is_alive(claim->pid, claim->start_ticks))
    return watch(job, *claim);
  // Its last act may have been to write the record.
  if (!outcome) outcome = read_exit_record(record);
  if (outcome) {
    if (outcome->started) report_started(job, *outcome->started);
    report_finished(job, *std::move(outcome));
    return State::ended;
  }
  const auto can_be_read = [](const Error& error) {
    return error.code == Errc::not_found || error.code == Errc::corrupt;
  };
  if (!can_be_read(outcome.error()) || (!claim && !can_be_read(claim.error())))
    return look_later(job);
  if (!claim && claim.error().code == Errc::not_found && !told_started) return State::never_started;
  Outcome lost;
  lost.ending = Ending::lost;
  lost.ended = now();
  lost.message = claim ? why_lost(*claim) : claim.error().message;
  if (outcome.error().code == Errc::corrupt) lost.message += "; " + outcome.error().message;
  if (claim) {
    lost.started = claim->at;
    lost.facts.host = claim->host;
    report_started(job, claim->at);
  }
  report_finished(job, std::move(lost));
  return State::ended;
}

LocalExecutor::State LocalExecutor::watch(const std::string& job, const Claim& claim) {
  {
    const Lock lock{mutex_};
    const auto found = tasks_.find(job);
    if (found == tasks_.end()) return State::ended;
    Known& known = found->second;
    known.process = open_process(claim.pid, claim.start_ticks);
    known.look_again = !known.process;  // just ended, or there are no more descriptors
    known.launch.clear();
    if (known.process && known.duration_s)
      signal_process(known.process, k_duration_signal, static_cast<int>(*known.duration_s));
    if (known.process && known.cancel_grace_ms)
      signal_process(known.process, k_cancel_signal, static_cast<int>(*known.cancel_grace_ms));
  }
  report_started(job, claim.at);
  wake();
  return State::running;
}

LocalExecutor::State LocalExecutor::look_later(const std::string& job) {
  const Lock lock{mutex_};
  if (const auto found = tasks_.find(job); found != tasks_.end()) found->second.look_again = true;
  return State::unreadable;
}

void LocalExecutor::report_started(const std::string& job, TimePoint at) {
  {
    const Lock lock{mutex_};
    const auto found = tasks_.find(job);
    if (found == tasks_.end() || found->second.told_started) return;
    found->second.told_started = true;
    found->second.launch.clear();
  }
  sink_->on_started(JobId{job}, at);
}

void LocalExecutor::report_finished(const std::string& job, Outcome outcome) {
  {
    const Lock lock{mutex_};
    if (tasks_.erase(job) == 0) return;
  }
  sink_->on_finished(JobId{job}, std::move(outcome));
}

void LocalExecutor::wake() noexcept {
  const std::uint64_t one = 1;
  if (wake_) (void)!write(wake_.get(), &one, sizeof one);
}

void LocalExecutor::log(LogLevel level, std::string message) const {
  if (site_.log) site_.log({level, std::move(message), {{"executor", config_.name}}});
}

}}}  // namespace opus::uws0::local
