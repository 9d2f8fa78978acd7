// How one answer becomes bytes: streams in chunks, or until the connection ends.
#include "server/http/writer.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <deque>

#include "tests/support/catch.hpp"

using opus::http::HeadOptions;
using opus::http::Wire;
using opus::http::Writer;
using opus::rest::BodyStream;
using opus::rest::Response;
using Progress = Writer::Progress;

namespace {

/// Gives the pieces it was told to.
class Scripted final : public BodyStream {
 public:
  struct Step {
    std::string text;
    State state;
  };
  explicit Scripted(std::deque<Step> steps) : steps_(std::move(steps)) {}
  State pull(std::string& piece) override {
    const Step step = steps_.front();
    if (steps_.size() > 1) steps_.pop_front();
    piece += step.text;
    return step.state;
  }
  void tell() { wake(); }

 private:
  std::deque<Step> steps_;
};

constexpr auto more = BodyStream::State::more;
constexpr auto waiting = BodyStream::State::waiting;
constexpr auto ended = BodyStream::State::ended;
constexpr auto broken = BodyStream::State::broken;

struct Pipe {
  int ends[2];
  Wire wire{-1};
  Pipe() {
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    wire = Wire(ends[0]);
  }
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  std::string read() const {
    std::string text(1 << 16, '\0');
    const ssize_t n = ::recv(ends[1], text.data(), text.size(), MSG_DONTWAIT);
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
  }
};

/// What the client gets after the header.
std::string body_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  REQUIRE(end != std::string::npos);
  return answer.substr(end + 4);
}

Response streamed(std::deque<Scripted::Step> steps) {
  Response response;
  response.body = std::make_shared<Scripted>(std::move(steps));
  return response;
}

}  // namespace

TEST_CASE("a stream goes out in chunks and ends with the empty one") {
  Pipe pipe;
  Writer writer;
  writer.start(streamed({{"first", more}, {std::string(300, 'x'), more}, {"last", ended}}), {},
               false);
  CHECK(writer.write(pipe.wire) == Progress::done);
  const std::string answer = pipe.read();
  CHECK(answer.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(answer.find("Content-Length") == std::string::npos);
  CHECK(body_of(answer) ==
        "5\r\nfirst\r\n12c\r\n" + std::string(300, 'x') + "\r\n4\r\nlast\r\n0\r\n\r\n");
  CHECK(writer.body_sent() == 309);
  CHECK(writer.stream() == nullptr);
}

TEST_CASE("a stream that waits is asked again when it has woken, and wakes are told once") {
  Pipe pipe;
  Writer writer;
  auto stream = std::make_shared<Scripted>(
      std::deque<Scripted::Step>{{"a", more}, {"", waiting}, {"b", waiting}, {"", ended}});
  int woken = 0;
  stream->on_wake([&] { ++woken; });
  Response response;
  response.body = stream;
  writer.start(std::move(response), {}, false);
  CHECK(writer.write(pipe.wire) == Progress::waiting);
  CHECK(body_of(pipe.read()) == "1\r\na\r\n");
  stream->tell();
  stream->tell();
  CHECK(woken == 1);
  CHECK(writer.write(pipe.wire) == Progress::waiting);
  CHECK(pipe.read() == "1\r\nb\r\n");
  stream->tell();
  CHECK(woken == 2);
  CHECK(writer.write(pipe.wire) == Progress::done);
  CHECK(pipe.read() == "0\r\n\r\n");
}

TEST_CASE("to HTTP/1.0 a stream goes as it is, to HEAD not at all") {
  Pipe pipe;
  Writer writer;
  HeadOptions old;
  old.http_1_0 = true;
  old.keep_alive = false;
  writer.start(streamed({{"first", more}, {"last", ended}}), old, false);
  CHECK(writer.write(pipe.wire) == Progress::done);
  const std::string answer = pipe.read();
  CHECK(answer.find("chunked") == std::string::npos);
  CHECK(body_of(answer) == "firstlast");

  writer.start(streamed({{"never", ended}}), {}, true);
  CHECK(writer.write(pipe.wire) == Progress::done);
  const std::string head = pipe.read();
  CHECK(head.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(body_of(head).empty());
}

TEST_CASE("a stream that breaks costs the connection, after what it had") {
  Pipe pipe;
  Writer writer;
  writer.start(streamed({{"half", broken}}), {}, false);
  CHECK(writer.write(pipe.wire) == Progress::failed);
  CHECK(body_of(pipe.read()) == "4\r\nhalf\r\n");  // no last chunk: the client sees that it is cut
}

TEST_CASE("a client that takes nothing holds one piece of the stream") {
  Pipe pipe;
  Writer writer;
  writer.start(streamed({{std::string(1 << 16, 'x'), more}}), {}, false);  // for ever
  Progress progress;
  while ((progress = writer.write(pipe.wire)) == Progress::yield) {
  }
  CHECK(progress == Progress::blocked);
  CHECK(writer.body_sent() < (4u << 20));
  pipe.read();
  CHECK(writer.write(pipe.wire) == Progress::blocked);
}
