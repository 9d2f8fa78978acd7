#pragma once
// The connection of an executor to its launcher.

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>

#include <opus/error.hpp>

#include "libopus/core/descriptor.hpp"
#include "libopus/executor/local/protocol.hpp"

namespace opus { inline namespace uws0 { namespace local {

/// One thread connects, receives and disconnects; while connected, others may send, one at a time.
class LauncherLink {
 public:
  /// `state_dir` and `program` must be absolute.
  LauncherLink(std::filesystem::path program, std::filesystem::path state_dir)
      : program_(std::move(program)), state_dir_(std::move(state_dir)) {}

  /// Finds a launcher that speaks our version, or starts one. Takes seconds at worst, less when
  /// `give_up` becomes true.
  Result<void> connect(const std::atomic<bool>& give_up);
  void disconnect() noexcept;
  bool connected() const noexcept { return static_cast<bool>(socket_); }
  int fd() const noexcept { return socket_.get(); }

  /// The launcher has the whole frame, or will never get it whole and the connection ends.
  Result<void> send(const std::string& frame);

  /// Hands over what has come. False: the connection has ended.
  bool receive(const std::function<void(FrameReader&)>& take);

 private:
  std::filesystem::path program_, state_dir_;
  Descriptor socket_{};
  FrameBuffer frames_{};
};

}}}  // namespace opus::uws0::local
