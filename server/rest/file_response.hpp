#pragma once
// Files over HTTP: validators, conditions and byte ranges (RFC 9110 §13, §14).

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "server/rest/request.hpp"
#include "server/rest/response.hpp"

namespace opus { inline namespace uws0 { namespace rest {

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool operator==(const ByteRange&) const = default;
};

enum class RangeVerdict {
  ignore,         ///< no range, not bytes, malformed, or several: send everything
  satisfiable,    ///
  unsatisfiable,  ///< 416
};

struct RangeAnswer {
  RangeVerdict verdict = RangeVerdict::ignore;
  ByteRange range{};
};

/// "bytes=0-99", "bytes=100-", "bytes=-100" against a content of `size` bytes. More than one range
/// is answered with the whole content, as RFC 9110 §14.2 allows.
RangeAnswer parse_range(std::string_view header, std::uint64_t size) noexcept;

/// What is known of a file that is sent.
struct FileInfo {
  std::string content_type{};
  std::string etag{};       ///< with its quotes; empty = none
  std::string file_name{};  ///< for saving; empty = none
};

/// 200, 206, 304, 412 or 416, with Content-Type, Last-Modified, ETag and what else belongs to it.
Response file_response(const Request& request, std::shared_ptr<const OpenFile> file,
                       const FileInfo& info);

/// `inline` or `attachment` with the name in both forms of RFC 6266.
std::string content_disposition(std::string_view content_type, std::string_view file_name);

}}}  // namespace opus::uws0::rest
