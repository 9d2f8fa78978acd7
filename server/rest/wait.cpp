#include "server/rest/wait.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "server/rest/handlers/handlers.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

/// From the timer, or when the server stops: goes on with the job as it is now.
void go_on(Api& api, CallPtr call, const AfterWait& then, Woken why) {
  const auto job = job_of(api, *call);
  if (!job) return fail(std::move(call), job.error());
  then(std::move(call), **job, why);
}

}  // namespace

Result<std::optional<std::chrono::milliseconds>> read_wait_time(
    const Request& request, std::chrono::milliseconds wait_max) {
  using std::chrono::milliseconds;
  OPUS_UWS_TRY(const auto text, request.value("WAIT"));
  if (!text) return std::optional<milliseconds>();
  const auto seconds = parse_integer(*text);
  if (!seconds)
    return faults_error(
        "request", {{"WAIT", "whole seconds, or -1 for as long as allowed", in_quotes(*text)}});
  const auto longest = std::chrono::ceil<std::chrono::seconds>(wait_max).count();
  if (*seconds < 0 || *seconds > longest) return std::optional(wait_max);
  return std::optional(std::min<milliseconds>(wait_max, std::chrono::seconds{*seconds}));
}

Result<std::optional<WaitRequest>> read_wait(const Request& request,
                                             std::chrono::milliseconds wait_max) {
  OPUS_UWS_TRY(const auto time, read_wait_time(request, wait_max));
  if (!time) return std::optional<WaitRequest>();
  WaitRequest wait{*time, {}};
  OPUS_UWS_TRY(const auto word, request.value("PHASE"));
  if (word) {
    wait.phase = parse_phase(to_upper(*word));
    if (!wait.phase)
      return faults_error("request", {{"PHASE", "a phase such as EXECUTING", in_quotes(*word)}});
  }
  return std::optional(wait);
}

std::chrono::milliseconds time_to_wait(const WaitRequest& wait, Phase phase,
                                       std::chrono::milliseconds pace) noexcept {
  using std::chrono::milliseconds;
  if (is_final(phase) || (wait.phase && *wait.phase != phase)) return milliseconds{0};
  return is_active(phase) ? wait.time : std::min(wait.time, pace);
}

void when_left(Api& api, CallPtr call, const Job& job, std::chrono::milliseconds time,
               AfterWait then) {
  // The call owns what wakes it; what wakes it knows the call only weakly.
  struct Wakers {
    std::shared_ptr<void> timer;
    Subscription subscription;
  };
  auto wakers = std::make_shared<Wakers>();
  const std::weak_ptr<Call> weak = call;
  wakers->timer = call->host().after(time, [&api, weak, then] {
    if (CallPtr self = weak.lock()) go_on(api, std::move(self), then, Woken::time_over);
  });
  wakers->subscription =
      api.service().when_phase_leaves(job.id, job.phase, [weak, then](Result<JobPtr> left) {
        CallPtr self = weak.lock();
        if (!self) return;
        // Handed over whole: the subscription must not end on the thread that calls back.
        resume(std::move(self), [then, left = std::move(left)](CallPtr resumed) {
          if (resumed->answered()) return;  // its time was over just before
          if (!left) return fail(std::move(resumed), left.error());
          then(std::move(resumed), **left, Woken::changed);
        });
      });
  call->on_interrupt(
      [&api, then = std::move(then), wakers = std::move(wakers)](CallPtr self, Interrupt why) {
        if (why == Interrupt::stopping) go_on(api, std::move(self), then, Woken::stopping);
      });
}

void wait_and_reply(Api& api, CallPtr call, const Job& job, std::chrono::milliseconds time) {
  when_left(api, std::move(call), job, time, [&api](CallPtr woken, const Job& now, Woken) {
    Response response = job_response(api, woken->request, now);
    reply(std::move(woken), std::move(response));
  });
}

}}}  // namespace opus::uws0::rest
