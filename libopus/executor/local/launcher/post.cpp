#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "libopus/executor/local/launcher/launcher.hpp"
#include "libopus/executor/local/protocol.hpp"

namespace opus { inline namespace uws0 { namespace local {

namespace {

/// A lock of the process: supervisors do not inherit it, so it ends with the launcher.
bool lock_file(int fd) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return fcntl(fd, F_SETLK, &lock) == 0;
}

Descriptor listen_in(int folder) {
  Descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // A path of the state folder may be longer than an address can be.
  std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder,
                k_socket_name);
  unlinkat(folder, k_socket_name, 0);  // of a launcher that was killed; we hold the lock
  const mode_t mask = umask(0177);
  const bool bound = socket && bind(socket.get(), reinterpret_cast<const sockaddr*>(&address),
                                    sizeof address) == 0;
  umask(mask);
  if (!bound || listen(socket.get(), 16) != 0) return {};
  return socket;
}

}  // namespace

Occupied occupy(const std::string& state_dir, Post& post, std::string& error) {
  const auto failed = [&](const char* what) {
    error = what + (" '" + state_dir) + "': " + std::strerror(errno);
    return Occupied::failed;
  };
  post.folder = Descriptor{::open(state_dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!post.folder) return failed("cannot open the state folder");
  post.lock = Descriptor{
      openat(post.folder.get(), k_lock_name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!post.lock) return failed("cannot write in the state folder");
  if (!lock_file(post.lock.get())) {
    if (errno == EAGAIN || errno == EACCES) return Occupied::by_another_launcher;
    return failed("cannot lock launcher.lock in the state folder");
  }
  post.listener = listen_in(post.folder.get());
  if (!post.listener) return failed("cannot listen in the state folder");
  return Occupied::no;
}

}}}  // namespace opus::uws0::local
