#pragma once
// JSON as the server itself writes it: texts in the order of the calls, commas put by themselves.

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <opus/time.hpp>

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// Keys and values must alternate as JSON wants it; that is the caller's part.
class JsonText {
 public:
  JsonText& begin_object() { return open('{'); }
  JsonText& end_object() { return close('}'); }
  JsonText& begin_array() { return open('['); }
  JsonText& end_array() { return close(']'); }
  JsonText& key(std::string_view name) {
    value(name);
    out_ += ':';
    comma_ = false;
    return *this;
  }
  JsonText& value(std::string_view text) {
    separate();
    append_json_string(out_, text);
    return *this;
  }
  JsonText& value(const char* text) { return value(std::string_view(text)); }
  JsonText& value(const std::string& text) { return value(std::string_view(text)); }
  JsonText& value(bool flag) { return raw(flag ? "true" : "false"); }
  JsonText& value(std::integral auto number) { return raw(std::to_string(number)); }
  JsonText& value(TimePoint at) { return value(to_iso8601(at)); }
  /// What is not known is null.
  template <class T> JsonText& value(const std::optional<T>& what) {
    return what ? value(*what) : null();
  }
  JsonText& null() { return raw("null"); }
  /// A value that is JSON already.
  JsonText& raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
  }
  JsonText& field(std::string_view name, const auto& what) { return key(name).value(what); }
  /// The same for a text that is not known when it is empty.
  JsonText& text_or_null(std::string_view name, std::string_view text) {
    return text.empty() ? key(name).null() : field(name, text);
  }
  /// The next value begins a line: in long lists, for people.
  JsonText& new_line() {
    line_ = true;
    return *this;
  }

  std::string take() { return std::move(out_); }

 private:
  void separate() {
    if (comma_) out_ += ',';
    comma_ = true;
    if (std::exchange(line_, false)) out_ += '\n';
  }
  JsonText& open(char bracket) {
    separate();
    out_ += bracket;
    comma_ = false;
    return *this;
  }
  JsonText& close(char bracket) {
    out_ += bracket;
    comma_ = true;
    return *this;
  }

  std::string out_{};
  bool comma_ = false;
  bool line_ = false;
};

}}}  // namespace opus::uws0::rest
