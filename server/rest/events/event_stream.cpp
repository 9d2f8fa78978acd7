#include "server/rest/events/event_stream.hpp"

#include "server/rest/events/sse.hpp"

namespace opus { inline namespace uws0 { namespace rest {

void Listeners::add(EventStream* stream) {
  const std::lock_guard lock(mutex_);
  streams_.insert(stream);
}

void Listeners::remove(EventStream* stream) {
  const std::lock_guard lock(mutex_);
  streams_.erase(stream);
}

void Listeners::wake() {
  // Under the lock: a stream removes itself before it dies.
  const std::lock_guard lock(mutex_);
  for (EventStream* const stream : streams_) stream->tell();
}

bool Listeners::empty() const {
  const std::lock_guard lock(mutex_);
  return streams_.empty();
}

BodyStream::State EventStream::pull(std::string& piece) {
  if (!joined_) {
    joined_ = true;
    append_retry(piece);
    join();
    arm_heartbeat();
  }
  if (finishing_) {
    append_comment(piece, "the server stops");
    return State::ended;
  }
  const std::size_t before = piece.size();
  const State state = events(piece);
  if (beat_due_) {
    beat_due_ = false;
    if (piece.size() == before && state == State::waiting) append_comment(piece, "");
    arm_heartbeat();
  }
  return state;
}

void EventStream::arm_heartbeat() {
  timer_ = host_.after(heartbeat_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->beat_due_ = true;
    self->tell();
  });
}

}}}  // namespace opus::uws0::rest
