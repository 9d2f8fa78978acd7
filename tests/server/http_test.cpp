// The wire: framing, keep-alive, pipelining, limits, refusals.
#include <thread>

#include "tests/server/http_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using namespace std::chrono_literals;

TEST_CASE("a connection is kept for the next request, and HEAD answers without a body") {
  HttpRig rig;
  RawClient client = rig.connect();
  const WireAnswer first = client.ask(get_request("/"));
  CHECK(first.status == 200);
  CHECK(first.body.find("OPUS job service") != std::string::npos);
  CHECK(first.header("Server").find("opus-uws/") == 0);
  CHECK(first.header("Date").size() == 29);
  CHECK(first.header("Connection") == "(none)");
  const WireAnswer head =
      client.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n").receive(/*head_only=*/true);
  CHECK(head.status == 200);  // UWS-HTTP-13
  CHECK(head.header("Content-Length") == first.header("Content-Length"));
  CHECK(client.ask(get_request("/nosuch")).status == 404);
  CHECK(client.ask(get_request("/availability")).status == 200);
}

TEST_CASE("pipelined requests are answered in order, also behind one that takes its time") {
  HttpRig rig;
  const std::string path = rig.create("echo");
  RawClient client = rig.connect();
  client.send(get_request("/rest") + post_request("/rest/echo", "text=1") +
              get_request(path + "?WAIT=30") + get_request("/nosuch") + get_request("/rest/echo") +
              get_request(path + "/phase"));
  REQUIRE(rig.post(path + "/phase", "PHASE=ABORT").status == 303);
  CHECK(client.receive().header("Content-Type") == "text/plain;charset=UTF-8");
  const WireAnswer created = client.receive();
  CHECK(created.status == 303);
  CHECK(created.header("Content-Length") == "0");  // UWS-HTTP-11
  CHECK(client.receive().body.find("<uws:job ") != std::string::npos);
  CHECK(client.receive().status == 404);
  CHECK(client.receive().body.find("<uws:jobs ") != std::string::npos);
  CHECK(client.receive().body == "ABORTED");
}

TEST_CASE("a request may come in pieces of any size") {
  HttpRig rig;
  RawClient client = rig.connect();
  for (const char c : post_request("/rest/echo", "text=abc&RUNID=r")) client.send({&c, 1});
  CHECK(client.receive().status == 303);
  const std::string two = "\r\n\r\n" + get_request("/") + get_request("/rest");
  for (std::size_t cut = 0; cut < two.size(); cut += 7) {
    client.send(two.substr(0, cut));
    client.send(two.substr(cut));
    CHECK(client.receive().status == 200);
    CHECK(client.receive().status == 200);
  }
}

TEST_CASE("UWS-CRE-03: URLs are those that the client used, with an absolute Location") {
  HttpRig rig;
  RawClient client = rig.connect();
  const std::string request = post_request("/rest/echo", "");
  CHECK(client.ask(request).header("Location").rfind("http://localhost/rest/echo/", 0) == 0);
  std::string other = request;
  other.replace(other.find("localhost"), 9, "uws.example.org:8443");
  CHECK(client.ask(other).header("Location").rfind("http://uws.example.org:8443/rest/", 0) == 0);
  CHECK(client.ask("GET http://proxy/rest HTTP/1.1\r\nHost: proxy\r\n\r\n")
            .body.find("http://proxy/") == 0);
  CHECK(client.ask("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").status == 204);
}

TEST_CASE("HTTP/1.0 clients get their answer and the end, or keep-alive if they ask") {
  HttpRig rig;
  RawClient client = rig.connect();
  const WireAnswer answer = client.ask("GET /rest HTTP/1.0\r\n\r\n");
  CHECK(answer.status == 200);
  CHECK(answer.body.find(rig.base() + "/rest/echo") == 0);
  CHECK(answer.header("Connection") == "close");
  CHECK(client.closed());
  RawClient kept = rig.connect();
  CHECK(kept.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").header("Connection") ==
        "keep-alive");
  CHECK(kept.ask(get_request("/", "Connection: close\r\n")).header("Connection") == "close");
  CHECK(kept.closed());
}

TEST_CASE("a client that has sent all it wants still gets its answer") {
  HttpRig rig;
  RawClient client = rig.connect();
  client.send(post_request("/rest/echo", "PHASE=RUN"));
  client.finish_sending();
  CHECK(client.receive().status == 303);
  CHECK(client.closed());
}

