#include "libopus/executor/local/launcher_link.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>

#include "libopus/core/files.hpp"
#include "libopus/executor/local/launcher_program.hpp"

namespace opus { inline namespace uws0 { namespace local {

namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr auto k_connect_timeout = 10s;
constexpr auto k_between_attempts = 10ms;  // another launcher is just coming or going
constexpr int k_hello_timeout_ms = 5000;
constexpr int k_send_timeout_ms = 10'000;

bool wait_for(int fd, short events, int timeout_ms) {
  pollfd ready{fd, events, 0};
  int status = 0;
  while ((status = poll(&ready, 1, timeout_ms)) < 0 && errno == EINTR) {
  }
  return status > 0;
}

Error unavailable(const std::string& why) {
  return Error{Errc::unavailable, "the launcher of local jobs " + why};
}

/// errno ENOENT or ECONNREFUSED: nobody is there.
Descriptor connect_in(const Descriptor& folder) {
  Descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // A path of the state folder may be longer than an address can be.
  std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder.get(),
                k_socket_name);
  const auto* const to = reinterpret_cast<const sockaddr*>(&address);
  if (!socket || ::connect(socket.get(), to, sizeof address) != 0) return {};
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return {};
  if (peer.uid != geteuid() && peer.uid != 0) return {};  // somebody else's: tell it nothing
  return socket;
}

/// Exactly one hello, because news may follow at once.
bool exchange_hello(const Descriptor& socket) {
  const std::string ours = hello_frame();
  if (::send(socket.get(), ours.data(), ours.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(ours.size()))
    return false;
  std::string theirs(ours.size(), '\0');
  for (std::size_t have = 0; have < theirs.size();) {
    if (!wait_for(socket.get(), POLLIN, k_hello_timeout_ms)) return false;
    const ssize_t got = recv(socket.get(), theirs.data() + have, theirs.size() - have, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    have += static_cast<std::size_t>(got);
  }
  return theirs == ours;
}

}  // namespace

Result<void> LauncherLink::connect(const std::atomic<bool>& give_up) {
  const Descriptor folder{::open(state_dir_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!folder) return system_error("cannot open the state folder", state_dir_, errno);
  frames_ = {};
  // The one we reach may be about to end, or of another version: then again.
  const auto end = Steady::now() + k_connect_timeout;
  for (int attempt = 0; Steady::now() < end && !give_up; ++attempt) {
    Descriptor socket = connect_in(folder);
    if (socket && exchange_hello(socket)) {
      socket_ = std::move(socket);
      return {};
    }
    if (attempt > 0) std::this_thread::sleep_for(k_between_attempts);
    OPUS_UWS_CHECK(start_launcher(program_, state_dir_));
  }
  return unavailable("does not answer on " + (state_dir_ / k_socket_name).string());
}

void LauncherLink::disconnect() noexcept { socket_.close(); }

Result<void> LauncherLink::send(const std::string& frame) {
  std::string_view rest = frame;
  while (!rest.empty()) {
    const ssize_t sent = ::send(fd(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (wait_for(fd(), POLLOUT, k_send_timeout_ms)) continue;
      shutdown(fd(), SHUT_RDWR);  // the receiving thread closes it
      return unavailable("does not read");
    } else if (errno != EINTR) {
      const std::string why = std::strerror(errno);
      shutdown(fd(), SHUT_RDWR);
      return unavailable("has ended (" + why + ")");
    }
  }
  return {};
}

bool LauncherLink::receive(const std::function<void(FrameReader&)>& take) {
  std::array<char, 65536> piece;
  const ssize_t got = recv(fd(), piece.data(), piece.size(), MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  frames_.append({piece.data(), static_cast<std::size_t>(got)});
  while (const auto body = frames_.next()) {
    FrameReader frame{*body};
    take(frame);
  }
  return !frames_.broken();
}

}}}  // namespace opus::uws0::local
