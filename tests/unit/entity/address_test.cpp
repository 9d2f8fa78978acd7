#include "libopus/entity/address.hpp"

#include "tests/support/catch.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <string>

namespace {

bool is_public(const std::string& text) {
  sockaddr_storage storage{};
  if (text.find(':') != std::string::npos) {
    auto& in6 = reinterpret_cast<sockaddr_in6&>(storage);
    in6.sin6_family = AF_INET6;
    REQUIRE(inet_pton(AF_INET6, text.c_str(), &in6.sin6_addr) == 1);
  } else {
    auto& in4 = reinterpret_cast<sockaddr_in&>(storage);
    in4.sin_family = AF_INET;
    REQUIRE(inet_pton(AF_INET, text.c_str(), &in4.sin_addr) == 1);
  }
  return opus::entity::is_public_address(reinterpret_cast<const sockaddr&>(storage));
}

}  // namespace

TEST_CASE("addresses of the internet are public") {
  for (const char* const address : {"1.1.1.1",
                                    "8.8.8.8",
                                    "9.255.255.255",
                                    "11.0.0.0",
                                    "100.63.255.255",
                                    "100.128.0.0",
                                    "126.255.255.255",
                                    "128.0.0.0",
                                    "172.15.255.255",
                                    "172.32.0.0",
                                    "192.0.1.0",
                                    "192.167.255.255",
                                    "192.169.0.0",
                                    "198.17.255.255",
                                    "198.20.0.0",
                                    "223.255.255.255",
                                    "2606:4700::1111",
                                    "2a00:1450:4001::1",
                                    "2001:4860:4860::8888",
                                    "2001:200::1",
                                    "2400::1",
                                    "3ffe::1"}) {
    CAPTURE(address);
    CHECK(is_public(address));
  }
}

TEST_CASE("addresses of special networks are not public") {
  for (const char* const address : {"0.0.0.0",
                                    "0.1.2.3",
                                    "10.0.0.0",
                                    "10.255.255.255",
                                    "100.64.0.0",
                                    "100.127.255.255",
                                    "127.0.0.1",
                                    "127.255.255.255",
                                    "169.254.169.254",
                                    "172.16.0.0",
                                    "172.31.255.255",
                                    "192.0.0.1",
                                    "192.0.2.1",
                                    "192.88.99.1",
                                    "192.168.0.0",
                                    "192.168.255.255",
                                    "198.18.0.0",
                                    "198.19.255.255",
                                    "198.51.100.1",
                                    "203.0.113.1",
                                    "224.0.0.1",
                                    "239.255.255.255",
                                    "240.0.0.1",
                                    "255.255.255.255",
                                    "::",
                                    "::1",
                                    "::ffff:127.0.0.1",
                                    "::ffff:8.8.8.8",
                                    "::127.0.0.1",
                                    "64:ff9b::7f00:1",
                                    "64:ff9b:1::1",
                                    "100::1",
                                    "2001::1",
                                    "2001:2::1",
                                    "2001:10::1",
                                    "2001:db8::1",
                                    "2002:7f00:1::1",
                                    "3fff::1",
                                    "5f00::1",
                                    "fc00::1",
                                    "fd00::1",
                                    "fe80::1",
                                    "fec0::1",
                                    "ff02::1"}) {
    CAPTURE(address);
    CHECK_FALSE(is_public(address));
  }
}

TEST_CASE("other families than IP are not public") {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  CHECK_FALSE(opus::entity::is_public_address(reinterpret_cast<const sockaddr&>(local)));
}
