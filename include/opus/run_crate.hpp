#pragma once
// A job as a Process Run Crate 0.5 (https://w3id.org/ro/wfrun/process/0.5): RO-Crate 1.1 metadata
// and the files that it describes. Threads: any; nothing that is returned refers to the service.

#include <string>
#include <vector>

#include <opus/entity.hpp>
#include <opus/error.hpp>
#include <opus/export.hpp>
#include <opus/id.hpp>
#include <opus/service.hpp>

namespace opus { inline namespace uws0 {

struct CrateOptions {
  std::string base_url{};  ///< public URL of the service, no trailing slash; empty = none
  /// Files are part of the crate, by relative paths; else, with a base URL, they are told by their
  /// URLs.
  bool with_files = true;
  std::string license{};  ///< IRI of the crate's; empty = it says that none was stated
};

struct CrateFile {
  std::string path{};     ///< in the crate: "results/map.fits"
  EntityId entity{};      ///< its content, or empty:
  std::string content{};  ///< made for the crate, as the provenance documents are
};

struct RunCrate {
  std::string metadata{};          ///< ro-crate-metadata.json
  std::vector<CrateFile> files{};  ///< beside it, where with_files; contents that exist
};

/// not_found: no such job; else what Service tells when the store cannot be read.
OPUS_UWS_API Result<RunCrate> run_crate(const Service& service, const JobId& id,
                                        const CrateOptions& options = {});

}}  // namespace opus::uws0
