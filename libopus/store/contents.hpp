#pragma once
// What lies on disk and belongs to no job: uploads, and what is still to be deleted.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/entity.hpp>
#include <opus/error.hpp>
#include <opus/id.hpp>
#include <opus/time.hpp>

namespace opus { inline namespace uws0 { namespace store {

/// Reads, as store::Reader.
class ContentReader {
 public:
  virtual ~ContentReader() = default;

  /// Entities that no job generated with this content, oldest first; some may have lost it.
  virtual Result<std::vector<Entity>> uploads_with(std::string_view sha256) = 0;
  /// Uploads with expires <= `until`, earliest first, at most `limit`.
  virtual Result<std::vector<EntityId>> expired_uploads(TimePoint until, std::size_t limit) = 0;
  virtual Result<std::optional<TimePoint>> next_expiry() = 0;
  /// Paths below the data folder whose owners are gone: see ContentWriter::add_garbage.
  virtual Result<std::vector<std::string>> garbage() = 0;
};

/// Changes, inside store::Writer's transaction.
class ContentWriter {
 public:
  virtual ~ContentWriter() = default;

  /// The change that gives a file up names it here; it is deleted after the commit, or after the
  /// next start. Idempotent.
  virtual Result<void> add_garbage(std::string_view path) = 0;
  /// It has been deleted.
  virtual Result<void> forget_garbage(std::string_view path) = 0;
};

}}}  // namespace opus::uws0::store
