#pragma once
// What a supervisor leaves in the folder of a job: started.json while it runs, exit.json at the
// end.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <opus/error.hpp>
#include <opus/executor.hpp>

namespace opus { inline namespace uws0 {

/// started.json: who has taken the job, once and for all.
struct Claim {
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;
  std::string boot_id{}, host{};
  std::string native{};  ///< id of the allocation of a batch scheduler it runs in; empty = none
  TimePoint at{};
};

/// not_found: there is none. corrupt: it is not what a supervisor writes.
Result<Claim> read_claim(const std::filesystem::path& file);

/// The same for exit.json.
Result<Outcome> read_exit_record(const std::filesystem::path& file);
Result<Outcome> parse_exit_record(std::string_view text, std::string_view origin);

}}  // namespace opus::uws0
