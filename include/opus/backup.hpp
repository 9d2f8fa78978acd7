#pragma once
// A second copy of everything that a service keeps, taken while it runs; and whether a data folder
// is whole. All functions block; threads: any.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <opus/error.hpp>
#include <opus/export.hpp>

namespace opus { inline namespace uws0 {

struct BackupReport {
  std::size_t files = 0;    ///< in the copy, but for the database
  std::size_t copied = 0;   ///< of these, those that were not there before, or had changed
  std::uint64_t bytes = 0;  ///< of the copied ones
  std::vector<std::string> unreadable{};  ///< left out for want of rights; verify() tells of those
                                          ///< that the database names
};

/// Makes `target` a copy of the data folder, with jobs, files, logs, descriptions, accounts and the
/// key of their tokens: keep it as safe as the original. A service may work in `data_dir`
/// meanwhile: the copy is of one moment, and every file that its database names is in it. A copy
/// that is there already is brought up to date; until that is done it stays whole. What was
/// running is lost with its process when a service opens the copy on another machine.
/// not_found: `data_dir` has no database. invalid_argument: one folder is within the other, or
/// `target` has something else in it. unavailable: no space, no rights, or `target` is in use.
OPUS_UWS_API Result<BackupReport> back_up(const std::filesystem::path& data_dir,
                                          const std::filesystem::path& target);

/// Makes a data folder from a copy that is checked as by verify() first; all of it or nothing.
/// `data_dir` must be empty or absent (conflict). corrupt: the copy is not whole.
OPUS_UWS_API Result<BackupReport> restore(const std::filesystem::path& backup,
                                          const std::filesystem::path& data_dir);

struct VerifyReport {
  std::size_t jobs = 0, files = 0;    ///< that were looked at
  std::uint64_t bytes = 0;            ///< of these files
  std::vector<std::string> faults{};  ///< what is lost or damaged; sentences, with ids and paths
  std::vector<std::string> strays{};  ///< folders of no job, which do no harm
};

/// Looks whether the database is sound, and whether every file that it names is there with its
/// size; with `contents` also with its SHA-256. A service may work there meanwhile. not_found: no
/// database; corrupt: it is no database of ours, or cannot be read at all.
OPUS_UWS_API Result<VerifyReport> verify(const std::filesystem::path& data_dir, bool contents);

}}  // namespace opus::uws0
