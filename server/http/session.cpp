#include "server/http/session.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/http/error.hpp>

#include "server/http/session_call.hpp"
#include "server/rest/error_map.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace http {

namespace asio = boost::asio;
using rest::Interrupt;

namespace {

constexpr std::string_view k_http = "http://";
constexpr std::string_view k_https = "https://";

constexpr std::size_t k_longest_chunk_header = 4096;  // a chunk's size line, or trailers

/// The line ends as the request line of another version of HTTP does.
bool names_other_version(std::string_view input) noexcept {
  const std::string_view line = input.substr(0, input.find("\r\n"));
  if (std::count(line.begin(), line.end(), ' ') != 2) return false;
  const std::string_view version = line.substr(line.rfind(' ') + 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.size() == 8 && version.substr(0, 5) == "HTTP/" && is_digit(version[5]) &&
         version[6] == '.' && is_digit(version[7]);
}

/// The size line of a chunk is whole, and yet the parser wants more of it: a quote in its extension
/// is not closed. Trailers, which follow the size 0, may well be unfinished.
bool has_open_chunk_line(std::string_view input) noexcept {
  if (input.substr(0, 2) == "\r\n") input.remove_prefix(2);
  const auto first = input.find_first_not_of('0');
  const auto end = input.find("\r\n");
  constexpr std::string_view k_hex = "123456789abcdefABCDEF";
  return end != input.npos && first < end && k_hex.find(input[first]) != k_hex.npos;
}

}  // namespace

struct Session::Incoming {
  Incoming(rest::Request& request, std::string_view scheme, std::size_t header_limit)
      : parser(request, scheme, header_limit) {}

