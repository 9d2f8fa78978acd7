#pragma once
// What lies in a job's folder for its submission: the runner's script and launch frame, and the
// mark from which a service that comes back learns what was going on.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/executor.hpp>

#include "libopus/core/descriptor.hpp"

namespace opus { inline namespace uws0 { namespace batch {

/// The job's name at the scheduler, and the tag by which it is found again.
std::string tag_of(const JobId& job);
/// Nothing else has names like ours.
bool is_our_tag(std::string_view tag);

/// Where a job is that was submitted as one of many.
struct ArrayPlace {
  std::string tag{};  ///< the array's name at the scheduler
  unsigned index = 0;
};
/// A new name.
std::string array_tag();
/// What a job is called in lists: by its own tag, or by array and index.
std::string key_of(const ArrayPlace& place);

/// Stands for the id of a job that certainly had one, which nobody knows any more.
inline constexpr const char* k_unknown_native = "unknown";

/// What the scheduler runs: no value of the job is in it, only the paths of runner and folder.
inline constexpr const char* k_script_name = "batch.sh";
/// What became of the submission: see SubmissionMark.
inline constexpr const char* k_mark_name = "submission.json";
/// The job's files have been copied back from where it ran.
inline constexpr const char* k_fetched_name = "fetched";
/// The scheduler's own words about the job, and what goes wrong before the runner has its files.
inline constexpr const char* k_output_name = "logs/scheduler";

inline constexpr const char* k_array_script_name = "array.sh";

/// The script of an array. What it runs it finds by its index: it is its own task table, which the
/// scheduler copies with it, so that nothing has to stay here.
std::string array_script(const std::vector<std::filesystem::path>& directories,
                         const std::filesystem::path& runner);

/// Writes script and frame into the task's folder, for a runner that sees the task as `seen`.
/// invalid_argument: no program can be given such a command.
Result<void> write_runner_files(const Task& task, const Task& seen,
                                const std::filesystem::path& runner,
                                std::chrono::milliseconds kill_grace);

/// submission.json: made before the submitting command is run, and locked while that runs, also
/// when we have died meanwhile.
class SubmissionMark {
 public:
  /// conflict: a command of an earlier process is still under way.
  static Result<SubmissionMark> begin(const std::filesystem::path& directory);
  /// The same for the first job of an array.
  static Result<SubmissionMark> begin(const std::filesystem::path& directory,
                                      const ArrayPlace& place);
  /// For each of the others: what becomes of it the first one's mark knows.
  static Result<void> join(const std::filesystem::path& directory, const ArrayPlace& place,
                           const std::filesystem::path& first);
  /// The array was certainly not accepted.
  static void leave(const std::filesystem::path& directory) noexcept;
  int lock() const noexcept { return file_.get(); }
  /// It was accepted.
  Result<void> accepted(const std::string& native);
  /// It was certainly not.
  void refused() noexcept;

  struct Found {
    std::string native{};  ///< its own or its array's; empty = it is not known whether it was
                           ///< accepted
    std::optional<ArrayPlace> place{};
    bool under_way = false;  ///< the submitting command still runs
  };
  /// nullopt: nothing was submitted.
  static Result<std::optional<Found>> read(const std::filesystem::path& directory);

 private:
  static Result<SubmissionMark> begin(const std::filesystem::path& directory,
                                      const std::string& content);
  static Result<std::optional<Found>> read_own(const std::filesystem::path& directory,
                                               std::filesystem::path& first);

  std::filesystem::path path_{};
  std::optional<ArrayPlace> place_{};
  Descriptor file_{};
};

}}}  // namespace opus::uws0::batch
