#include "server/rest/admin.hpp"

#include "server/rest/error_map.hpp"

namespace opus { inline namespace uws0 { namespace rest {

bool equal_in_constant_time(std::string_view guess, std::string_view secret) noexcept {
  // volatile: no compiler may leave the loop early.
  volatile unsigned char difference = guess.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < guess.size(); ++i) {
    const char expected = secret.empty() ? '\0' : secret[i % secret.size()];
    difference = static_cast<unsigned char>(difference | (guess[i] ^ expected));
  }
  return difference == 0;
}

bool is_administrator(const Api& api, const Request& request) noexcept {
  constexpr std::string_view k_scheme = "bearer ";
  const std::string& token = api.config().admin_token;
  const std::string_view given = request.headers.get("Authorization").value_or("");
  if (token.empty() || !iequals(given.substr(0, k_scheme.size()), k_scheme)) return false;
  return equal_in_constant_time(trim(given.substr(k_scheme.size())), token);
}

std::optional<Response> refuse_unless_administrator(const Api& api, const Request& request) {
  if (is_administrator(api, request)) return std::nullopt;
  if (api.config().admin_token.empty())
    return error_response(request, {Errc::forbidden,
                                    "this is for administrators, and the service has none: "
                                    "admin_token is not configured"});
  Response response = error_response(
      request, 401,
      {Errc::forbidden,
       request.headers.has("Authorization")
           ? "the token is not that of the administrator"
           : "this is for administrators: expected Authorization: Bearer with the admin token"});
  response.headers.add("WWW-Authenticate", "Bearer realm=\"opus-uws\"");
  return response;
}

}}}  // namespace opus::uws0::rest
