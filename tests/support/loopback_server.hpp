// An HTTP/1.1 server on 127.0.0.1 that answers byte for byte what a test says: also what no honest
// server would.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace opus_test {

/// One connection with its request.
class Exchange {
 public:
  Exchange(int socket, int stop, std::string request)
      : socket_(socket), stop_(stop), request_(std::move(request)) {}

  const std::string& request() const noexcept { return request_; }
  std::string path() const {
    const auto begin = request_.find(' ') + 1;
    return request_.substr(begin, request_.find(' ', begin) - begin);
  }
  /// False once the client is gone or the server stops.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      if (!wait_for(POLLOUT)) return false;
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  bool answer(std::string_view status, std::string_view headers, std::string_view body) {
    return send("HTTP/1.1 " + std::string{status} + "\r\n" + std::string{headers} +
                "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" +
                std::string{body});
  }
  /// Until the client hangs up or the server stops.
  void hang() {
    while (wait_for(POLLIN)) {
      char byte;
      if (::recv(socket_, &byte, 1, MSG_DONTWAIT) <= 0) return;
    }
  }

 private:
  bool wait_for(short events) const {
    pollfd waiting[2] = {{socket_, events, 0}, {stop_, POLLIN, 0}};
    return ::poll(waiting, 2, -1) > 0 && waiting[1].revents == 0;
  }

  int socket_, stop_;
  std::string request_;
};

class LoopbackServer {
 public:
  using Handler = std::function<void(Exchange&)>;

  explicit LoopbackServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    stop_ = ::eventfd(0, EFD_CLOEXEC);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof any;
    auto* const address = reinterpret_cast<sockaddr*>(&any);
    if (listener_ < 0 || stop_ < 0 || ::bind(listener_, address, size) != 0 ||
        ::listen(listener_, 16) != 0 || ::getsockname(listener_, address, &size) != 0)
      throw std::runtime_error("cannot listen on 127.0.0.1");
    port_ = ntohs(any.sin_port);
    thread_ = std::thread{[this] { accept_all(); }};
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer() {
    const std::uint64_t one = 1;
    while (::write(stop_, &one, sizeof one) < 0) {
    }
    thread_.join();
    for (auto& worker : workers_) worker.join();
    ::close(listener_);
    ::close(stop_);
  }

  std::string url(std::string_view path = "/", std::string_view host = "127.0.0.1") const {
    return "http://" + std::string{host} + ":" + std::to_string(port_) + std::string{path};
  }
  int requests() const noexcept { return requests_; }

 private:
  void accept_all() {
    for (;;) {
      pollfd waiting[2] = {{listener_, POLLIN, 0}, {stop_, POLLIN, 0}};
      if (::poll(waiting, 2, -1) < 0) continue;
      if (waiting[1].revents != 0) return;
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket >= 0) workers_.emplace_back([this, socket] { serve(socket); });
    }
  }
  void serve(int socket) {
    std::string request;
    for (char piece[4096]; request.find("\r\n\r\n") == std::string::npos;) {
      pollfd waiting[2] = {{socket, POLLIN, 0}, {stop_, POLLIN, 0}};
      const bool ready = ::poll(waiting, 2, -1) > 0 && waiting[1].revents == 0;
      const ssize_t got = ready ? ::recv(socket, piece, sizeof piece, MSG_DONTWAIT) : 0;
      if (got <= 0) break;
      request.append(piece, static_cast<std::size_t>(got));
    }
    if (request.find("\r\n\r\n") != std::string::npos) {
      ++requests_;
      Exchange exchange{socket, stop_, std::move(request)};
      handler_(exchange);
    }
    ::close(socket);
  }

  Handler handler_;
  int listener_ = -1, stop_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> requests_{0};
  std::vector<std::thread> workers_;  // of the accepting thread alone, until it has ended
  std::thread thread_;
};

}  // namespace opus_test
