#include "server/rest/body_stream.hpp"

namespace opus { inline namespace uws0 { namespace rest {

BodyStream::~BodyStream() = default;

void BodyStream::finish() {}

void BodyStream::wake() {
  if (!woken_.exchange(true) && waker_) waker_();
}

}}}  // namespace opus::uws0::rest
