// The thread of a batch executor: one question about all jobs per interval, and the runners' files.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "libopus/executor/batch/batch_executor.hpp"
#include "libopus/executor/local/protocol.hpp"

namespace opus { inline namespace uws0 { namespace batch {

namespace {

using namespace std::chrono_literals;

constexpr auto k_cancel_again = 30s;
constexpr std::chrono::seconds k_far = 24h * 365;  ///< a limit that does not matter yet
/// A job must be missing from that many lists: a controller that restarts may show too few.
constexpr unsigned k_missing = 2;
/// A job that runs without its runner's file to be seen: the node's file system is slow.
constexpr unsigned k_running = 2;

TimePoint wall_clock_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

/// Of several that are the same job, the one that may still run, best the one we know.
const Listed& chosen(const std::vector<const Listed*>& all, const std::string& native) {
  const auto rank = [&](const Listed* listed) {
    return (is_over(listed->state) ? 0 : 2) + (listed->native == native ? 1 : 0);
  };
  return **std::max_element(all.begin(), all.end(),
                            [&](const auto* a, const auto* b) { return rank(a) < rank(b); });
}

/// The phase of a job that waits, runs or rests; unknown for others.
Phase phase_of(State state) {
  switch (state) {
    case State::queued: return Phase::queued;
    case State::held: return Phase::held;
    case State::suspended: return Phase::suspended;
    case State::running: return Phase::executing;
    default: return Phase::unknown;
  }
}

}  // namespace

void BatchExecutor::run() {
  while (!stopping_) {
    wait_for_news();
    if (stopping_) return;
    std::vector<std::string> fresh;
    {
      const Lock lock{mutex_};
      fresh = std::exchange(fresh_, {});
      for (const auto& job : fresh)
        if (const auto known = tasks_.find(job); known != tasks_.end())
          watch_.add(job, known->second.directory.native());
    }
    for (const auto& job : fresh) look(job);
    for (const auto& job : watch_.take()) look(job);
    if (Clock::now() < next_list()) continue;
    ask_scheduler();
    if (remote_.copies()) pull_news();
    look_at_all();
  }
}

void BatchExecutor::wait_for_news() {
  int timeout_ms = -1;
  if (const auto next = next_list(); next != Clock::time_point::max()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
    timeout_ms = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
  }
  std::array<pollfd, 2> polled{{{wake_.get(), POLLIN, 0}, {watch_.fd(), POLLIN, 0}}};
  if (poll(polled.data(), polled.size(), timeout_ms) <= 0) return;
  std::uint64_t count = 0;
  if (polled[0].revents != 0) (void)!read(wake_.get(), &count, sizeof count);
}

BatchExecutor::Clock::time_point BatchExecutor::next_list() {
  Occasion occasion;
  occasion.longest = config_.poll_interval;
  occasion.took = list_took_;
  occasion.failures = failures_;
  const auto now = Clock::now();
  if (nearest_limit_) occasion.to_limit = *nearest_limit_ - now;
  const Lock lock{mutex_};
  if (tasks_.empty()) return Clock::time_point::max();
  if (news_at_) occasion.since_news = now - *news_at_;
  return list_ended_ + pause_after(occasion);
}

void BatchExecutor::ask_scheduler() {
  std::vector<std::string> natives;
  std::uint64_t number = 0;
  nearest_limit_.reset();
  {
    const auto now = Clock::now();
    const Lock lock{mutex_};
    number = ++lists_begun_;
    for (const auto& [job, known] : tasks_) {
      if (!known.native.empty() && known.native != k_unknown_native)
        natives.push_back(known.native);
      if (!known.started_at || known.submission.duration.count() <= 0) continue;
      const auto limit = *known.started_at + std::min(known.submission.duration, k_far);
      if (!nearest_limit_ ||
          std::chrono::abs(limit - now) < std::chrono::abs(*nearest_limit_ - now))
        nearest_limit_ = limit;
    }
  }
  list_took_ = {};
  const auto ask = [&]() -> Result<std::vector<Listed>> {
    OPUS_UWS_CHECK(probe());
    const auto command = scheduler_->list_command(natives);
    if (!command) return std::vector<Listed>{};
    const CommandResult answer = commands_.run(*command);
    list_took_ = answer.took;
    return scheduler_->read_list(answer);
  };
  auto all = ask();
  if (stopping_) return;
  if (all) {
    reached();
    take_list(*std::move(all), number);
  } else {
    not_reached(all.error());
  }
  list_ended_ = Clock::now();
}

void BatchExecutor::take_list(std::vector<Listed> all, std::uint64_t number) {
  const ByKey ours = by_key(std::move(all));
  std::vector<std::string> jobs;
  {
    const Lock lock{mutex_};
    for (const auto& [job, known] : tasks_) {
      const auto found = of_job(ours, known.submission.tag, known.place);
      if (found.size() != 1 || !is_nothing_new(known, *found.front())) jobs.push_back(job);
    }
  }
  for (const auto& job : jobs) {
    if (stopping_) return;
    std::string native;
    std::vector<const Listed*> found;
    {
      const Lock lock{mutex_};
      const auto known = tasks_.find(job);
      if (known == tasks_.end() || number <= known->second.asked) continue;
      native = known->second.native;
      found = of_job(ours, known->second.submission.tag, known->second.place);
    }
    found.empty() ? take_missing(job, number) : take_state(job, chosen(found, native), number);
  }
}

/// So it is with nearly all while thousands wait: no more shall be done about them.
bool BatchExecutor::is_nothing_new(const Known& known, const Listed& listed) {
  const bool waits = listed.state == State::queued || listed.state == State::held;
  const Phase phase = phase_of(listed.state);
  return phase != Phase::unknown && phase == known.told && waits != known.told_started &&
         listed.native == known.native && known.missing == 0 && !known.cancel_asked && !known.over;
}

void BatchExecutor::take_state(const std::string& job, Listed listed, std::uint64_t number) {
  Phase phase = Phase::unknown;
  std::string reason = listed.reason;
  bool tell = false, started = false, cancel = false;
  {
    const Lock lock{mutex_};
    const auto found = tasks_.find(job);
    if (found == tasks_.end()) return;
    Known& known = found->second;
    if (known.native.empty() && known.cancel_asked) cancel = true;
    known.native = listed.native;
    known.missing = 0;
    const bool waits = listed.state == State::queued || listed.state == State::held;
    if (waits && listed.restarts > 0 && known.told_started && number > known.started_in)
      listed.state = State::requeued;
    if (!is_over(listed.state)) {
      known.over.reset();
      known.over_since.reset();
      if (known.cancel_asked && Clock::now() - known.cancelled_at >= k_cancel_again) cancel = true;
    } else {
      const bool stays = listed.state == State::not_started || listed.state == State::requeued;
      if (stays && !known.over) cancel = true;
      // What we cancel after a requeue was not ended by that.
      if (!known.over || known.over->state != State::requeued) known.over = listed;
      if (!known.over_since) known.over_since = news_at_ = Clock::now();
    }
    phase = phase_of(listed.state);
    tell = phase != Phase::unknown;
    if (listed.state == State::unknown) {
      tell = true;
      reason = std::string{scheduler_->title()} + " reports the state '" + listed.word + "'";
    } else if (listed.state == State::running && !known.told_started) {
      tell = false;
      started = ++known.running >= k_running;
    } else if (listed.state == State::queued && known.hold_asked) {
      tell = false;
    }
    if (cancel) known.cancelled_at = Clock::now();
  }
  if (started) report_started(job, wall_clock_now());
  if (tell) report_state(job, phase, std::move(reason));
  if (cancel) send_cancel(job, listed.native);
}

void BatchExecutor::take_missing(const std::string& job, std::uint64_t number) {
  bool in_doubt = false;
  {
    const Lock lock{mutex_};
    const auto found = tasks_.find(job);
    if (found == tasks_.end() || number <= found->second.asked) return;
    Known& known = found->second;
    const auto now = Clock::now();
    if (known.missing++ == 0) known.missing_since = now;
    if (known.missing < k_missing || now - known.missing_since < config_.poll_interval) return;
    in_doubt = known.native.empty();
    if (!in_doubt && !known.over_since) known.over_since = news_at_ = now;
    if (!in_doubt && (known.over || std::exchange(known.asked_past, true))) return;
  }
  if (in_doubt)
    settle_doubt(job);
  else
    ask_past(job);
}

/// Its submission is certain not to have arrived.
void BatchExecutor::settle_doubt(const std::string& job) {
  Submission submission;
  std::optional<ArrayPlace> place;
  std::filesystem::path directory;
  bool cancelled = false;
  {
    const Lock lock{mutex_};
    const auto found = tasks_.find(job);
    if (found == tasks_.end()) return;
    submission = found->second.submission;
    place = found->second.place;
    directory = found->second.directory;
    cancelled = found->second.cancel_asked;
    found->second.missing = 0;
  }
  if (scheduler_->find_command(submission.tag)) {
    const auto found = find(submission.tag, place, /*fresh=*/true);
    if (!found) return log(LogLevel::warning, "job " + job + ": " + found.error().message);
    if (!found->empty()) {
      const Lock lock{mutex_};
      if (const auto known = tasks_.find(job); known != tasks_.end()) known->second.native = *found;
      return;
    }
  }
  Outcome outcome;
  outcome.ending = Ending::cancelled;
  auto mark = SubmissionMark::begin(directory);
  if (!mark) return log(LogLevel::warning, mark.error().message);
  if (cancelled) {
    mark->refused();
    return report_finished(job, std::move(outcome));
  }
  const auto native = hand_in(submission, *mark);
  if (!native && native.error().code == Errc::invalid_argument) {
    outcome.ending = Ending::not_started;
    outcome.message = native.error().message;
    return report_finished(job, std::move(outcome));
  }
  if (!native) return log(LogLevel::warning, "job " + job + ": " + native.error().message);
  const Lock lock{mutex_};
  if (const auto found = tasks_.find(job); found != tasks_.end()) {
    found->second.native = *native;
    found->second.asked = lists_begun_;
  }
}

/// How it ended, if an accounting database knows.
std::optional<Listed> BatchExecutor::ask_past(const std::string& job) {
  std::string native, tag;
  std::optional<ArrayPlace> place;
  {
    const Lock lock{mutex_};
    const auto found = tasks_.find(job);
    if (found == tasks_.end()) return std::nullopt;
    native = found->second.native;
    tag = found->second.submission.tag;
    place = found->second.place;
  }
  const auto command = scheduler_->past_command(native);
  if (!command) return std::nullopt;
  auto listed = scheduler_->read_past(commands_.run(*command), native);
  // Ids come again when a controller has lost its state; names do not.
  const bool same = listed && (listed->tag == tag || (place && listed->tag == place->tag));
  if (!same || !is_over(listed->state)) return std::nullopt;
  const Lock lock{mutex_};
  if (const auto found = tasks_.find(job); found != tasks_.end()) found->second.over = listed;
  return listed;
}

void BatchExecutor::send_cancel(const std::string& job, const std::string& native) {
  const auto done = scheduler_->read_done(commands_.run(scheduler_->cancel_command(native)));
  if (!done) log(LogLevel::warning, "job " + job + ": " + done.error().message);
}

void BatchExecutor::look_at_all() {
  std::vector<std::string> jobs;
  {
    const Lock lock{mutex_};
    for (const auto& [job, known] : tasks_)
      if (known.told_started || known.over_since || known.running > 0) jobs.push_back(job);
  }
  for (const auto& job : jobs) {
    if (stopping_) return;
    look(job);
  }
}

/// At its files, and whether what is known of it makes an end.
void BatchExecutor::look(const std::string& job) {
  Known known;
  {
    const Lock lock{mutex_};
    const auto found = tasks_.find(job);
    if (found == tasks_.end()) return;
    known = found->second;
  }
  Evidence evidence;
  evidence.title = scheduler_->title();
  if (auto claim = read_claim(known.directory / local::k_claim_name)) {
    report_started(job, claim->at);
    evidence.claim = *std::move(claim);
  }
  if (auto record = read_exit_record(known.directory / local::k_record_name))
    evidence.record = *std::move(record);
  else if (record.error().code != Errc::not_found)
    evidence.record_fault = record.error().message;
  const auto now = Clock::now();
  if (evidence.record && !known.record_since) {
    known.record_since = now;
    const Lock lock{mutex_};
    if (const auto found = tasks_.find(job); found != tasks_.end())
      found->second.record_since = now;
  }
  // What was not asked for since then may be there.
  if (remote_.copies() && known.over_since && !evidence.record && !known.fetched &&
      (!pulled_at_ || *pulled_at_ < *known.over_since))
    return;
  const auto seen_at = remote_.copies() && !evidence.record && !known.fetched
                           ? pulled_at_.value_or(Clock::time_point{})
                           : now;
  const auto is_long_ago = [&](const std::optional<Clock::time_point>& since) {
    return since && seen_at - *since >= config_.file_grace;
  };
  evidence.listed = known.over;
  evidence.cancel_asked = known.cancel_asked;
  evidence.patience_over = is_long_ago(known.over_since) || is_long_ago(known.record_since);
  // A database learns of an end a little later than everybody else.
  if (evidence.patience_over && !evidence.listed) evidence.listed = ask_past(job);
  evidence.forgotten = known.over_since && !evidence.listed;
  auto outcome = verdict(evidence);
  if (!outcome) return;
  if (remote_.copies() && evidence.claim && !has_come(job)) return;
  if (!outcome->ended) outcome->ended = wall_clock_now();
  report_finished(job, *std::move(outcome));
}

void BatchExecutor::not_reached(const Error& error) {
  if (failures_++ == 0) {
    failing_since_ = Clock::now();
    log(LogLevel::warning,
        std::string{scheduler_->title()} + " cannot be reached, jobs wait: " + error.message);
  }
  if (told_unreachable_ || Clock::now() - failing_since_ < config_.unreachable_after) return;
  told_unreachable_ = true;
  for (const auto& job : job_names())
    report_state(job, Phase::unknown,
                 std::string{scheduler_->title()} + " cannot be reached: " + error.message);
}

void BatchExecutor::reached() {
  if (std::exchange(failures_, 0) != 0)
    log(LogLevel::info, std::string{scheduler_->title()} + " answers again");
  told_unreachable_ = false;
}

void BatchExecutor::report_started(const std::string& job, TimePoint at) {
  {
    const Lock lock{mutex_};
    const auto found = tasks_.find(job);
    if (found == tasks_.end() || std::exchange(found->second.told_started, true)) return;
    found->second.told = Phase::executing;
    news_at_ = Clock::now();
    found->second.started_in = lists_begun_;
    found->second.started_at = *news_at_ - std::max<Clock::duration>(wall_clock_now() - at, 0s);
  }
  sink_->on_started(JobId{job}, at);
}

void BatchExecutor::report_state(const std::string& job, Phase phase, std::string reason) {
  {
    const Lock lock{mutex_};
    const auto found = tasks_.find(job);
    if (found == tasks_.end() || std::exchange(found->second.told, phase) == phase) return;
    news_at_ = Clock::now();
  }
  sink_->on_state(JobId{job}, phase, std::move(reason));
}

void BatchExecutor::report_finished(const std::string& job, Outcome outcome) {
  std::filesystem::path left_there;
  {
    const Lock lock{mutex_};
    const auto found = tasks_.find(job);
    if (found == tasks_.end()) return;
    if (remote_.copies() && !found->second.fetched) left_there = found->second.directory;
    tasks_.erase(found);
    news_at_ = Clock::now();
    watch_.remove(job);
  }
  if (!left_there.empty()) want_gone(left_there);
  sink_->on_finished(JobId{job}, std::move(outcome));
}

std::vector<std::string> BatchExecutor::job_names() {
  const Lock lock{mutex_};
  std::vector<std::string> names;
  names.reserve(tasks_.size());
  for (const auto& [job, known] : tasks_) names.push_back(job);
  return names;
}

void BatchExecutor::wake() noexcept {
  const std::uint64_t one = 1;
  if (wake_) (void)!write(wake_.get(), &one, sizeof one);
}

void BatchExecutor::log(LogLevel level, std::string message) const {
  if (site_.log) site_.log({level, std::move(message), {{"executor", name_}}});
}

}}}  // namespace opus::uws0::batch
