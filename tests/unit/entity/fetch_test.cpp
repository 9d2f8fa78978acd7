#include "libopus/entity/fetch.hpp"

#include "libopus/core/hash.hpp"
#include "libopus/entity/transfer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"
#include "tests/support/loopback_server.hpp"
#include "tests/support/temp_folder.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <future>
#include <string>

using namespace opus;
using namespace std::chrono_literals;
using opus_test::contains;
using opus_test::Exchange;
using opus_test::LoopbackServer;
using opus_test::TempFolder;
namespace fs = std::filesystem;

namespace {

entity::FetchLimits local_limits() {
  return {.max_bytes = 1'000'000, .timeout = 20s, .private_addresses = true};
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator{"/proc/self/fd"}) ++count;
  return count;
}

Error error_of(const std::string& url, const entity::FetchLimits& limits = local_limits()) {
  const TempFolder folder;
  const auto result = entity::fetch_url(url, folder / "x", limits);
  REQUIRE_FALSE(result);
  CHECK_FALSE(fs::exists(folder / "x"));
  return result.error();
}

}  // namespace

TEST_CASE("a URL is fetched with its name, type, size and hash") {
  const std::string body = "SIMPLE  =" + std::string(300'000, 'x');
  LoopbackServer server{
      [&](Exchange& e) { e.answer("200 OK", "Content-Type: application/octet-stream\r\n", body); }};
  const TempFolder folder;
  const auto fetched =
      entity::fetch_url(server.url("/data/my%20image.fits?x=1"), folder / "x", local_limits());
  REQUIRE(fetched);
  CHECK(fetched->name == "my image.fits");
  CHECK(fetched->media_type == "application/fits");
  CHECK(fetched->size == body.size());
  CHECK(fetched->sha256 == sha256_hex(body));
  CHECK(TempFolder::read(folder / "x") == body);
}

TEST_CASE("the name comes from Content-Disposition, the final URL or the first one (OPUS S5)") {
  LoopbackServer server{[](Exchange& e) {
    if (e.path() == "/named")
      e.answer("200 OK", "Content-Disposition: attachment; filename=\"../../a b.csv\"\r\n", "1");
    else if (e.path() == "/start.txt")
      e.answer("302 Found", "Location: /target/end.json\r\nContent-Disposition: x; filename=no\r\n",
               "");
    else if (e.path() == "/first.csv")
      e.answer("302 Found", "Location: /\r\n", "");
    else
      e.answer("200 OK", "", "1");
  }};
  const TempFolder folder;
  const auto name_of = [&](const char* path) {
    const auto fetched = entity::fetch_url(server.url(path), folder / "x", local_limits());
    fs::remove(folder / "x");
    return fetched.value().name;
  };
  CHECK(name_of("/named") == "a b.csv");
  CHECK(name_of("/start.txt") == "end.json");
  CHECK(name_of("/first.csv") == "first.csv");
  CHECK(name_of("/") == "download");
  CHECK(name_of("/..%2f..%2fetc%2fpasswd") == "passwd");
}

TEST_CASE("a chunked answer and an empty one are fetched") {
  LoopbackServer server{[](Exchange& e) {
    if (e.path() == "/empty")
      e.answer("200 OK", "Content-Type: text/csv\r\n", "");
    else
      e.send(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  }};
  const TempFolder folder;
  CHECK(entity::fetch_url(server.url("/c"), folder / "c", local_limits())->size == 5);
  CHECK(TempFolder::read(folder / "c") == "abcde");
  const auto empty = entity::fetch_url(server.url("/empty"), folder / "e", local_limits());
  REQUIRE(empty);
  CHECK(empty->sha256 == sha256_hex(""));
  CHECK(fs::exists(folder / "e"));
}

TEST_CASE("only http and https URLs without credentials are fetched") {
  for (const char* const url : {"", "x", "/etc/passwd", "file:///etc/passwd", "ftp://h/x",
                                "gopher://h/", "http://", "HTTP//h/x", "http://h h/", "://h",
                                "dict://h/", "scp://h/x", "http://[::1/", "http://h:99999/"}) {
    CAPTURE(url);
    const Error error = error_of(url);
    CHECK(error.code == Errc::invalid_argument);
    CHECK(contains(error.message, "URL: expected http://... or https://..., got "));
  }
  CHECK(contains(error_of("http://user:secret@127.0.0.1/").message, "without user name"));
  CHECK(error_of({"http://127.0.0.1/\0x", 19}).code == Errc::invalid_argument);
}

TEST_CASE("an answer other than success is an error with its status") {
  LoopbackServer server{
      [](Exchange& e) { e.answer(e.path().substr(1) + " Whatever", "", "a page about it"); }};
  struct Case {
    const char* status;
    Errc code;
  };
  const Case cases[] = {
      {"404", Errc::not_found},        {"410", Errc::not_found},
      {"400", Errc::invalid_argument}, {"401", Errc::invalid_argument},
      {"403", Errc::invalid_argument}, {"300", Errc::invalid_argument},
      {"204", Errc::invalid_argument}, {"206", Errc::invalid_argument},
      {"408", Errc::unavailable},      {"429", Errc::unavailable},
      {"500", Errc::unavailable},      {"503", Errc::unavailable},
  };
  for (const Case& c : cases) {
    CAPTURE(c.status);
    const Error error = error_of(server.url("/" + std::string{c.status}));
    CHECK(error.code == c.code);
    CHECK(contains(error.message, "status " + std::string{c.status}));
    CHECK(contains(error.message, server.url("/")));
  }
}

TEST_CASE("the size limit holds for honest, lying, chunked and endless servers") {
  LoopbackServer server{[](Exchange& e) {
    if (e.path() == "/honest") {
      e.answer("200 OK", "", std::string(2000, 'x'));
    } else if (e.path() == "/fits") {
      e.answer("200 OK", "", std::string(1000, 'x'));
    } else if (e.path() == "/silent") {  // no length at all
      e.send("HTTP/1.1 200 OK\r\n\r\n" + std::string(2000, 'x'));
    } else {
      e.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      while (e.send("100\r\n" + std::string(256, 'x') + "\r\n")) {
      }
    }
  }};
  entity::FetchLimits limits = local_limits();
  limits.max_bytes = 1000;
  for (const char* const path : {"/honest", "/silent", "/endless"}) {
    CAPTURE(path);
    const Error error = error_of(server.url(path), limits);
    CHECK(error.code == Errc::too_large);
    CHECK(contains(error.message, "larger than 1000 bytes"));
  }
  const TempFolder folder;
  CHECK(entity::fetch_url(server.url("/fits"), folder / "x", limits)->size == 1000);
}

TEST_CASE("an answer that breaks off is an error that may pass") {
  LoopbackServer server{[](Exchange& e) {
    if (e.path() == "/short")
      e.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
    else if (e.path() == "/chunk")
      e.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc");
    else if (e.path() == "/garbage")
      e.send("this is not HTTP at all\r\n\r\n");
  }};
  for (const char* const path : {"/short", "/chunk", "/garbage", "/nothing"}) {
    CAPTURE(path);
    CHECK(error_of(server.url(path)).code == Errc::unavailable);
  }
}

TEST_CASE("the time limit holds for servers that answer nothing, or slowly") {
  LoopbackServer server{[](Exchange& e) {
    if (e.path() == "/slow") e.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx");
    e.hang();
  }};
  entity::FetchLimits limits = local_limits();
  limits.timeout = 1s;
  for (const char* const path : {"/mute", "/slow"}) {
    const Error error = error_of(server.url(path), limits);
    CHECK(error.code == Errc::timed_out);
    CHECK(contains(error.message, "not complete after 1 s"));
  }
}

TEST_CASE("a fetch stops at once when it is told to") {
  std::promise<void> asked;
  LoopbackServer server{[&](Exchange& e) {
    asked.set_value();
    e.hang();
  }};
  std::stop_source stop;
  entity::FetchLimits limits = local_limits();
  limits.timeout = 0s;  // no limit: only the stop can end it
  limits.stop = stop.get_token();
  auto fetching = std::async(std::launch::async, [&] { return error_of(server.url("/"), limits); });
  asked.get_future().wait();
  stop.request_stop();
  const Error error = fetching.get();
  CHECK(error.code == Errc::unavailable);
  CHECK(contains(error.message, "stopped"));
  CHECK(error_of(server.url("/"), limits).code == Errc::unavailable);  // before it begins
  CHECK(server.requests() == 1);
}

TEST_CASE("a refused connection and an unknown host are errors that may pass") {
  std::string url;
  {
    LoopbackServer gone{[](Exchange&) {}};
    url = gone.url("/");
  }
  CHECK(error_of(url).code == Errc::unavailable);
  CHECK(contains(error_of(url).message, "no connection"));
  CHECK(error_of("http://does-not-exist.invalid/").code == Errc::unavailable);
}

TEST_CASE("private networks are refused in every spelling, without a connection (OPUS S5)") {
  LoopbackServer server{[](Exchange& e) { e.answer("200 OK", "", "secret"); }};
  entity::FetchLimits limits = local_limits();
  limits.private_addresses = false;
  for (const char* const host :
       {"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0",
        "[::1]", "[::]", "[::ffff:127.0.0.1]", "127.0.0.1."}) {
    CAPTURE(host);
    const Error error = error_of(server.url("/", host), limits);
    CHECK((error.code == Errc::invalid_argument || error.code == Errc::unavailable));
  }
  const Error error = error_of(server.url("/"), limits);
  CHECK(error.code == Errc::invalid_argument);
  CHECK(contains(error.message, "network that is not allowed"));
  CHECK(server.requests() == 0);
}

TEST_CASE("a redirect into a network that is not allowed is refused (OPUS S5)") {
  LoopbackServer inner{[](Exchange& e) { e.answer("200 OK", "", "secret"); }};
  LoopbackServer outer{[&](Exchange& e) {
    e.answer("302 Found", "Location: " + inner.url("/", "127.0.0.2") + "\r\n", "");
  }};
  // 127.0.0.1 plays the internet, 127.0.0.2 the private network.
  const auto internet_only = [](const sockaddr& address) {
    const auto& in4 = reinterpret_cast<const sockaddr_in&>(address);
    return in4.sin_addr.s_addr == htonl(INADDR_LOOPBACK);
  };
  const TempFolder folder;
  const auto result = entity::transfer(outer.url("/"), folder / "x", local_limits(), internet_only);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Errc::invalid_argument);
  CHECK(contains(result.error().message, "network that is not allowed"));
  CHECK(outer.requests() == 1);
  CHECK(inner.requests() == 0);
}

TEST_CASE("five redirects are followed, not more, and only to http") {
  LoopbackServer server{[](Exchange& e) {
    const std::string path = e.path();
    if (path == "/file")
      e.answer("302 Found", "Location: file:///etc/passwd\r\n", "");
    else if (path == "/ftp")
      e.answer("302 Found", "Location: ftp://127.0.0.1/x\r\n", "");
    else if (path == "/0")
      e.answer("200 OK", "", "here");
    else
      e.answer("307 Temporary Redirect",
               "Location: /" + std::to_string(std::stoi(path.substr(1)) - 1) + "\r\n", "");
  }};
  const TempFolder folder;
  CHECK(entity::fetch_url(server.url("/5"), folder / "x", local_limits()));
  CHECK(contains(error_of(server.url("/6")).message, "more than 5 redirects"));
  for (const char* const path : {"/file", "/ftp"}) {
    const Error error = error_of(server.url(path));
    CHECK(error.code == Errc::invalid_argument);
    CHECK(contains(error.message, "something else than http(s)"));
  }
}

TEST_CASE("proxies of the environment and .netrc are not used") {
  LoopbackServer proxy{[](Exchange& e) { e.answer("200 OK", "", "proxy"); }};
  LoopbackServer server{[](Exchange& e) { e.answer("200 OK", "", e.request()); }};
  const TempFolder folder;
  folder.write(".netrc", "machine 127.0.0.1 login me password secret\n");
  const char* const old_home = std::getenv("HOME");
  const std::string home = old_home ? old_home : "/";
  setenv("HOME", folder.path().c_str(), 1);
  setenv("http_proxy", proxy.url("/").c_str(), 1);
  setenv("all_proxy", proxy.url("/").c_str(), 1);
  const auto fetched = entity::fetch_url(server.url("/"), folder / "x", local_limits());
  unsetenv("http_proxy");
  unsetenv("all_proxy");
  setenv("HOME", home.c_str(), 1);
  REQUIRE(fetched);
  const std::string request = TempFolder::read(folder / "x");
  CHECK(contains(request, "User-Agent: opus-uws/"));
  CHECK_FALSE(contains(request, "Authorization"));
  CHECK(proxy.requests() == 0);
}

TEST_CASE("a target that exists or cannot be written is not touched") {
  LoopbackServer server{[](Exchange& e) { e.answer("200 OK", "", std::string(5000, 'x')); }};
  const TempFolder folder;
  const auto old = folder.write("old", "old");
  CHECK(entity::fetch_url(server.url("/"), old, local_limits()).error().code == Errc::conflict);
  CHECK(TempFolder::read(old) == "old");
  CHECK(entity::fetch_url(server.url("/"), folder / "no/x", local_limits()).error().code ==
        Errc::not_found);
  CHECK(server.requests() == 0);

  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{1000, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto result = entity::fetch_url(server.url("/"), folder / "big", local_limits());
  REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);
  CHECK(contains(result.error().message, "cannot write '"));
  CHECK_FALSE(fs::exists(folder / "big"));
}

TEST_CASE("fetches run side by side and leave no descriptors and no signals behind") {
  const auto fetch_eight = [] {
    LoopbackServer server{[](Exchange& e) { e.answer("200 OK", "", e.path()); }};
    const TempFolder folder;
    std::vector<std::future<bool>> fetching;
    for (int i = 0; i < 8; ++i)
      fetching.push_back(std::async(std::launch::async, [&, i] {
        const std::string path = "/" + std::to_string(i);
        const auto fetched =
            entity::fetch_url(server.url(path), folder / path.substr(1), local_limits());
        return fetched && fetched->sha256 == sha256_hex(path);
      }));
    for (auto& one : fetching) CHECK(one.get());
  };
  fetch_eight();  // what libraries open once and keep
  const std::size_t before = open_descriptors();
  fetch_eight();
  CHECK(open_descriptors() == before);
  sigset_t mask;
  pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  CHECK(sigismember(&mask, SIGPIPE) == 0);
}

TEST_CASE("a fetched file becomes an entity that knows where it came from") {
  LoopbackServer server{[](Exchange& e) {
    if (e.path() == "/t.csv")
      e.answer("200 OK", "Content-Type: text/csv; charset=utf-8\r\n", "a,b\n");
    else
      e.answer("404 Not Found", "", "");
  }};
  const TempFolder root;
  const TimePoint now{std::chrono::milliseconds{1'800'000'000'000}};
  const auto entity =
      entity::fetch_entity(server.url("/t.csv"), root.path(), "alice", now, local_limits());
  REQUIRE(entity);
  CHECK(entity->name == "t.csv");
  CHECK(entity->media_type == "text/csv");
  CHECK(entity->size == 4);
  CHECK(entity->sha256 == sha256_hex("a,b\n"));
  CHECK(entity->source_url == server.url("/t.csv"));
  CHECK(entity->owner == "alice");
  CHECK(entity->created == now);
  CHECK(TempFolder::read(root.path() / entity->location) == "a,b\n");
  CHECK(fs::is_empty(root / "incoming"));

  const auto missing =
      entity::fetch_entity(server.url("/none"), root.path(), {}, now, local_limits());
  CHECK(missing.error().code == Errc::not_found);
  CHECK(fs::is_empty(root / "incoming"));
}
