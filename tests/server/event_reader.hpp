#pragma once
// Reads the server-sent events of a streamed answer, without sockets.

#include <deque>
#include <string>
#include <string_view>

#include "tests/server/rest_rig.hpp"

namespace opus_test {

struct Event {
  std::string name{};  ///< "comment" for a comment
  std::string id{};
  std::string data{};
  /// The member's value as JSON text: "\"QUEUED\"", "0.5", "null"; empty if there is none.
  std::string member(std::string_view key) const;
};

/// Every wait is bounded; running out of time fails the test.
class EventReader {
 public:
  /// GETs the path; REQUIREs a stream of events.
  EventReader(RestRig& rig, std::string_view path, std::string_view last_id = "");

  Event next();
  /// The next event of that name; others are skipped.
  Event next(std::string_view name);
  /// The stream has ended, and nothing is left.
  bool ended();
  /// What there is without waiting.
  bool empty();
  opus::rest::BodyStream& stream() { return *stream_; }

 private:
  void pull();

  RestRig& rig_;
  opus::rest::BodyStreamPtr stream_;
  opus::rest::BodyStream::State state_ = opus::rest::BodyStream::State::more;
  std::string text_;
  std::deque<Event> events_;
};

}  // namespace opus_test
