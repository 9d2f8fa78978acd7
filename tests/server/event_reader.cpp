#include "tests/server/event_reader.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

namespace opus_test {

using opus::rest::BodyStream;
using State = BodyStream::State;

std::string Event::member(std::string_view key) const {
  const std::string mark = '"' + std::string(key) + "\":";
  const auto found = data.find(mark);
  if (found == std::string::npos) return {};
  const auto begin = found + mark.size();
  const bool text = data[begin] == '"';
  const auto end = text ? data.find('"', begin + 1) + 1 : data.find_first_of(",}", begin);
  return data.substr(begin, end - begin);
}

EventReader::EventReader(RestRig& rig, std::string_view path, std::string_view last_id)
    : rig_(rig) {
  HeaderList headers;
  if (!last_id.empty()) headers.emplace_back("Last-Event-ID", last_id);
  const auto call = rig.start("GET", path, headers);
  rig.host().run_until([&] { return call->response.has_value(); });
  REQUIRE(call->response->status == 200);
  CHECK(call->response->headers.get("Content-Type") == "text/event-stream");
  CHECK(call->response->headers.get("Cache-Control") == "no-store");
  auto* const stream = std::get_if<opus::rest::BodyStreamPtr>(&call->response->body);
  REQUIRE(stream != nullptr);
  stream_ = std::move(*stream);
  stream_->on_wake([&host = rig.host()] { host.post([] {}); });
}

void EventReader::pull() {
  while (state_ != State::ended) {
    REQUIRE(state_ != State::broken);
    stream_->arm();
    state_ = stream_->pull(text_);
    if (state_ == State::waiting) break;
  }
  for (auto end = text_.find("\n\n"); end != std::string::npos; end = text_.find("\n\n")) {
    Event event;
    for (std::size_t at = 0; at < end;) {
      const auto line_end = std::min(text_.find('\n', at), end);
      const std::string line = text_.substr(at, line_end - at);
      at = line_end + 1;
      const auto colon = line.find(": ");
      REQUIRE(colon != std::string::npos);
      const std::string field = line.substr(0, colon), value = line.substr(colon + 2);
      if (field == "event") event.name = value;
      if (field == "id") event.id = value;
      if (field == "data") event.data = value;
      if (field.empty()) event = {"comment", "", value};
      if (field == "retry") event = {"retry", "", value};
    }
    text_.erase(0, end + 2);
    if (event.name != "retry") events_.push_back(std::move(event));
  }
}

Event EventReader::next() {
  rig_.host().run_until([this] {
    if (events_.empty()) pull();
    return !events_.empty() || state_ == State::ended;
  });
  REQUIRE_FALSE(events_.empty());
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

Event EventReader::next(std::string_view name) {
  for (;;) {
    Event event = next();
    if (event.name == name) return event;
  }
}

bool EventReader::ended() {
  rig_.host().run_until([this] {
    pull();
    return !events_.empty() || state_ == State::ended;
  });
  return events_.empty();
}

bool EventReader::empty() {
  rig_.host().run_posted();
  pull();
  return events_.empty();
}

}  // namespace opus_test
