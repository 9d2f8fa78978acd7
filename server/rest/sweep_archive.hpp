#pragma once
// All results of a sweep as one tar file, made while it is sent.

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <opus/service.hpp>
#include <opus/uws.hpp>

#include "server/rest/archive/archive_writer.hpp"
#include "server/rest/archive_file.hpp"
#include "server/rest/job_list.hpp"
#include "server/rest/piece_stream.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// A run id, which is any text, as the name of a folder or file.
std::string archive_name(std::string_view run_id);

/// For each job a folder {name}/{job id} with job.json, the job as JSON, and its results below
/// results/. Reads some jobs at a time, opens one file at a time and reads it in pieces: memory
/// does not grow with the sweep. A job that is deleted meanwhile is left out from there on; a file
/// that is gone or has become shorter otherwise breaks the archive, so that nobody takes it for
/// whole.
class SweepArchive final : public PieceMaker {
 public:
  /// `service` must outlive it.
  SweepArchive(const Service& service, JobLister jobs, std::string name, UwsLinks links);

  Result<bool> make(std::string& piece) override;

 private:
  struct File {
    std::string name{};  ///< in the archive
    std::filesystem::path path{};
  };

  Result<bool> step();
  Result<void> begin_job(const JobId& id);
  Result<void> begin_file();

  const Service& service_;
  JobLister lister_;
  std::string name_;
  UwsLinks links_;

  std::vector<JobId> jobs_{};  ///< the next ones, the first of them last
  JobId job_{};                ///< whose files these are
  std::vector<File> files_{};  ///< its next ones, the first of them last
  ArchiveFile open_{};
  archive::ArchiveWriter tar_{};
};

}}}  // namespace opus::uws0::rest
