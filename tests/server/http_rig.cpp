#include "tests/server/http_rig.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <thread>
#include <utility>

#include "server/rest/text.hpp"
#include "tests/support/catch.hpp"

namespace opus_test {

using namespace std::chrono_literals;

namespace {

constexpr auto k_patience = 60s;

bool wait_for(int fd, short events, std::chrono::milliseconds time) {
  pollfd entry{fd, events, 0};
  return ::poll(&entry, 1, static_cast<int>(time.count())) > 0;
}

}  // namespace

std::string WireAnswer::header(std::string_view name) const {
  for (std::string_view rest = head; !rest.empty();) {
    const auto end = std::min(rest.find("\r\n"), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
    const auto colon = line.find(": ");
    if (colon != line.npos && opus::rest::iequals(line.substr(0, colon), name))
      return std::string(line.substr(colon + 2));
  }
  return "(none)";
}

RawClient::RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

RawClient::RawClient(RawClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}

RawClient::~RawClient() { close(); }

void RawClient::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void RawClient::finish_sending() { ::shutdown(fd_, SHUT_WR); }

RawClient& RawClient::send(std::string_view bytes) {
  const std::size_t taken = send_while_taken(bytes);
  REQUIRE(taken == bytes.size());
  return *this;
}

std::size_t RawClient::send_while_taken(std::string_view bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) break;
    sent += static_cast<std::size_t>(n);
  }
  return sent;
}

bool RawClient::readable(std::chrono::milliseconds within) {
  return !buffer_.empty() || wait_for(fd_, POLLIN, within);
}

/// Reads more; false when the connection has ended.
bool RawClient::fill() {
  REQUIRE(wait_for(fd_, POLLIN, k_patience));
  std::array<char, 16384> piece;
  const ssize_t n = ::recv(fd_, piece.data(), piece.size(), 0);
  if (n <= 0) return false;
  buffer_.append(piece.data(), static_cast<std::size_t>(n));
  return true;
}

std::string RawClient::take(std::size_t n) {
  while (buffer_.size() < n) REQUIRE(fill());
  std::string taken = buffer_.substr(0, n);
  buffer_.erase(0, n);
  return taken;
}

WireAnswer RawClient::receive(bool head_only) {
  std::size_t end;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) REQUIRE(fill());
  WireAnswer answer;
  answer.head = take(end + 4);
  REQUIRE(answer.head.rfind("HTTP/1.1 ", 0) == 0);
  answer.status = std::atoi(answer.head.c_str() + 9);
  const std::string length = answer.header("Content-Length");
  if (!head_only && length != "(none)") answer.body = take(std::stoull(length));
  return answer;
}

std::string RawClient::receive_until(std::string_view mark) {
  std::size_t at;
  while ((at = buffer_.find(mark)) == std::string::npos) REQUIRE(fill());
  return take(at + mark.size());
}

std::uint64_t RawClient::receive_and_count() {
  std::size_t end;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) REQUIRE(fill());
  WireAnswer answer;
  answer.head = take(end + 4);
  const std::uint64_t length = std::stoull(answer.header("Content-Length"));
  std::uint64_t count = buffer_.size();
  buffer_.clear();
  while (count < length) {
    REQUIRE(fill());
    count += buffer_.size();
    buffer_.clear();
  }
  return count;
}

bool RawClient::closed() {
  while (buffer_.empty())
    if (!fill()) return true;
  return false;
}

HttpRig::HttpRig(opus::http::HttpConfig http, opus::rest::ApiConfig api) {
  http.port = 0;
  if (http.threads == 0) http.threads = 2;
  api_.emplace(service(), std::move(api));
  server_ = opus::http::HttpServer::start(
                *api_, std::move(http), {},
                [this](const opus::http::AccessRecord& record) {
                  const std::lock_guard lock(log_mutex_);
                  log_.push_back(std::string(record.method) + ' ' + std::string(record.target) +
                                 ' ' + std::to_string(record.status) + ' ' +
                                 std::to_string(record.bytes) + ' ' + std::string(record.remote));
                  logged_.notify_all();
                })
                .value();
}

HttpRig::~HttpRig() {
  open_gate();
  server_.reset();
}

WireAnswer HttpRig::get(std::string_view target) const {
  return connect().ask(get_request(target));
}

WireAnswer HttpRig::post(std::string_view target, std::string_view form) const {
  return connect().ask(post_request(target, form));
}

std::string HttpRig::create(std::string_view name, std::string_view form) const {
  const WireAnswer answer = post("/rest/" + std::string(name), form);
  REQUIRE(answer.status == 303);
  const std::string url = answer.header("Location");
  const auto path = url.find("/rest/");
  REQUIRE(path != std::string::npos);
  return url.substr(path);
}

void HttpRig::await_connections(std::size_t count) const {
  // The server tells nobody about connections that end: look again and again, for a bounded time.
  const auto deadline = std::chrono::steady_clock::now() + k_patience;
  while (server_->connections() != count && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  REQUIRE(server_->connections() == count);
}

std::vector<std::string> HttpRig::log() const {
  const std::lock_guard lock(log_mutex_);
  return log_;
}

void HttpRig::await_log(std::size_t records) const {
  std::unique_lock lock(log_mutex_);
  REQUIRE(logged_.wait_for(lock, k_patience, [&] { return log_.size() >= records; }));
}

std::string get_request(std::string_view target, std::string_view more_header) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" +
         std::string(more_header) + "\r\n";
}

std::string post_request(std::string_view target, std::string_view form) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
         "Content-Length: " +
         std::to_string(form.size()) + "\r\n\r\n" + std::string(form);
}

std::string chunk(std::string_view data) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  return size + std::string(data) + "\r\n";
}

}  // namespace opus_test
