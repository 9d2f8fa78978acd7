#pragma once
// What streams of events share: how they begin, show that they live, and are woken together.

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

#include "server/rest/body_stream.hpp"
#include "server/rest/call.hpp"

namespace opus { inline namespace uws0 { namespace rest {

class EventStream;

/// The streams that hear of one thing. Threads: any.
class Listeners {
 public:
  void add(EventStream* stream);
  void remove(EventStream* stream);
  void wake();
  bool empty() const;

 private:
  mutable std::mutex mutex_;
  std::unordered_set<EventStream*> streams_;
};

/// Holds no events: a subclass reads them from what it listens to, from where its client is, when
/// the client takes more. A slow client costs one piece of text, whatever happens meanwhile.
class EventStream : public BodyStream, public std::enable_shared_from_this<EventStream> {
 public:
  EventStream(Host& host, std::chrono::milliseconds heartbeat)
      : host_(host), heartbeat_(heartbeat) {}

  State pull(std::string& piece) final;
  void finish() final { finishing_ = true; }
  /// Any thread.
  void tell() { wake(); }

 protected:
  /// Before the first events(): joins the listeners.
  virtual void join() = 0;
  /// Appends what has happened since the last call, as BodyStream::pull().
  virtual State events(std::string& piece) = 0;

 private:
  void arm_heartbeat();

  Host& host_;
  std::chrono::milliseconds heartbeat_;
  std::shared_ptr<void> timer_{};
  bool joined_ = false;
  bool beat_due_ = false;
  bool finishing_ = false;
};

}}}  // namespace opus::uws0::rest