  RequestParser parser;
  const rest::Route* route = nullptr;
  std::unique_ptr<rest::BodyReader> reader;
};

Session::Session(Lane& lane, asio::ip::tcp::socket socket, Door door)
    : lane_(lane), socket_(std::move(socket)), wire_(socket_.native_handle()), door_(door) {}

Session::~Session() = default;

void Session::start() {
  boost::system::error_code code;
  const auto remote = socket_.remote_endpoint(code);
  if (code) return close();
  remote_ = remote.address().to_string();
  socket_.set_option(asio::ip::tcp::no_delay(true), code);
  const HttpConfig& config = lane_.shared().config;
  // Shaking hands costs us more than the client: it has no time to rest before.
  set_deadline(lane_.shared().tls ? config.header : config.idle);
  arm_read();
}

void Session::close() {
  if (std::exchange(state_, State::closed) == State::closed) return;
  waiting_ = false;
  const auto self = shared_from_this();  // the lane may hold the last reference
  if (call_) rest::Call::interrupt(call_, Interrupt::gone);
  call_.reset();
  incoming_.reset();
  writer_.reset();
  boost::system::error_code ignored;
  socket_.close(ignored);
  lane_.forget(this);
}

void Session::drain() {
  keep_alive_ = false;
  if (state_ == State::idle) return close();
  if (state_ == State::handling && call_->interruptible())
    rest::Call::interrupt(call_, Interrupt::stopping);
  if (state_ == State::writing && writer_.stream() != nullptr) {
    writer_.stream()->finish();
    if (waiting_) write_on();
  }
}

void Session::set_deadline(std::chrono::milliseconds from_now) {
  deadline_ = Clock::now() + from_now;
}

void Session::on_deadline() {
  switch (state_) {
    case State::head:
      return refuse(408, {Errc::timed_out, "the request's header did not come in time"});
    case State::body:
      return refuse(408, {Errc::timed_out, "the request's body did not come in time"});
    case State::handling: return;
    default: return close();
  }
}

// --- reading: see session_input.cpp for how the bytes come

/// Takes a step with the input; false when it needs more, or cannot take any now.
bool Session::take(std::string_view& input) {
  switch (state_) {
    case State::idle: {
      // RFC 9112 §2.2: an empty line before a request line is to be ignored.
      const auto first = input.find_first_not_of("\r\n");
      input.remove_prefix(std::min(first, input.size()));
      if (!input.empty()) begin_request();
      return !input.empty();
    }
    case State::head:
    case State::body: break;
    case State::lingering: input = {}; return false;
    default: return false;
  }

  RequestParser& parser = incoming_->parser;
  const bool had_header = parser.is_header_done();
  const std::uint64_t had_body = parser.body_bytes();
  boost::system::error_code code;
  const std::string_view parsed =
      input.substr(0, parser.put(asio::buffer(input.data(), input.size()), code));
  input.remove_prefix(parsed.size());
  const bool more = code == boost::beast::http::error::need_more;
  const std::size_t framing =
      (more ? input.size() : 0) + (parser.body_bytes() == had_body ? parsed.size() : 0);
  if (had_header && framing > k_longest_chunk_header) {
    refuse(400, {Errc::invalid_argument,
                 "a chunk's header, or what trails the last chunk, is longer "
                 "than " +
                     std::to_string(k_longest_chunk_header) + " bytes"});
    return false;
  }
  if (more) {
    if (had_header && has_open_chunk_line(input))
      refuse(400, {Errc::invalid_argument, "a chunk's header is malformed"});
    return false;
  }
  if (code == boost::beast::http::error::header_limit) {
    const auto limit = lane_.shared().config.header_bytes;
    refuse(431, {Errc::too_large,
                 "the request's header is longer than " + std::to_string(limit) + " bytes"});
    return false;
  }
  if (code == boost::beast::http::error::bad_version) {
    if (names_other_version(input))
      refuse(505, {Errc::unsupported, "expected HTTP/1.1 or HTTP/1.0"});
    else
      refuse(400, {Errc::invalid_argument,
                   "not an HTTP request: expected a line like 'GET /path HTTP/1.1'"});
    return false;
  }
  if (parser.body_error()) {
    const Error error = *parser.body_error();
    refuse(rest::status_of(error.code), error);
    return false;
  }
  if (code) {
    refuse(400, {Errc::invalid_argument, "not an HTTP request: " + code.message()});
    return false;
  }
  if (!had_header && parser.is_header_done()) {
    parser.check_folding(parsed);
    on_head(!input.empty());
  }
  if (state_ == State::body) {
    if (parser.is_done())
      on_complete();
    else
      on_body_progress();
  }
  return state_ != State::closed;
}

void Session::begin_request() {
  state_ = State::head;
  began_ = Clock::now();
  unread_body_ = false;
  keep_alive_ = false;  // until a whole header says otherwise
  route_ = nullptr;
  waited_ = false;
  set_deadline(lane_.shared().config.header);
  call_ = std::make_shared<SessionCall>(lane_, weak_from_this());
  incoming_ = std::make_unique<Incoming>(call_->request, wire_.secured() ? k_https : k_http,
                                         lane_.shared().config.header_bytes);
}

void Session::on_head(bool more_input) {
  began_ = Clock::now();
  RequestParser& parser = incoming_->parser;
  rest::Request& request = call_->request;
  request.remote = remote_;
  http_1_0_ = parser.version() < 11;
  const auto refusal = parser.refusal();
  if (refusal && !refusal->framed)
    return refuse(refusal->status, {Errc::invalid_argument, refusal->message});
  if (request.base_url.empty()) {  // HTTP/1.0 without Host
    boost::system::error_code code;
    const auto local = socket_.local_endpoint(code);
    if (code) return close();
    const bool v6 = local.address().is_v6();
    const std::string address = local.address().to_string();
    request.base_url = std::string(wire_.secured() ? k_https : k_http)
                           .append(v6 ? '[' + address + ']' : address)
                           .append(":" + std::to_string(local.port()));
  }

  keep_alive_ = parser.keep_alive() && !lane_.draining();
  unread_body_ = !parser.is_done();
  if (refusal)
    return decline(
        error_response(request, refusal->status, {Errc::invalid_argument, refusal->message}));
  if (lane_.shared().tls && !wire_.secured()) return decline(moved_to_https(request));
  rest::Api::Intake intake = lane_.shared().api.begin(*call_, parser.length());
  route_ = intake.matched;
  if (intake.refusal) return decline(*std::move(intake.refusal));
  unread_body_ = false;
  incoming_->route = intake.route;
  incoming_->reader = std::move(intake.body);
  parser.set_reader(incoming_->reader.get());
  state_ = State::body;
  if (parser.is_done()) return;
  on_body_progress();
  if (parser.expects_continue() && !more_input) {
    constexpr std::string_view k_continue = "HTTP/1.1 100 Continue\r\n\r\n";
    // Nothing else is on its way to the client: there is room for 25 bytes.
    if (wire_.write(k_continue) != static_cast<ssize_t>(k_continue.size())) close();
  }
}

/// The same resource by TLS; over plain HTTP none is served where there is TLS.
rest::Response Session::moved_to_https(const rest::Request& request) const {
  std::string_view host = std::string_view(request.base_url).substr(k_http.size());
  std::string url(k_https);
  if (door_ == Door::main) {
    url += host;  // with the port as the client knows it
  } else {
    constexpr std::uint16_t k_usual = 443;
    const auto port = host.rfind(':');
    if (port != host.npos && host.back() != ']') host = host.substr(0, port);
    url += host;
    if (lane_.shared().port != k_usual) url += ':' + std::to_string(lane_.shared().port);
  }
  rest::Response response;
  response.status = 308;  // the method stays, unlike with 301
  response.headers.add("Location", url.append(request.target));
  return response;
}

/// A body may be slow, but not as slow as its sender likes.
void Session::on_body_progress() {
  const HttpConfig& config = lane_.shared().config;
  set_deadline(config.read);
  if (config.min_body_rate == 0) return;
  const std::chrono::seconds allowed(incoming_->parser.body_bytes() / config.min_body_rate);
  deadline_ = std::min(deadline_, began_ + config.read + allowed);
}

void Session::on_complete() {
  state_ = State::handling;
  deadline_ = Clock::time_point::max();
  const auto incoming = std::move(incoming_);
  if (incoming->reader) {
    if (const auto done = incoming->reader->finish(call_->request); !done)
      return respond(error_response(call_->request, done.error()));
  }
  lane_.shared().api.handle(call_, *incoming->route);
  waited_ = state_ == State::handling && call_->interruptible();
  if (state_ == State::handling && lane_.draining() && call_->interruptible())
    rest::Call::interrupt(call_, Interrupt::stopping);
}

// --- writing

/// Answers without having read the request to its end; nothing can follow on this connection.
void Session::refuse(int status, const Error& error) {
  keep_alive_ = false;
  unread_body_ = true;
  respond(error_response(call_->request, status, error));
}

/// Answers a request by its header alone. The connection goes on if there is no body.
void Session::decline(rest::Response response) {
  keep_alive_ = keep_alive_ && !unread_body_;
  respond(std::move(response));
}

void Session::on_response(const rest::Call& call, rest::Response response) {
  if (&call == call_.get() && state_ == State::handling) respond(std::move(response));
}

void Session::respond(rest::Response response) {
  state_ = State::writing;
  lane_.shared().api.finish(call_->request, response);
  keep_alive_ = keep_alive_ && !lane_.draining();
  if (http_1_0_ && !rest::size(response.body)) keep_alive_ = false;  // its end is the only sign
  HeadOptions options;
  options.keep_alive = keep_alive_;
  options.http_1_0 = http_1_0_;
  options.date = lane_.http_date();
  writer_.start(std::move(response), options, call_->request.method == rest::Method::head);
  incoming_.reset();
  if (rest::BodyStream* const stream = writer_.stream()) {
    stream->on_wake([lane = lane_.weak_from_this(), session = weak_from_this()] {
      if (const auto home = lane.lock())
        asio::post(home->context(), [session] {
          if (const auto self = session.lock()) self->on_stream_wake();
        });
    });
    if (lane_.draining()) stream->finish();
  }
  write_on();
}

void Session::on_stream_wake() {
  if (waiting_) write_on();
}

void Session::write_on() {
  if (state_ != State::writing) return;
  waiting_ = false;
  switch (writer_.write(wire_)) {
    case Writer::Progress::done: return on_written();
    case Writer::Progress::failed: return close();
    case Writer::Progress::yield:
      set_deadline(lane_.shared().config.write);
      return asio::post(lane_.context(), [self = shared_from_this()] { self->write_on(); });
    case Writer::Progress::blocked:
      set_deadline(lane_.shared().config.write);
      return socket_.async_wait(asio::ip::tcp::socket::wait_write,
                                [self = shared_from_this()](const boost::system::error_code& code) {
                                  if (code) return self->close();
                                  self->write_on();
                                });
    case Writer::Progress::waiting:
      if (input_ended_) return close();
      waiting_ = waited_ = true;
      deadline_ = Clock::time_point::max();
      if (!working_ && wants_input()) arm_read();  // else work()'s caller does
      return;
  }
}

void Session::on_written() {
  lane_.shared().api.metrics().count(route_, writer_.status(), Clock::now() - began_, waited_);
  if (lane_.shared().access) log_access();
  call_.reset();
  writer_.reset();
  if (!keep_alive_ && !unread_body_) {
    wire_.finish_output();
    return close();
  }
  if (!keep_alive_) {
    // Closing now would reset the connection and could take the answer away from the client.
    state_ = State::lingering;
    set_deadline(lane_.shared().config.linger);
    wire_.finish_output();
    return arm_read();
  }
  state_ = State::idle;
  set_deadline(lane_.shared().config.idle);
  if (working_) return;  // work() goes on by itself
  work({});
  if (wants_input()) arm_read();
}

void Session::log_access() const {
  AccessRecord record;
  const rest::Request& request = call_->request;
  record.method = to_string(request.method);
  record.target = request.target;
  // Elsewhere a query says what is asked for; here it has a job's parameters.
  if (record.target.starts_with("/sync/"))
    record.target = record.target.substr(0, record.target.find('?'));
  if (request.path.size() > 0 && request.path[0] == "shared")
    record.target = "/shared/";  // a secret
  record.remote = request.remote.empty() ? std::string_view(remote_) : request.remote;
  record.status = writer_.status();
  record.bytes = writer_.body_sent();
  record.time = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began_);
  lane_.shared().access(record);
}

}}}  // namespace opus::uws0::http
