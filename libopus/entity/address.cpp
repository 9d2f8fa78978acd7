#include "libopus/entity/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace opus { inline namespace uws0 { namespace entity {

namespace {

struct Network4 {
  std::uint32_t address;
  int prefix;
};

constexpr std::uint32_t ip4(unsigned a, unsigned b, unsigned c, unsigned d) {
  return (a << 24) | (b << 16) | (c << 8) | d;
}

constexpr Network4 k_special4[] = {
    {ip4(0, 0, 0, 0), 8},        // "this network", unspecified
    {ip4(10, 0, 0, 0), 8},       // private
    {ip4(100, 64, 0, 0), 10},    // shared by carriers
    {ip4(127, 0, 0, 0), 8},      // loopback
    {ip4(169, 254, 0, 0), 16},   // link-local; cloud metadata services
    {ip4(172, 16, 0, 0), 12},    // private
    {ip4(192, 0, 0, 0), 24},     // protocol assignments
    {ip4(192, 0, 2, 0), 24},     // documentation
    {ip4(192, 88, 99, 0), 24},   // 6to4 relays
    {ip4(192, 168, 0, 0), 16},   // private
    {ip4(198, 18, 0, 0), 15},    // benchmarks
    {ip4(198, 51, 100, 0), 24},  // documentation
    {ip4(203, 0, 113, 0), 24},   // documentation
    {ip4(224, 0, 0, 0), 4},      // multicast
    {ip4(240, 0, 0, 0), 4},      // reserved, broadcast
};

bool is_public(std::uint32_t address) {
  return std::none_of(std::begin(k_special4), std::end(k_special4), [&](const Network4& network) {
    return ((address ^ network.address) >> (32 - network.prefix)) == 0;
  });
}

struct Network6 {
  std::array<std::uint8_t, 4> address;  // none of the prefixes is longer
  int prefix;
};

// Within 2000::/3, which alone is global unicast.
constexpr Network6 k_special6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23},  // 2001::/23: Teredo, benchmarks, ORCHID ...
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02, 0x00, 0x00}, 16},  // 6to4
    {{0x3f, 0xff, 0x00, 0x00}, 20},  // documentation
};

std::uint32_t leading_word(const std::uint8_t* bytes) {
  return ip4(bytes[0], bytes[1], bytes[2], bytes[3]);
}

bool is_public(const std::uint8_t* bytes) {
  if ((bytes[0] & 0xE0) != 0x20) return false;
  const std::uint32_t head = leading_word(bytes);
  return std::none_of(std::begin(k_special6), std::end(k_special6), [&](const Network6& network) {
    return ((head ^ leading_word(network.address.data())) >> (32 - network.prefix)) == 0;
  });
}

}  // namespace

bool is_public_address(const sockaddr& address) noexcept {
  if (address.sa_family == AF_INET) {
    sockaddr_in in4;
    std::memcpy(&in4, &address, sizeof in4);
    return is_public(ntohl(in4.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in6;
    std::memcpy(&in6, &address, sizeof in6);
    return is_public(in6.sin6_addr.s6_addr);
  }
  return false;
}

}}}  // namespace opus::uws0::entity
