#include "server/rest/file_response.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "server/rest/http_date.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

std::optional<std::uint64_t> digits(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, value);
  if (text.empty() || stop != end) return std::nullopt;
  // A number beyond 64 bits is a number all the same.
  if (fault == std::errc::result_out_of_range) return UINT64_MAX;
  return value;
}

std::string_view without_weak(std::string_view etag) noexcept {
  return etag.substr(0, 2) == "W/" ? etag.substr(2) : etag;
}

/// Does a list of entity tags, or "*", name this one? Weak comparison unless `strong`.
bool names_etag(std::string_view list, std::string_view etag, bool strong) noexcept {
  if (trim(list) == "*") return true;
  if (etag.empty()) return false;
  while (!list.empty()) {
    const auto end = list.find(',');
    const std::string_view tag = trim(list.substr(0, end));
    list.remove_prefix(end == list.npos ? list.size() : end + 1);
    if ((strong ? tag : without_weak(tag)) == etag) return true;
  }
  return false;
}

TimePoint whole_seconds(TimePoint at) {
  return TimePoint{std::chrono::floor<std::chrono::seconds>(at)};
}

/// 304 or 412 if a condition of the request asks for it (RFC 9110 §13.2.2), else 0.
int failed_condition(const Request& request, std::string_view etag, TimePoint modified) {
  const auto& headers = request.headers;
  if (const auto match = headers.get("If-Match")) {
    if (!names_etag(*match, etag, true)) return 412;
  } else if (const auto since = headers.get("If-Unmodified-Since")) {
    const auto limit = parse_http_date(*since);
    if (limit && whole_seconds(modified) > *limit) return 412;
  }
  if (const auto none_match = headers.get("If-None-Match")) {
    if (names_etag(*none_match, etag, false)) return 304;
  } else if (const auto since = headers.get("If-Modified-Since")) {
    const auto limit = parse_http_date(*since);
    if (limit && whole_seconds(modified) <= *limit) return 304;
  }
  return 0;
}

/// May the Range of this request be used (RFC 9110 §13.1.5)?
bool range_applies(const Request& request, std::string_view etag, TimePoint modified) {
  const auto condition = request.headers.get("If-Range");
  if (!condition) return true;
  const std::string_view text = trim(*condition);
  if (!text.empty() && (text.front() == '"' || text.front() == 'W'))
    return !etag.empty() && text == etag;
  const auto date = parse_http_date(text);
  return date && whole_seconds(modified) == *date;
}

/// Types that a browser shows without running anything in them.
bool is_harmless(std::string_view content_type) noexcept {
  constexpr std::array<std::string_view, 9> k_types{
      "text/plain", "text/csv",   "application/json", "image/png", "image/jpeg",
      "image/gif",  "image/webp", "application/pdf",  "text/xml"};
  const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  return std::any_of(k_types.begin(), k_types.end(),
                     [&](std::string_view harmless) { return iequals(type, harmless); });
}

}  // namespace

RangeAnswer parse_range(std::string_view header, std::uint64_t size) noexcept {
  constexpr std::string_view k_unit = "bytes=";
  header = trim(header);
  if (!iequals(header.substr(0, k_unit.size()), k_unit)) return {};
  const std::string_view range = trim(header.substr(k_unit.size()));
  const auto dash = range.find('-');
  if (dash == range.npos || range.find(',') != range.npos) return {};
  const std::string_view first_text = trim(range.substr(0, dash));
  const std::string_view last_text = trim(range.substr(dash + 1));

  if (first_text.empty()) {
    const auto suffix = digits(last_text);
    if (!suffix) return {};
    if (*suffix == 0 || size == 0) return {RangeVerdict::unsatisfiable, {}};
    const std::uint64_t length = std::min(*suffix, size);
    return {RangeVerdict::satisfiable, {size - length, length}};
  }
  const auto first = digits(first_text);
  const auto last = last_text.empty() ? UINT64_MAX : digits(last_text);
  if (!first || !last || *last < *first) return {};
  if (*first >= size) return {RangeVerdict::unsatisfiable, {}};
  return {RangeVerdict::satisfiable, {*first, std::min(*last, size - 1) - *first + 1}};
}

std::string content_disposition(std::string_view content_type, std::string_view file_name) {
  std::string value = is_harmless(content_type) ? "inline" : "attachment";
  if (file_name.empty()) return value;
  std::string plain(file_name);
  for (char& c : plain)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E || c == '"' ||
        c == '\\')
      c = '_';
  value += "; filename=\"" + plain + '"';
  if (plain != file_name) value += "; filename*=UTF-8''" + percent_encode(file_name);
  return value;
}

Response file_response(const Request& request, std::shared_ptr<const OpenFile> file,
                       const FileInfo& info) {
  Response response;
  Headers& headers = response.headers;
  const std::uint64_t size = file->size();
  if (!info.etag.empty()) headers.add("ETag", info.etag);
  headers.add("Last-Modified", to_http_date(file->modified()));
  headers.add("Cache-Control", "no-cache");
  if (const int status = failed_condition(request, info.etag, file->modified())) {
    response.status = status;
    return response;
  }
  headers.add("Accept-Ranges", "bytes");

  RangeAnswer answer;
  const auto range = request.headers.get("Range");
  if (range && range_applies(request, info.etag, file->modified()))
    answer = parse_range(*range, size);
  if (answer.verdict == RangeVerdict::unsatisfiable) {
    response.status = 416;
    headers.add("Content-Range", "bytes */" + std::to_string(size));
    headers.add("Content-Type", k_text);
    response.body = "Range: expected a range within " + std::to_string(size) + " bytes, got " +
                    in_quotes(*range) + "\n";
    return response;
  }

  headers.add("Content-Type", info.content_type);
  // What a job wrote must not act in the name of this site when a browser shows it.
  headers.add("Content-Security-Policy", "sandbox");
  if (!info.file_name.empty())
    headers.add("Content-Disposition", content_disposition(info.content_type, info.file_name));
  if (answer.verdict == RangeVerdict::satisfiable) {
    const auto [offset, length] = answer.range;
    response.status = 206;
    headers.add("Content-Range", "bytes " + std::to_string(offset) + '-' +
                                     std::to_string(offset + length - 1) + '/' +
                                     std::to_string(size));
    response.body = FileSlice{std::move(file), offset, length};
  } else {
    response.body = FileSlice{std::move(file), 0, size};
  }
  return response;
}

}}}  // namespace opus::uws0::rest
