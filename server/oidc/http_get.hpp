#pragma once
// Documents of an issuer. The only place of the server that knows libcurl.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include <opus/error.hpp>

namespace opus { inline namespace uws0 { namespace oidc {

struct GetLimits {
  std::size_t max_bytes = 1u << 20;
  std::chrono::milliseconds timeout{10'000};
  std::filesystem::path ca_file{};  ///< authorities to trust; empty = those of the system
  std::stop_token stop{};
};

struct Got {
  std::string body{};
  std::optional<std::chrono::seconds> max_age{};  ///< of Cache-Control
};

/// Is it https, or http to this very machine, where nobody listens in? No user, query or fragment.
bool is_safe_url(const std::string& url);

/// Only of URLs that are safe; without redirects, as they would lead elsewhere. Blocks.
/// unavailable: why there is no document.
Result<Got> http_get(const std::string& url, const GetLimits& limits);

}}}  // namespace opus::uws0::oidc
