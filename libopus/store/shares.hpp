#pragma once
// With whom jobs are shared, as the store keeps it.

#include <string>
#include <string_view>
#include <vector>

#include <opus/error.hpp>
#include <opus/id.hpp>
#include <opus/sharing.hpp>

namespace opus { inline namespace uws0 { namespace store {

struct ShareRow {
  Share share{};
  JobId job{};
  std::string hash{};  ///< SHA-256 of the link's secret; empty = it is no link
};

/// Reads, as store::Reader.
class ShareReader {
 public:
  virtual ~ShareReader() = default;

  /// Oldest first. not_found also for a job that is `destroyed`.
  virtual Result<std::vector<ShareRow>> shares_of(const JobId& job) = 0;
  /// not_found; so, too, if its job is `destroyed`.
  virtual Result<ShareRow> share(std::string_view id) = 0;
};

/// Changes, inside store::Writer's transaction.
class ShareWriter {
 public:
  virtual ~ShareWriter() = default;

  /// not_found: the job, be it destroyed; limit_exceeded: it has `most` shares.
  virtual Result<void> insert_share(const ShareRow& row, std::size_t most) = 0;
  /// Returns it as it was. not_found.
  virtual Result<Share> delete_share(const JobId& job, std::string_view id) = 0;
};

}}}  // namespace opus::uws0::store
