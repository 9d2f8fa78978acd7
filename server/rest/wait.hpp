#pragma once
// WAIT: a job document that is answered when the phase changes (UWS 1.1 §2.2.1.2).

#include <chrono>
#include <functional>
#include <optional>

#include <opus/error.hpp>
#include <opus/phase.hpp>

#include "server/rest/api.hpp"
#include "server/rest/call.hpp"

namespace opus { inline namespace uws0 { namespace rest {

struct WaitRequest {
  std::chrono::milliseconds time{0};  ///< already at most `wait_max`
  std::optional<Phase> phase{};       ///< PHASE: wait only while the job is in it
};

/// WAIT of a request, at most `wait_max`; nullopt without it. Negative = as long as allowed
/// (UWS-WAI-10). invalid_argument: not a whole number.
Result<std::optional<std::chrono::milliseconds>> read_wait_time(const Request& request,
                                                                std::chrono::milliseconds wait_max);

/// WAIT and PHASE of a request; nullopt without WAIT. invalid_argument: as read_wait_time(), or an
/// unknown phase.
Result<std::optional<WaitRequest>> read_wait(const Request& request,
                                             std::chrono::milliseconds wait_max);

/// How long to wait for a job in `phase`, at most; zero = answer at once.
std::chrono::milliseconds time_to_wait(const WaitRequest& wait, Phase phase,
                                       std::chrono::milliseconds pace) noexcept;

/// Why a call goes on that waited for a job.
enum class Woken { changed, time_over, stopping };

/// Calls `then` once on the serving thread, with the job as it is by then: when it has left its
/// phase, when the time is over or when the server stops, whichever is first; answers itself if the
/// job cannot be read any more. The waiting call costs a subscription and a timer, no thread
/// (UWS-WAI-13).
using AfterWait = std::function<void(CallPtr call, const Job& job, Woken why)>;
void when_left(Api& api, CallPtr call, const Job& job, std::chrono::milliseconds time,
               AfterWait then);

/// Answers with the job when it leaves its phase or the time is over, whichever is first.
void wait_and_reply(Api& api, CallPtr call, const Job& job, std::chrono::milliseconds time);

}}}  // namespace opus::uws0::rest