TEST_CASE("what is not HTTP, or could be read in two ways, is refused and the connection closed") {
  struct Row {
    int status;
    std::string request;
  };
  const std::string post = "POST /rest/echo HTTP/1.1\r\n";
  const std::string host = "Host: x\r\n";
  const std::string form = "Content-Type: application/x-www-form-urlencoded\r\n";
  const std::string tail = "\r\n0\r\n\r\n";
  const std::vector<Row> rows{
      {400, "nonsense\r\n\r\n"},
      {400, "GET  / HTTP/1.1\r\nHost: x\r\n\r\n"},
      {505, "GET / HTTP/3.0\r\nHost: x\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: x/\"><script>\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost : x\r\n\r\n"},
      // Request smuggling: no two programs may disagree about where the body ends.
      {400, post + host + form + "Content-Length: 3\r\nContent-Length: 4\r\n\r\na=1"},
      {400, post + host + form + "Content-Length: 3\r\nContent-Length: 3\r\n\r\na=1"},
      {400, post + host + form + "Content-Length: 3, 3\r\n\r\na=1"},
      {400, post + host + form + "Content-Length: +3\r\n\r\na=1"},
      {400, post + host + form + "Content-Length: -3\r\n\r\na=1"},
      {400, post + host + form + "Content-Length: 0x3\r\n\r\na=1"},
      {400, post + host + form + "Content-Length: 99999999999999999999\r\n\r\na=1"},
      {400, post + host + form + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" + tail},
      {400, post + host + form + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n" + tail},
      {400,
       post + host + form + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n" + tail},
      {400,
       post + host + form + "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n" + tail},
      {501, post + host + form + "Transfer-Encoding: gzip\r\n" + tail},
      {501, post + host + form + "Transfer-Encoding: gzip, chunked\r\n" + tail},
      {501, post + host + form + "Transfer-Encoding: chunked, gzip\r\n" + tail},
      {501, post + host + form + "Transfer-Encoding: xchunked\r\n" + tail},
      {400, "POST /rest/echo HTTP/1.0\r\n" + form + "Transfer-Encoding: chunked\r\n" + tail},
      {400, post + host + form + "Transfer-Encoding: chunked\r\n\r\nz\r\n\r\n"},
      {400, post + host + form + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcXX0\r\n\r\n"},
      {400, post + host + form + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(9000, 'x')},
  };
  HttpRig rig;
  for (const Row& row : rows) {
    INFO(row.request.substr(0, 200));
    RawClient client = rig.connect();
    const WireAnswer answer = client.ask(row.request);
    CHECK(answer.status == row.status);
    CHECK(answer.header("Connection") == "close");
    CHECK(answer.body.size() > 1);
    CHECK(client.closed());
  }
  CHECK(rig.service().list({})->empty());
}

TEST_CASE("what follows a refused body is not taken for a request") {
  HttpRig rig;
  RawClient client = rig.connect();
  client.send("POST /rest/nosuch HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n" +
              post_request("/rest/echo", ""));
  CHECK(client.receive().status == 404);
  CHECK(client.closed());
  CHECK(rig.service().list({})->empty());
}

TEST_CASE("headers over the limit are 431") {
  HttpRig rig({.header_bytes = 2000});
  CHECK(rig.connect().ask(get_request("/", "X: " + std::string(1800, 'x') + "\r\n")).status == 200);
  for (const std::string& request :
       {get_request("/", "X: " + std::string(2500, 'x') + "\r\n"),
        get_request("/" + std::string(2500, 'x')), "GET /" + std::string(70'000, 'x')}) {
    RawClient client = rig.connect();
    client.send_while_taken(request);
    CHECK(client.receive().status == 431);
    CHECK(client.closed());
  }
}

TEST_CASE("UWS-PAR-14: bodies over the limit are 413, announced or not") {
  opus::rest::ApiConfig api;
  api.limits.fields_bytes = 1000;
  HttpRig rig({}, api);
  RawClient announced = rig.connect();
  CHECK(announced
            .ask("POST /rest/echo HTTP/1.1\r\nHost: x\r\nContent-Type: "
                 "application/x-www-form-urlencoded\r\nContent-Length: 1001\r\n\r\n")
            .status == 413);
  CHECK(announced.closed());
  RawClient chunked = rig.connect();
  chunked.send(
      "POST /rest/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  chunked.send(chunk("a=" + std::string(600, 'x')));
  chunked.send_while_taken(chunk(std::string(600, 'x')));
  CHECK(chunked.receive().status == 413);
  CHECK(chunked.closed());
  CHECK(rig.service().list({})->empty());
}

TEST_CASE("Expect: 100-continue is answered before the body, or refused without it") {
  HttpRig rig;
  const auto request = [](std::string_view target) {
    return "POST " + std::string(target) +
           " HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
           "Expect: 100-continue\r\nContent-Length: 8\r\n\r\n";
  };
  RawClient client = rig.connect();
  const WireAnswer go_on = client.ask(request("/rest/echo"));
  CHECK(go_on.status == 100);
  CHECK(client.ask("text=abc").status == 303);

  RawClient refused = rig.connect();
  CHECK(refused.ask(request("/rest/nosuch")).status == 404);
  CHECK(refused.closed());

  RawClient eager = rig.connect();  // sends the body without waiting
  CHECK(eager.ask(request("/rest/echo") + "text=abc").status == 303);
}

TEST_CASE("UWS-HTTP-12, UWS-PAR-16: a chunked multipart upload as STILTS sends it") {
  HttpRig rig;
  const std::string boundary = "<<<--------------MULTIPART-BOUNDARY------->>>";
  const std::string body =
      "\r\n--" + boundary +
      "\r\nContent-Type: text/plain; charset=UTF-8\r\n"
      "Content-Disposition: form-data; name=\"UPLOAD\"\r\n\r\nimage,param:t1\r\n--" +
      boundary +
      "\r\nContent-Type: application/x-votable+xml\r\n"
      "Content-Disposition: form-data; name=\"t1\"; filename=\"t1\"\r\n\r\n<VOTABLE/>\r\n--" +
      boundary + "--\r\n";
  for (const std::size_t size : {body.size(), std::size_t{1}, std::size_t{13}}) {
    RawClient client = rig.connect();
    client.send(
        "POST /rest/reader?PHASE=RUN HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; "
        "boundary=\"" +
        boundary + "\"\r\nTransfer-Encoding: chunked\r\n\r\n");
    std::string wire;
    for (std::size_t at = 0; at < body.size(); at += size) wire += chunk(body.substr(at, size));
    const WireAnswer answer = client.ask(wire + "0\r\nTrailer: ignored\r\n\r\n");
    REQUIRE(answer.status == 303);
    const std::string url = answer.header("Location");
    CHECK(rig.ended(url).phase == opus::Phase::completed);
    CHECK(client.ask(get_request(url.substr(url.find("/rest/")) + "/results/copy")).body ==
          "<VOTABLE/>");
  }
}

TEST_CASE("UWS-HTTP-12: requests as clients really send them") {
  HttpRig rig;
  const std::string path = rig.create("echo");
  RawClient client = rig.connect();
  // uws-client: a Content-Type on a GET without a body; pyVO: DELETE with Content-Length: 0.
  CHECK(client
            .ask(get_request(path,
                             "Content-Type: application/x-www-form-urlencoded\r\n"
                             "Accept-Encoding: gzip, deflate, br\r\n"))
            .status == 200);
  CHECK(client.ask("DELETE " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").status ==
        303);
  CHECK(client.ask("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc").status == 200);
  CHECK(client.ask(get_request("/")).status == 200);
}

TEST_CASE("the access log has a record for each answer") {
  HttpRig rig;
  RawClient client = rig.connect();
  client.ask(get_request("/nosuch?a=b"));
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n").receive(/*head_only=*/true);
  client.ask("junk\r\n\r\n");
  rig.await_log(3);
  const auto log = rig.log();
  CHECK(log[0] == "GET /nosuch?a=b 404 34 127.0.0.1");
  CHECK(log[1] == "HEAD / 200 0 127.0.0.1");
  CHECK(log[2].find(" 400 ") != std::string::npos);
}

TEST_CASE("connections over the limit are told so and closed") {
  HttpRig rig({.max_connections = 2});
  RawClient first = rig.connect();
  RawClient second = rig.connect();
  CHECK(first.ask(get_request("/")).status == 200);
  CHECK(second.ask(get_request("/")).status == 200);
  RawClient third = rig.connect();
  const WireAnswer answer = third.receive();
  CHECK(answer.status == 503);
  CHECK(answer.header("Retry-After") == "1");
  CHECK(third.closed());
  first.close();
  rig.await_connections(1);
  CHECK(rig.connect().ask(get_request("/")).status == 200);
}

TEST_CASE("an address in use, or none at all, is an error and no server") {
  HttpRig rig;
  opus::rest::Api api(rig.service(), {});
  opus::http::HttpConfig config;
  config.port = rig.server().port();
  const auto taken = opus::http::HttpServer::start(api, config, {}, {});
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == opus::Errc::unavailable);
  CHECK(taken.error().message ==
        "cannot listen on 127.0.0.1:" + std::to_string(config.port) + ": Address already in use");
  config.address = "nowhere";
  CHECK(opus::http::HttpServer::start(api, config, {}, {}).error().code ==
        opus::Errc::invalid_argument);
}
