#pragma once
// What accounts, roles and groups may be called.

#include <string_view>
#include <vector>

#include <opus/accounts.hpp>

namespace opus { inline namespace uws0 { namespace access {

/// invalid_argument names each fault.
Result<void> check_account_name(std::string_view name);
Result<void> check_account(const Account& account);
Result<void> check_token_request(const TokenRequest& request, TimePoint now);

}}}  // namespace opus::uws0::access
