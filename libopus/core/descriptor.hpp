#pragma once
// An open file that closes itself, and whole reads and writes on it.

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>

#include <opus/error.hpp>
#include <opus/export.hpp>

namespace opus { inline namespace uws0 {

/// Owns a file descriptor; -1 = none. Always close-on-exec when it comes from this file. Defined
/// here alone: the launcher uses it without the rest of core.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { close(); }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  int release() noexcept { return std::exchange(fd_, -1); }
  /// 0 or the errno of close(2), which is where some file systems report a full disk.
  int close() noexcept {
    if (fd_ < 0) return 0;
    // After EINTR Linux has closed it all the same: a second close could hit another's file.
    const int status = ::close(std::exchange(fd_, -1));
    return status == 0 || errno == EINTR ? 0 : errno;
  }

 private:
  int fd_ = -1;
};

/// A regular file, open for reading. Anything else is refused without blocking on it:
/// invalid_argument for a folder, FIFO, device or socket.
OPUS_UWS_API Result<Descriptor> open_regular_file(const std::filesystem::path& file,
                                                  int extra_flags = 0);
/// A file that did not exist, open for reading and writing: conflict if it does.
OPUS_UWS_API Result<Descriptor> create_file(const std::filesystem::path& file, unsigned mode);

/// Up to `size` bytes; 0 at the end. `path` is for the message only.
OPUS_UWS_API Result<std::size_t> read_some(int fd, char* buffer, std::size_t size,
                                           const std::filesystem::path& path);
OPUS_UWS_API Result<void> write_all(int fd, std::string_view bytes,
                                    const std::filesystem::path& path);

/// A name that nobody uses yet in this process, for a temporary file in `folder`.
OPUS_UWS_API std::filesystem::path temporary_name_in(const std::filesystem::path& folder);

}}  // namespace opus::uws0
