#pragma once
// Which files of a finished job are which result: found, but not touched.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/error.hpp>
#include <opus/job.hpp>

namespace opus { inline namespace uws0 { namespace entity {

/// One file of a result.
struct ResultFile {
  std::string path{};              ///< below the work folder, where it is or was
  std::filesystem::path source{};  ///< where to take it from; empty = it lies at `target` already
  std::filesystem::path target{};  ///< below the results folder
  bool copy = false;  ///< a link, or a file with other names: to be copied instead of moved
};

struct ResultFiles {
  std::vector<ResultFile> files{};  ///< by path
  std::string refused{};  ///< why the one file that was asked for does not count: "a folder" ...
};

/// Where a file of a result goes: results/<result>/<its path in the work folder>, with "%xx" for
/// bytes that do not belong into names. The way back is unique, which is why nothing has to be
/// written down before files are moved: after a crash the files that have been moved and those that
/// have not are together what the job left.
std::filesystem::path result_target(const std::filesystem::path& results_dir,
                                    std::string_view result, std::string_view path);

/// The way back for one element of a path; nullopt if result_target() never makes such a name.
std::optional<std::string> original_name(std::string_view target_name);

/// The regular files that `pattern` (a path, whose elements may be globs) means below `work_dir`,
/// and those that were moved to the results folder before. A link counts if it leads to a regular
/// file in the work folder. A glob does not find hidden files and the folder of the inputs; a file
/// that is called like the pattern, "a[1].fits", is found before what the glob matches. Errors: the
/// folders cannot be read.
Result<ResultFiles> find_result_files(const std::filesystem::path& work_dir,
                                      const std::filesystem::path& results_dir,
                                      std::string_view result, std::string_view pattern);

}}}  // namespace opus::uws0::entity
