#include "server/rest/crate_archive.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::size_t k_piece = 256 << 10, k_read = 64 << 10;

}  // namespace

CrateArchive::CrateArchive(const Service& service, RunCrate crate)
    : service_(service), files_(std::move(crate.files)), block_(k_read) {
  files_.insert(files_.begin(), {"ro-crate-metadata.json", {}, std::move(crate.metadata)});
  std::reverse(files_.begin(), files_.end());
}

Result<bool> CrateArchive::make(std::string& piece) {
  bool more = true;
  for (const std::size_t begin = piece.size(); more && piece.size() - begin < k_piece;) {
    OPUS_UWS_TRY(more, step());
    zip_.take(piece);
  }
  return more;
}

/// The next block of the open file, the next file, or the end: then false.
Result<bool> CrateArchive::step() {
  if (open_) {
    OPUS_UWS_CHECK(copy());
  } else if (!files_.empty()) {
    OPUS_UWS_CHECK(begin_file());
  } else {
    OPUS_UWS_CHECK(zip_.finish());
    return false;
  }
  return true;
}

Result<void> CrateArchive::begin_file() {
  const CrateFile file = std::move(files_.back());
  files_.pop_back();
  if (file.entity.empty()) {
    OPUS_UWS_CHECK(zip_.begin(file.path, file.content.size(), system_clock()->now()));
    return zip_.write(file.content);
  }
  OPUS_UWS_TRY(const Entity entity, service_.entity(file.entity));
  OPUS_UWS_TRY(const auto path, service_.content_path(entity));
  OPUS_UWS_TRY(open_, OpenFile::open(path));
  offset_ = 0;
  return zip_.begin(file.path, open_->size(), open_->modified());
}

Result<void> CrateArchive::copy() {
  const std::uint64_t left = open_->size() - offset_;
  if (left == 0) {
    open_.reset();
    return {};
  }
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, block_.size()));
  const ssize_t n = ::pread(open_->fd(), block_.data(), wanted, static_cast<off_t>(offset_));
  if (n < 0 && errno == EINTR) return {};
  if (n <= 0) return Error{Errc::unavailable, "a file became shorter while it was read"};
  offset_ += static_cast<std::uint64_t>(n);
  return zip_.write({block_.data(), static_cast<std::size_t>(n)});
}

}}}  // namespace opus::uws0::rest
