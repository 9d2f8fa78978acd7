#include "server/http/server.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
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

Result<tcp::acceptor> listen(asio::io_context& context, const std::string& text,
                             std::uint16_t port) {
  boost::system::error_code code;
  const auto address = asio::ip::make_address(text, code);
  if (code)
    return Error{Errc::invalid_argument,
                 "listen: expected a numeric IPv4 or IPv6 address, got '" + text + "'"};
  const tcp::endpoint endpoint(address, port);
  tcp::acceptor acceptor(context);
  acceptor.open(endpoint.protocol(), code);
  if (!code) acceptor.set_option(tcp::acceptor::reuse_address(true), code);
  if (!code) acceptor.bind(endpoint, code);
  if (!code) acceptor.listen(asio::socket_base::max_listen_connections, code);
  if (code) {
    const bool v6 = address.is_v6();
    return Error{Errc::unavailable, "cannot listen on " + (v6 ? "[" : std::string()) + text +
                                        (v6 ? "]:" : ":") + std::to_string(port) + ": " +
                                        code.message()};
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
    const HttpConfig& config = shared_->config;
    if (!config.certificate.empty()) {
      OPUS_UWS_TRY(shared_->tls, Tls::open(config.certificate, config.key, shared_->log));
    }
    OPUS_UWS_CHECK(open(Door::main, config.address, config.port));
    if (!config.redirect_address.empty())
      OPUS_UWS_CHECK(open(Door::redirect, config.redirect_address, config.redirect_port));
    shared_->port = port(Door::main);
    for (const auto& lane : lanes_) lane->start();
    asio::post(lanes_.front()->context(), [this] {
      for (const auto& entrance : entrances_) accept(*entrance);
    });
    return {};
  }

  std::uint16_t port(Door door) const noexcept {
    for (const auto& entrance : entrances_)
      if (entrance->door == door) return entrance->port;
    return 0;
  }

  std::size_t connections() const noexcept { return shared_->connections; }

  std::size_t stop(std::chrono::milliseconds grace) {
    if (entrances_.empty()) return 0;
    std::mutex mutex;
    std::condition_variable ended;
    std::size_t left = lanes_.size();

    asio::post(lanes_.front()->context(), [this] {
      boost::system::error_code ignored;
      for (const auto& entrance : entrances_) {
        entrance->acceptor.close(ignored);
        entrance->pause.cancel();
      }
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
    entrances_.clear();
    return closed;
  }

 private:
  /// On the first lane, as all that is done with it.
  struct Entrance {
    Entrance(Door which, tcp::acceptor open, asio::io_context& context)
        : door(which), acceptor(std::move(open)), pause(context) {
      port = acceptor.local_endpoint().port();
    }
    Door door;
    tcp::acceptor acceptor;
    asio::steady_timer pause;
    std::uint16_t port = 0;
  };

  Result<void> open(Door door, const std::string& address, std::uint16_t port) {
    asio::io_context& context = lanes_.front()->context();
    OPUS_UWS_TRY(tcp::acceptor acceptor, listen(context, address, port));
    entrances_.push_back(std::make_unique<Entrance>(door, std::move(acceptor), context));
    return {};
  }

  /// Connections go to all lanes in turn.
  void accept(Entrance& entrance) {
    // Not shared: the first lane's context keeps this handler, when it is stopped before its turn.
    Lane* const lane = lanes_[next_++ % lanes_.size()].get();
    entrance.acceptor.async_accept(
        lane->context(),
        [this, lane, &entrance](const boost::system::error_code& code, tcp::socket socket) {
          if (code == asio::error::operation_aborted || !entrance.acceptor.is_open()) return;
          if (code) return pause(entrance, code);
          if (shared_->connections >= shared_->config.max_connections)
            turn_away(std::move(socket));
          else
            lane->adopt(std::move(socket), entrance.door);
          accept(entrance);
        });
  }

  /// Out of descriptors or memory: a short rest, rather than a busy loop.
  void pause(Entrance& entrance, const boost::system::error_code& code) {
    if (shared_->log)
      shared_->log({LogLevel::warning, "cannot accept a connection", {{"fault", code.message()}}});
    entrance.pause.expires_after(k_accept_pause);
    entrance.pause.async_wait([this, &entrance](const boost::system::error_code& cancelled) {
      if (!cancelled) accept(entrance);
    });
  }

  void turn_away(tcp::socket socket) const {
    if (shared_->tls) return;  // it would not understand
    // Its request is not read: a fresh connection has room for the answer, and if not, so be it.
    (void)!::send(socket.native_handle(), k_too_many.data(), k_too_many.size(),
                  MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  std::shared_ptr<Shared> shared_;
  std::vector<std::shared_ptr<Lane>> lanes_;
  std::vector<std::unique_ptr<Entrance>> entrances_;
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

std::uint16_t HttpServer::port() const noexcept { return impl_->port(Door::main); }

std::uint16_t HttpServer::redirect_port() const noexcept { return impl_->port(Door::redirect); }

std::size_t HttpServer::connections() const noexcept { return impl_->connections(); }

std::size_t HttpServer::stop(std::chrono::milliseconds grace) { return impl_->stop(grace); }

}}}  // namespace opus::uws0::http
