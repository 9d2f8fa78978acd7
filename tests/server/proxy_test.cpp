// What proxies tell of the client, and whose word is taken.
#include "server/rest/proxy.hpp"

#include "tests/support/catch.hpp"

using opus::rest::apply_forwarded;
using opus::rest::Request;
using opus::rest::TrustedProxies;

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

Request request_from(std::string_view remote, const Fields& fields) {
  Request request;
  request.remote = remote;
  request.base_url = "http://internal:8080";
  for (const auto& [name, value] : fields) request.headers.add(name, value);
  return request;
}

/// "base URL | client" as a server behind 10.0.0.1 (and 10.0.0.2 before it) sees them.
std::string seen(const Fields& fields, std::string_view remote = "10.0.0.1") {
  Request request = request_from(remote, fields);
  const auto proxies = TrustedProxies::parse({"10.0.0.0/30"}).value();
  const auto done = apply_forwarded(request, proxies);
  return done ? request.base_url + " | " + request.remote : done.error().message;
}

}  // namespace

TEST_CASE("proxies are named by address or network, of both families") {
  const auto proxies =
      TrustedProxies::parse({"127.0.0.1", "10.1.2.0/23", "::1", "fd00::/8", "192.0.2.129/25"})
          .value();
  for (const char* yes : {"127.0.0.1", "10.1.2.0", "10.1.3.255", "::1", "fd12:3456::1",
                          "::ffff:127.0.0.1", "192.0.2.255"}) {
    INFO(yes);
    CHECK(proxies.trusts(yes));
  }
  for (const char* no : {"127.0.0.2", "10.1.4.0", "10.1.1.255", "::2", "fe80::1", "", "localhost",
                         "127.0.0.1:80", "192.0.2.127", "::ffff:127.0.0.2"}) {
    INFO(no);
    CHECK_FALSE(proxies.trusts(no));
  }
  CHECK(TrustedProxies::parse({"0.0.0.0/0"}).value().trusts("8.8.8.8"));
  CHECK_FALSE(TrustedProxies::parse({"0.0.0.0/0"}).value().trusts("2001:db8::1"));
  CHECK_FALSE(TrustedProxies().trusts("127.0.0.1"));
  for (const char* bad : {"", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "::/129",
                          "10.0.0.0/8/8", "fd00::/x", "10.0.0.1:80", "*"}) {
    INFO(bad);
    const auto refused = TrustedProxies::parse({"127.0.0.1", bad});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("expected addresses like 127.0.0.1") == 0);
  }
}

TEST_CASE("UWS-CRE-03: Forwarded gives the URLs their scheme and host, RFC 7239") {
  CHECK(seen({{"Forwarded", "for=192.0.2.60;proto=https;host=opus.example"}}) ==
        "https://opus.example | 192.0.2.60");
  CHECK(seen({{"forwarded",
               "Host=\"opus.example:8443\"; Proto=HTTPS; for=\"[2001:db8::7]:4711\""}}) ==
        "https://opus.example:8443 | 2001:db8::7");
  CHECK(seen({{"Forwarded", "for=\"192.0.2.60:1234\""}}) == "http://internal:8080 | 192.0.2.60");
  CHECK(seen({{"Forwarded", "for=unknown;secret=\"a,b;c=\\\"d\""}}) ==
        "http://internal:8080 | unknown");
  CHECK(seen({{"Forwarded", "proto=https;host=a.example, proto=http;host=b.example"}}) ==
        "http://b.example | 10.0.0.1");
  CHECK(seen({}) == "http://internal:8080 | 10.0.0.1");
}

