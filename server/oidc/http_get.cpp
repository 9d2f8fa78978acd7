#include "server/oidc/http_get.hpp"

#include <curl/curl.h>

#include <charconv>
#include <memory>
#include <string_view>

#include <opus/version.hpp>

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace oidc {
namespace {

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};

std::optional<std::string> part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return std::nullopt;
  const std::unique_ptr<char, FreeText> owned{text};
  return std::string{owned.get()};
}

bool is_this_machine(const std::string& host) {
  return host == "127.0.0.1" || host == "[::1]" || host == "localhost";
}

std::optional<std::string> host_of(const std::string& url) {
  const std::unique_ptr<CURLU, FreeUrl> parsed{curl_url()};
  if (!parsed || url.find('\0') != std::string::npos ||
      curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    return std::nullopt;
  for (const CURLUPart part :
       {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT})
    if (part_of(parsed.get(), part)) return std::nullopt;
  auto host = part_of(parsed.get(), CURLUPART_HOST);
  const auto scheme = part_of(parsed.get(), CURLUPART_SCHEME);
  if (!host || (scheme != "https" && !(scheme == "http" && is_this_machine(*host))))
    return std::nullopt;
  return host;
}

struct Received {
  const GetLimits& limits;
  std::string body{};
};

std::size_t take(char* data, std::size_t size, std::size_t count, void* to) {
  auto& received = *static_cast<Received*>(to);
  if (size * count > received.limits.max_bytes - received.body.size()) return 0;
  received.body.append(data, size * count);
  return size * count;
}

int look(void* of, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const GetLimits*>(of)->stop.stop_requested() ? 1 : 0;
}

std::optional<std::chrono::seconds> max_age_of(std::string_view cache_control) {
  constexpr std::string_view k_name = "max-age=";
  for (;;) {
    const auto end = std::min(cache_control.find(','), cache_control.size());
    const std::string_view one = rest::trim(cache_control.substr(0, end));
    std::int64_t seconds = 0;
    if (one.substr(0, k_name.size()) == k_name &&
        std::from_chars(one.data() + k_name.size(), one.data() + one.size(), seconds).ec ==
            std::errc{})
      return std::chrono::seconds{seconds};
    if (end == cache_control.size()) return std::nullopt;
    cache_control.remove_prefix(end + 1);
  }
}

}  // namespace

bool is_safe_url(const std::string& url) { return host_of(url).has_value(); }

Result<Got> http_get(const std::string& url, const GetLimits& limits) {
  const auto failed = [&](const std::string& why) {
    return Error{Errc::unavailable, "cannot get " + rest::in_quotes(url) + ": " + why};
  };
  const auto host = host_of(url);
  if (!host) return failed("expected https://..., or http to this machine");
  const std::unique_ptr<CURL, FreeEasy> easy{curl_easy_init()};
  if (!easy) return failed("libcurl has no memory");
  Received received{limits};
  bool all_set = true;
  const auto set = [&](CURLoption option, auto value) {
    all_set = curl_easy_setopt(easy.get(), option, value) == CURLE_OK && all_set;
  };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FAILONERROR, 1L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_USERAGENT, "opus-uws-server/" OPUS_UWS_VERSION);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(limits.timeout.count()));
  set(CURLOPT_WRITEFUNCTION, &take);
  set(CURLOPT_WRITEDATA, &received);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &look);
  set(CURLOPT_XFERINFODATA, &limits);
  if (is_this_machine(*host)) set(CURLOPT_NOPROXY, "*");
  if (!limits.ca_file.empty()) set(CURLOPT_CAINFO, limits.ca_file.c_str());
  if (!all_set) return failed("this libcurl lacks an option");
  const CURLcode code = curl_easy_perform(easy.get());
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_WRITE_ERROR)
    return failed("it is larger than " + std::to_string(limits.max_bytes) + " bytes");
  if (code == CURLE_OK ? status != 200 : code == CURLE_HTTP_RETURNED_ERROR)
    return failed("the answer has status " + std::to_string(status));
  if (code != CURLE_OK) return failed(curl_easy_strerror(code));
  Got got{std::move(received.body), std::nullopt};
  curl_header* header = nullptr;
  if (curl_easy_header(easy.get(), "Cache-Control", 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
    got.max_age = max_age_of(header->value);
  return got;
}

}}}  // namespace opus::uws0::oidc
