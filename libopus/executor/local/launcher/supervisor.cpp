#include "libopus/executor/local/launcher/supervisor.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "libopus/core/process.hpp"
#include "libopus/executor/local/launcher/code.hpp"
#include "libopus/executor/local/launcher/record.hpp"

namespace opus { inline namespace uws0 { namespace local {

namespace {

// After SIGKILL: processes that have just lost their parent become ours and are killed in turn.
constexpr std::int64_t k_kill_again_ms = 20;
// A process in an uninterruptible system call, or of another user, may survive SIGKILL.
constexpr std::int64_t k_give_up_ms = 10'000;
// For a code that ends sooner, its end is all the news: the start would cost the launcher and the
// service as much again, and nobody has seen it run.
constexpr std::int64_t k_worth_telling_ms = 5;
// How often a supervisor inside an allocation looks whether the execution duration was changed.
constexpr std::int64_t k_look_at_duration_ms = 5'000;
// A scheduler that suspends a job stops its supervisor too, which then finds that it slept for
// longer than it wanted to. So long at most it wants to, and so much more is no slow machine.
constexpr std::int64_t k_tick_ms = 1'000;

std::int64_t in_ms(const timeval& time) { return time.tv_sec * 1000 + time.tv_usec / 1000; }

class Supervisor {
 public:
  Supervisor(const LaunchRequest& request, const Surroundings& surroundings)
      : request_(request), surroundings_(surroundings), folder_(request.directory) {
    record_.job = request.job;
    record_.isolation = request.isolation;
    record_.allocation = surroundings_.allocation;
  }

  void run() {
    // PBS finds the processes of a job by the session it has given them.
    if (!in_allocation()) setsid();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const auto self = process_stat(getpid()).value_or(ProcessStat{});
    switch (folder_ ? folder_.claim(request_.job, self.start_ticks, surroundings_.native)
                    : JobFolder::Claim::failed) {
      case JobFolder::Claim::taken:
        status_ = k_taken;
        return tell(FrameWriter{FrameType::claimed}.text(request_.job).take());
      case JobFolder::Claim::failed:
        return not_started(
            "cannot claim the job in '" + request_.directory + "': " + std::strerror(errno), true);
      case JobFolder::Claim::mine: break;
    }
    if (!folder_.reserve_record())
      return not_started("cannot write in '" + request_.directory + "': " + std::strerror(errno),
                         true);
    // One more, because both clocks are cut to whole ms and no limit may come a moment early.
    started_ms_ = steady_clock_ms() + 1;
    record_.started_ms = wall_clock_ms();
    const StartedCode code = start_code(request_);
    if (code.pid < 0) {
      record_.started_ms.reset();
      return not_started(code.failure, code.transient);
    }
    code_ = code.pid;
    set_duration(request_.duration_s);
    while (!step()) wait_for_signal();
    finish();
  }

  /// For the parent, once it has run.
  int status() const noexcept { return status_; }

 private:
  // --- the code and what it starts

  /// One round of everything; true when nothing of the task runs any more.
  bool step() {
    const bool any_left = reap();
    const auto now = steady_clock_ms();
    if (!any_left || gave_up(now)) return true;
    if (in_allocation() && !code_ended_ && (now >= look_at_ || (limit_at_ && now >= *limit_at_)))
      look_at_duration(now);
    if (!told_started_ && now >= started_ms_ + k_worth_telling_ms) tell_started();
    if (!code_ended_ && !stopped_ && limit_at_ && now >= *limit_at_)
      stop(Ending::time_limit, static_cast<std::int64_t>(request_.grace_ms));
    // Who ends by himself leaves nobody behind; who was told to stop has the grace for all.
    if ((code_ended_ && !stopped_) || (kill_at_ && now >= *kill_at_)) kill_all(now);
    return false;
  }

  /// Takes note of the ended children. False when no child is left.
  bool reap() {
    for (;;) {
      siginfo_t info;
      info.si_pid = 0;
      if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
        if (errno == EINTR) continue;
        return false;
      }
      if (info.si_pid == 0) return true;
      const pid_t ended = info.si_pid;
      if (ended == code_) code_ended(info);
      waitid(P_PID, static_cast<id_t>(ended), nullptr, WEXITED);
      if (ended == code_) code_ = 0;  // from now on the number may be another's
    }
  }

