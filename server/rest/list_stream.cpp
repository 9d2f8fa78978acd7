#include "server/rest/list_stream.hpp"

#include <utility>

namespace opus { inline namespace uws0 { namespace rest {

ListStream::ListStream(Host& host, JobLister jobs, JobListText text, std::string first)
    : host_(host), jobs_(std::move(jobs)), text_(std::move(text)), ready_(std::move(first)) {}

BodyStream::State ListStream::pull(std::string& piece) {
  {
    const std::lock_guard lock(mutex_);
    if (broken_) return State::broken;
    if (ready_.empty()) return State::waiting;
    piece += ready_;
    ready_.clear();
    if (ended_) return State::ended;
  }
  host_.offload([self = shared_from_this()] { self->make_next(); });
  return State::more;
}

void ListStream::make_next() {
  std::string piece;
  Result<void> made;
  while (made && piece.empty() && !jobs_.at_end()) {
    auto jobs = jobs_.next(text_.piece_jobs());
    made = jobs ? text_.add(piece, *jobs) : Result<void>(jobs.error());
  }
  const bool at_end = jobs_.at_end();
  if (at_end) text_.end(piece, "");
  {
    const std::lock_guard lock(mutex_);
    ready_ = std::move(piece);
    ended_ = at_end;
    broken_ = !made;
  }
  wake();
}

}}}  // namespace opus::uws0::rest
