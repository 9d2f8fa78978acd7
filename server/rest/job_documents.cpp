#include "server/rest/job_documents.hpp"

#include <functional>

#include <opus/uws.hpp>

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::size_t k_entry_overhead = 512;  // list and map nodes, strings, control block

}  // namespace

JobDocuments::JobDocuments(std::size_t max_bytes) : shard_bytes_(max_bytes / shards_.size()) {}

JobDocuments::Shard& JobDocuments::shard_of(std::string_view id) noexcept {
  return shards_[std::hash<std::string_view>{}(id) % shards_.size()];
}

std::shared_ptr<const std::string> JobDocuments::xml(const Job& job, const std::string& base_url) {
  Shard& shard = shard_of(job.id.value);
  {
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.by_id.find(job.id.value);
    if (found != shard.by_id.end() && found->second->version == job.version &&
        found->second->base_url == base_url) {
      shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
      return found->second->text;
    }
  }
  auto text = std::make_shared<const std::string>(to_uws_xml(job, {base_url}));
  const std::size_t cost = text->size() + k_entry_overhead;
  if (cost > shard_bytes_ / 4) return text;

  const std::lock_guard lock(shard.mutex);
  const auto drop = [&shard](std::list<Entry>::iterator entry) {
    shard.bytes -= entry->text->size() + k_entry_overhead;
    shard.by_id.erase(entry->id);
    shard.entries.erase(entry);
  };
  if (const auto old = shard.by_id.find(job.id.value); old != shard.by_id.end()) drop(old->second);
  while (shard.bytes + cost > shard_bytes_) drop(std::prev(shard.entries.end()));
  shard.entries.push_front({job.id.value, base_url, job.version, text});
  shard.by_id.emplace(shard.entries.front().id, shard.entries.begin());
  shard.bytes += cost;
  return text;
}

}}}  // namespace opus::uws0::rest
