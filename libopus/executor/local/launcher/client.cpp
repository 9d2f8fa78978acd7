#include "libopus/executor/local/launcher/client.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace opus { inline namespace uws0 { namespace local {

namespace {
constexpr std::size_t k_max_unread = 16u << 20;
constexpr int k_pieces = 16;
}  // namespace

void Client::receive() {
  std::array<char, 65536> piece;
  drained_ = ended_ || closed_;
  // A frame that is larger than a piece must be read on until it is whole.
  for (int pieces = 0; !drained_ && (pieces < k_pieces || !in_.has_next()); ++pieces) {
    const ssize_t got = recv(socket_.get(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (got > 0) {
      in_.append({piece.data(), static_cast<std::size_t>(got)});
    } else if (got == 0 || errno != EINTR) {
      drained_ = true;
      ended_ = got == 0 || errno != EAGAIN;
    }
  }
}

std::optional<std::string_view> Client::next_frame() {
  if (closed_ || closing_) return std::nullopt;
  const auto body = in_.next();
  if (in_.broken()) closed_ = true;
  return body;
}

void Client::send(std::string_view frame) {
  if (out_.size() + frame.size() > k_max_unread) closed_ = true;
  if (!closed_ && !ended_) out_ += frame;
}

void Client::flush() {
  while (!out_.empty() && !closed_) {
    const ssize_t sent =
        ::send(socket_.get(), out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      out_.erase(0, static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR) {
      closed_ = true;
    }
  }
}

bool Client::done() const noexcept {
  return closed_ || (ended_ && !has_frame()) || (closing_ && out_.empty());
}

}}}  // namespace opus::uws0::local
