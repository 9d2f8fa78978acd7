#include "server/rest/proxy.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

namespace opus { inline namespace uws0 { namespace rest {
namespace {

/// One proxy's word on the request that came to it; empty = it does not say.
struct Hop {
  std::string client{};  ///< "for": an address, perhaps with a port, or an obscure name
  std::string proto{};
  std::string host{};
  std::string port{};
  std::string prefix{};
};

Error unfit(std::string_view header, std::string_view expected, std::string_view got) {
  return {Errc::invalid_argument,
          std::string(header) + ": expected " + std::string(expected) + ", got " + in_quotes(got)};
}

/// All values of a field that is a list, over all its lines.
std::string joined(const Headers& headers, std::string_view name) {
  std::string all;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (!iequals(headers.name(i), name)) continue;
    if (!all.empty()) all += ',';
    all += headers.value(i);
  }
  return all;
}

std::vector<std::string> list_of(const Headers& headers, std::string_view name) {
  std::vector<std::string> values;
  const std::string all = joined(headers, name);
  for (std::string_view rest = all; !rest.empty();) {
    const auto end = std::min(rest.find(','), rest.size());
    values.emplace_back(trim(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return values;
}

/// "192.0.2.1", "192.0.2.1:80", "[2001:db8::1]", "[2001:db8::1]:80" -> the address.
std::string_view without_port(std::string_view text) noexcept {
  if (!text.empty() && text.front() == '[') return text.substr(1, text.find(']') - 1);
  const auto colon = text.find(':');
  return colon != text.npos && text.find(':', colon + 1) == text.npos ? text.substr(0, colon)
                                                                      : text;
}

/// Reads Forwarded, the hop nearest to the client first (RFC 7239 §4).
class ForwardedReader {
 public:
  explicit ForwardedReader(std::string_view text) : text_(text) {}

  Result<std::vector<Hop>> read() {
    std::vector<Hop> hops(1);
    for (skip_blanks(); at_ < text_.size(); skip_blanks()) {
      const char c = text_[at_];
      if (c == ',') {
        hops.emplace_back();
        ++at_;
      } else if (c == ';') {
        ++at_;
      } else {
        OPUS_UWS_CHECK(read_pair(hops.back()));
      }
    }
    return hops;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  Result<void> read_pair(Hop& hop) {
    const auto equals = text_.find('=', at_);
    const auto stop = text_.find_first_of(",;", at_);
    if (equals == text_.npos || equals > stop)
      return unfit("Forwarded", "name=value pairs", text_.substr(at_));
    const std::string_view name = trim(text_.substr(at_, equals - at_));
    at_ = equals + 1;
    OPUS_UWS_TRY(std::string value, read_value());
    std::string* const field = iequals(name, "for")     ? &hop.client
                               : iequals(name, "proto") ? &hop.proto
                               : iequals(name, "host")  ? &hop.host
                                                        : nullptr;
    if (field != nullptr) *field = std::move(value);
    return {};
  }

  Result<std::string> read_value() {
    std::string value;
    if (at_ >= text_.size() || text_[at_] != '"') {
      const auto end = std::min(text_.find_first_of(",; \t", at_), text_.size());
      value = text_.substr(at_, end - at_);
      at_ = end;
      return value;
    }
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') return ++at_, value;
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value += text_[at_];
    }
    return unfit("Forwarded", "a closing quote", text_);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// The same from X-Forwarded-*, each a list to which each proxy adds, or one value that it sets.
std::vector<Hop> read_x_forwarded(const Headers& headers) {
  const std::pair<std::string_view, std::string Hop::*> fields[] = {
      {"X-Forwarded-For", &Hop::client},
      {"X-Forwarded-Proto", &Hop::proto},
      {"X-Forwarded-Host", &Hop::host},
      {"X-Forwarded-Port", &Hop::port},
      {"X-Forwarded-Prefix", &Hop::prefix}};
  std::array<std::vector<std::string>, std::size(fields)> lists;
  std::size_t count = 0;
  for (std::size_t f = 0; f < lists.size(); ++f) {
    lists[f] = list_of(headers, fields[f].first);
    count = std::max(count, lists[f].size());
  }
  std::vector<Hop> hops(count);
  for (std::size_t f = 0; f < lists.size(); ++f) {
    const std::vector<std::string>& values = lists[f];
    std::string Hop::*const field = fields[f].second;
    for (std::size_t from_end = 0; from_end < count && !values.empty(); ++from_end) {
      std::string& value = hops[count - 1 - from_end].*field;
      if (from_end < values.size())
        value = values[values.size() - 1 - from_end];
      else if (field != &Hop::client)
        value = values.front();  // what a proxy sets for all
    }
  }
  return hops;
}

/// The hop that met the client: the last one, or one before it as long as the one that it was
/// called by is a trusted proxy too.
const Hop& first_trusted(const std::vector<Hop>& hops, const TrustedProxies& proxies) {
  std::size_t i = hops.size() - 1;
  while (i > 0 && proxies.trusts(without_port(hops[i].client))) --i;
  return hops[i];
}

bool is_port(std::string_view text) noexcept {
  const auto number = parse_integer(text);
  return number && *number > 0 && *number < 65536;
}

bool is_name_character(char c) noexcept {
  const char lower = to_lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_' || c == '~';
}

bool is_address_character(char c) noexcept {
  const char lower = to_lower(c);
  return (lower >= 'a' && lower <= 'f') || (c >= '0' && c <= '9') || c == '.' || c == ':';
}

bool is_digits(std::string_view text) noexcept {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// A path of plain segments.
bool is_prefix(std::string_view text) noexcept {
  if (text.empty() || text.front() != '/' || text.find("//") != text.npos) return false;
  if (text.find("/../") != text.npos || text.find("/./") != text.npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    const char lower = to_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("/-._~%").find(c) != std::string_view::npos;
  });
}

/// "https://host:port/prefix" from the parts of the URL that we know and those the hop tells.
Result<std::string> base_url(const std::string& present, const Hop& hop, std::string_view headers) {
  const auto after = present.find("://");
  std::string proto = present.substr(0, after);
  std::string host = present.substr(after + 3);
  if (!hop.proto.empty()) {
    if (!iequals(hop.proto, "http") && !iequals(hop.proto, "https"))
      return unfit(headers, "http or https as the protocol", hop.proto);
    proto = iequals(hop.proto, "https") ? "https" : "http";
  }
  if (!hop.host.empty()) {
    if (!is_host(hop.host)) return unfit(headers, "a host name and port", hop.host);
    host = hop.host;
  }
  if (!hop.port.empty()) {
    if (!is_port(hop.port)) return unfit(headers, "a port from 1 to 65535", hop.port);
    const bool has_port = host.size() > without_port(host).size() && host.back() != ']';
    const bool usual = hop.port == (proto == "https" ? "443" : "80");
    if (!has_port && !usual) host += ':' + hop.port;
  }
  std::string url = proto + "://" + host;
  if (hop.prefix.empty() || hop.prefix == "/") return url;
  if (!is_prefix(hop.prefix)) return unfit(headers, "a path like /service as prefix", hop.prefix);
  url += hop.prefix;
  if (url.back() == '/') url.pop_back();
  return url;
}

}  // namespace

std::optional<TrustedProxies::Address> TrustedProxies::read_address(
    std::string_view view) noexcept {
  char text[INET6_ADDRSTRLEN + 1] = {};
  if (view.size() >= sizeof text) return std::nullopt;
  std::copy(view.begin(), view.end(), text);
  Address address{};
  if (::inet_pton(AF_INET6, text, address.data()) == 1) return address;
  in_addr v4{};
  if (::inet_pton(AF_INET, text, &v4) != 1) return std::nullopt;
  address[10] = address[11] = 0xFF;  // ::ffff:a.b.c.d
  std::memcpy(address.data() + 12, &v4, sizeof v4);
  return address;
}

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& texts) {
  TrustedProxies proxies;
  for (const std::string& text : texts) {
    const auto slash = text.find('/');
    const bool v4 = text.find(':') == text.npos;
    const unsigned longest = v4 ? 32 : 128;
    const auto address = read_address(std::string_view(text).substr(0, slash));
    const auto bits = slash == text.npos ? std::optional<std::int64_t>(longest)
                                         : parse_integer(std::string_view(text).substr(slash + 1));
    if (!address || !bits || *bits < 0 || *bits > longest)
      return Error{Errc::invalid_argument,
                   "expected addresses like 127.0.0.1 or ::1 and networks like 10.0.0.0/8, got " +
                       in_quotes(text)};
    proxies.networks_.push_back({*address, static_cast<unsigned>(*bits) + (v4 ? 96 : 0)});
  }
  return proxies;
}

bool TrustedProxies::trusts(std::string_view text) const noexcept {
  if (networks_.empty()) return false;
  const auto address = read_address(text);
  if (!address) return false;
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    for (unsigned bit = 0; bit < network.bits; ++bit) {
      const unsigned mask = 0x80u >> (bit % 8);
      if (((*address)[bit / 8] ^ network.address[bit / 8]) & mask) return false;
    }
    return true;
  });
}

Result<void> apply_forwarded(Request& request, const TrustedProxies& proxies) {
  if (!proxies.trusts(request.remote)) return {};
  const Headers& headers = request.headers;
  std::vector<Hop> hops;
  std::string_view name = "Forwarded";
  if (headers.has(name)) {
    OPUS_UWS_TRY(hops, ForwardedReader(joined(headers, name)).read());
  } else {
    name = "X-Forwarded-*";
    hops = read_x_forwarded(headers);
  }
  if (hops.empty()) return {};
  const Hop& hop = first_trusted(hops, proxies);
  OPUS_UWS_TRY(request.base_url, base_url(request.base_url, hop, name));
  if (!hop.client.empty()) request.remote = without_port(hop.client);
  return {};
}

bool is_host(std::string_view text) noexcept {
  const bool address = !text.empty() && text.front() == '[';
  const auto end = std::min(address ? text.find(']') : text.find(':'), text.size());
  const std::string_view host = text.substr(address ? 1 : 0, address ? end - 1 : end);
  if (host.empty() ||
      !std::all_of(host.begin(), host.end(), address ? is_address_character : is_name_character))
    return false;
  const std::string_view port = text.substr(std::min(end + (address ? 1 : 0), text.size()));
  if (address && end == text.size()) return false;
  return port.empty() || (port.front() == ':' && port.size() <= 6 &&
                          (port.size() == 1 || is_digits(port.substr(1))));
}

}}}  // namespace opus::uws0::rest
