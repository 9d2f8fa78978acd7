#pragma once
// A run crate as one zip file, made while it is sent.

#include <string>
#include <vector>

#include <opus/run_crate.hpp>

#include "server/rest/archive/archive_writer.hpp"
#include "server/rest/archive_file.hpp"
#include "server/rest/piece_stream.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// Opens one file at a time and reads it in pieces. A file that is gone or has become shorter
/// breaks the archive, so that nobody takes it for whole.
class CrateArchive final : public PieceMaker {
 public:
  /// `service` must outlive it.
  CrateArchive(const Service& service, RunCrate crate);

  Result<bool> make(std::string& piece) override;

 private:
  Result<bool> step();
  Result<void> begin_file();

  const Service& service_;
  std::vector<CrateFile> files_;  ///< the next ones, the first of them last
  ArchiveFile open_{};
  archive::ArchiveWriter zip_{archive::Format::zip};
};

}}}  // namespace opus::uws0::rest
