#pragma once
// The REST face of a Service: the UWS resource tree under /rest/{description}, descriptions under
// /jdl, VOSI resources. Requests in, responses out; sockets are the host's.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <opus/service.hpp>
#include <opus/uws.hpp>

#include "server/rest/authentication.hpp"
#include "server/rest/body.hpp"
#include "server/rest/browser.hpp"
#include "server/rest/call.hpp"
#include "server/rest/class_limits.hpp"
#include "server/rest/events/hub.hpp"
#include "server/rest/job_documents.hpp"
#include "server/rest/proxy.hpp"
#include "server/rest/request_metrics.hpp"
#include "server/rest/route.hpp"

namespace opus { inline namespace uws0 { namespace rest {

struct ApiConfig {
  std::string base_url{};            ///< public URL of the service; empty = what the request says
  TrustedProxies trusted_proxies{};  ///< whose Forwarded and X-Forwarded-* count
  std::chrono::milliseconds wait_max{50'000};  ///< longest WAIT (UWS-WAI-07)
  /// How long a WAIT on HELD, SUSPENDED or UNKNOWN takes, which the standard wants answered at
  /// once and clients repeat without pause (UWS-WAI-09). 0 = at once.
  std::chrono::milliseconds wait_pace{1'000};
  std::chrono::milliseconds heartbeat{15'000};  ///< between signs of life of quiet event streams
  std::chrono::milliseconds log_look{200};      ///< between looks at the logs of watched jobs
  AccessConfig access{};                        ///< who may do what; open unless it says otherwise
  bool accept_submissions = true;  ///< of descriptions; needs somebody who decides on them
  bool trials = false;             ///< may authors run their pending descriptions? It is their code
                                   ///< on this machine.
  /// Take a job's parameters POSTed to {job} while it is PENDING, which DALI forbids and uws-client
  /// does; else only those POSTed to {job}/parameters (AMB-07).
  bool parameters_at_job = false;
  bool synchronous = true;  ///< offer /sync, where also a GET starts a job
  BrowserRules browser{};
  BodyLimits limits{};
  ClassLimits request_limits{};                 ///< requests in a minute; they may come at once
  ClassLimits upload_limits{};                  ///< bytes of a body, below those of `limits`
  std::size_t cached_document_bytes = 8 << 20;  ///< rendered job documents kept; 0 = none
};

/// Threads: any; each call is served as Call says. The service must outlive the Api, and the Api
/// every call.
class Api {
 public:
  Api(Service& service, ApiConfig config);

  /// What to do with a request whose header has come.
  struct Intake {
    const Route* route = nullptr;        ///< null if it is refused
    const Route* matched = nullptr;      ///< the route of the request, refused or not
    std::unique_ptr<BodyReader> body{};  ///< feed it the body; null if there is no body
    std::optional<Response> refusal{};   ///< answer this, without reading the body
  };
  /// `content_length`: 0 = no body, nullopt = chunked. Sets the request's base URL and
  /// identity.
  Intake begin(Call& call, std::optional<std::uint64_t> content_length);
  /// Answers a call whose body, if any, has been read and finished; now or later.
  void handle(CallPtr call, const Route& route);
  /// Adds what every answer has, whoever made it. The host calls it before it sends one.
  void finish(const Request& request, Response& response) const {
    add_browser_headers(config_.browser, request, response);
  }

  /// Every route; the whole surface of the service.
  static std::span<const Route> routes() noexcept;

  // For handlers.
  Service& service() noexcept { return service_; }
  const ApiConfig& config() const noexcept { return config_; }
  const Authenticator& authenticator() const noexcept { return authenticator_; }
  /// Bytes of a body that this one may send.
  std::uint64_t largest_body(const Identity& who) const noexcept;
  JobDocuments& documents() noexcept { return documents_; }
  EventHub& events() noexcept { return events_; }
  RequestMetrics& metrics() noexcept { return metrics_; }
  TimePoint up_since() const noexcept { return up_since_; }
  /// From now on the server is not ready: whoever sends it requests is to send them elsewhere.
  void drain() noexcept { draining_ = true; }
  bool draining() const noexcept { return draining_; }
  /// When the capabilities have become what they are now.
  TimePoint capabilities_changed(std::string now);

 private:
  /// Says who asks and counts the request. The answer to whoever may not come in.
  std::optional<Response> admit(Request& request, std::string_view peer, const Route& route);

  Service& service_;
  ApiConfig config_;
  Authenticator authenticator_;
  RateLimiter rate_;
  JobDocuments documents_;
  EventHub events_;
  RequestMetrics metrics_{routes()};
  TimePoint up_since_;
  std::atomic<bool> draining_{false};
  std::mutex capabilities_mutex_;
  std::string capabilities_;
  TimePoint capabilities_changed_;
};

}}}  // namespace opus::uws0::rest