TEST_CASE("X-Forwarded-* give the URLs scheme, host, port and prefix") {
  CHECK(seen({{"X-Forwarded-For", "192.0.2.60"},
              {"X-Forwarded-Proto", "https"},
              {"X-Forwarded-Host", "opus.example"},
              {"X-Forwarded-Prefix", "/services/opus/"}}) ==
        "https://opus.example/services/opus | 192.0.2.60");
  CHECK(seen({{"X-Forwarded-Host", "a.example"}, {"X-Forwarded-Port", "8080"}}) ==
        "http://a.example:8080 | 10.0.0.1");
  CHECK(seen({{"X-Forwarded-Host", "a.example"},
              {"X-Forwarded-Proto", "https"},
              {"X-Forwarded-Port", "443"}}) == "https://a.example | 10.0.0.1");
  CHECK(seen({{"X-Forwarded-Host", "a.example:81"}, {"X-Forwarded-Port", "82"}}) ==
        "http://a.example:81 | 10.0.0.1");
  CHECK(seen({{"X-Forwarded-Host", "[2001:db8::1]"}, {"X-Forwarded-Port", "81"}}) ==
        "http://[2001:db8::1]:81 | 10.0.0.1");
  CHECK(seen({{"X-Forwarded-Prefix", "/"}}) == "http://internal:8080 | 10.0.0.1");
  // Both: the standard one counts, alone.
  CHECK(seen({{"Forwarded", "proto=https"}, {"X-Forwarded-Host", "a.example"}}) ==
        "https://internal:8080 | 10.0.0.1");
}

TEST_CASE("headers of a peer that is not trusted are not read, not even bad ones") {
  const Fields spoofed{{"Forwarded", "for=127.0.0.1;proto=https;host=evil.example"},
                       {"X-Forwarded-For", "127.0.0.1"},
                       {"X-Forwarded-Host", "evil.example"}};
  CHECK(seen(spoofed, "192.0.2.7") == "http://internal:8080 | 192.0.2.7");
  CHECK(seen(spoofed, "10.0.0.4") == "http://internal:8080 | 10.0.0.4");  // next to the network
  CHECK(seen({{"Forwarded", "host=\"\x01"}}, "192.0.2.7") == "http://internal:8080 | 192.0.2.7");
}

TEST_CASE("what a client puts before the words of its proxy does not count") {
  CHECK(seen({{"Forwarded", "for=127.0.0.1;host=evil.example;proto=http"},
              {"Forwarded", "for=192.0.2.60;host=opus.example;proto=https"}}) ==
        "https://opus.example | 192.0.2.60");
  CHECK(seen({{"X-Forwarded-For", "10.0.0.2, 192.0.2.60"},
              {"X-Forwarded-Host", "evil.example, opus.example"},
              {"X-Forwarded-Proto", "https"}}) == "https://opus.example | 192.0.2.60");
}

TEST_CASE("of a chain of trusted proxies the first one, which met the client, says the host") {
  CHECK(seen({{"Forwarded",
               "for=1.2.3.4;host=evil.example, "
               "for=192.0.2.60;host=opus.example;proto=https, "
               "for=10.0.0.2;host=inner.example;proto=http"}}) ==
        "https://opus.example | 192.0.2.60");
  CHECK(seen({{"X-Forwarded-For", "192.0.2.60, 10.0.0.2"},
              {"X-Forwarded-Host", "opus.example, inner.example"},
              {"X-Forwarded-Proto", "https"}}) == "https://opus.example | 192.0.2.60");
}

TEST_CASE("a trusted proxy that says what cannot be is told which header and what") {
  const auto fault = [](const std::string& name, const std::string& value) {
    return seen({{name, value}});
  };
  CHECK(fault("X-Forwarded-Proto", "gopher") ==
        "X-Forwarded-*: expected http or https as the protocol, got 'gopher'");
  CHECK(fault("X-Forwarded-Host", "a b") ==
        "X-Forwarded-*: expected a host name and port, got 'a b'");
  for (const char* port : {"0", "65536", "x", "-1"})
    CHECK(fault("X-Forwarded-Port", port).find("expected a port") != std::string::npos);
  for (const char* prefix : {"opus", "//evil.example", "/a/../b", "/a b", "/a?b", "/a#b", "/<"})
    CHECK(fault("X-Forwarded-Prefix", prefix).find("expected a path") != std::string::npos);
  CHECK(fault("Forwarded", "host=\"a.example").find("expected a closing quote") !=
        std::string::npos);
  CHECK(fault("Forwarded", "host").find("expected name=value pairs") != std::string::npos);
  CHECK(fault("Forwarded", "proto=ftp").find("Forwarded: expected http or https") == 0);
  CHECK(fault("Forwarded", "host=\"a/b\"").find("Forwarded: expected a host") == 0);
}
