#include "server/rest/api.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "server/rest/authorisation.hpp"
#include "server/rest/error_map.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

Method route_method(Method method) noexcept {
  return method == Method::head ? Method::get : method;  // UWS-HTTP-13
}

/// Does the route belong to the resource at this path? The first pattern of the table that matches
/// names it: "/rest/{name}/events" is no job of that id.
bool serves(const Route& route, const Path& path, const Route*& resource) {
  if (resource != nullptr) return route.pattern == resource->pattern;
  if (depth_of(route.pattern) != path.size() || !matches(route.pattern, path)) return false;
  resource = &route;
  return true;
}

/// "GET, HEAD, POST, OPTIONS" of the resource.
std::string allowed_methods(const Path& path) {
  std::string allowed;
  const Route* resource = nullptr;
  for (const Route& route : Api::routes()) {
    if (!serves(route, path, resource)) continue;
    allowed += to_string(route.method);
    allowed += route.method == Method::get ? ", HEAD, " : ", ";
  }
  return allowed.empty() ? allowed : allowed + "OPTIONS";
}

/// What a handler throws (no memory, most likely) costs one request, not the process.
void run_handler(Api& api, CallPtr call, Handler handler) {
  try {
    handler(api, call);
  } catch (const std::exception& fault) {
    Response response = error_response(call->request, {Errc::internal, fault.what()});
    reply(std::move(call), std::move(response));
  }
}

}  // namespace

bool matches(std::string_view pattern, const Path& path) noexcept {
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (pattern.empty()) return false;
    pattern.remove_prefix(1);
    const auto end = std::min(pattern.find('/'), pattern.size());
    const std::string_view segment = pattern.substr(0, end);
    const bool any = !segment.empty() && segment.front() == '{';
    if (path[i].empty() || (!any && segment != path[i])) return false;
    pattern.remove_prefix(end);
  }
  return pattern.empty() || pattern == "/";
}

Api::Api(Service& service, ApiConfig config)
    : service_(service),
      config_(std::move(config)),
      authenticator_(config_.access),
      documents_(config_.cached_document_bytes),
      events_(service_, config_.log_look),
      up_since_(system_clock()->now()),
      capabilities_changed_(up_since_) {
  while (!config_.base_url.empty() && config_.base_url.back() == '/') config_.base_url.pop_back();
}

Api::Intake Api::begin(Call& call, std::optional<std::uint64_t> content_length) {
  Request& request = call.request;
  const std::string peer = request.remote;
  const Result<void> forwarded = apply_forwarded(request, config_.trusted_proxies);
  if (!config_.base_url.empty()) request.base_url = config_.base_url;

  Intake intake;
  if (!forwarded) {
    intake.refusal = error_response(request, forwarded.error());
    return intake;
  }
  const auto refuse = [&](int status, std::string message) -> Response& {
    const Errc code = status == 404 ? Errc::not_found : Errc::unsupported;
    return intake.refusal.emplace(error_response(request, status, {code, std::move(message)}));
  };
  const Method method = route_method(request.method);
  const std::size_t depth = request.path.size();
  const Route* resource = nullptr;
  for (const Route& route : routes()) {
    if (serves(route, request.path, resource) && route.method == method) {
      intake.route = intake.matched = &route;
      break;
    }
  }
  if (intake.route == nullptr) {
    const std::string allowed =
        depth <= Path::k_deepest ? allowed_methods(request.path) : std::string();
    if (allowed.empty()) {
      refuse(404, "there is nothing at " + in_quotes(request.target));
    } else if (method == Method::options) {
      Response& response = intake.refusal.emplace();
      response.status = 204;
      response.headers.add("Allow", allowed);
    } else {
      refuse(405, "the method is not for this resource; allowed: " + allowed)
          .headers.add("Allow", allowed);
    }
    return intake;
  }

  const auto refuse_error = [&](const Error& error) {
    const int status = error.code == Errc::unsupported ? 415 : status_of(error.code);
    intake.refusal = error_response(request, status, error);
    add_identity(*intake.refusal, request);
    intake.route = nullptr;
  };
  intake.refusal = admit(request, peer, *intake.route);
  if (intake.refusal) {
    intake.route = nullptr;
    return intake;
  }
  if (authenticator_.policy().open) {
    if (const auto good = check_host(config_.browser, request); !good) {
      refuse_error(good.error());
      return intake;
    }
  }
  if (is_change(intake.route->action)) {
    if (const auto good = check_site(config_.browser, request); !good) {
      refuse_error(good.error());
      return intake;
    }
  }
  if (intake.route->guard != nullptr) {
    if (const auto good = intake.route->guard(*this, call); !good) {
      refuse_error(good.error());
      return intake;
    }
  }
  const BodyKind kind = intake.route->body;
  if (content_length == 0u && kind != BodyKind::value && kind != BodyKind::file) return intake;
  BodyLimits limits = config_.limits;
  limits.body_bytes = largest_body(request.identity);
  auto reader = make_body_reader(request, kind, content_length, limits, service_.incoming_dir());
  if (reader)
    intake.body = *std::move(reader);
  else
    refuse_error(reader.error());
  return intake;
}

std::optional<Response> Api::admit(Request& request, std::string_view peer, const Route& route) {
  auto identity = authenticator_.identify(request, peer);
  // Whoever lies about who he is counts as nobody.
  const Identity nobody;
  const Identity& who = identity ? *identity : nobody;
  if (const auto most = limit_of(config_.request_limits, who)) {
    const auto wait = rate_.delay(limit_key(who, request.remote), *most, RateLimiter::Clock::now());
    if (wait) {
      const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait);
      return error_response(
          request, 429,
          {Errc::limit_exceeded, "too many requests: " + std::to_string(*most) +
                                     " in a minute are allowed; the next one in " +
                                     std::to_string(seconds.count()) + " s"},
          seconds);
    }
  }
  if (!identity) return error_response(request, identity.error());
  request.identity = *std::move(identity);
  const auto may = authorise(*this, request, route);
  if (may) return std::nullopt;
  Response refusal = error_response(request, may.error());
  add_identity(refusal, request);
  return refusal;
}

std::uint64_t Api::largest_body(const Identity& who) const noexcept {
  const auto most = limit_of(config_.upload_limits, who);
  return std::min(most.value_or(config_.limits.body_bytes), config_.limits.body_bytes);
}

TimePoint Api::capabilities_changed(std::string now) {
  const std::lock_guard lock(capabilities_mutex_);
  if (capabilities_ != now) {
    if (!capabilities_.empty()) capabilities_changed_ = system_clock()->now();
    capabilities_ = std::move(now);
  }
  return capabilities_changed_;
}

void Api::handle(CallPtr call, const Route& route) {
  if (route.runs == Runs::inline_) return run_handler(*this, std::move(call), route.handler);
  Host& host = call->host();
  host.offload([this, call = std::move(call), handler = route.handler]() mutable {
    run_handler(*this, std::move(call), handler);
  });
}

}}}  // namespace opus::uws0::rest
