#include "server/rest/call.hpp"

#include <utility>

#include "server/rest/authorisation.hpp"

namespace opus { inline namespace uws0 { namespace rest {

Host::~Host() = default;
Call::~Call() = default;

void Call::interrupt(CallPtr call, Interrupt why) {
  if (call->answered_ || !call->hook_) return;
  const Hook hook = std::exchange(call->hook_, {});
  hook(std::move(call), why);
}

void reply(CallPtr call, Response response) {
  if (!call->on_serving_thread()) {
    // std::function wants copies: the response travels in a shared box.
    auto box = std::make_shared<Response>(std::move(response));
    resume(std::move(call), [box](CallPtr self) { reply(std::move(self), std::move(*box)); });
    return;
  }
  if (std::exchange(call->answered_, true)) return;
  call->hook_ = {};
  add_identity(response, call->request);
  call->deliver(std::move(response));
}

void resume(CallPtr call, std::function<void(CallPtr)> step) {
  Call& target = *call;
  target.post(std::move(call), std::move(step));
}

}}}  // namespace opus::uws0::rest
