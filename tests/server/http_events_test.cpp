// Streams and proxies over real sockets.
#include <filesystem>
#include <fstream>

#include "tests/server/http_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using namespace std::chrono_literals;

namespace {

opus::rest::ApiConfig behind_proxy() {
  opus::rest::ApiConfig config;
  config.trusted_proxies = opus::rest::TrustedProxies::parse({"127.0.0.1"}).value();
  return config;
}

}  // namespace

TEST_CASE("events come in chunks while the job lives; then the connection serves on") {
  HttpRig rig({.threads = 1});
  const std::string path = rig.create("echo");
  RawClient client = rig.connect();
  client.send(get_request(path + "/events"));
  const WireAnswer head = client.receive();
  CHECK(head.status == 200);
  CHECK(head.header("Content-Type") == "text/event-stream");
  CHECK(head.header("Transfer-Encoding") == "chunked");
  CHECK(head.header("Content-Length") == "(none)");
  CHECK(client.receive_until("\n\n\r\n").find("retry: ") != std::string::npos);
  CHECK(rig.post(path + "/phase", "PHASE=RUN").status == 303);
  const std::string rest = client.receive_until("\r\n0\r\n\r\n");
  const auto executing = rest.find("\"phase\":\"EXECUTING\"");
  const auto said = rest.find("said hello");
  const auto completed = rest.find("\"phase\":\"COMPLETED\"");
  CHECK(executing < said);
  CHECK(said < completed);
  CHECK(completed < rest.find("event: end"));
  CHECK(client.ask(get_request(path + "/phase")).body == "COMPLETED");
  rig.await_log(4);
}

TEST_CASE("to HTTP/1.0 events come as they are until the connection ends") {
  HttpRig rig;
  const std::string path = rig.create("echo", "PHASE=RUN");
  rig.ended(path);
  RawClient client = rig.connect();
  client.send("GET " + path + "/events HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const WireAnswer head = client.receive();
  CHECK(head.header("Transfer-Encoding") == "(none)");
  CHECK(head.header("Connection") == "close");
  const std::string body = client.receive_until("event: end");
  CHECK(body.substr(0, 7) == "retry: ");
  client.receive_until("\n\n");
  CHECK(client.closed());
}

TEST_CASE("HEAD of events has the header alone") {
  HttpRig rig;
  const std::string path = rig.create("echo");
  RawClient client = rig.connect();
  client.send("HEAD " + path + "/events HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.receive(true).header("Content-Type") == "text/event-stream");
  CHECK(client.ask(get_request(path + "/phase")).body == "PENDING");
}

TEST_CASE("a server that stops ends the streams, and closes none by force") {
  HttpRig rig;
  const std::string path = rig.create("echo");
  RawClient job = rig.connect(), list = rig.connect();
  job.send(get_request(path + "/events")).receive();
  list.send(get_request("/rest/echo/events")).receive();
  job.receive_until("event: state");
  list.receive_until("event: state");
  CHECK(rig.server().stop(20s) == 0);
  CHECK(job.receive_until("\r\n0\r\n\r\n").find(": the server stops") != std::string::npos);
  list.receive_until("\r\n0\r\n\r\n");
  CHECK(job.closed());
  CHECK(list.closed());
}

TEST_CASE("a listener that goes away is noticed, also if it had sent something more") {
  HttpRig rig;
  const std::string path = rig.create("echo");
  for (const std::string more : {"", "GET / HTTP/1.1\r\n"}) {
    RawClient client = rig.connect();
    client.send(get_request(path + "/events") + more);
    client.receive_until("event: state");
    rig.await_connections(1);
    client.close();
    // What came after the request stands in the way of seeing the end: the next event finds it.
    if (!more.empty()) CHECK(rig.post(path + "/phase", "PHASE=ABORT").status == 303);
    rig.await_connections(0);
  }
}

TEST_CASE("a listener that takes nothing is closed, and holds little until then") {
  HttpRig rig({.write = 300ms});
  const std::string path = rig.create("echo", "PHASE=RUN");
  rig.ended(path);
  const auto log = rig.service().log_path(rig.id_of(path), "stdout").value();
  std::filesystem::resize_file(log, 64 << 20);
  RawClient client = rig.connect();
  client.send(get_request(path + "/events", "Last-Event-ID: 0.0.0\r\n"));
  rig.await_connections(1);
  rig.await_connections(0);
}

TEST_CASE("hundreds of listeners share the threads, and each hears of its own job alone") {
  HttpRig rig({.threads = 1});
  const std::string changing = rig.create("echo"), quiet = rig.create("echo");
  std::vector<RawClient> listeners, others;
  for (int i = 0; i < 100; ++i) {
    listeners.push_back(rig.connect());
    listeners.back().send(get_request(changing + "/events"));
    others.push_back(rig.connect());
    others.back().send(get_request(quiet + "/events"));
  }
  for (auto* clients : {&listeners, &others})
    for (RawClient& client : *clients) client.receive_until("event: state");
  for (RawClient& client : others) client.receive_until("\n\n\r\n");
  CHECK(rig.post(changing + "/phase", "PHASE=ABORT").status == 303);
  for (RawClient& client : listeners) client.receive_until("event: end");
  for (RawClient& client : others) CHECK_FALSE(client.readable(0ms));
}

TEST_CASE("UWS-CRE-03: what is emitted bears the URL that a trusted proxy tells") {
  HttpRig rig({}, behind_proxy());
  RawClient client = rig.connect();
  const std::string form = "text=x";
  client.send(
      "POST /rest/echo HTTP/1.1\r\nHost: internal\r\n"
      "Forwarded: for=192.0.2.60;proto=https;host=opus.example\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n\r\n" +
      form);
  const std::string location = client.receive().header("Location");
  CHECK(location.substr(0, 31) == "https://opus.example/rest/echo/");
  const std::string path = location.substr(20);
  const WireAnswer results =
      client.ask(get_request("/rest/echo",
                             "X-Forwarded-Proto: https\r\nX-Forwarded-Host: a.b\r\n"
                             "X-Forwarded-Prefix: /opus\r\n"));
  CHECK(results.body.find("\"https://a.b/opus" + path + '"') != std::string::npos);
  const WireAnswer bad = client.ask(get_request(path, "X-Forwarded-Proto: gopher\r\n"));
  CHECK(bad.status == 400);
  CHECK(bad.body.find("expected http or https") != std::string::npos);
  rig.await_log(3);
  CHECK(rig.log().front().find("192.0.2.60") != std::string::npos);
}

TEST_CASE("UWS-CRE-03: who is not trusted changes no URL") {
  HttpRig rig;
  for (const char* spoof : {"Forwarded: proto=https;host=evil.example\r\n",
                            "X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\n",
                            "X-Forwarded-Prefix: /evil\r\n"}) {
    RawClient client = rig.connect();
    const WireAnswer answer = client.ask(get_request("/rest", spoof));
    CHECK(answer.status == 200);
    CHECK(answer.body.find("evil") == std::string::npos);
    CHECK(answer.body.find("http://") == 0);
  }
}

TEST_CASE("a configured base URL is emitted whatever proxies say") {
  opus::rest::ApiConfig config = behind_proxy();
  config.base_url = "https://public.example/opus/";
  HttpRig rig({}, std::move(config));
  RawClient client = rig.connect();
  const WireAnswer answer = client.ask(get_request("/rest", "X-Forwarded-Host: other.example\r\n"));
  CHECK(answer.body.find("https://public.example/opus/rest/echo\n") == 0);
}
