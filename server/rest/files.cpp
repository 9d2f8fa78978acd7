#include "server/rest/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace opus { inline namespace uws0 { namespace rest {
namespace {

Error system_error(Errc code, std::string_view what, const std::filesystem::path& path) {
  return {code,
          std::string(what) + " " + path.string() + ": " + std::generic_category().message(errno)};
}

}  // namespace

Result<TemporaryFile> TemporaryFile::create(const std::filesystem::path& folder) {
  TemporaryFile file;
  std::string name = (folder / "part-XXXXXX").string();
  file.fd_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (file.fd_ < 0) return system_error(Errc::unavailable, "cannot create a file in", folder);
  file.path_ = std::move(name);
  return file;
}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      fd_(std::exchange(other.fd_, -1)),
      size_(std::exchange(other.size_, 0)) {}

TemporaryFile& TemporaryFile::operator=(TemporaryFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(size_, other.size_);
  return *this;
}

TemporaryFile::~TemporaryFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<void> TemporaryFile::write(std::string_view data) {
  while (!data.empty()) {
    const ssize_t n = ::write(fd_, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error(Errc::unavailable, "cannot write", path_);
    data.remove_prefix(static_cast<std::size_t>(n));
    size_ += static_cast<std::uint64_t>(n);
  }
  return {};
}

Result<void> TemporaryFile::close() {
  // On Linux the descriptor is gone even if close fails (late errors of network file systems).
  if (::close(std::exchange(fd_, -1)) != 0)
    return system_error(Errc::unavailable, "cannot write", path_);
  return {};
}

Result<std::shared_ptr<const OpenFile>> OpenFile::open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) {
    const bool absent = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
    return system_error(absent ? Errc::not_found : Errc::unavailable, "cannot open", path);
  }
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(fd);
    return Error{Errc::not_found, path.string() + " is not a regular file"};
  }
  using namespace std::chrono;
  const auto modified = seconds(status.st_mtim.tv_sec) + nanoseconds(status.st_mtim.tv_nsec);
  return std::make_shared<const OpenFile>(fd, static_cast<std::uint64_t>(status.st_size),
                                          TimePoint{floor<milliseconds>(modified)});
}

OpenFile::~OpenFile() { ::close(fd_); }

Result<std::string> read(const FileSlice& slice) {
  std::string text(slice.length, '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = ::pread(slice.file->fd(), text.data() + done, text.size() - done,
                              static_cast<off_t>(slice.offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Error{Errc::unavailable, "the file became shorter while it was read"};
    done += static_cast<std::size_t>(n);
  }
  return text;
}

}}}  // namespace opus::uws0::rest
