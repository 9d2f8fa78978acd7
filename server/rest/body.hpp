#pragma once
// Request bodies, taken in piece by piece: forms into fields and files, plain values into a text.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include <opus/error.hpp>

#include "server/rest/request.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// What a resource wants in the body of a request.
enum class BodyKind {
  none,      ///< nothing; what comes is read and dropped
  form,      ///< application/x-www-form-urlencoded or multipart/form-data
  value,     ///< a text/plain value, or any other type as a file
  document,  ///< a short text, XML or JSON; or a form with it as a file
  file,      ///< a file of any type; or a form with files
};

struct BodyLimits {
  std::uint64_t body_bytes = 16ull << 30;    ///< whole body
  std::size_t field_bytes = 1 << 20;         ///< one form value
  std::size_t fields_bytes = 8 << 20;        ///< all form values together; whole urlencoded body
  std::size_t parts = 1000;                  ///< fields and files of one form
  std::size_t part_header_bytes = 16 << 10;  ///< header of one multipart part
  std::size_t document_bytes = 4 << 20;      ///< a BodyKind::document
};

/// Threads: one at a time. Memory: the fields; files go to `folder` as they come.
class BodyReader {
 public:
  virtual ~BodyReader();
  /// invalid_argument: malformed; too_large: a limit; unavailable: the disk.
  virtual Result<void> feed(std::string_view data) = 0;
  /// The body is complete: moves what was read into the request. invalid_argument: it is not whole.
  virtual Result<void> finish(Request& request) = 0;
};

/// A reader for the body that `request` announces. unsupported: its Content-Type is not for this
/// resource (415); too_large: its Content-Length is over the limit.
Result<std::unique_ptr<BodyReader>> make_body_reader(const Request& request, BodyKind kind,
                                                     std::optional<std::uint64_t> content_length,
                                                     const BodyLimits& limits,
                                                     const std::filesystem::path& folder);

}}}  // namespace opus::uws0::rest
