#pragma once
// multipart/form-data (RFC 7578, RFC 2046 §5.1) read piece by piece, however the pieces are cut.

#include <cstddef>
#include <string>
#include <string_view>

#include <opus/error.hpp>

namespace opus { inline namespace uws0 { namespace rest {

/// What the header of one part says.
struct PartHeader {
  std::string name{};
  std::string file_name{};
  bool is_file = false;      ///< it has a file name, be it empty (UWS-PAR-16)
  std::string media_type{};  ///< Content-Type as sent; empty = none
};

/// Told of the parts in order; an Error stops the parser and is its result.
class PartSink {
 public:
  virtual ~PartSink();
  virtual Result<void> on_part(PartHeader header) = 0;
  virtual Result<void> on_data(std::string_view data) = 0;
  virtual Result<void> on_part_end() = 0;
};

/// The boundary of a Content-Type "multipart/form-data; boundary=...", which may be quoted and hold
/// any characters (UWS-PAR-16). invalid_argument: it is missing, empty or longer than 70.
Result<std::string> multipart_boundary(std::string_view content_type);

/// Memory: the header of one part and, in data, less than one boundary; never the data.
class MultipartParser {
 public:
  struct Limits {
    std::size_t header_bytes = 16 * 1024;  ///< header of one part
    std::size_t parts = 1000;
  };

  MultipartParser(std::string_view boundary, Limits limits, PartSink& sink);

  /// invalid_argument: not multipart/form-data; too_large: a limit; else the sink's error.
  Result<void> feed(std::string_view data);
  /// invalid_argument: the closing boundary has not come.
  Result<void> finish();

 private:
  enum class State { preamble, boundary_end, header, data_begin, data, epilogue };

  Result<std::size_t> step(std::string_view data);
  Result<std::size_t> skip_preamble(std::string_view data);
  Result<std::size_t> end_boundary(std::string_view data);
  Result<std::size_t> read_header(std::string_view data);
  Result<std::size_t> begin_data(std::string_view data);
  Result<std::size_t> read_data(std::string_view data);
  Result<std::size_t> end_part(std::size_t used);

  std::string delimiter_;  // CRLF "--" boundary
  Limits limits_;
  PartSink& sink_;
  State state_ = State::preamble;
  std::string rest_;  // bytes that cannot be judged yet
  std::size_t parts_ = 0;
};

}}}  // namespace opus::uws0::rest
