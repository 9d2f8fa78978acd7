#include "tests/fuzz/server_targets.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include "server/http/request_parser.hpp"
#include "server/rest/file_response.hpp"
#include "server/rest/http_date.hpp"
#include "server/rest/multipart.hpp"
#include "server/rest/negotiate.hpp"
#include "server/rest/prov_query.hpp"
#include "server/rest/proxy.hpp"
#include "tests/fuzz/promise.hpp"

namespace opus_fuzz {

namespace rest = opus::rest;

namespace {

/// What a connection makes of its first request.
struct HttpReading {
  bool bad = false, has_head = false, whole = false;
  std::string target{};
  std::size_t fields = 0;
  std::uint64_t body_bytes = 0;
  bool operator==(const HttpReading&) const = default;
};

/// The text comes in pieces of this size, as from a slow client.
HttpReading read_in_pieces(std::string_view text, std::size_t piece) {
  constexpr std::size_t k_header_limit = 4096;
  rest::Request request;
  opus::http::RequestParser parser(request, "http://", k_header_limit);
  HttpReading reading;
  std::string left;
  for (std::size_t at = 0; at < text.size() && !reading.bad && !parser.is_done(); at += piece) {
    left += text.substr(at, piece);
    for (bool more = true; more && !left.empty() && !reading.bad && !parser.is_done();) {
      boost::system::error_code code;
      const std::size_t used = parser.put(boost::asio::buffer(left), code);
      promise(used <= left.size());
      left.erase(0, used);
      reading.bad = code && code != boost::beast::http::error::need_more;
      more = used > 0;
    }
  }
  reading.has_head = parser.is_header_done();
  reading.whole = parser.is_done();
  if (!reading.has_head) return reading;
  if (const auto refusal = parser.refusal()) {
    promise(refusal->status >= 400 && refusal->status < 600 && !refusal->message.empty());
  } else {
    promise(request.base_url.empty() ||
            rest::is_host(std::string_view(request.base_url).substr(7)));
    promise(request.path.size() <= rest::Path::k_deepest + 1);
  }
  if (reading.bad) return reading;
  reading.target = request.target;
  reading.fields = request.headers.size();
  reading.body_bytes = parser.body_bytes();
  return reading;
}

/// The parts of a form, or why it is none.
class Parts final : public rest::PartSink {
 public:
  opus::Result<void> on_part(rest::PartHeader header) override {
    promise(!open_);
    open_ = true;
    text += '[' + header.name + '|' + header.file_name + '|' + header.media_type + ']';
    return {};
  }
  opus::Result<void> on_data(std::string_view data) override {
    promise(open_);
    text += data;
    return {};
  }
  opus::Result<void> on_part_end() override {
    promise(open_);
    open_ = false;
    return {};
  }
  std::string text{};

 private:
  bool open_ = false;
};

std::optional<std::string> parts_of(std::string_view text, std::size_t piece) {
  Parts parts;
  rest::MultipartParser parser("b", {.header_bytes = 1024, .parts = 16}, parts);
  for (std::size_t at = 0; at < text.size(); at += piece)
    if (!parser.feed(text.substr(at, piece))) return std::nullopt;
  if (!parser.finish()) return std::nullopt;
  return parts.text;
}

}  // namespace

/// However a whole request comes in, it is read in one way. Of half a one the fault may be seen
/// sooner or later.
void read_http_request(std::string_view text) {
  const HttpReading at_once = read_in_pieces(text, std::max<std::size_t>(text.size(), 1));
  const HttpReading slowly = read_in_pieces(text, 7);
  promise(at_once.whole == slowly.whole);
  promise(!at_once.whole || at_once == slowly);
}

void read_request_target(std::string_view text) {
  rest::Request request;
  if (!request.set_target(text)) return;
  for (std::size_t i = 0; i < std::min(request.path.size(), rest::Path::k_deepest); ++i)
    promise(!rest::has_control_character(request.path[i]));
  for (const auto& [name, value] : request.query) {
    promise(name.size() + value.size() <= text.size());
    promise(!request.values(name).empty());
  }
  (void)rest::choose_prov_form(request).has_value();
  (void)rest::read_prov_query(request, "W3C").has_value();
}

/// Lines of the text are fields of a request.
void read_header_fields(std::string_view text) {
  rest::Request request;
  request.remote = "127.0.0.1";
  request.base_url = "http://localhost";
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto colon = std::min(line.find(':'), line.size());
    request.headers.add(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
  }
  (void)rest::choose_format(request, rest::k_xml_offer).has_value();
  (void)rest::wants_json_errors(request);
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    constexpr std::uint64_t k_size = 1000;
    const std::string_view value = request.headers.value(i);
    const auto answer = rest::parse_range(value, k_size);
    if (answer.verdict == rest::RangeVerdict::satisfiable)
      promise(answer.range.length > 0 && answer.range.offset < k_size &&
              answer.range.length <= k_size - answer.range.offset);
    if (const auto boundary = rest::multipart_boundary(value))
      promise(!boundary->empty() && boundary->size() <= 70);
    if (const auto date = rest::parse_http_date(value))
      promise(rest::parse_http_date(rest::to_http_date(*date)) == date);
  }
  static const auto k_proxies = rest::TrustedProxies::parse({"127.0.0.0/8", "fd00::/8"}).value();
  const std::string before = request.base_url;
  if (rest::apply_forwarded(request, k_proxies))
    promise(request.base_url.starts_with("http://") || request.base_url.starts_with("https://"));
  else
    promise(request.base_url == before);
}

void read_urlencoded(std::string_view text) {
  const auto pairs = rest::parse_urlencoded(text, "body");
  if (!pairs) return;
  std::string again;
  for (const auto& [name, value] : *pairs)
    again += rest::percent_encode(name) + '=' + rest::percent_encode(value) + '&';
  promise(rest::parse_urlencoded(again, "again").value() == *pairs);
}

void read_multipart(std::string_view text) {
  promise(parts_of(text, std::max<std::size_t>(text.size(), 1)) == parts_of(text, 3));
}

}  // namespace opus_fuzz
