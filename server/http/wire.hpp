#pragma once
// The bytes of one connection: as they are, or through TLS.

#include <sys/types.h>

#include <cstddef>
#include <string_view>
#include <utility>

#include "server/http/tls.hpp"

namespace opus { inline namespace uws0 { namespace http {

/// On a socket that somebody else owns and that does not block. One thread.
class Wire {
 public:
  explicit Wire(int socket) noexcept : socket_(socket) {}

  /// Goes through TLS from now on; hands are shaken by the first read().
  void secure(TlsConnection tls) noexcept { tls_ = std::move(tls); }
  bool secured() const noexcept { return tls_ != nullptr; }

  // As recv(), sendmsg() and sendfile(): a count, 0 at the end of the input, -1 with errno (EAGAIN:
  // not now). After EAGAIN from write() or send_file() the same bytes have to be sent next.
  ssize_t read(char* to, std::size_t size) noexcept;
  /// One text after the other. `more`: a file follows at once.
  ssize_t write(std::string_view first, std::string_view second = {}, bool more = false) noexcept;
  ssize_t send_file(int file, off_t offset, std::size_t size) noexcept;

  /// Tells the client that nothing more comes.
  void finish_output() noexcept;

  /// Can be read though the socket has nothing.
  bool has_input() const noexcept;
  /// read() waits until the socket can be written: the client takes no part of its greeting.
  bool blocked_by_output() const noexcept { return blocked_by_output_; }

 private:
  ssize_t outcome(int result) noexcept;
  ssize_t write_tls(std::string_view text) noexcept;

  int socket_;
  TlsConnection tls_{};
  bool blocked_by_output_ = false;
};

}}}  // namespace opus::uws0::http