  /// Called while the process is a zombie, so that its process group is still surely its own.
  void code_ended(const siginfo_t& info) {
    code_ended_ = true;
    record_.ended_ms = wall_clock_ms();
    if (info.si_code == CLD_EXITED)
      record_.exit_code = info.si_status;
    else
      record_.signal = info.si_status;
    // A scheduler signals all processes, and the code may be the quicker one.
    if (in_allocation() && !stopped_ && is_asked_to_end()) stopped_ = Ending::cancelled;
    if (!stopped_) kill(-code_, SIGKILL);
  }

  /// Direct children are enough: when they die, theirs become ours. Until we have asked how they
  /// ended their numbers cannot come to mean other processes.
  void signal_children(int signal) {
    for (const pid_t child : child_processes())
      if (child != code_) kill(child, signal);
  }

  void stop(Ending why, std::int64_t grace_ms) {
    const auto kill_at = steady_clock_ms() + grace_ms;
    kill_at_ = std::min(kill_at_.value_or(kill_at), kill_at);
    if (stopped_) return;
    stopped_ = why;
    kill(-code_, SIGTERM);
    kill(-code_, SIGCONT);  // the suspended too shall hear it
    signal_children(SIGTERM);
  }

  void kill_all(std::int64_t now) {
    if (!killing_since_) killing_since_ = now;
    if (!code_ended_) kill(-code_, SIGKILL);
    signal_children(SIGKILL);
  }

  bool gave_up(std::int64_t now) {
    if (!killing_since_ || now - *killing_since_ < k_give_up_ms) return false;
    record_.message = "some of its processes could not be ended:";
    for (const pid_t child : child_processes()) record_.message += ' ' + std::to_string(child);
    if (!code_ended_) record_.ended_ms = wall_clock_ms();
    return true;
  }

  // --- time and requests

  void set_duration(std::uint32_t seconds) {
    limit_at_.reset();
    if (seconds != 0) limit_at_ = started_ms_ + suspended_ms_ + std::int64_t{1000} * seconds;
  }

  /// The execution duration does not count the time in which the whole job was stopped.
  void slept(std::int64_t from, std::int64_t wanted_ms) {
    const auto more = steady_clock_ms() - from - wanted_ms;
    if (!in_allocation() || more < k_tick_ms) return;
    suspended_ms_ += more;
    if (limit_at_) *limit_at_ += more;
  }

  bool in_allocation() const noexcept { return !surroundings_.native.empty(); }

  /// Before the limit is enforced too, so that one that was put off in time is not.
  void look_at_duration(std::int64_t now) {
    look_at_ = now + k_look_at_duration_ms;
    if (const auto seconds = folder_.read_number(k_duration_name)) set_duration(*seconds);
  }

  static bool is_asked_to_end() {
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGTERM) == 1;
  }

  /// Until a child changes, a request comes, or the next deadline.
  void wait_for_signal() {
    std::optional<std::int64_t> until;
    if (!code_ended_ && !stopped_) until = limit_at_;
    if (in_allocation() && !code_ended_) until = std::min(until.value_or(look_at_), look_at_);
    if (kill_at_) until = kill_at_;
    if (killing_since_) until = steady_clock_ms() + k_kill_again_ms;
    if (!told_started_) until = started_ms_ + k_worth_telling_ms;
    const auto now = steady_clock_ms();
    if (in_allocation() && limit_at_)
      until = std::min(until.value_or(now + k_tick_ms), now + k_tick_ms);
    timespec timeout{};
    std::int64_t left = 0;
    if (until) {
      left = std::max<std::int64_t>(0, *until - now);
      timeout = {static_cast<time_t>(left / 1000), static_cast<long>(left % 1000) * 1'000'000};
    }
    sigset_t expected;
    sigemptyset(&expected);
    for (const int signal : {SIGCHLD, k_cancel_signal, k_duration_signal})
      sigaddset(&expected, signal);
    if (in_allocation()) sigaddset(&expected, SIGTERM);
    siginfo_t info;
    const int signal = sigtimedwait(&expected, &info, until ? &timeout : nullptr);
    if (until) slept(now, left);
    if (signal == SIGTERM && !code_ended_ && reap() && !code_ended_)
      return stop(Ending::cancelled, static_cast<std::int64_t>(request_.grace_ms));
    if (signal < 0 || info.si_code != SI_QUEUE || code_ended_) return;
    const auto value = static_cast<std::uint32_t>(info.si_value.sival_int);
    if (signal == k_cancel_signal) {
      if (reap() && !code_ended_) stop(Ending::cancelled, value);
    } else if (signal == k_duration_signal && !stopped_) {
      set_duration(value);
    }
  }

