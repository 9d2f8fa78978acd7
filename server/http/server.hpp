#pragma once
// HTTP/1.1 in front of the REST layer. No Boost in this header.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <opus/error.hpp>
#include <opus/log.hpp>

#include "server/rest/api.hpp"

namespace opus { inline namespace uws0 { namespace http {

struct HttpConfig {
  std::string address = "127.0.0.1";       ///< numeric IPv4 or IPv6 address
  std::uint16_t port = 8080;               ///< 0 = a free one
  std::filesystem::path certificate{};     ///< PEM, with those that vouch for it; then the service
                                           ///< is told by TLS alone, and plain requests are sent
                                           ///< there (308). Empty: plain HTTP
  std::filesystem::path key{};             ///< PEM, the certificate's
  std::string redirect_address{};          ///< another place for plain requests; empty: none
  std::uint16_t redirect_port = 80;        ///< of it; 0 = a free one
  unsigned threads = 0;                    ///< that serve connections; 0 = one per hardware thread
  unsigned workers = 4;                    ///< for work that may block: lists, provenance
  std::size_t max_connections = 4096;      ///< more are answered 503 and closed
  std::size_t header_bytes = 16 << 10;     ///< request line and header; more = 431
  std::chrono::milliseconds idle{75'000};  ///< between requests; then it is closed
  std::chrono::milliseconds header{15'000};  ///< from a request's first byte to its header's end;
                                             ///< by TLS also from connecting to a first request
  std::chrono::milliseconds read{30'000};    ///< without a byte of a body; 408
  std::size_t min_body_rate = 256;           ///< bytes per second of a body, after `read`; 0 = any
  std::chrono::milliseconds write{60'000};   ///< without the client taking a byte; closed
  std::chrono::milliseconds linger{2'000};   ///< for the client to take the answer to what it
                                             ///< has not finished sending
};

/// One answered request.
struct AccessRecord {
  std::string_view method{};
  std::string_view target{};
  std::string_view remote{};
  int status = 0;
  std::uint64_t bytes = 0;            ///< of the body, sent
  std::chrono::microseconds time{0};  ///< from the end of its header to the last byte of the answer
};
/// Called from the serving threads; empty = no access log, which costs nothing.
using AccessLog = std::function<void(const AccessRecord&)>;

/// Listens and serves until stopped. Each connection belongs to one thread; a client that waits
/// holds a few kilobytes and no thread. Threads: start and stop from any one thread at a time.
class HttpServer {
 public:
  /// unavailable: the address cannot be listened on. invalid_argument: not a certificate with its
  /// key. The api must outlive the server.
  static Result<std::unique_ptr<HttpServer>> start(rest::Api& api, HttpConfig config, LogSink log,
                                                   AccessLog access);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();  ///< as stop(0)

  std::uint16_t port() const noexcept;
  std::uint16_t redirect_port() const noexcept;  ///< 0: there is none
  std::size_t connections() const noexcept;      ///< open now

  /// Accepts no more, answers who waits, lets requests in flight finish for at most `grace`, then
  /// closes what is left. Returns how many connections had to be closed.
  std::size_t stop(std::chrono::milliseconds grace);

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}}}  // namespace opus::uws0::http
