#pragma once
// One request being answered, at once or later, and what a handler may ask of its host.

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

#include "server/rest/request.hpp"
#include "server/rest/response.hpp"

namespace opus { inline namespace uws0 { namespace rest {

class Call;
using CallPtr = std::shared_ptr<Call>;

/// What the surroundings (the HTTP listener, a test) do for handlers. Outlives every call.
class Host {
 public:
  virtual ~Host();
  /// Runs `work` once after `delay`, on the thread that serves the calls. Dropping the handle, from
  /// any thread, cancels it.
  virtual std::shared_ptr<void> after(std::chrono::milliseconds delay,
                                      std::function<void()> work) = 0;
  /// Runs `work`, which may block, on some other thread.
  virtual void offload(std::function<void()> work) = 0;
};

enum class Interrupt {
  gone,      ///< the client has closed the connection: forget it
  stopping,  ///< the server stops: answer now
};

/// Threads: a call is served by one thread, which runs the handler, its timers and its resumed
/// steps; members are for that thread only, reply() and resume() for any. A handler that does not
/// answer before it returns must keep the call, or hold it weakly where it can be interrupted.
class Call {
 public:
  explicit Call(Host& host) noexcept : host_(host) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  virtual ~Call();

  Request request{};

  Host& host() const noexcept { return host_; }
  bool answered() const noexcept { return answered_; }

  /// A call that waits for something sets this before its handler returns; it is called at most
  /// once. It must not own the call.
  using Hook = std::function<void(CallPtr call, Interrupt why)>;
  void on_interrupt(Hook hook) { hook_ = std::move(hook); }
  bool interruptible() const noexcept { return static_cast<bool>(hook_); }
  static void interrupt(CallPtr call, Interrupt why);

 protected:
  /// Sends the response. On the serving thread, at most once.
  virtual void deliver(Response response) = 0;
  virtual bool on_serving_thread() const noexcept = 0;
  /// Runs the step on the serving thread; `self` is let go there and nowhere else.
  virtual void post(CallPtr self, std::function<void(CallPtr)> step) = 0;

 private:
  friend void reply(CallPtr call, Response response);
  friend void resume(CallPtr call, std::function<void(CallPtr)> step);

  Host& host_;
  Hook hook_{};
  bool answered_ = false;
};

/// Answers the call. Any thread; the first answer counts, later ones are dropped.
void reply(CallPtr call, Response response);

/// Goes on with the call on its serving thread. Any thread.
void resume(CallPtr call, std::function<void(CallPtr)> step);

}}}  // namespace opus::uws0::rest
