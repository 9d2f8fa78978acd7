#pragma once
// Files of requests and responses: uploads that vanish unless somebody takes them, and open files
// that stay readable while they are sent.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <opus/error.hpp>
#include <opus/time.hpp>

namespace opus { inline namespace uws0 { namespace rest {

/// A new file in a folder, written piece by piece. Its destructor deletes it, unless it has been
/// moved away by then. Movable; one thread at a time.
class TemporaryFile {
 public:
  /// unavailable: the folder cannot be written to.
  static Result<TemporaryFile> create(const std::filesystem::path& folder);
  TemporaryFile() = default;
  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&& other) noexcept;
  ~TemporaryFile();

  /// unavailable: no space left, or another fault of the disk.
  Result<void> write(std::string_view data);
  Result<void> close();

  const std::filesystem::path& path() const noexcept { return path_; }
  std::uint64_t size() const noexcept { return size_; }

 private:
  std::filesystem::path path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

/// A file that came in a request's body.
struct UploadedFile {
  std::string field{};       ///< name of the form part; empty for a body that is the file
  std::string file_name{};   ///< as the client calls it; not to be trusted
  std::string media_type{};  ///< as the client says; empty = it did not
  TemporaryFile content{};
};

/// A regular file opened for reading, with its size and times at that moment.
class OpenFile {
 public:
  /// not_found: there is no regular file of that path (symbolic links are not followed).
  static Result<std::shared_ptr<const OpenFile>> open(const std::filesystem::path& path);
  OpenFile(int fd, std::uint64_t size, TimePoint modified) noexcept
      : fd_(fd), size_(size), modified_(modified) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();

  int fd() const noexcept { return fd_; }
  std::uint64_t size() const noexcept { return size_; }
  TimePoint modified() const noexcept { return modified_; }

 private:
  int fd_;
  std::uint64_t size_;
  TimePoint modified_;
};

/// The bytes of a file that are sent.
struct FileSlice {
  std::shared_ptr<const OpenFile> file{};
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// Reads a whole slice; for tests and small files.
Result<std::string> read(const FileSlice& slice);

}}}  // namespace opus::uws0::rest
