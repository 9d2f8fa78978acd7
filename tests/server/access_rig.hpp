#pragma once
// A REST rig that knows people: alice and bob (users), carol (author), rita (user of the group
// "team"), olga (operator), ada (administrator), platform (agent), each with a token, and "reader",
// a token of alice for reading only.

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <opus/accounts.hpp>

#include "tests/server/rest_rig.hpp"
#include "tests/support/temp_folder.hpp"

namespace opus_test {

class AccessRig {
 public:
  /// Closed to whoever is anonymous, unless the policy says otherwise.
  explicit AccessRig(opus::AccessPolicy policy = closed(), opus::rest::ApiConfig config = {});
  static opus::AccessPolicy closed();

  RestRig& rest() { return *rest_; }
  opus::Accounts& accounts() { return *accounts_; }
  const std::string& secret(std::string_view name) const;
  /// Authorization: Bearer of this one; nothing for "".
  HeaderList as(std::string_view name) const;

  Answer get(std::string_view target, std::string_view name) {
    return rest_->get(target, as(name));
  }
  Answer send(std::string_view method, std::string_view target, std::string_view name,
              std::string_view form = "");
  /// A new job of "echo"; its path.
  std::string create(std::string_view name, std::string_view form = "",
                     std::string_view list = "echo");

 private:
  TempFolder folder_;
  std::shared_ptr<opus::Accounts> accounts_;
  std::map<std::string, std::string, std::less<>> secrets_;
  std::optional<RestRig> rest_;
};

}  // namespace opus_test
