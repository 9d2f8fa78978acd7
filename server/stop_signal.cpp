#include "server/stop_signal.hpp"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace opus { inline namespace uws0 { namespace server {
namespace {

int wake_fd = -1;

void on_signal(int number) {
  const int saved = errno;
  const auto value = static_cast<std::uint64_t>(number);
  (void)!::write(wake_fd, &value, sizeof value);
  errno = saved;
}

void ignore_signal(int) {}

void set_handler(int number, void (*handler)(int), int flags) {
  // A handler, not SIG_IGN and no blocked signals: exec() undoes it for child programs.
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  ::sigaction(number, &action, nullptr);
}

}  // namespace

StopSignal::StopSignal() {
  wake_fd = ::eventfd(0, EFD_CLOEXEC);
  set_handler(SIGPIPE, &ignore_signal, SA_RESTART);
  for (const int number : {SIGTERM, SIGINT})
    set_handler(number, &on_signal, SA_RESTART | static_cast<int>(SA_RESETHAND));
}

int StopSignal::wait() {
  std::uint64_t value = 0;
  while (::read(wake_fd, &value, sizeof value) < 0 && errno == EINTR) {
  }
  return static_cast<int>(value);
}

}}}  // namespace opus::uws0::server
