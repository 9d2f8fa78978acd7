// What strangers send as a token of an issuer, and what an issuer may answer.
#include <chrono>

#include "server/oidc/issuer.hpp"
#include "tests/fuzz/promise.hpp"
#include "tests/fuzz/server_targets.hpp"

namespace opus_fuzz {

namespace oidc = opus::oidc;

namespace {

// Nobody has the other halves: they were never kept.
constexpr std::string_view k_keys =
    R"({"keys": [{"kty": "RSA", "key_ops": ["verify"], "n": "tDqO49CbopWHf_F7ue3hzxUGRdnLB6WJmv)"
    R"(iGJqkhCW1RFyK7M31BJDWdDWoRUnlesF8aS53vtSvYIn90mPSYSYB39HMHVSmDsF7W7tlHb3vbT2Md16aDGUytvs)"
    R"(ktZVmrXpJfc8m1wVyw4jdmImvYqh43v8hghPAGPm6TyISsWPC1jV1zLKcMXEbM0xZVt-orHoHWbt3iaHG-ae_xej)"
    R"(ujkVxm5xRuEEJoiEqZWWSmdyXW2cwnUPaT2LnRG7WIttvn2pGgCkUhAhMMF8TkLjr0vWCSHt1V02MPJE1ogD2ujr)"
    R"(35Ts6p2A_NTxTNuD_A7SqIGcW-oEBxrVzrANmsG-4xMQ", "e": "AQAB", "kid": "one", "use": "sig"},)"
    R"( {"kty": "EC", "crv": "P-256", "x": "iFoFeeb2__f9PMpUC-JIVc_31Vv2bOvfi6OsojVg59A", "y": )"
    R"("WbAVNTUl3_fhagr-ZTaV3k1_Jf0Rj1lpsaRIVt6Q3kA", "kid": "two", "use": "sig"}]})";

oidc::IssuerConfig issuer() {
  return {.name = "iam",
          .url = "https://iam.example.org",
          .audiences = {"jobs"},
          .groups = "realm_access.roles"};
}

void check(const oidc::Claims& claims, const oidc::IssuerConfig& issuer) {
  const opus::TimePoint now{std::chrono::seconds{1'800'000'000}};
  const oidc::TokenRules rules{.roles = {{"iam/opus/admins", "admin"}}};
  if (const auto good = oidc::check_claims(claims, issuer, rules, now))
    promise(oidc::expiry_of(claims) + rules.clock_skew > now);
  else
    promise(good.error().code == opus::Errc::unauthenticated);
  const auto who = oidc::identity_of(claims, issuer, rules);
  if (!who) return promise(who.error().code == opus::Errc::unauthenticated);
  promise(!who->account.empty() && who->account.find(':') == std::string::npos);
  for (const std::string& group : who->groups) promise(group.starts_with("iam/"));
}

}  // namespace

void read_token_claims(std::string_view text) {
  const auto claims = oidc::Claims::parse(text);
  if (!claims) return;
  oidc::IssuerConfig config = issuer();
  check(*claims, config);
  config.identity = oidc::k_by_email;
  check(*claims, config);
}

void read_signed_token(std::string_view text) {
  static const auto k_set = oidc::KeySet::parse(k_keys).value();
  const auto token = oidc::SignedToken::parse(text);
  if (!token) return promise(token.error().code == opus::Errc::unauthenticated);
  promise(oidc::is_algorithm(token->algorithm()));
  promise(!k_set.has_signed(*token));
  check(token->claims(), issuer());
}

void read_key_set(std::string_view text) {
  const auto keys = oidc::KeySet::parse(text);
  if (!keys) promise(keys.error().code == opus::Errc::invalid_argument);
}

}  // namespace opus_fuzz
