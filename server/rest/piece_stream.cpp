#include "server/rest/piece_stream.hpp"

#include <mutex>
#include <utility>

namespace opus { inline namespace uws0 { namespace rest {
namespace {

class PieceStream final : public BodyStream, public std::enable_shared_from_this<PieceStream> {
 public:
  PieceStream(Host& host, std::unique_ptr<PieceMaker> maker, std::string first)
      : host_(host), maker_(std::move(maker)), ready_(std::move(first)) {}

  State pull(std::string& piece) override {
    {
      const std::lock_guard lock(mutex_);
      if (broken_) return State::broken;
      if (ready_.empty() && !ended_) return State::waiting;
      piece += ready_;
      ready_.clear();
      if (ended_) return State::ended;
    }
    host_.offload([self = shared_from_this()] { self->make_next(); });
    return State::more;
  }

 private:
  void make_next() {
    std::string piece;
    Result<bool> more = true;
    while (more && *more && piece.empty()) more = maker_->make(piece);
    {
      const std::lock_guard lock(mutex_);
      ready_ = std::move(piece);
      ended_ = more && !*more;
      broken_ = !more;
    }
    wake();
  }

  Host& host_;
  std::unique_ptr<PieceMaker> maker_;

  std::mutex mutex_;
  std::string ready_;  ///< empty: it is being made
  bool ended_ = false;
  bool broken_ = false;
};

}  // namespace

PieceMaker::~PieceMaker() = default;

Result<Body> made_in_pieces(Host& host, std::unique_ptr<PieceMaker> maker) {
  std::string first;
  bool more = true;
  while (more && first.empty()) {
    OPUS_UWS_TRY(more, maker->make(first));
  }
  if (!more) return Body(std::move(first));
  return Body(std::make_shared<PieceStream>(host, std::move(maker), std::move(first)));
}

}}}  // namespace opus::uws0::rest
