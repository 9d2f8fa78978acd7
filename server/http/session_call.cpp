#include "server/http/session_call.hpp"

#include <exception>
#include <utility>

#include <boost/asio/post.hpp>

#include "server/http/lane.hpp"
#include "server/http/session.hpp"
#include "server/rest/error_map.hpp"

namespace opus { inline namespace uws0 { namespace http {

SessionCall::SessionCall(Lane& lane, std::weak_ptr<Session> session)
    : Call(lane), lane_(lane.weak_from_this()), session_(std::move(session)) {}

void SessionCall::deliver(rest::Response response) {
  if (const auto session = session_.lock()) session->on_response(*this, std::move(response));
}

bool SessionCall::on_serving_thread() const noexcept {
  const auto lane = lane_.lock();
  return lane && lane->on_thread();
}

void SessionCall::post(rest::CallPtr self, std::function<void(rest::CallPtr)> step) {
  const auto lane = lane_.lock();
  if (!lane) return;
  boost::asio::post(lane->context(), [self = std::move(self), step = std::move(step)]() mutable {
    const rest::CallPtr kept = self;
    try {
      step(std::move(self));
    } catch (const std::exception& fault) {
      reply(kept, error_response(kept->request, {Errc::internal, fault.what()}));
    }
  });
}

}}}  // namespace opus::uws0::http
