#include "server/rest/events/sse.hpp"

#include <utility>

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {

void append_event(std::string& out, std::string_view name, std::string_view id,
                  std::string_view data) {
  out += "event: ";
  out += name;
  out += "\nid: ";
  out += id;
  out += "\ndata: ";
  out += data;
  out += "\n\n";
}

void append_comment(std::string& out, std::string_view text) {
  out += ": ";
  out += text;
  out += "\n\n";
}

void append_retry(std::string& out) { out += "retry: 2000\n\n"; }

void EventData::key(std::string_view name) {
  if (text_.size() > 1) text_ += ", ";
  append_json_string(text_, name);
  text_ += ": ";
}

EventData& EventData::text(std::string_view name, std::string_view value) {
  key(name);
  append_json_string(text_, value);
  return *this;
}

EventData& EventData::text_or_null(std::string_view name, std::string_view value) {
  return value.empty() ? raw(name, "null") : text(name, value);
}

EventData& EventData::raw(std::string_view name, std::string_view json) {
  key(name);
  text_ += json;
  return *this;
}

std::string EventData::take() {
  text_ += '}';
  return std::exchange(text_, "{");
}

}}}  // namespace opus::uws0::rest
