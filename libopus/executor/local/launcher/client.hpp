#pragma once
// One connection of the launcher. Nothing here blocks, whatever the client does.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "libopus/core/descriptor.hpp"
#include "libopus/executor/local/protocol.hpp"

namespace opus { inline namespace uws0 { namespace local {

class Client {
 public:
  explicit Client(Descriptor socket) : socket_(std::move(socket)) {}

  int fd() const noexcept { return socket_.get(); }
  bool greeted() const noexcept { return greeted_; }
  void set_greeted() noexcept { greeted_ = true; }

  /// Takes what has arrived, but not without end from a client that is faster than we.
  void receive();
  /// The body of the next frame, valid until receive().
  std::optional<std::string_view> next_frame();
  bool has_frame() const noexcept { return !closed_ && !closing_ && in_.has_next(); }
  /// receive() left nothing behind, and all of it has been taken.
  bool drained() const noexcept { return drained_ && !has_frame(); }

  /// Queues; a client that does not read for too long is cut off: it can learn all from the disk.
  void send(std::string_view frame);
  void flush();
  bool wants_to_write() const noexcept { return !out_.empty(); }

  void close() noexcept { closed_ = true; }
  void close_after_flush() noexcept { closing_ = true; }
  /// Nothing more to take from it or to give to it.
  bool done() const noexcept;

 private:
  Descriptor socket_;
  FrameBuffer in_{};
  std::string out_{};
  bool greeted_ = false;
  bool drained_ = true;
  bool ended_ = false;    ///< the client has closed
  bool closing_ = false;  ///< we shall
  bool closed_ = false;
};

}}}  // namespace opus::uws0::local
