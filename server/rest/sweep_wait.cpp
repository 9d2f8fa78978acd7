#include "server/rest/sweep_wait.hpp"

#include <algorithm>
#include <utility>

#include "server/rest/error_map.hpp"
#include "server/rest/wait.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

std::size_t place(Phase phase) { return static_cast<std::size_t>(phase); }

}  // namespace

Result<std::optional<SweepWaitRequest>> read_sweep_wait(const Request& request,
                                                        std::chrono::milliseconds wait_max) {
  OPUS_UWS_TRY(const auto time, read_wait_time(request, wait_max));
  OPUS_UWS_TRY(const auto until, request.value("UNTIL"));
  const bool final = until && iequals(*until, "FINAL");
  if (until && !final && !iequals(*until, "CHANGE"))
    return faults_error("request", {{"UNTIL", "CHANGE or FINAL", in_quotes(*until)}});
  if (!time) return std::optional<SweepWaitRequest>();
  return std::optional(SweepWaitRequest{*time, final});
}

SweepWatch::SweepWatch(std::string description, std::string run_id, bool until_final)
    : description_(std::move(description)), run_id_(std::move(run_id)), until_final_(until_final) {}

bool SweepWatch::begin(const JobPtrs& jobs) {
  const std::lock_guard lock(mutex_);
  for (const auto& job : jobs) {
    jobs_.emplace(job->id, Known{job->phase, job->version});
    ++now_[place(job->phase)];
  }
  before_ = now_;
  begun_ = true;
  for (const JobChange& change : std::exchange(early_, {})) apply(change);
  told_ = is_over() || std::all_of(jobs.begin(), jobs.end(),
                                   [](const auto& job) { return is_final(job->phase); });
  return told_;
}

bool SweepWatch::on_change(const JobChange& change) {
  if (change.description != description_) return false;
  if (!change.destroyed && (!change.job || change.job->run_id != run_id_)) return false;
  const std::lock_guard lock(mutex_);
  if (told_) return false;
  if (!begun_) {
    early_.push_back(change);
    return false;
  }
  apply(change);
  return told_ = is_over();
}

void SweepWatch::apply(const JobChange& change) {
  const auto known = jobs_.find(change.id);
  if (change.destroyed) {
    if (known == jobs_.end()) return;
    --now_[place(known->second.phase)];
    jobs_.erase(known);
    return;
  }
  // A job that joins is a change too.
  const std::uint64_t version = change.job->version;
  if (known == jobs_.end()) {
    jobs_.emplace(change.id, Known{change.phase, version});
  } else {
    if (version <= known->second.version) return;
    --now_[place(known->second.phase)];
    known->second = {change.phase, version};
  }
  ++now_[place(change.phase)];
}

bool SweepWatch::is_over() const {
  if (!until_final_) return now_ != before_;
  return std::all_of(k_phases.begin(), k_phases.end(),
                     [this](Phase phase) { return is_final(phase) || now_[place(phase)] == 0; });
}

void wait_for_sweep(Service& service, CallPtr call, const SweepWaitRequest& wait,
                    std::function<Result<JobPtrs>(const Call& call)> read,
                    std::function<void(CallPtr call)> answer) {
  // The call owns what wakes it; what wakes it knows the call only weakly.
  struct Wakers {
    std::shared_ptr<void> timer;
    Subscription subscription;
  };
  const Request& request = call->request;
  auto wakers = std::make_shared<Wakers>();
  auto watch = std::make_shared<SweepWatch>(std::string(request.path[1]),
                                            std::string(request.path[3]), wait.until_final);
  const std::weak_ptr<Call> weak = call;
  Host& host = call->host();
  const auto finish = [&host, answer = std::move(answer)](CallPtr self) {
    host.offload([answer, self = std::move(self)] { answer(self); });
  };
  wakers->timer = host.after(wait.time, [weak, finish] {
    if (CallPtr self = weak.lock()) finish(std::move(self));
  });
  call->on_interrupt([wakers, finish](CallPtr self, Interrupt why) {
    if (why == Interrupt::stopping) finish(std::move(self));
  });
  host.offload([&service, wakers = std::move(wakers), watch = std::move(watch), weak, finish,
                read = std::move(read), call = std::move(call)]() mutable {
    // First the changes, then the jobs: nothing happens between the two unseen.
    wakers->subscription = service.subscribe([watch, weak, finish](const JobChange& change) {
      if (!watch->on_change(change)) return;
      if (CallPtr self = weak.lock()) resume(std::move(self), finish);
    });
    const auto jobs = read(*call);
    if (!jobs) return reply(call, error_response(call->request, jobs.error()));
    if (watch->begin(*jobs)) finish(std::move(call));
  });
}

}}}  // namespace opus::uws0::rest
