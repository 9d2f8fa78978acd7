#include "libopus/executor/batch/batch_executor.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <utility>

#include "libopus/core/files.hpp"
#include "libopus/executor/local/launcher_program.hpp"
#include "libopus/executor/local/protocol.hpp"

namespace opus { inline namespace uws0 { namespace batch {

namespace {

using namespace std::chrono_literals;

constexpr auto k_snapshot_age = 60s;

Error not_known(const JobId& job, std::string_view title) {
  return Error{Errc::not_found, "nothing of job " + job.value + " is at " + std::string{title}};
}

}  // namespace

Scheduler::~Scheduler() = default;

std::optional<Arguments> Scheduler::probe_command() const { return std::nullopt; }
Result<void> Scheduler::read_probe(const CommandResult&) { return {}; }
std::optional<Arguments> Scheduler::find_command(const std::string&) const { return std::nullopt; }
bool Scheduler::can_hold(const std::string&) const noexcept { return true; }
unsigned Scheduler::most_in_array() const noexcept { return 1; }
std::string Scheduler::element(const std::string& array, unsigned) const { return array; }
Result<std::optional<std::string>> Scheduler::read_found(const CommandResult&) const {
  return std::optional<std::string>{};
}

BatchExecutor::BatchExecutor(std::string name, BatchConfig config,
                             std::unique_ptr<Scheduler> scheduler, std::vector<OptionRule> rules)
    : name_(std::move(name)),
      config_(std::move(config)),
      scheduler_(std::move(scheduler)),
      rules_(std::move(rules)),
      commands_(config_.command_prefix, config_.command_timeout),
      remote_(config_.command_prefix, config_.remote_dir, config_.command_timeout) {}

/// A scheduler that cannot be reached is no reason not to start: jobs wait for it.
Result<void> BatchExecutor::start(EventSink& sink) {
  sink_ = &sink;
  // Compute nodes may have it where this machine has nothing.
  runner_ = config_.runner;
  if (runner_.empty()) {
    OPUS_UWS_TRY(local_runner_, local::find_launcher({}));
    runner_ = remote_.copies() ? remote_.runner_there() : local_runner_;
  } else if (!runner_.is_absolute()) {
    return Error{Errc::invalid_argument, "executor '" + name_ +
                                             "': runner: expected an absolute path, got '" +
                                             runner_.string() + "'"};
  }
  if (const auto fit = remote_.check(); !fit)
    return Error{Errc::invalid_argument, "executor '" + name_ + "': " + fit.error().message};
  wake_ = Descriptor{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  if (!wake_) return system_error("cannot create an event for", runner_, errno);
  commands_.resume();
  remote_.resume();
  stopping_ = false;
  thread_ = std::thread{[this] { run(); }};
  if (remote_.copies()) copier_ = std::thread{[this] { copy(); }};
  return {};
}

void BatchExecutor::stop() noexcept {
  stopping_ = true;
  commands_.interrupt();
  remote_.interrupt();
  wake();
  {
    const Lock lock{mutex_};
    copy_wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  if (copier_.joinable()) copier_.join();
  const Lock lock{mutex_};
  to_fetch_.clear();
  tasks_.clear();
  fresh_.clear();
  snapshot_.reset();
  watch_.clear();
}

Result<NativeId> BatchExecutor::submit(const Task& task) {
  {
    const Lock lock{mutex_};
    if (const auto found = tasks_.find(task.job.value); found != tasks_.end())
      return NativeId{found->second.native};
  }
  OPUS_UWS_CHECK(probe());
  OPUS_UWS_TRY(Submission submission, submission_of(task));
  OPUS_UWS_CHECK(write_runner_files(task, remote_.there(task), runner_, config_.kill_grace));
  if (const auto claim = read_claim(task.directory / local::k_claim_name)) {
    know(task, std::move(submission), claim->native);  // it has run, and does not run again
    return NativeId{claim->native};
  }
  OPUS_UWS_CHECK(lay_out({task.directory}));
  auto mark = SubmissionMark::begin(task.directory);
  if (!mark) return Error{Errc::unavailable, mark.error().message};
  auto native = hand_in(submission, *mark);
  if (!native && native.error().code == Errc::invalid_argument && remote_.copies())
    want_gone(task.directory);
  if (!native && native.error().code != Errc::timed_out) return std::move(native).error();
  if (!native)
    log(LogLevel::warning, native.error().message + "; looking for job " + task.job.value);
  const std::string id = native ? *native : std::string{};
  know(task, std::move(submission), id);
  return NativeId{id};
}

/// Errors as Scheduler::read_submitted. After timed_out the mark stays.
Result<std::string> BatchExecutor::hand_in(const Submission& submission,
                                           SubmissionMark& mark) const {
  const auto command = scheduler_->submit_command(submission);
  if (!command) {
    mark.refused();
    return command.error();
  }
  auto native = scheduler_->read_submitted(commands_.run(*command, mark.lock()));
  if (native) {
    if (const auto written = mark.accepted(*native); !written)
      log(LogLevel::warning, written.error().message);  // the tag is enough to find the job again
  } else if (native.error().code != Errc::timed_out) {
    mark.refused();
  }
  return native;
}

void BatchExecutor::know(const Task& task, Submission submission, std::string native,
                         std::optional<ArrayPlace> place) {
  std::error_code ignored;
  const bool fetched =
      remote_.copies() && std::filesystem::exists(task.directory / k_fetched_name, ignored);
  {
    const Lock lock{mutex_};
    Known& known = tasks_[task.job.value];
    known.directory = task.directory;
    known.submission = std::move(submission);
    known.native = std::move(native);
    known.place = std::move(place);
    known.fetched = fetched;
    known.asked = lists_begun_;
    fresh_.push_back(task.job.value);
    news_at_ = Clock::now();
  }
  wake();
}

Result<Submission> BatchExecutor::submission_of(const Task& task) const {
  Submission submission;
  OPUS_UWS_TRY(submission.options, options_of(task, config_, rules_));
  submission.tag = tag_of(task.job);
  const Task seen = remote_.there(task);
  submission.script = seen.directory / k_script_name;
  submission.output = seen.directory / k_output_name;
  submission.work_dir = seen.work_dir;
  submission.duration = task.execution_duration;
  return submission;
}

Result<void> BatchExecutor::cancel(const JobId& job, const NativeId&, std::chrono::milliseconds) {
  std::string native;
  {
    const Lock lock{mutex_};
    const auto found = tasks_.find(job.value);
    if (found == tasks_.end()) return not_known(job, scheduler_->title());
    found->second.cancel_asked = true;
    found->second.cancelled_at = Clock::now();
    news_at_ = found->second.cancelled_at;
    native = found->second.native;
  }
  if (native.empty()) return {};  // as soon as it is found
  return scheduler_->read_done(commands_.run(scheduler_->cancel_command(native)));
}

Result<Attach> BatchExecutor::attach(const Task& task, const NativeId& given) {
  {
    const Lock lock{mutex_};
    if (tasks_.find(task.job.value) != tasks_.end()) return Attach::attached;
  }
  const auto mark = SubmissionMark::read(task.directory);
  if (!mark) return Error{Errc::unavailable, mark.error().message};
  if (*mark && (*mark)->under_way)
    return Error{Errc::unavailable, "the submission of job " + task.job.value +
                                        " from before the restart is still under way"};
  const auto place = *mark ? (*mark)->place : std::nullopt;
  std::string native = *mark ? (*mark)->native : given.value;
  if (place) native = native.empty() ? given.value : scheduler_->element(native, place->index);
  const bool in_doubt = *mark && native.empty();
  auto submission = submission_of(task);
  // What the operator allows may have changed since; the job is there all the same.
  if (!submission) submission = Submission{};
  submission->tag = tag_of(task.job);

  const auto claim = read_claim(task.directory / local::k_claim_name);
  std::error_code ignored;
  const bool ended = std::filesystem::exists(task.directory / local::k_record_name, ignored);
  if (!ended) {
    OPUS_UWS_CHECK(probe());
    OPUS_UWS_TRY(const std::string found, find(submission->tag, place, in_doubt));
    if (!found.empty())
      native = found;
    else if (!claim && native.empty())
      return Attach::never_ran;
  }
  if (native.empty()) native = claim ? claim->native : given.value;
  know(task, *std::move(submission), native.empty() ? k_unknown_native : native, place);
  return Attach::attached;
}

/// What must be known before commands can be made.
Result<void> BatchExecutor::probe() {
  const std::lock_guard lock{probing_};
  const auto command = scheduler_->probe_command();
  return command ? scheduler_->read_probe(commands_.run(*command)) : Result<void>{};
}

Result<std::string> BatchExecutor::find(const std::string& tag,
                                        const std::optional<ArrayPlace>& place, bool fresh) {
  if (const auto command = scheduler_->find_command(tag)) {
    OPUS_UWS_TRY(auto native, scheduler_->read_found(commands_.run(*command)));
    if (native || !place) return std::move(native).value_or("");
    const auto for_array = scheduler_->find_command(place->tag);
    OPUS_UWS_TRY(native, scheduler_->read_found(commands_.run(*for_array)));
    return native ? scheduler_->element(*native, place->index) : std::string{};
  }
  // One question settles the doubt about all jobs of an array.
  const bool settled = place && place->tag == snapshot_for_;
  OPUS_UWS_TRY(const Snapshot all, snapshot(fresh && !settled));
  if (fresh) snapshot_for_ = place ? place->tag : std::string{};
  const auto found = of_job(*all, tag, place);
  return found.empty() ? std::string{} : found.front()->native;
}

/// All jobs at the scheduler. One from after our start tells of every job of an earlier process.
Result<BatchExecutor::Snapshot> BatchExecutor::snapshot(bool fresh) {
  {
    const Lock lock{mutex_};
    if (!fresh && snapshot_ && Clock::now() - snapshot_at_ < k_snapshot_age) return snapshot_;
  }
  const auto at = Clock::now();
  const auto command = scheduler_->list_command({});
  std::vector<Listed> all;
  if (command) {
    OPUS_UWS_TRY(all, scheduler_->read_list(commands_.run(*command)));
  }
  auto ours = std::make_shared<const ByKey>(by_key(std::move(all)));
  const Lock lock{mutex_};
  snapshot_ = std::move(ours);
  snapshot_at_ = at;
  return snapshot_;
}

/// For the runner by a file that it reads from time to time, and when its limit is over; for the
/// scheduler, whose own limit must not come first, by a command.
Result<void> BatchExecutor::set_execution_duration(const JobId& job, const NativeId&,
                                                   std::chrono::seconds limit) {
  std::string native;
  std::filesystem::path directory;
  {
    const Lock lock{mutex_};
    const auto found = tasks_.find(job.value);
    if (found == tasks_.end()) return not_known(job, scheduler_->title());
    found->second.submission.duration = limit;
    native = found->second.native;
    directory = found->second.directory;
  }
  OPUS_UWS_CHECK(write_file_atomically(directory / local::k_duration_name,
                                       std::to_string(limit.count()) + '\n', 0600));
  if (remote_.copies()) OPUS_UWS_CHECK(remote_.push_file(directory, local::k_duration_name));
  if (native.empty()) return {};
  const auto told = scheduler_->read_done(commands_.run(scheduler_->limit_command(native, limit)));
  // Of a running job most may only shorten the limit; then the longer one is ours alone.
  if (!told) log(LogLevel::warning, "job " + job.value + ": " + told.error().message);
  return {};
}

Result<void> BatchExecutor::hold(const JobId& job, const NativeId&) {
  std::string native;
  {
    const Lock lock{mutex_};
    const auto found = tasks_.find(job.value);
    if (found == tasks_.end()) return not_known(job, scheduler_->title());
    if (found->second.told_started)
      return Error{Errc::unsupported, "job " + job.value + " has begun"};
    native = found->second.native;
  }
  if (native.empty() || native == k_unknown_native)
    return Error{Errc::unavailable, "the id of job " + job.value + " at " +
                                        std::string{scheduler_->title()} + " is not known"};
  if (!scheduler_->can_hold(native))
    return Error{Errc::unsupported, std::string{scheduler_->title()} + " cannot hold job " +
                                        native + ", which is one of an array"};
  auto done = scheduler_->read_done(commands_.run(scheduler_->hold_command(native)));
  // Refused, it is QUEUED to its owner until the next list says otherwise.
  if (done || done.error().code != Errc::unavailable)
    told_by_owner(job, done ? Phase::held : Phase::queued);
  return done;
}

Result<void> BatchExecutor::release(const JobId& job, const NativeId&) {
  std::string native;
  {
    const Lock lock{mutex_};
    const auto found = tasks_.find(job.value);
    if (found == tasks_.end()) return not_known(job, scheduler_->title());
    native = found->second.native;
  }
  OPUS_UWS_CHECK(scheduler_->read_done(commands_.run(scheduler_->release_command(native))));
  told_by_owner(job, Phase::queued);
  return {};
}

/// What its owner sees already need not be told. Lists from before do not count.
void BatchExecutor::told_by_owner(const JobId& job, Phase phase) {
  const Lock lock{mutex_};
  const auto found = tasks_.find(job.value);
  if (found == tasks_.end() || found->second.told_started) return;
  found->second.told = phase;
  found->second.hold_asked = phase == Phase::held;
  found->second.asked = lists_begun_;
  news_at_ = Clock::now();
}

}}}  // namespace opus::uws0::batch
