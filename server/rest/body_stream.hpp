#pragma once
// A body whose bytes come with time: made piece by piece, as fast as the client takes them.

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace opus { inline namespace uws0 { namespace rest {

/// Nothing is made ahead of the client: the host asks for a piece when the one before has been
/// sent, so that a slow reader costs one piece of memory. Threads: the serving thread, one call at
/// a time; wake() from any. Never asked for anything by a HEAD.
class BodyStream {
 public:
  enum class State {
    more,     ///< something was appended, and there may be more now
    waiting,  ///< nothing (more) at present: wake() tells when there may be
    ended,    ///< what was appended, if anything, was the last
    broken,   ///< it cannot be made; only closing the connection tells the client
  };

  virtual ~BodyStream();

  /// Appends the next piece to `piece`: some kilobytes, up to a megabyte where there is that much.
  /// With `more` at least one byte. Must not block for long; the memory of `piece` is used again.
  virtual State pull(std::string& piece) = 0;

  /// The server stops. A stream that would wait for ever ends with its next pull. Default: nothing,
  /// as for what ends by itself.
  virtual void finish();

  /// For the host, before the first pull: how it learns that a waiting stream may have something;
  /// any thread calls it. It must not own the stream.
  void on_wake(std::function<void()> waker) { waker_ = std::move(waker); }
  /// For the host, before each pull: wakes from now on are told again.
  void arm() noexcept { woken_.store(false); }

 protected:
  /// Wakes are told once until the next pull. Not before the first.
  void wake();

 private:
  std::function<void()> waker_{};
  std::atomic<bool> woken_{false};
};

using BodyStreamPtr = std::shared_ptr<BodyStream>;

}}}  // namespace opus::uws0::rest
