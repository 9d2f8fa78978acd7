#include "server/http/request_parser.hpp"

#include <algorithm>

#include "server/rest/proxy.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace http {

namespace beast_http = boost::beast::http;

namespace {

std::string_view view(boost::beast::string_view text) noexcept {
  return {text.data(), text.size()};
}

bool is_digits(std::string_view text) noexcept {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

RequestParser::RequestParser(rest::Request& request, std::string_view scheme, std::size_t limit)
    : request_(request), scheme_(scheme) {
  header_limit(static_cast<std::uint32_t>(limit));
  body_limit(boost::none);  // each resource has its own
}

std::optional<std::uint64_t> RequestParser::length() const {
  if (chunked()) return std::nullopt;
  const auto announced = content_length();
  return announced ? *announced : 0;
}

std::optional<RequestParser::Refusal> RequestParser::refusal() const {
  // What two programs could read differently is read by none (RFC 9112 §6.3).
  if (content_lengths_ > 1) return Refusal{400, "Content-Length: expected once"};
  if (!good_length_) return Refusal{400, "Content-Length: expected a decimal number"};
  if (content_lengths_ > 0 && transfer_encodings_ > 0)
    return Refusal{400, "Content-Length and Transfer-Encoding exclude each other"};
  if (transfer_encodings_ > 1) return Refusal{400, "Transfer-Encoding: expected once"};
  if (transfer_encodings_ > 0 && version_ < 11)
    return Refusal{400, "Transfer-Encoding is not part of HTTP/1.0"};
  if (transfer_encodings_ > 0 && !only_chunked_)
    return Refusal{501, "Transfer-Encoding: only chunked is implemented"};
  if (hosts_ > 1 || (hosts_ == 0 && version_ >= 11)) return Refusal{400, "Host: expected once"};
  if (hosts_ == 1 && !good_host_) return Refusal{400, "Host: expected a host name and port"};
  if (folded_) return Refusal{400, "a header field is folded over several lines"};
  if (target_error_) return Refusal{400, target_error_->message, /*framed=*/true};
  if (unknown_expectation_)
    return Refusal{417, "Expect: only 100-continue is known", /*framed=*/true};
  return std::nullopt;
}

void RequestParser::on_request_impl(beast_http::verb, View method, View target, int version,
                                    Code&) {
  version_ = version;
  request_.method = rest::parse_method(view(method));
  if (auto done = take_target(view(target)); !done) target_error_ = std::move(done).error();
}

Result<void> RequestParser::take_target(std::string_view target) {
  if (target.find('#') != target.npos)
    return Error{Errc::invalid_argument,
                 "the request target has a fragment: " + rest::in_quotes(target)};
  // RFC 9112 §3.2.4: "*" is for OPTIONS.
  if (target == "*") {
    if (request_.method != rest::Method::options)
      return Error{Errc::invalid_argument, "the target '*' is for OPTIONS only"};
    return request_.set_target("/");
  }
  // §3.2.2: absolute-form is for proxies but must be understood; its host goes before that of Host.
  if (rest::iequals(target.substr(0, scheme_.size()), scheme_)) {
    target.remove_prefix(scheme_.size());
    const std::string_view host = target.substr(0, target.find_first_of("/?"));
    if (!rest::is_host(host))
      return Error{
          Errc::invalid_argument,
          "the request target's host: expected a host name and port, got " + rest::in_quotes(host)};
    request_.base_url = std::string(scheme_).append(host);
    target.remove_prefix(host.size());
    if (target.empty() || target.front() == '?')
      return request_.set_target(std::string("/").append(target));
  }
  return request_.set_target(target);
}

void RequestParser::on_field_impl(beast_http::field field, View name, View raw, Code&) {
  if (header_done_) return;  // trailers mean nothing to us
  const std::string_view value = view(raw);
  switch (field) {
    case beast_http::field::content_length:
      ++content_lengths_;
      good_length_ = good_length_ && is_digits(value);
      break;
    case beast_http::field::transfer_encoding:
      ++transfer_encodings_;
      only_chunked_ = rest::iequals(value, "chunked");
      break;
    case beast_http::field::host:
      ++hosts_;
      good_host_ = rest::is_host(value);
      if (good_host_ && request_.base_url.empty())
        request_.base_url = std::string(scheme_).append(value);
      break;
    case beast_http::field::expect:
      expects_continue_ = version_ >= 11 && rest::iequals(value, "100-continue");
      unknown_expectation_ = !rest::iequals(value, "100-continue");
      break;
    default: break;
  }
  request_.headers.add(view(name), value);
}

void RequestParser::on_header_impl(Code&) { header_done_ = true; }

void RequestParser::check_folding(std::string_view text) noexcept {
  for (auto at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1))
    if (at + 1 < text.size() && (text[at + 1] == ' ' || text[at + 1] == '\t')) folded_ = true;
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) {}

std::size_t RequestParser::on_body_impl(View data, Code& code) {
  body_bytes_ += data.size();
  if (reader_ != nullptr) {
    if (auto fed = reader_->feed(view(data)); !fed) {
      body_error_ = std::move(fed).error();
      code = beast_http::make_error_code(beast_http::error::body_limit);
    }
  }
  return data.size();
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, View data, Code& code) {
  return on_body_impl(data, code);
}

void RequestParser::on_finish_impl(Code&) {}

}}}  // namespace opus::uws0::http
