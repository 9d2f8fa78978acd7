// The least an HTTP answer can cost with Beast: the same bytes for every request, no routing.
// usage: bench-bare_beast <threads> <file with the body>        prints its port, serves until
// killed
#include <boost/asio.hpp>
#include <boost/beast.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>
#include <vector>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace {

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const std::string& body) : stream_(std::move(socket)), body_(body) {}

  void read() {
    request_ = {};
    http::async_read(stream_, buffer_, request_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       if (!error) self->write();
                     });
  }

 private:
  void write() {
    response_ = {http::status::ok, request_.version()};
    response_.set(http::field::content_type, "text/xml;charset=UTF-8");
    response_.keep_alive(request_.keep_alive());
    response_.body() = body_;
    response_.prepare_payload();
    http::async_write(stream_, response_,
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (!error) self->read();
                      });
  }

  beast::tcp_stream stream_;
  const std::string& body_;
  beast::flat_buffer buffer_{};
  http::request<http::string_body> request_{};
  http::response<http::string_body> response_{};
};

void accept(tcp::acceptor& acceptor, const std::string& body) {
  acceptor.async_accept(asio::make_strand(acceptor.get_executor()),
                        [&acceptor, &body](beast::error_code error, tcp::socket socket) {
                          if (!error) std::make_shared<Session>(std::move(socket), body)->read();
                          accept(acceptor, body);
                        });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int threads = std::atoi(argv[1]);
  std::ostringstream text;
  text << std::ifstream{argv[2], std::ios::binary}.rdbuf();
  const std::string body = text.str();
  asio::io_context context{threads};
  tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
  std::printf("%u\n", static_cast<unsigned>(acceptor.local_endpoint().port()));
  std::fflush(stdout);
  accept(acceptor, body);
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back([&] { context.run(); });
  context.run();
}
