#pragma once
// The launcher proper: one thread that takes requests from a socket, forks a supervisor per task,
// and passes their news on.

#include <string>

#include "libopus/core/descriptor.hpp"

namespace opus { inline namespace uws0 { namespace local {

/// The socket and the lock of one state folder.
struct Post {
  Descriptor folder{};  ///< O_PATH
  Descriptor lock{};    ///< held as long as it is open
  Descriptor listener{};
};

enum class Occupied { no, by_another_launcher, failed };

/// Takes the place in a state folder. failed: `error` says why.
Occupied occupy(const std::string& state_dir, Post& post, std::string& error);

/// Serves until there is neither a client nor a task. All signals must be blocked; the process
/// must have no children, and /dev/null as 0, 1 and 2.
void serve(Post post);

}}}  // namespace opus::uws0::local
