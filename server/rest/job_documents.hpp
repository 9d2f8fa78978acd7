#pragma once
// Rendered job documents, kept for jobs that are asked for often.

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include <opus/job.hpp>

namespace opus { inline namespace uws0 { namespace rest {

/// The <uws:job> document of a job, rendered once per version of the job and base URL. Bounded: the
/// least recently asked are dropped. Threads: any.
class JobDocuments {
 public:
  explicit JobDocuments(std::size_t max_bytes);
  std::shared_ptr<const std::string> xml(const Job& job, const std::string& base_url);

 private:
  struct Entry {
    std::string id;
    std::string base_url;
    std::uint64_t version = 0;
    std::shared_ptr<const std::string> text;
  };
  /// Jobs are spread over shards by id, so that threads seldom meet.
  struct Shard {
    std::mutex mutex;
    std::list<Entry> entries;  // most recently used first
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_id;
    std::size_t bytes = 0;
  };
  Shard& shard_of(std::string_view id) noexcept;

  std::array<Shard, 8> shards_;
  std::size_t shard_bytes_;
};

}}}  // namespace opus::uws0::rest
