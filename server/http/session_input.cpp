// How the bytes of a connection come in, and who speaks TLS.
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include "server/http/session.hpp"
#include "server/http/session_call.hpp"

namespace opus { inline namespace uws0 { namespace http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t k_turn_reads = 16;  // of the big buffer before others' turn

}  // namespace

void Session::arm_read() {
  if (std::exchange(reading_, true)) return;
  if (lane_.shared().tls) return arm_tls_read();
  socket_.async_read_some(
      asio::buffer(small_),
      [self = shared_from_this()](const boost::system::error_code& code, std::size_t size) {
        self->reading_ = false;
        self->on_read(code, size);
      });
}

/// Reading through TLS may need the socket to take something, or nothing from the socket.
void Session::arm_tls_read() {
  if (wire_.has_input())
    return asio::post(lane_.context(), [self = shared_from_this()] { self->on_readable(); });
  using asio::ip::tcp;
  socket_.async_wait(wire_.blocked_by_output() ? tcp::socket::wait_write : tcp::socket::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& code) {
                       if (!code) return self->on_readable();
                       self->reading_ = false;
                       self->on_read(code, 0);
                     });
}

void Session::on_readable() {
  reading_ = false;
  if (state_ == State::closed) return;
  if (!greeted_ && !greet()) return close();
  const ssize_t n = wire_.read(small_.data(), small_.size());
  if (n > 0) return on_read({}, static_cast<std::size_t>(n));
  if (n == 0 || errno != EAGAIN) return on_read(asio::error::eof, 0);
  if (wants_input()) arm_read();
}

/// The first byte tells who speaks TLS (RFC 8446 §5.1); others are told where to go.
bool Session::greet() {
  constexpr char k_handshake = 22;
  char first = 0;
  if (::recv(socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT) != 1) return false;
  greeted_ = true;
  if (first != k_handshake || door_ != Door::main) return true;
  TlsConnection tls = lane_.shared().tls->accept(socket_.native_handle());
  const bool good = tls != nullptr;
  wire_.secure(std::move(tls));
  return good;
}

void Session::on_read(const boost::system::error_code& code, std::size_t size) {
  if (state_ == State::closed) return;
  if (code) {  // the client is gone, or has nothing more to say but may still listen
    const bool answering = (state_ == State::writing && !waiting_) ||
                           (state_ == State::handling && !call_->interruptible());
    if (!answering) return close();
    input_ended_ = true;
    keep_alive_ = false;
    return;
  }
  work({small_.data(), size});
  if (size == small_.size()) read_on();
  if (wants_input()) arm_read();
}

bool Session::wants_input() const {
  switch (state_) {
    case State::idle:
    case State::head:
    case State::body:
    case State::lingering: return true;
    // Who waits is watched: the read ends when the client goes away. What comes instead is kept,
    // once.
    case State::handling: return call_->interruptible() && rest_.empty();
    case State::writing: return waiting_ && rest_.empty();
    case State::closed: break;
  }
  return false;
}

/// More has come than the small buffer holds: reads it in big pieces into the lane's scratch.
void Session::read_on() {
  for (std::size_t turn = 0; turn < k_turn_reads; ++turn) {
    if (state_ != State::head && state_ != State::body && state_ != State::lingering) return;
    auto& scratch = lane_.scratch();
    const ssize_t n = wire_.read(scratch.data(), scratch.size());
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (n <= 0) return close();
    work({scratch.data(), static_cast<std::size_t>(n)});
  }
}

/// Works off what has come: `fresh`, after what was left from before.
void Session::work(std::string_view fresh) {
  if (std::exchange(working_, true)) return;
  std::string joined;
  if (!rest_.empty()) {
    joined = std::move(rest_);
    joined += fresh;
    fresh = joined;
    rest_.clear();
  }
  std::string_view input = fresh;
  while (!input.empty() && take(input)) {
  }
  rest_.assign(input);
  working_ = false;
}

}}}  // namespace opus::uws0::http