  // --- the news

  void tell_started() {
    told_started_ = true;
    tell(FrameWriter{FrameType::started}.text(request_.job).i64(*record_.started_ms).take());
  }

  void not_started(const std::string& why, bool transient) {
    status_ = k_not_started;
    record_.ending = Ending::not_started;
    record_.message = why;
    record_.transient = transient;
    report();
  }

  void finish() {
    record_.ending = record_.exit_code ? Ending::exited : Ending::signalled;
    status_ = record_.exit_code.value_or(128 + record_.signal.value_or(0));
    if (stopped_) record_.ending = *stopped_;
    const bool killed_by_others = !stopped_ && record_.signal == SIGKILL;
    if (killed_by_others && surroundings_.oom_kills && count_oom_kills() > surroundings_.oom_kills)
      record_.ending = Ending::out_of_memory;
    rusage used{};
    getrusage(RUSAGE_CHILDREN, &used);
    record_.user_ms = in_ms(used.ru_utime);
    record_.system_ms = in_ms(used.ru_stime);
    record_.max_rss_bytes = std::int64_t{1024} * used.ru_maxrss;
    report();
  }

  /// To the disk for those who come later, and to the launcher for those who wait: either may fail
  /// (a full disk; a launcher that is no more) without loss.
  void report() {
    const std::string json = to_json(record_);
    if (folder_) folder_.write_record(json);
    tell(FrameWriter{FrameType::finished}.text(request_.job).text(json).take());
  }

  void tell(const std::string& frame) {
    while (write(surroundings_.news, frame.data(), frame.size()) < 0 && errno == EINTR) {
    }
  }

  const LaunchRequest& request_;
  const Surroundings& surroundings_;
  JobFolder folder_;
  ExitRecord record_{};
  pid_t code_ = -1;
  bool code_ended_ = false;
  bool told_started_ = false;
  int status_ = 0;
  std::optional<Ending> stopped_{};  ///< by whom, once SIGTERM was sent
  std::int64_t started_ms_ = 0;      // this and the following by steady_clock_ms()
  std::int64_t suspended_ms_ = 0;    ///< so long the scheduler has stopped the job
  std::int64_t look_at_ = 0;         ///< the duration, next time
  std::optional<std::int64_t> limit_at_{}, kill_at_{}, killing_since_{};
};

}  // namespace

void supervise(const LaunchRequest& request, const Surroundings& surroundings) {
  Supervisor{request, surroundings}.run();
  _exit(0);
}

int supervise_in_allocation(const LaunchRequest& request, const Surroundings& surroundings) {
  Supervisor supervisor{request, surroundings};
  supervisor.run();
  return supervisor.status();
}

std::optional<std::uint64_t> count_oom_kills() {
  const Descriptor file{::open("/proc/vmstat", O_RDONLY | O_CLOEXEC)};
  std::array<char, 16384> text;
  const ssize_t size = file ? read(file.get(), text.data(), text.size()) : -1;
  if (size <= 0) return std::nullopt;
  const std::string_view all{text.data(), static_cast<std::size_t>(size)};
  constexpr std::string_view k_key = "\noom_kill ";
  const auto at = all.find(k_key);
  if (at == std::string_view::npos) return std::nullopt;
  std::uint64_t count = 0;
  std::from_chars(all.data() + at + k_key.size(), all.data() + all.size(), count);
  return count;
}

}}}  // namespace opus::uws0::local
