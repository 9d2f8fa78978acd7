#pragma once
// What proxies before this server tell of the client: Forwarded (RFC 7239) or X-Forwarded-*.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/error.hpp>

#include "server/rest/request.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// Addresses whose word is taken. Anybody can send such headers: those of others are not read.
class TrustedProxies {
 public:
  /// Addresses ("127.0.0.1", "::1") and networks ("10.0.0.0/8", "fd00::/8"). invalid_argument
  /// names the first that is neither.
  static Result<TrustedProxies> parse(const std::vector<std::string>& texts);

  bool empty() const noexcept { return networks_.empty(); }
  bool trusts(std::string_view address) const noexcept;

 private:
  /// IPv4 as the IPv6 addresses that stand for it, so that both compare.
  using Address = std::array<unsigned char, 16>;
  struct Network {
    Address address{};
    unsigned bits = 128;
  };
  static std::optional<Address> read_address(std::string_view text) noexcept;

  std::vector<Network> networks_;
};

/// Sets the request's base URL and client address to what the nearest proxies say, as far back as
/// each is trusted by the next. Nothing happens if the peer is not trusted or says nothing.
/// invalid_argument: a trusted peer says something that cannot be.
Result<void> apply_forwarded(Request& request, const TrustedProxies& proxies);

/// May this stand as host and port in a URL that we send back: `name`, `[address]`, with `:port`?
bool is_host(std::string_view text) noexcept;

}}}  // namespace opus::uws0::rest
