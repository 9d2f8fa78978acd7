#include "libopus/core/descriptor.hpp"

#include "libopus/core/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>

namespace opus { inline namespace uws0 {

namespace fs = std::filesystem;

Result<Descriptor> open_regular_file(const fs::path& file, int extra_flags) {
  // O_NONBLOCK: opening a FIFO without a writer must not hang; regular files ignore it.
  Descriptor fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | extra_flags)};
  if (!fd) return system_error("cannot open", file, errno);
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) return system_error("cannot examine", file, errno);
  if (!S_ISREG(info.st_mode))
    return Error{Errc::invalid_argument,
                 "cannot read '" + file.string() + "': " +
                     (S_ISDIR(info.st_mode) ? "it is a folder" : "it is not a regular file")};
  return fd;
}

Result<Descriptor> create_file(const fs::path& file, unsigned mode) {
  Descriptor fd{::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
  if (!fd) return system_error("cannot create", file, errno);
  return fd;
}

Result<std::size_t> read_some(int fd, char* buffer, std::size_t size, const fs::path& path) {
  for (;;) {
    const ssize_t got = ::read(fd, buffer, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return system_error("cannot read", path, errno);
  }
}

Result<void> write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error("cannot write", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

fs::path temporary_name_in(const fs::path& folder) {
  static std::atomic<unsigned> counter{0};
  return folder / (".opus-uws-" + std::to_string(getpid()) + "-" +
                   std::to_string(counter.fetch_add(1)) + ".tmp");
}

}}  // namespace opus::uws0
