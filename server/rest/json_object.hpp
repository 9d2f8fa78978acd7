#pragma once
// Writes one JSON object member by member into a text.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <opus/time.hpp>

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// Members come in the order of the calls; the object is closed by end(), or when it goes.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;
  ~JsonObject() { end(); }

  void end() {
    if (open_) out_ += '}';
    open_ = false;
  }

  JsonObject& text(std::string_view name, std::string_view value) {
    key(name);
    append_json_string(out_, value);
    return *this;
  }
  JsonObject& text_or_null(std::string_view name, const std::optional<std::string>& value) {
    return value ? text(name, *value) : json(name, "null");
  }
  JsonObject& number(std::string_view name, std::uint64_t value) {
    return json(name, std::to_string(value));
  }
  JsonObject& time(std::string_view name, const std::optional<TimePoint>& at) {
    return at ? text(name, to_iso8601(*at)) : json(name, "null");
  }
  /// `value` is JSON already.
  JsonObject& json(std::string_view name, std::string_view value) {
    key(name);
    out_ += value;
    return *this;
  }
  /// Begins a member whose value the caller appends.
  void key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, name);
    out_ += ':';
  }

 private:
  std::string& out_;
  bool first_ = true;
  bool open_ = true;
};

}}}  // namespace opus::uws0::rest
