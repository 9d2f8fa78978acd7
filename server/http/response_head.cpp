#include "server/http/response_head.hpp"

#include <charconv>

#include <opus/version.hpp>

namespace opus { inline namespace uws0 { namespace http {
namespace {

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  const auto [end, fault] = std::to_chars(std::begin(digits), std::end(digits), number);
  (void)fault;  // 20 digits hold every 64-bit number
  out.append(digits, end);
}

/// A line break in a value would begin a header of somebody else's making.
void append_value(std::string& out, std::string_view value) {
  for (const char c : value) out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
}

}  // namespace

void write_head(std::string& out, const rest::Response& response, const HeadOptions& options) {
  out.assign("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(response.status));
  out += ' ';
  out += rest::reason(response.status);
  out += "\r\nServer: opus-uws/" OPUS_UWS_VERSION "\r\nDate: ";
  out += options.date;
  out += "\r\n";
  for (std::size_t i = 0; i < response.headers.size(); ++i) {
    out += response.headers.name(i);
    out += ": ";
    append_value(out, response.headers.value(i));
    out += "\r\n";
  }
  if (has_body(response.status)) {
    if (const auto size = rest::size(response.body)) {
      out += "Content-Length: ";
      append_number(out, *size);
      out += "\r\n";
    } else if (!options.http_1_0) {
      out += "Transfer-Encoding: chunked\r\n";
    }
  }
  if (!options.keep_alive)
    out += "Connection: close\r\n";
  else if (options.http_1_0)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

}}}  // namespace opus::uws0::http
