#pragma once
// Tar and zip archives, written piece by piece into memory. The only folder that knows libarchive.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <opus/error.hpp>
#include <opus/time.hpp>

namespace opus { inline namespace uws0 { namespace archive {

enum class Format {
  tar,  ///< that of GNU, which every reader knows, and whose names are bytes in any locale
  zip,  ///< names are ASCII: what others mean depends on the reader
};

/// Uncompressed. What has been written is taken out by the caller, so that memory does not grow
/// with the archive. Threads: one at a time. Errors: internal, with libarchive's words; nothing can
/// follow an error.
class ArchiveWriter {
 public:
  explicit ArchiveWriter(Format format = Format::tar);
  ~ArchiveWriter();
  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;

  /// Begins a file of exactly `size` bytes, readable by all. `name`: UTF-8, with '/' between.
  Result<void> begin(std::string_view name, std::uint64_t size, TimePoint modified);
  /// Content of the file begun last; in all not more than its size.
  Result<void> write(std::string_view data);
  /// The end of the archive.
  Result<void> finish();

  /// Appends what has come since the last call to `out`.
  void take(std::string& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}}}  // namespace opus::uws0::archive
