#pragma once
// SIGTERM and SIGINT as something to wait for. For the program only; the library sets no handlers.

#include <opus/error.hpp>

namespace opus { inline namespace uws0 { namespace server {

/// From construction on, the signals no longer end the process but wait(). SIGPIPE does nothing.
/// Child programs start with all of them as usual. One object per process.
class StopSignal {
 public:
  StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// Returns the signal that came. A further one ends the process at once.
  int wait();
};

}}}  // namespace opus::uws0::server
