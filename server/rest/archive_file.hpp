#pragma once
// A file of the disk on its way into an archive.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "server/rest/archive/archive_writer.hpp"
#include "server/rest/files.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// One file at a time, read in blocks. Threads: one at a time.
class ArchiveFile {
 public:
  ArchiveFile();

  bool is_open() const noexcept { return file_ != nullptr; }
  Result<void> begin(archive::ArchiveWriter& out, std::string_view name,
                     std::shared_ptr<const OpenFile> file);
  /// The next block; after the last one the file is closed. unavailable: it has become shorter,
  /// and the archive must not be taken for whole.
  Result<void> copy(archive::ArchiveWriter& out);

 private:
  std::shared_ptr<const OpenFile> file_{};
  std::uint64_t offset_ = 0;
  std::vector<char> block_;
};

}}}  // namespace opus::uws0::rest
