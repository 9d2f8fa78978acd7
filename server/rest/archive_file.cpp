#include "server/rest/archive_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace opus { inline namespace uws0 { namespace rest {

ArchiveFile::ArchiveFile() : block_(64 << 10) {}

Result<void> ArchiveFile::begin(archive::ArchiveWriter& out, std::string_view name,
                                std::shared_ptr<const OpenFile> file) {
  file_ = std::move(file);
  offset_ = 0;
  return out.begin(name, file_->size(), file_->modified());
}

Result<void> ArchiveFile::copy(archive::ArchiveWriter& out) {
  const std::uint64_t left = file_->size() - offset_;
  if (left == 0) {
    file_.reset();
    return {};
  }
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, block_.size()));
  const ssize_t n = ::pread(file_->fd(), block_.data(), wanted, static_cast<off_t>(offset_));
  if (n < 0 && errno == EINTR) return {};
  if (n <= 0) return Error{Errc::unavailable, "a file became shorter while it was read"};
  offset_ += static_cast<std::uint64_t>(n);
  return out.write({block_.data(), static_cast<std::size_t>(n)});
}

}}}  // namespace opus::uws0::rest
