#pragma once
// Inputs by URL: http and https only, with limits, and not into private networks unless allowed.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include <opus/entity.hpp>
#include <opus/error.hpp>

namespace opus { inline namespace uws0 { namespace entity {

struct FetchLimits {
  std::uint64_t max_bytes = 4ull << 30;
  std::chrono::seconds timeout{300};  ///< for the whole transfer, redirects included
  bool private_addresses = false;  ///< may it lead to loopback, private, link-local ... networks?
  std::stop_token stop{};          ///< ends the transfer with unavailable
};

struct Fetched {
  std::string name{};  ///< sanitised: from Content-Disposition, else the URL's path
  std::string media_type{};
  std::uint64_t size = 0;
  std::string sha256{};
};

/// Writes the content to `target` (a new file; none is left on error). Blocks. Errors:
/// invalid_argument (URL, address not allowed, 4xx), not_found (404, 410), too_large, timed_out,
/// unavailable (connection refused, 5xx, 429, stop).
Result<Fetched> fetch_url(const std::string& url, const std::filesystem::path& target,
                          const FetchLimits& limits);

/// The same into the data folder `root`, as an entity with a new id (see ingest.hpp); the record is
/// the caller's to write.
Result<Entity> fetch_entity(const std::string& url, const std::filesystem::path& root,
                            std::optional<std::string> owner, TimePoint now,
                            const FetchLimits& limits);

}}}  // namespace opus::uws0::entity
