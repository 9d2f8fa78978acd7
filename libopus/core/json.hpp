#pragma once
// JSON behind two small types of our own; RapidJSON stays in json.cpp.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/error.hpp>
#include <opus/export.hpp>

namespace opus { inline namespace uws0 {

/// Writes one JSON text (UTF-8). Keys and values in the order of the calls; invalid UTF-8 in a
/// string is replaced by U+FFFD, so the text is always valid JSON. Misuse (a value without a key)
/// is a bug and asserts.
class OPUS_UWS_API JsonWriter {
 public:
  enum class Style { compact, indented };
  explicit JsonWriter(Style style = Style::compact);
  ~JsonWriter();
  JsonWriter(JsonWriter&&) noexcept;
  JsonWriter& operator=(JsonWriter&&) noexcept;

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view{text}); }
  JsonWriter& value(bool flag);
  JsonWriter& value(double number);  ///< not finite: null
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(std::uint64_t number);
  JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
  JsonWriter& value(unsigned number) { return value(static_cast<std::uint64_t>(number)); }
  JsonWriter& null();
  template <class T> JsonWriter& field(std::string_view name, const T& what) {
    return key(name).value(what);
  }

  /// The text so far; complete once the outermost value is closed.
  std::string take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A parsed JSON value, read-only. Copies are cheap and share the document.
class OPUS_UWS_API Json {
 public:
  /// Strict JSON, at most 64 levels deep. Errors: "origin:line:column: what".
  static Result<Json> parse(std::string_view text, std::string_view origin = "JSON");

  Json(const Json&);
  Json& operator=(const Json&);
  ~Json();

  bool is_null() const;
  bool is_object() const;
  bool is_array() const;
  bool is_string() const;
  bool is_number() const;
  bool is_bool() const;
  /// "an object", "a string", "null" ... for error messages.
  std::string_view type_name() const;

  std::string_view as_string() const;              ///< empty unless a string
  double as_double() const;                        ///< 0 unless a number
  std::optional<std::int64_t> as_integer() const;  ///< nullopt unless an integer in range
  bool as_bool() const;

  std::size_t size() const;                              ///< of an array or object, else 0
  Json at(std::size_t index) const;                      ///< array element; index < size()
  std::optional<Json> find(std::string_view key) const;  ///< object member
  std::vector<std::string> keys() const;  ///< of an object, in document order, duplicates included

 private:
  struct Document;
  Json(std::shared_ptr<const Document> document, const void* value);
  std::shared_ptr<const Document> document_;
  const void* value_;
};

}}  // namespace opus::uws0
