#pragma once
// The launcher program inside an allocation of a batch scheduler: no launcher, one supervisor.

#include <string>

namespace opus { inline namespace uws0 { namespace local {

/// Runs the task whose launch frame lies in `directory` and returns what to exit with. The code's
/// environment is the frame's, and what the scheduler tells about the allocation. On failure says
/// why on stderr, which is the scheduler's own output file of the job.
int run_task(const std::string& directory);

}}}  // namespace opus::uws0::local
