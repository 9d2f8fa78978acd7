#include "libopus/executor/local/local_executor.hpp"

#include <sys/eventfd.h>

#include <cerrno>

#include "libopus/core/files.hpp"
#include "libopus/core/process.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/executor/local/launch_request.hpp"
#include "libopus/executor/local/launcher_program.hpp"

namespace opus { inline namespace uws0 {

std::unique_ptr<Executor> make_local_executor(LocalExecutorConfig config) {
  return std::make_unique<local::LocalExecutor>(std::move(config));
}

namespace local {

namespace {

using namespace std::chrono_literals;

constexpr auto k_answer_timeout = 10s;

Error no_such_task(const JobId& job) {
  return Error{Errc::not_found, "no process of job " + job.value + " runs on this machine"};
}

}  // namespace

Result<void> LocalExecutor::start(EventSink& sink) {
  sink_ = &sink;
  auto state_dir = config_.state_dir.empty() ? site_.data_dir : config_.state_dir;
  if (state_dir.empty())
    return Error{Errc::invalid_argument,
                 "the executor '" + config_.name +
                     "' needs a folder for its launcher: LocalExecutorConfig::state_dir is empty"};
  state_dir = std::filesystem::absolute(state_dir);
  OPUS_UWS_CHECK(make_directories(state_dir, 0700));
  OPUS_UWS_TRY(auto program, find_launcher(config_.launcher));
  OPUS_UWS_TRY(sandbox_, Sandbox::make(config_, site_.data_dir));
  OPUS_UWS_TRY(boot_, BootMark::load(state_dir));
  wake_ = Descriptor{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  if (!wake_) return system_error("cannot create an event for", state_dir, errno);
  link_ = std::make_unique<LauncherLink>(std::move(program), std::move(state_dir));
  stopping_ = false;
  OPUS_UWS_CHECK(link_->connect(stopping_));
  connected_ = true;
  thread_ = std::thread{[this] { run(); }};
  return {};
}

Result<NativeId> LocalExecutor::submit(const Task& task) {
  if (auto faults = launch_faults(task); !faults.empty())
    return faults_error("job " + task.job.value, std::move(faults));
  OPUS_UWS_TRY(std::string frame, frame_of(task));
  Lock lock{mutex_};
  if (tasks_.find(task.job.value) != tasks_.end()) return NativeId{task.job.value};
  OPUS_UWS_CHECK(wait_connected(lock));
  OPUS_UWS_CHECK(boot_.set());
  const auto entry = tasks_.emplace(task.job.value, Known{}).first;
  entry->second.directory = task.directory;
  entry->second.launch = std::move(frame);
  // Under the lock until it is sent or forgotten: a new launcher gets what is in tasks_.
  if (auto sent = link_->send(entry->second.launch); !sent) {
    tasks_.erase(entry);
    return sent.error();
  }
  return NativeId{task.job.value};
}

Result<void> LocalExecutor::cancel(const JobId& job, const NativeId&,
                                   std::chrono::milliseconds grace) {
  const Lock lock{mutex_};
  const auto found = tasks_.find(job.value);
  if (found == tasks_.end()) return no_such_task(job);
  const auto grace_ms = count_of(grace);
  found->second.cancel_grace_ms = grace_ms;
  deliver(found->second, k_cancel_signal, grace_ms,
          FrameWriter{FrameType::cancel}.text(job.value).u32(grace_ms).take());
  return {};
}

Result<void> LocalExecutor::set_execution_duration(const JobId& job, const NativeId&,
                                                   std::chrono::seconds limit) {
  const Lock lock{mutex_};
  const auto found = tasks_.find(job.value);
  if (found == tasks_.end()) return no_such_task(job);
  const auto seconds = count_of(limit);
  found->second.duration_s = seconds;
  deliver(found->second, k_duration_signal, seconds,
          FrameWriter{FrameType::set_duration}.text(job.value).u32(seconds).take());
  return {};
}

/// A request that a dying launcher does not take is repeated once it is clear who has the task.
void LocalExecutor::deliver(const Known& known, int signal, std::uint32_t value,
                            const std::string& frame) {
  if (known.process)
    signal_process(known.process, signal, static_cast<int>(value));
  else if (connected_)
    (void)link_->send(frame);
}

Result<Attach> LocalExecutor::attach(const Task& task, const NativeId&) {
  const std::string& job = task.job.value;
  OPUS_UWS_TRY(std::string frame, frame_of(task));
  Lock lock{mutex_};
  if (tasks_.find(job) != tasks_.end()) return Attach::attached;
  // Known from here on, so that no news of the launcher is missed while we look at the disk.
  tasks_[job].directory = task.directory;
  const auto at_launcher = ask_launcher(lock, job);
  if (!at_launcher) {
    tasks_.erase(job);
    return at_launcher.error();
  }
  if (*at_launcher) {
    // Should the launcher die before the supervisor has claimed the job, the next one gets it.
    if (const auto known = tasks_.find(job); known != tasks_.end() && !known->second.told_started)
      known->second.launch = std::move(frame);
    lock.unlock();
    if (const auto claim = read_claim(task.directory / k_claim_name))
      report_started(job, claim->at);
    return Attach::attached;
  }
  lock.unlock();
  const State state = settle(job);
  if (state == State::ended || state == State::running) return Attach::attached;
  lock.lock();
  tasks_.erase(job);
  if (state == State::unreadable)
    return Error{Errc::unavailable, "the files in '" + task.directory.string() +
                                        "' that tell how the job is cannot be read"};
  // Its folder is made right before it is handed over.
  std::error_code ignored;
  const bool was_prepared = std::filesystem::exists(task.work_dir, ignored);
  return boot_.restarted_since() && was_prepared ? Attach::unknown : Attach::never_ran;
}

void LocalExecutor::stop() noexcept {
  stopping_ = true;
  wake();
  if (thread_.joinable()) thread_.join();
  if (link_) link_->disconnect();
  const Lock lock{mutex_};
  connected_ = false;
  tasks_.clear();
}

Result<void> LocalExecutor::wait_connected(Lock& lock) {
  if (changed_.wait_for(lock, k_answer_timeout, [this] { return connected_; })) return {};
  return Error{Errc::unavailable, "there is no launcher of local jobs at present"};
}

Result<std::string> LocalExecutor::frame_of(const Task& task) const {
  LaunchRequest request = launch_request(sandbox_->apply(task), config_.kill_grace);
  request.isolation = sandbox_->describe(task);
  std::string frame = launch_frame(request);
  if (frame.size() > k_max_frame)
    return Error{Errc::invalid_argument,
                 "job " + task.job.value + ": command and environment have " +
                     std::to_string(frame.size()) + " bytes, more than any program can be given"};
  return frame;
}

Result<bool> LocalExecutor::ask_launcher(Lock& lock, const std::string& job) {
  OPUS_UWS_CHECK(wait_connected(lock));
  answers_.erase(job);
  OPUS_UWS_CHECK(link_->send(FrameWriter{FrameType::query}.text(job).take()));
  const auto lost_before = connections_lost_;
  const bool answered = changed_.wait_for(lock, k_answer_timeout, [&] {
    return connections_lost_ != lost_before || answers_.find(job) != answers_.end();
  });
  const auto answer = answers_.find(job);
  if (!answered || answer == answers_.end())
    return Error{Errc::unavailable, "the launcher of local jobs did not answer"};
  const bool known = answer->second;
  answers_.erase(answer);
  return known;
}

}  // namespace local

}}  // namespace opus::uws0
