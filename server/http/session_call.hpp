#pragma once
// The call of a session. Steps posted from elsewhere come back to the lane, and let go of it there.

#include <functional>
#include <memory>

#include "server/rest/call.hpp"

namespace opus { inline namespace uws0 { namespace http {

class Lane;
class Session;

class SessionCall final : public rest::Call {
 public:
  SessionCall(Lane& lane, std::weak_ptr<Session> session);

 protected:
  void deliver(rest::Response response) override;
  bool on_serving_thread() const noexcept override;
  void post(rest::CallPtr self, std::function<void(rest::CallPtr)> step) override;

 private:
  std::weak_ptr<Lane> lane_;
  std::weak_ptr<Session> session_;
};

}}}  // namespace opus::uws0::http
