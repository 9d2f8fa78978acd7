#pragma once
// Starts the code of a task: its own session, its limits, nothing open but 0, 1 and 2.

#include <sys/types.h>

#include <string>

#include "libopus/executor/local/protocol.hpp"

namespace opus { inline namespace uws0 { namespace local {

struct StartedCode {
  pid_t pid = -1;          ///< leader of a session and process group of its own; -1 = not started
  std::string failure{};   ///< why not, for people
  bool transient = false;  ///< it may work later (no memory, too many processes ...)
};

/// The calling process must have /dev/null as 0 and every other descriptor close-on-exec. The code
/// is killed when its parent dies.
StartedCode start_code(const LaunchRequest& request);

}}}  // namespace opus::uws0::local
