#pragma once
// Beast's parser, writing straight into our request and body reader, and stricter about where a
// body ends (request smuggling).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/http/basic_parser.hpp>

#include <opus/error.hpp>

#include "server/rest/body.hpp"
#include "server/rest/request.hpp"

namespace opus { inline namespace uws0 { namespace http {

class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  /// `scheme`: "http://" or "https://", as the client came.
  RequestParser(rest::Request& request, std::string_view scheme, std::size_t header_limit);

  /// What is wrong with a header that could be parsed; with the status to answer.
  struct Refusal {
    int status;
    std::string message;
    bool framed = false;  ///< where the request ends is known all the same
  };
  /// After is_header_done(): `text` is the header as it came. Beast unfolds fields without a word;
  /// other programs may read folded ones in another way (RFC 9112 §5.2).
  void check_folding(std::string_view text) noexcept;
  /// After is_header_done().
  std::optional<Refusal> refusal() const;
  int version() const noexcept { return version_; }  ///< 10 or 11
  bool expects_continue() const noexcept { return expects_continue_; }
  /// 0 = no body, nullopt = chunked.
  std::optional<std::uint64_t> length() const;

  /// Where the body goes; null = it is dropped. Set before the body is parsed.
  void set_reader(rest::BodyReader* reader) noexcept { reader_ = reader; }
  /// Why the reader refused; then put() has failed.
  const std::optional<Error>& body_error() const noexcept { return body_error_; }
  std::uint64_t body_bytes() const noexcept { return body_bytes_; }

 private:
  using Code = boost::beast::error_code;
  using View = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb verb, View method, View target, int version,
                       Code& code) override;
  void on_response_impl(int, View, int, Code&) override {}
  void on_field_impl(boost::beast::http::field field, View name, View value, Code& code) override;
  void on_header_impl(Code& code) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Code& code) override;
  std::size_t on_body_impl(View data, Code& code) override;
  void on_chunk_header_impl(std::uint64_t, View, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t left, View data, Code& code) override;
  void on_finish_impl(Code& code) override;

  Result<void> take_target(std::string_view target);

  rest::Request& request_;
  const std::string_view scheme_;
  rest::BodyReader* reader_ = nullptr;
  std::optional<Error> target_error_;
  std::optional<Error> body_error_;
  std::uint64_t body_bytes_ = 0;
  int version_ = 11;
  unsigned content_lengths_ = 0;
  unsigned transfer_encodings_ = 0;
  unsigned hosts_ = 0;
  bool only_chunked_ = false;
  bool good_host_ = false;
  bool good_length_ = true;
  bool folded_ = false;
  bool expects_continue_ = false;
  bool unknown_expectation_ = false;
  bool header_done_ = false;
};

}}}  // namespace opus::uws0::http
