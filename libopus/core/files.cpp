#include "libopus/core/files.hpp"

#include "libopus/core/descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace opus { inline namespace uws0 {

namespace fs = std::filesystem;

namespace {

Errc code_of(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR: return Errc::not_found;
    case EEXIST:
    case ENOTEMPTY: return Errc::conflict;
    case EINVAL:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG: return Errc::invalid_argument;
    case EFBIG: return Errc::too_large;
    case EBADF:
    case EFAULT: return Errc::internal;
    // Full, broken, out of descriptors, no permission: an operator can mend it, a retry is safe.
    default: return Errc::unavailable;
  }
}

}  // namespace

Error system_error(std::string_view what, const fs::path& path, int error_number) {
  return Error{code_of(error_number), std::string{what} + " '" + path.string() +
                                          "': " + std::generic_category().message(error_number)};
}

Result<std::string> read_file(const fs::path& file, std::uint64_t max_bytes) {
  OPUS_UWS_TRY(const Descriptor fd, open_regular_file(file));
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) return system_error("cannot examine", file, errno);
  // One byte more than expected shows the end, or that the file grew. /proc files say size 0.
  const auto expected = static_cast<std::uint64_t>(info.st_size);
  std::string content(std::min(expected, max_bytes) + 1, '\0');
  std::size_t filled = 0;
  for (;;) {
    OPUS_UWS_TRY(const std::size_t got,
                 read_some(fd.get(), content.data() + filled, content.size() - filled, file));
    filled += got;
    if (filled > max_bytes)
      return Error{Errc::too_large, "'" + file.string() + "' is larger than " +
                                        std::to_string(max_bytes) + " bytes"};
    if (got == 0) break;
    if (filled == content.size())
      content.resize(std::min(max_bytes, 2 * std::uint64_t{filled} + 4096) + 1);
  }
  content.resize(filled);
  return content;
}

std::string read_tail(const fs::path& file, std::uint64_t bytes) {
  const auto fd = open_regular_file(file);
  struct stat info {};
  if (!fd || fstat(fd->get(), &info) != 0) return {};
  const auto size = static_cast<std::uint64_t>(info.st_size);
  // The byte before the tail tells whether the tail begins with a whole line.
  const std::uint64_t skip = size > bytes ? size - bytes - 1 : 0;
  std::string tail(size - skip, '\0');
  std::size_t filled = 0;
  while (filled < tail.size()) {
    const ssize_t got = pread(fd->get(), tail.data() + filled, tail.size() - filled,
                              static_cast<off_t>(skip + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  tail.resize(filled);
  if (size <= bytes || tail.empty()) return tail;
  // Without any line end in it, a piece of the line is still better than nothing.
  const std::size_t line_end = tail.find('\n');
  const bool whole_line_follows = line_end != std::string::npos && line_end + 1 < tail.size();
  return tail.substr(whole_line_follows ? line_end + 1 : 1);
}

Result<void> write_file_atomically(const fs::path& file, std::string_view content, unsigned mode) {
  const fs::path beside = temporary_name_in(file.parent_path());
  OPUS_UWS_TRY(Descriptor fd, create_file(beside, mode));
  Result<void> done = write_all(fd.get(), content, file);
  if (const int fault = fd.close(); done && fault != 0)
    done = system_error("cannot write", file, fault);
  if (done && std::rename(beside.c_str(), file.c_str()) != 0)
    done = system_error("cannot write", file, errno);
  if (!done) ::unlink(beside.c_str());
  return done;
}

Result<void> sync_to_disk(const fs::path& path) {
  const Descriptor fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!fd) return system_error("cannot open", path, errno);
  // EINVAL: a file system that knows no fsync for this, for instance for folders.
  if (::fsync(fd.get()) != 0 && errno != EINVAL) return system_error("cannot sync", path, errno);
  return {};
}

Result<void> make_directories(const fs::path& folder, unsigned mode) {
  if (folder.empty() || ::mkdir(folder.c_str(), mode) == 0) return {};
  if (errno == ENOENT && folder.has_parent_path() && folder.parent_path() != folder) {
    OPUS_UWS_CHECK(make_directories(folder.parent_path(), mode));
    // A path that ends in a slash has been made with its parent.
    if (::mkdir(folder.c_str(), mode) == 0) return {};
  }
  const int fault = errno;
  struct stat info {};
  if (fault == EEXIST && ::stat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return {};
  return system_error("cannot make folder", folder, fault);
}

}}  // namespace opus::uws0
