#include "server/rest/crate_archive.hpp"

#include <algorithm>

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::size_t k_piece = 256 << 10;

}  // namespace

CrateArchive::CrateArchive(const Service& service, RunCrate crate)
    : service_(service), files_(std::move(crate.files)) {
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
  if (open_.is_open()) {
    OPUS_UWS_CHECK(open_.copy(zip_));
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
  OPUS_UWS_TRY(auto opened, OpenFile::open(path));
  return open_.begin(zip_, file.path, std::move(opened));
}

}}}  // namespace opus::uws0::rest
