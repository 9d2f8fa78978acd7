#include "server/http/writer.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>
#include <variant>

namespace opus { inline namespace uws0 { namespace http {
namespace {

constexpr std::uint64_t k_turn_bytes = 1 << 20;  // of a file before other connections' turn
constexpr std::size_t k_spare_bytes = 1 << 10;   // memory kept for the next head

Writer::Progress stopped() noexcept {
  return errno == EAGAIN || errno == EWOULDBLOCK ? Writer::Progress::blocked
                                                 : Writer::Progress::failed;
}

}  // namespace

void Writer::start(rest::Response response, const HeadOptions& options, bool head_only) {
  write_head(head_, response, options);
  status_ = response.status;
  body_ = std::move(response.body);
  text_sent_ = 0;
  body_sent_ = 0;
  text_ = {};
  file_ = {};
  stream_.reset();
  chunked_ = !options.http_1_0;
  if (head_only || !has_body(status_)) return;
  if (auto* stream = std::get_if<rest::BodyStreamPtr>(&body_)) {
    stream_ = std::move(*stream);
    stream_state_ = rest::BodyStream::State::more;
  } else if (auto* slice = std::get_if<rest::FileSlice>(&body_)) {
    file_ = std::move(*slice);
  } else if (const auto* own = std::get_if<std::string>(&body_)) {
    text_ = *own;
  } else {
    text_ = **std::get_if<std::shared_ptr<const std::string>>(&body_);
  }
}

Writer::Progress Writer::write(Wire& wire) {
  const Progress progress = write_text(wire);
  if (progress != Progress::done) return progress;
  if (stream_) return write_stream(wire);
  return file_.length > 0 ? write_file(wire) : progress;
}

Writer::Progress Writer::write_text(Wire& wire) {
  while (text_sent_ < head_.size() + text_.size()) {
    const std::string_view head =
        std::string_view(head_).substr(std::min(text_sent_, head_.size()));
    const std::string_view text =
        text_.substr(text_sent_ > head_.size() ? text_sent_ - head_.size() : 0);
    const ssize_t n = wire.write(head, text, file_.length > 0);
    if (n < 0) return stopped();
    text_sent_ += static_cast<std::size_t>(n);
    body_sent_ = text_sent_ - std::min(text_sent_, head_.size());
  }
  return Progress::done;
}

Writer::Progress Writer::write_file(Wire& wire) {
  for (std::uint64_t turn = 0; file_.length > 0;) {
    if (turn >= k_turn_bytes) return Progress::yield;
    const std::size_t piece = std::min(file_.length, k_turn_bytes - turn);
    const ssize_t n = wire.send_file(file_.file->fd(), static_cast<off_t>(file_.offset), piece);
    if (n < 0) return stopped();
    if (n == 0) return Progress::failed;  // shorter than announced: only closing tells the client
    file_.offset += static_cast<std::uint64_t>(n);
    file_.length -= static_cast<std::uint64_t>(n);
    body_sent_ += static_cast<std::uint64_t>(n);
    turn += static_cast<std::uint64_t>(n);
  }
  return Progress::done;
}

Writer::Progress Writer::write_stream(Wire& wire) {
  using State = rest::BodyStream::State;
  for (std::uint64_t turn = 0;;) {
    while (piece_sent_ < piece_.size()) {
      const ssize_t n = wire.write(std::string_view(piece_).substr(piece_sent_));
      if (n < 0) return stopped();
      piece_sent_ += static_cast<std::size_t>(n);
      turn += static_cast<std::uint64_t>(n);
    }
    piece_.clear();
    piece_sent_ = 0;
    switch (stream_state_) {
      case State::more: break;
      case State::ended: stream_.reset(); return Progress::done;
      case State::broken: return Progress::failed;
      case State::waiting:
        std::string().swap(piece_);  // it may be long before the next
        stream_state_ = State::more;
        return Progress::waiting;
    }
    if (turn >= k_turn_bytes) return Progress::yield;
    pull_piece();
  }
}

/// The next piece as a chunk (RFC 9112 §7.1), the last one with what ends all chunks.
void Writer::pull_piece() {
  constexpr std::size_t k_frame = 18;  // 16 hexadecimal digits and a line end
  piece_.assign(chunked_ ? k_frame : 0, '0');
  const std::size_t begin = piece_.size();
  stream_->arm();
  stream_state_ = stream_->pull(piece_);
  std::size_t size = piece_.size() - begin;
  body_sent_ += size;
  if (!chunked_) return;
  if (size == 0) {
    piece_.clear();  // a chunk of no bytes would be the end
  } else {
    piece_[k_frame - 2] = '\r';
    piece_[k_frame - 1] = '\n';
    piece_sent_ = k_frame - 2;
    for (; size > 0; size >>= 4) piece_[--piece_sent_] = "0123456789abcdef"[size & 15];
    piece_ += "\r\n";
  }
  if (stream_state_ == rest::BodyStream::State::ended) piece_ += "0\r\n\r\n";
}

void Writer::reset() noexcept {
  stream_.reset();
  std::string().swap(piece_);
  piece_sent_ = 0;
  body_ = std::string();
  text_ = {};
  file_ = {};
  head_.clear();
  if (head_.capacity() > k_spare_bytes) std::string().swap(head_);
}

}}}  // namespace opus::uws0::http
