#pragma once
// Instants are UTC with milliseconds; durations are std::chrono types. Text form: UWS 1.1 §2.2.1.

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <opus/error.hpp>
#include <opus/export.hpp>

namespace opus { inline namespace uws0 {

using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

/// "2026-03-08T12:00:00.000Z": always UTC, milliseconds and Z (UWS 1.1 §2.2.1).
OPUS_UWS_API std::string to_iso8601(TimePoint at);

/// Reads "2026-03-08T12:00:00[.fraction][Z]", "2026-03-08 12:00", "2026-03-08", "20260308", "2026".
/// No Z means UTC as well; other zone offsets, impossible dates and years outside 1..9999 are
/// errors.
OPUS_UWS_API Result<TimePoint> parse_iso8601(std::string_view text);

/// Where a Service takes the time from. Threads: any.
class OPUS_UWS_API Clock {
 public:
  virtual ~Clock();
  virtual TimePoint now() const = 0;

  /// Waits on `wake` until it is notified or now() >= deadline, like
  /// std::condition_variable::wait_until; spurious returns are allowed. `lock` is held on entry
  /// and return.
  virtual void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& wake,
                          TimePoint deadline) = 0;
};

/// The system's UTC clock.
OPUS_UWS_API std::shared_ptr<Clock> system_clock();

}}  // namespace opus::uws0
