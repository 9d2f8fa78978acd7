#include "server/rest/multipart.hpp"

#include <algorithm>
#include <optional>

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::size_t k_longest_boundary = 70;  // RFC 2046 §5.1.1
constexpr std::size_t k_longest_padding = 256;  // blanks between a boundary and its line end

Error malformed(std::string what) {
  return {Errc::invalid_argument, "multipart/form-data: " + std::move(what)};
}

/// `name=value` pairs after the first ';' of a header value; values may be quoted.
class HeaderParameters {
 public:
  explicit HeaderParameters(std::string_view value) : rest_(value) {
    const auto semicolon = rest_.find(';');
    rest_.remove_prefix(semicolon == rest_.npos ? rest_.size() : semicolon);
  }

  bool next() {
    if (rest_.empty() || rest_.front() != ';') return false;
    rest_.remove_prefix(1);
    const auto end = std::min(rest_.find_first_of("=;"), rest_.size());
    name_ = trim(rest_.substr(0, end));
    value_.clear();
    rest_.remove_prefix(end);
    if (rest_.empty() || rest_.front() == ';') return true;
    rest_.remove_prefix(1);
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t'))
      rest_.remove_prefix(1);
    return rest_.empty() || rest_.front() != '"' ? read_token() : read_quoted();
  }
  bool failed() const noexcept { return failed_; }
  std::string_view name() const noexcept { return name_; }
  const std::string& value() const noexcept { return value_; }

 private:
  bool read_token() {
    const auto end = std::min(rest_.find(';'), rest_.size());
    value_ = trim(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return true;
  }
  bool read_quoted() {
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != '"') {
      // Browsers escape only the quote, and send a Windows path's backslashes as they are.
      if (rest_.size() > 1 && rest_[0] == '\\' && (rest_[1] == '"' || rest_[1] == '\\'))
        rest_.remove_prefix(1);
      value_ += rest_.front();
      rest_.remove_prefix(1);
    }
    failed_ = rest_.empty();
    if (failed_) return false;
    rest_.remove_prefix(1);
    rest_.remove_prefix(std::min(rest_.find(';'), rest_.size()));
    return true;
  }

  std::string_view rest_;
  std::string_view name_;
  std::string value_;
  bool failed_ = false;
};

/// filename*=UTF-8''na%C3%AFve.fits (RFC 5987).
std::optional<std::string> decode_extended(std::string_view value) {
  const auto charset_end = value.find('\'');
  if (charset_end == value.npos) return std::nullopt;
  const auto language_end = value.find('\'', charset_end + 1);
  if (language_end == value.npos || !iequals(value.substr(0, charset_end), "UTF-8"))
    return std::nullopt;
  std::string decoded;
  if (!percent_decode(value.substr(language_end + 1), false, decoded)) return std::nullopt;
  return decoded;
}

Result<void> read_disposition(std::string_view value, PartHeader& part, bool& named) {
  if (!iequals(trim(value.substr(0, value.find(';'))), "form-data"))
    return malformed("Content-Disposition: expected form-data, got " + in_quotes(value));
  std::optional<std::string> extended;
  HeaderParameters parameters(value);
  while (parameters.next()) {
    if (iequals(parameters.name(), "name")) {
      part.name = parameters.value();
      named = true;
    } else if (iequals(parameters.name(), "filename")) {
      part.file_name = parameters.value();
      part.is_file = true;
    } else if (iequals(parameters.name(), "filename*")) {
      extended = decode_extended(parameters.value());
      part.is_file = true;
    }
  }
  if (parameters.failed())
    return malformed("Content-Disposition: a quote is not closed: " + in_quotes(value));
  if (extended) part.file_name = *std::move(extended);
  return {};
}

Result<PartHeader> parse_part_header(std::string_view block) {
  PartHeader part;
  bool named = false;
  while (!block.empty()) {
    const auto end = std::min(block.find("\r\n"), block.size());
    const std::string_view line = block.substr(0, end);
    block.remove_prefix(std::min(end + 2, block.size()));
    const auto colon = line.find(':');
    if (colon == line.npos || colon == 0)
      return malformed("a part's header: expected 'Name: value', got " + in_quotes(line));
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    if (iequals(name, "Content-Disposition")) {
      OPUS_UWS_CHECK(read_disposition(value, part, named));
    } else if (iequals(name, "Content-Type")) {
      part.media_type = value;
    } else if (iequals(name, "Content-Transfer-Encoding")) {
      // Deprecated (RFC 7578 §4.7); only those that change nothing can be taken.
      if (!iequals(value, "binary") && !iequals(value, "8bit") && !iequals(value, "7bit"))
        return malformed("Content-Transfer-Encoding: expected binary, got " + in_quotes(value));
    }
  }
  if (!named || part.name.empty())
    return malformed("a part has no name: expected 'Content-Disposition: form-data; name=\"...\"'");
  if (has_control_character(part.name) || has_control_character(part.file_name))
    return malformed("a part's name contains a control character");
  return part;
}

}  // namespace

PartSink::~PartSink() = default;

