#pragma once
// The HTTP server over a real service, and a client that sends exactly the bytes it is told to.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/server.hpp"
#include "server/rest/api.hpp"
#include "tests/server/service_rig.hpp"

namespace opus_test {

struct WireAnswer {
  int status = 0;
  std::string head{};  ///< from the status line to the empty line
  std::string body{};
  /// The first field of that name, in any case; "(none)" if there is none.
  std::string header(std::string_view name) const;
};

/// A TCP connection. Every wait is bounded; running out of time fails the test.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  RawClient(RawClient&& other) noexcept;
  RawClient(const RawClient&) = delete;
  ~RawClient();

  RawClient& send(std::string_view bytes);
  /// Sends as long as the server takes it; how much that was.
  std::size_t send_while_taken(std::string_view bytes);
  /// One answer, its body by Content-Length. `head_only`: to a HEAD.
  WireAnswer receive(bool head_only = false);
  WireAnswer ask(std::string_view bytes) { return send(bytes).receive(); }
  /// Reads the header of an answer, then its body away; the length of the body.
  std::uint64_t receive_and_count();
  /// What comes until and with the mark; what follows is kept for the next call.
  std::string receive_until(std::string_view mark);
  /// No more bytes, and the connection is closed (or reset).
  bool closed();
  /// Something can be read, or the connection has ended, within the time.
  bool readable(std::chrono::milliseconds within);
  void finish_sending();
  void close();

 private:
  bool fill();
  std::string take(std::size_t n);

  int fd_ = -1;
  std::string buffer_;
};

class HttpRig : public ServiceRig {
 public:
  explicit HttpRig(opus::http::HttpConfig http = {}, opus::rest::ApiConfig api = {});
  ~HttpRig();

  opus::http::HttpServer& server() { return *server_; }
  RawClient connect() const { return RawClient(server_->port()); }
  std::string base() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  /// On a connection of its own.
  WireAnswer get(std::string_view target) const;
  WireAnswer post(std::string_view target, std::string_view form = "") const;
  /// Path of a new job.
  std::string create(std::string_view name, std::string_view form = "") const;

  /// Waits until the server has this many connections.
  void await_connections(std::size_t count) const;

  /// Records of the access log.
  std::vector<std::string> log() const;
  void await_log(std::size_t records) const;

 private:
  mutable std::mutex log_mutex_;
  mutable std::condition_variable logged_;
  std::vector<std::string> log_;
  std::optional<opus::rest::Api> api_;
  std::unique_ptr<opus::http::HttpServer> server_;
};

/// "GET /x HTTP/1.1" with a Host.
std::string get_request(std::string_view target, std::string_view more_header = "");
std::string post_request(std::string_view target, std::string_view form);
/// One chunk of a chunked body.
std::string chunk(std::string_view data);

}  // namespace opus_test
