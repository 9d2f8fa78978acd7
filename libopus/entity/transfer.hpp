#pragma once
// One HTTP transfer by libcurl, with the rule for addresses as a parameter: fetch_url() has one
// rule, its tests have others.

#include <filesystem>
#include <functional>
#include <string>

#include <opus/error.hpp>

#include "libopus/entity/fetch.hpp"

struct sockaddr;

namespace opus { inline namespace uws0 { namespace entity {

/// May a connection be made to this address? Asked for each connection, after names are resolved.
using AddressRule = std::function<bool(const sockaddr& address)>;

/// As fetch_url(), which see, with `allowed` instead of FetchLimits::private_addresses.
Result<Fetched> transfer(const std::string& url, const std::filesystem::path& target,
                         const FetchLimits& limits, const AddressRule& allowed);

}}}  // namespace opus::uws0::entity
