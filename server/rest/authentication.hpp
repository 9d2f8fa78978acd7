#pragma once
// Who asks: what a request says of that, and who vouches for it.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <opus/accounts.hpp>

#include "server/rest/proxy.hpp"
#include "server/rest/request.hpp"

namespace opus { inline namespace uws0 { namespace rest {

struct AccessConfig {
  AccessPolicy policy{};
  /// Open as long as there are no accounts, as policy says from then on.
  bool open_until_accounts = false;
  std::shared_ptr<Accounts> accounts{};  ///< null = there are none
  /// Who somebody is by a token that others have signed (JWT), and their roles and groups;
  /// unauthenticated: not so; unavailable: not known yet. Empty = there are none. Threads: any.
  std::function<Result<Identity>(std::string_view token)> signed_tokens{};
  std::string admin_token{};       ///< of an administrator without an account; empty = none
  std::string front_end_header{};  ///< has the name of an account; empty = none
  TrustedProxies front_ends{};     ///< whose word on that header is taken
};

/// Takes as long for every guess of the token's length: what it answers tells nothing but yes or
/// no.
bool equal_in_constant_time(std::string_view guess, std::string_view secret) noexcept;

/// Threads: any. A request costs microseconds.
class Authenticator {
 public:
  explicit Authenticator(AccessConfig config);

  /// By the header of a trusted front end, else by Authorization (Bearer with a token of ours or
  /// one that an issuer has signed, Basic with account and token), then perhaps by OPUS-Acting-For.
  /// unauthenticated: what it says is not true; forbidden: it may not act for others;
  /// invalid_argument: it cannot be. Where nobody needs to say who he is, what is not true is not
  /// heard. `peer`: the address from which the request came, whatever headers say.
  Result<Identity> identify(const Request& request, std::string_view peer) const;

  /// The rules of now.
  const AccessPolicy& policy() const;
  /// Can anybody be more than anonymous?
  bool has_means() const;
  bool takes_signed_tokens() const noexcept { return config_.signed_tokens != nullptr; }
  const std::shared_ptr<Accounts>& accounts() const noexcept { return config_.accounts; }

 private:
  Result<Identity> by_front_end(const Request& request) const;
  Result<Identity> by_authorization(std::string_view value) const;
  Result<Identity> by_signed_token(std::string_view token) const;
  Result<Identity> by_secret(std::string_view secret, std::string_view account) const;
  bool has_accounts() const;

  AccessConfig config_;
  AccessPolicy open_;
};

}}}  // namespace opus::uws0::rest
