#pragma once
// The layout of the data folder (design: "On disk"), and the lock that keeps a second service out.

#include <filesystem>
#include <string_view>

#include <opus/error.hpp>
#include <opus/id.hpp>

namespace opus { inline namespace uws0 { namespace service {

/// Move-only; the lock is held as long as it lives, and dies with the process.
class DataFolder {
 public:
  /// Creates what is missing and empties incoming/. unavailable: not writable, or in use.
  static Result<DataFolder> open(const std::filesystem::path& root);

  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&& other) noexcept;
  ~DataFolder();

  const std::filesystem::path& root() const noexcept { return root_; }
  std::filesystem::path incoming() const { return root_ / "incoming"; }

  /// jobs/<last 2 hex of the id>/<id>: the last digits are random, the first ones are the time.
  std::filesystem::path job_dir(const JobId& id) const;
  std::filesystem::path work_dir(const JobId& id) const { return job_dir(id) / "work"; }
  std::filesystem::path results_dir(const JobId& id) const { return job_dir(id) / "results"; }
  std::filesystem::path log_path(const JobId& id, std::string_view stream) const;

 private:
  DataFolder(std::filesystem::path root, int lock);
  std::filesystem::path root_;
  int lock_;  // file descriptor with flock(2)
};

}}}  // namespace opus::uws0::service