Result<std::string> multipart_boundary(std::string_view content_type) {
  HeaderParameters parameters(content_type);
  while (parameters.next()) {
    if (!iequals(parameters.name(), "boundary")) continue;
    const std::string& boundary = parameters.value();
    if (boundary.empty() || boundary.size() > k_longest_boundary || boundary.back() == ' ')
      return malformed("boundary: expected 1 to 70 characters, got " + in_quotes(boundary));
    return boundary;
  }
  return malformed("Content-Type has no boundary: " + in_quotes(content_type));
}

MultipartParser::MultipartParser(std::string_view boundary, Limits limits, PartSink& sink)
    : delimiter_("\r\n--" + std::string(boundary)), limits_(limits), sink_(sink) {
  rest_ = "\r\n";  // so that the first boundary may be the very beginning
}

Result<void> MultipartParser::feed(std::string_view data) {
  // What could not be judged is short (below one header); judge it together with the new bytes.
  std::string joined;
  if (!rest_.empty()) {
    joined = std::move(rest_);
    joined += data;
    data = joined;
    rest_.clear();
  }
  while (!data.empty()) {
    OPUS_UWS_TRY(const std::size_t used, step(data));
    if (used == 0) break;
    data.remove_prefix(used);
  }
  rest_.assign(data);
  return {};
}

Result<void> MultipartParser::finish() {
  if (state_ == State::epilogue) return {};
  return malformed(state_ == State::preamble ? "the body has no part: its boundary does not occur"
                                             : "the body ends before the closing boundary");
}

/// How many bytes are done with; 0 = more are needed.
Result<std::size_t> MultipartParser::step(std::string_view data) {
  switch (state_) {
    case State::preamble: return skip_preamble(data);
    case State::boundary_end: return end_boundary(data);
    case State::header: return read_header(data);
    case State::data_begin: return begin_data(data);
    case State::data: return read_data(data);
    case State::epilogue: return data.size();
  }
  return data.size();
}

namespace {

/// Where the delimiter begins, or where the end of `data` could be the beginning of one.
struct Found {
  std::size_t at;
  bool whole;
};

Found find_delimiter(std::string_view data, std::string_view delimiter) {
  for (std::size_t at = data.find('\r'); at != data.npos; at = data.find('\r', at + 1)) {
    const std::string_view here = data.substr(at, delimiter.size());
    if (here == delimiter) return {at, true};
    if (here.size() < delimiter.size() && here == delimiter.substr(0, here.size()))
      return {at, false};
  }
  return {data.size(), false};
}

}  // namespace

Result<std::size_t> MultipartParser::skip_preamble(std::string_view data) {
  const Found found = find_delimiter(data, delimiter_);
  if (!found.whole) return found.at;
  state_ = State::boundary_end;
  return found.at + delimiter_.size();
}

Result<std::size_t> MultipartParser::end_boundary(std::string_view data) {
  if (data.size() < 2) return 0;
  if (data[0] == '-' && data[1] == '-') {
    state_ = State::epilogue;
    return 2;
  }
  const auto padding = std::min(data.find_first_not_of(" \t"), data.size());
  if (padding > k_longest_padding) return malformed("blanks without end after a boundary");
  if (data.size() < padding + 2) return 0;
  if (data.substr(padding, 2) != "\r\n")
    return malformed("a boundary is followed by " + in_quotes(data.substr(padding, 8)) +
                     " instead of a line end");
  state_ = State::header;
  return padding + 2;
}

Result<std::size_t> MultipartParser::read_header(std::string_view data) {
  constexpr std::string_view k_end = "\r\n\r\n";
  // A part without any header begins with the empty line.
  if (data.substr(0, 2) == "\r\n") return malformed("a part has no Content-Disposition");
  const auto end = data.find(k_end);
  if (std::min(end, data.size()) > limits_.header_bytes)
    return Error{Errc::too_large, "multipart/form-data: a part's header is longer than " +
                                      std::to_string(limits_.header_bytes) + " bytes"};
  if (end == data.npos) return 0;
  if (++parts_ > limits_.parts)
    return Error{Errc::too_large,
                 "multipart/form-data: more than " + std::to_string(limits_.parts) + " parts"};
  OPUS_UWS_TRY(PartHeader part, parse_part_header(data.substr(0, end)));
  OPUS_UWS_CHECK(sink_.on_part(std::move(part)));
  state_ = State::data_begin;
  return end + 2;
}

/// `data` begins with the CRLF that ends the header. A part may have no data at all, and then this
/// CRLF belongs to the delimiter (RFC 2046 §5.1.1: body-part := headers [CRLF *OCTET]).
Result<std::size_t> MultipartParser::begin_data(std::string_view data) {
  const std::string_view here = data.substr(0, delimiter_.size());
  if (here == delimiter_) return end_part(delimiter_.size());
  if (here == std::string_view(delimiter_).substr(0, here.size())) return 0;
  state_ = State::data;
  return 2;
}

Result<std::size_t> MultipartParser::read_data(std::string_view data) {
  const Found found = find_delimiter(data, delimiter_);
  if (found.at > 0) OPUS_UWS_CHECK(sink_.on_data(data.substr(0, found.at)));
  return found.whole ? end_part(found.at + delimiter_.size()) : found.at;
}

Result<std::size_t> MultipartParser::end_part(std::size_t used) {
  OPUS_UWS_CHECK(sink_.on_part_end());
  state_ = State::boundary_end;
  return used;
}

}}}  // namespace opus::uws0::rest
