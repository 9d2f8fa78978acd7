#include "tests/server/access_rig.hpp"

#include <array>

#include "tests/support/catch.hpp"

namespace opus_test {
namespace {

struct Someone {
  std::string_view name;
  std::string_view role;
  std::string_view group;
};
constexpr std::array k_people{Someone{"alice", "user", ""},    Someone{"bob", "user", ""},
                              Someone{"carol", "author", ""},  Someone{"rita", "user", "team"},
                              Someone{"olga", "operator", ""}, Someone{"ada", "admin", ""},
                              Someone{"platform", "agent", ""}};

}  // namespace

opus::AccessPolicy AccessRig::closed() {
  opus::AccessPolicy policy;
  policy.open = false;
  return policy;
}

AccessRig::AccessRig(opus::AccessPolicy policy, opus::rest::ApiConfig config) {
  const opus::AuditActor by{"rig", ""};
  accounts_ = std::make_shared<opus::Accounts>(
      opus::Accounts::open({.data_dir = folder_ / "accounts"}).value());
  for (const Someone& one : k_people) {
    opus::Account account;
    account.name = one.name;
    account.roles = {std::string(one.role)};
    if (!one.group.empty()) account.groups = {std::string(one.group)};
    REQUIRE(accounts_->add(account, by));
    secrets_[account.name] = accounts_->create_token({.account = account.name}, by)->secret;
  }
  secrets_["reader"] =
      accounts_->create_token({.account = "alice", .scope = opus::TokenScope::read}, by)->secret;
  config.access.policy = std::move(policy);
  config.access.accounts = accounts_;
  config.access.front_end_header = "X-Remote-User";
  config.access.front_ends = opus::rest::TrustedProxies::parse({"192.0.2.0/24"}).value();
  config.trials = true;
  rest_.emplace(std::move(config));
}

const std::string& AccessRig::secret(std::string_view name) const {
  return secrets_.find(name)->second;
}

HeaderList AccessRig::as(std::string_view name) const {
  if (name.empty()) return {};
  return {{"Authorization", "Bearer " + secret(name)}};
}

Answer AccessRig::send(std::string_view method, std::string_view target, std::string_view name,
                       std::string_view form) {
  HeaderList headers = as(name);
  headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  return rest_->send(method, target, std::move(headers), form);
}

std::string AccessRig::create(std::string_view name, std::string_view form, std::string_view list) {
  const Answer answer = send("POST", "/rest/" + std::string(list), name, form);
  INFO(answer.body);
  REQUIRE(answer.status == 303);
  return path_of(answer.header("Location"));
}

}  // namespace opus_test
