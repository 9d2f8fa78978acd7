#pragma once
// Sends one response: head and text in one call, files without copying them (sendfile), streams
// piece by piece.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/http/response_head.hpp"
#include "server/http/wire.hpp"
#include "server/rest/response.hpp"

namespace opus { inline namespace uws0 { namespace http {

class Writer {
 public:
  enum class Progress {
    done,
    blocked,  ///< the client takes nothing more at present
    yield,    ///< much has been sent; let others have a turn
    waiting,  ///< the stream has nothing at present; write again when it wakes
    failed,   ///< the connection is broken, the file became shorter, the stream cannot go on
  };

  /// `head_only`: the answer to HEAD.
  void start(rest::Response response, const HeadOptions& options, bool head_only);
  /// Writes what the wire takes without blocking.
  Progress write(Wire& wire);

  /// The body, if it is a stream that has not ended.
  rest::BodyStream* stream() const noexcept { return stream_.get(); }

  int status() const noexcept { return status_; }
  std::uint64_t body_sent() const noexcept { return body_sent_; }
  /// Lets the body and spare memory go.
  void reset() noexcept;

 private:
  Progress write_text(Wire& wire);
  Progress write_file(Wire& wire);
  Progress write_stream(Wire& wire);
  void pull_piece();

  int status_ = 0;
  std::string head_;
  rest::Body body_;
  std::string_view text_{};    // what of the body is in memory
  std::size_t text_sent_ = 0;  // of head and text together
  rest::FileSlice file_{};     // what is left of the body in a file
  rest::BodyStreamPtr stream_{};
  bool chunked_ = false;
  std::string piece_;           // of the stream, framed
  std::size_t piece_sent_ = 0;  // of it, with what lies before the frame
  rest::BodyStream::State stream_state_ = rest::BodyStream::State::more;
  std::uint64_t body_sent_ = 0;
};

}}}  // namespace opus::uws0::http
