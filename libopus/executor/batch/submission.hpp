#pragma once
// What lies in a job's folder for its submission: the runner's script and launch frame, and the
// mark from which a service that comes back learns what was going on.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include <opus/executor.hpp>

#include "libopus/core/descriptor.hpp"

namespace opus { inline namespace uws0 { namespace batch {

/// The job's name at the scheduler, and the tag by which it is found again.
std::string tag_of(const JobId& job);
/// nullopt: a name that we have not given.
std::optional<std::string> job_of_tag(std::string_view tag);

/// Stands for the id of a job that certainly had one, which nobody knows any more.
inline constexpr const char* k_unknown_native = "unknown";

/// What the scheduler runs: no value of the job is in it, only the paths of runner and folder.
inline constexpr const char* k_script_name = "batch.sh";
/// The scheduler's own words about the job, and what goes wrong before the runner has its files.
inline constexpr const char* k_output_name = "logs/scheduler";

/// Writes script and frame. invalid_argument: no program can be given such a command.
Result<void> write_runner_files(const Task& task, const std::filesystem::path& runner,
                                std::chrono::milliseconds kill_grace);

/// submission.json: made before the submitting command is run, and locked while that runs, also
/// when we have died meanwhile.
class SubmissionMark {
 public:
  /// conflict: a command of an earlier process is still under way.
  static Result<SubmissionMark> begin(const std::filesystem::path& directory);
  int lock() const noexcept { return file_.get(); }
  /// It was accepted.
  Result<void> accepted(const std::string& native);
  /// It was certainly not.
  void refused() noexcept;

  struct Found {
    std::string native{};    ///< empty = it is not known whether it was accepted
    bool under_way = false;  ///< the submitting command still runs
  };
  /// nullopt: nothing was submitted.
  static Result<std::optional<Found>> read(const std::filesystem::path& directory);

 private:
  std::filesystem::path path_{};
  Descriptor file_{};
};

}}}  // namespace opus::uws0::batch
