#pragma once
// One connection: requests in, one after the other, answers out in the same order.

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

#include "server/http/lane.hpp"
#include "server/http/request_parser.hpp"
#include "server/http/wire.hpp"
#include "server/http/writer.hpp"
#include "server/rest/api.hpp"

namespace opus { inline namespace uws0 { namespace http {

class SessionCall;

/// Lives on its lane's thread, which is the only one to touch it. Between requests it holds no
/// request, no parser and no buffer but the small one.
class Session : public std::enable_shared_from_this<Session> {
 public:
  using Clock = Lane::Clock;

  /// `door`: how the connection came.
  Session(Lane& lane, boost::asio::ip::tcp::socket socket, Door door);
  ~Session();

  void start();
  Clock::time_point deadline() const noexcept { return deadline_; }
  void on_deadline();
  /// The server stops: ends now if idle, answers a waiting call, else ends after the answer.
  void drain();
  void close();

  /// The answer to the call in work; others are dropped.
  void on_response(const rest::Call& call, rest::Response response);

 private:
  enum class State {
    idle,       ///< no byte of a request yet
    head,       ///< part of a header has come
    body,       ///< reads a body
    handling,   ///< waits for the answer
    writing,    ///< sends the answer
    lingering,  ///< has answered; drops what the client still sends
    closed,
  };
  /// A request from its first byte to its last.
  struct Incoming;

  void arm_read();
  void arm_tls_read();
  void on_readable();
  bool greet();
  void on_read(const boost::system::error_code& code, std::size_t size);
  void read_on();
  bool wants_input() const;
  void work(std::string_view fresh);
  bool take(std::string_view& input);
  void begin_request();
  void on_head(bool more_input);
  void on_body_progress();
  rest::Response moved_to_https(const rest::Request& request) const;
  void on_complete();
  void refuse(int status, const Error& error);
  void decline(rest::Response response);
  void respond(rest::Response response);
  void write_on();
  void on_stream_wake();
  void on_written();
  void log_access() const;
  void set_deadline(std::chrono::milliseconds from_now);

  Lane& lane_;
  boost::asio::ip::tcp::socket socket_;
  Wire wire_;
  const Door door_;
  std::string remote_;
  State state_ = State::idle;
  Clock::time_point deadline_ = Clock::time_point::max();
  std::unique_ptr<Incoming> incoming_;
  std::shared_ptr<SessionCall> call_;
  Writer writer_;
  Clock::time_point began_{};           ///< when the header of the present request had come
  const rest::Route* route_ = nullptr;  ///< of the present request; null: there is none for it
  bool waited_ = false;                 ///< the present request waited for something to happen
  bool keep_alive_ = true;
  bool http_1_0_ = false;
  bool unread_body_ = false;  ///< the answer comes before the body's end
  bool reading_ = false;      ///< a read is under way
  bool input_ended_ = false;  ///< the client sends nothing more, and may be gone
  bool waiting_ = false;      ///< the answer is a stream that has nothing at present
  bool working_ = false;      ///< work() is on the stack
  bool greeted_ = false;      ///< it is known whether the client speaks TLS
  std::string rest_;          ///< bytes that have come but are not worked off yet
  std::array<char, 2048> small_;
};

}}}  // namespace opus::uws0::http
