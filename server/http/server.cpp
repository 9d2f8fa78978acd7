#include "server/http/server.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "server/http/lane.hpp"

namespace opus { inline namespace uws0 { namespace http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds k_accept_pause{100};  // when descriptors have run out

constexpr std::string_view k_too_many =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain;charset=UTF-8\r\n"
    "Retry-After: 1\r\nContent-Length: 21\r\nConnection: close\r\n\r\ntoo many connections\n";

Result<tcp::acceptor> listen(asio::io_context& context, const HttpConfig& config) {
  boost::system::error_code code;
  const auto address = asio::ip::make_address(config.address, code);
  if (code)
    return Error{Errc::invalid_argument,
                 "listen: expected a numeric IPv4 or IPv6 address, got '" + config.address + "'"};
  const tcp::endpoint endpoint(address, config.port);
  tcp::acceptor acceptor(context);
  acceptor.open(endpoint.protocol(), code);
  if (!code) acceptor.set_option(tcp::acceptor::reuse_address(true), code);
  if (!code) acceptor.bind(endpoint, code);
  if (!code) acceptor.listen(asio::socket_base::max_listen_connections, code);
  if (code) {
    const bool v6 = address.is_v6();
    return Error{Errc::unavailable, "cannot listen on " + (v6 ? "[" : std::string()) +
                                        config.address + (v6 ? "]:" : ":") +
                                        std::to_string(config.port) + ": " + code.message()};
  }
  return acceptor;
}

unsigned lane_count(const HttpConfig& config) {
  return config.threads > 0 ? config.threads : std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(rest::Api& api, HttpConfig config, LogSink log, AccessLog access)
      : shared_(
            std::make_shared<Shared>(api, std::move(config), std::move(log), std::move(access))) {
    const unsigned count = lane_count(shared_->config);
    for (unsigned i = 0; i < count; ++i) lanes_.push_back(std::make_shared<Lane>(shared_));
  }

  ~Impl() { stop(std::chrono::milliseconds{0}); }

  Result<void> start() {
    OPUS_UWS_TRY(acceptor_, listen(lanes_.front()->context(), shared_->config));
    port_ = acceptor_->local_endpoint().port();
    pause_.emplace(lanes_.front()->context());
    for (const auto& lane : lanes_) lane->start();
    asio::post(lanes_.front()->context(), [this] { accept(); });
    return {};
  }

  std::uint16_t port() const noexcept { return port_; }

  std::size_t connections() const noexcept { return shared_->connections; }

  std::size_t stop(std::chrono::milliseconds grace) {
    if (!acceptor_) return 0;
    std::mutex mutex;
    std::condition_variable ended;
    std::size_t left = lanes_.size();

    asio::post(lanes_.front()->context(), [this] {
      boost::system::error_code ignored;
      acceptor_->close(ignored);
      pause_->cancel();
    });
    for (const auto& lane : lanes_) {
      lane->drain([&] {
        const std::lock_guard lock(mutex);
        --left;
        ended.notify_one();
      });
    }
    std::size_t closed = 0;
    {
      std::unique_lock lock(mutex);
      if (!ended.wait_for(lock, grace, [&] { return left == 0; })) {
        closed = shared_->connections;
        for (const auto& lane : lanes_) lane->close_all();
        ended.wait(lock, [&] { return left == 0; });
      }
    }
    shared_->workers.stop();
    for (const auto& lane : lanes_) lane->join();
    acceptor_.reset();
    pause_.reset();
    return closed;
  }

 private:
  /// Runs on the first lane; connections go to all lanes in turn.
  void accept() {
    // Not shared: the first lane's context keeps this handler, when it is stopped before its turn.
    Lane* const lane = lanes_[next_++ % lanes_.size()].get();
    acceptor_->async_accept(
        lane->context(), [this, lane](const boost::system::error_code& code, tcp::socket socket) {
          if (code == asio::error::operation_aborted || !acceptor_->is_open()) return;
          if (code) return pause(code);
          if (shared_->connections >= shared_->config.max_connections)
            turn_away(std::move(socket));
          else
            lane->adopt(std::move(socket));
          accept();
        });
  }

  /// Out of descriptors or memory: a short rest, rather than a busy loop.
  void pause(const boost::system::error_code& code) {
    if (shared_->log)
      shared_->log({LogLevel::warning, "cannot accept a connection", {{"fault", code.message()}}});
    pause_->expires_after(k_accept_pause);
    pause_->async_wait([this](const boost::system::error_code& cancelled) {
      if (!cancelled) accept();
    });
  }

  static void turn_away(tcp::socket socket) {
    // Its request is not read: a fresh connection has room for the answer, and if not, so be it.
    (void)!::send(socket.native_handle(), k_too_many.data(), k_too_many.size(),
                  MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  std::shared_ptr<Shared> shared_;
  std::vector<std::shared_ptr<Lane>> lanes_;
  std::optional<tcp::acceptor> acceptor_;
  std::optional<asio::steady_timer> pause_;
  std::uint16_t port_ = 0;
  std::size_t next_ = 0;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(rest::Api& api, HttpConfig config,
                                                      LogSink log, AccessLog access) {
  auto impl = std::make_unique<Impl>(api, std::move(config), std::move(log), std::move(access));
  OPUS_UWS_CHECK(impl->start());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::uint16_t HttpServer::port() const noexcept { return impl_->port(); }

std::size_t HttpServer::connections() const noexcept { return impl_->connections(); }

std::size_t HttpServer::stop(std::chrono::milliseconds grace) { return impl_->stop(grace); }

}}}  // namespace opus::uws0::http
