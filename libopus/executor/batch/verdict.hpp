#pragma once
// How a job ended, from all that is known: what its runner wrote, what the scheduler says, and
// whether we asked for the end.

#include <optional>
#include <string_view>

#include <opus/executor.hpp>

#include "libopus/executor/batch/scheduler.hpp"
#include "libopus/executor/job_files.hpp"

namespace opus { inline namespace uws0 { namespace batch {

struct Evidence {
  std::string_view title{};         ///< the scheduler's
  std::optional<Outcome> record{};  ///< exit.json
  std::string record_fault{};       ///< exit.json is there but cannot be understood: why
  std::optional<Claim> claim{};     ///< started.json
  std::optional<Listed> listed{};   ///< the scheduler says that it is over, and why
  bool forgotten = false;           ///< the scheduler does not know the job
  bool cancel_asked = false;        ///< by us
  bool patience_over = false;       ///< no more is to be expected from either side
};

/// nullopt: not ended, or it is worth waiting for more.
std::optional<Outcome> verdict(const Evidence& evidence);

}}}  // namespace opus::uws0::batch
