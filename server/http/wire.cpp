#include "server/http/wire.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace opus { inline namespace uws0 { namespace http {
namespace {

constexpr std::size_t k_record = 16 << 10;  // what one TLS record holds (RFC 8446 §5.1)

template <typename Call> ssize_t uninterrupted(Call call) noexcept {
  for (;;) {
    const ssize_t n = call();
    if (n >= 0 || errno != EINTR) return n;
  }
}

}  // namespace

ssize_t Wire::read(char* to, std::size_t size) noexcept {
  if (!tls_) return uninterrupted([&] { return ::recv(socket_, to, size, MSG_DONTWAIT); });
  ERR_clear_error();
  return outcome(SSL_read(tls_.get(), to, static_cast<int>(size)));
}

ssize_t Wire::write(std::string_view first, std::string_view second, bool more) noexcept {
  if (!tls_) {
    iovec parts[] = {{const_cast<char*>(first.data()), first.size()},
                     {const_cast<char*>(second.data()), second.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    const int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0);
    return uninterrupted([&] { return ::sendmsg(socket_, &message, flags); });
  }
  if (first.empty()) first = std::exchange(second, {});
  if (second.empty() || first.size() >= k_record) return write_tls(first.substr(0, k_record));
  std::array<char, k_record> record;  // a record each for head and text would cost two packets
  const std::size_t rest = std::min(second.size(), record.size() - first.size());
  std::copy(first.begin(), first.end(), record.begin());
  std::memcpy(record.data() + first.size(), second.data(), rest);
  return write_tls({record.data(), first.size() + rest});
}

ssize_t Wire::send_file(int file, off_t offset, std::size_t size) noexcept {
  if (!tls_) return uninterrupted([&] { return ::sendfile(socket_, file, &offset, size); });
  std::array<char, k_record> record;
  const ssize_t n = uninterrupted(
      [&] { return ::pread(file, record.data(), std::min(size, record.size()), offset); });
  return n <= 0 ? n : write_tls({record.data(), static_cast<std::size_t>(n)});
}

ssize_t Wire::write_tls(std::string_view text) noexcept {
  ERR_clear_error();
  const ssize_t n = outcome(SSL_write(tls_.get(), text.data(), static_cast<int>(text.size())));
  if (n == 0) errno = EPIPE;
  return n == 0 ? -1 : n;
}

ssize_t Wire::outcome(int result) noexcept {
  blocked_by_output_ = false;
  if (result > 0) return result;
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_ZERO_RETURN: return 0;
    case SSL_ERROR_WANT_WRITE: blocked_by_output_ = true; [[fallthrough]];
    case SSL_ERROR_WANT_READ: errno = EAGAIN; return -1;
    default: errno = EPROTO; return -1;  // nothing more can be said over this connection
  }
}

void Wire::finish_output() noexcept {
  // Its answer is of no interest: the input's end is.
  if (tls_ && SSL_is_init_finished(tls_.get()) == 1) (void)SSL_shutdown(tls_.get());
  ::shutdown(socket_, SHUT_WR);
}

bool Wire::has_input() const noexcept { return tls_ && SSL_pending(tls_.get()) > 0; }

}}}  // namespace opus::uws0::http
