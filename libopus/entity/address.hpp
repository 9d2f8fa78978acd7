#pragma once
// Which network addresses are part of the public internet.

struct sockaddr;

namespace opus { inline namespace uws0 { namespace entity {

/// IPv4 and IPv6 only. False for loopback, private, shared, link-local, multicast, reserved,
/// documentation and benchmark networks (IANA special-purpose registries, RFC 6890), and for IPv6
/// forms that carry an IPv4 address (mapped, NAT64, 6to4, Teredo), behind which one could hide.
bool is_public_address(const sockaddr& address) noexcept;

}}}  // namespace opus::uws0::entity
