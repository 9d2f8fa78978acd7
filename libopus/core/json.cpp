#include "libopus/core/json.hpp"

#include "libopus/core/strings.hpp"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cmath>
#include <utility>
#include <variant>

namespace opus { inline namespace uws0 {

// --- writer --------------------------------------------------------------------------------------

struct JsonWriter::Impl {
  using Compact = rapidjson::Writer<rapidjson::StringBuffer>;
  using Indented = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

  explicit Impl(Style style) {
    if (style == Style::indented)
      writer.emplace<Indented>(buffer).SetIndent(' ', 2);
    else
      writer.emplace<Compact>(buffer);
  }
  template <class Call> void with(Call call) {
    if (auto* indented = std::get_if<Indented>(&writer))
      call(*indented);
    else
      call(std::get<Compact>(writer));
  }

  rapidjson::StringBuffer buffer;
  std::variant<std::monostate, Compact, Indented> writer;
};

namespace {

template <class Call> void with_utf8(std::string_view text, Call call) {
  if (is_utf8(text)) return call(text);
  const std::string repaired = repaired_utf8(text);
  call(std::string_view{repaired});
}

// RapidJSON asserts a pointer even for an empty text.
const char* data_of(std::string_view text) { return text.empty() ? "" : text.data(); }

rapidjson::SizeType size_of(std::string_view text) {
  return static_cast<rapidjson::SizeType>(text.size());
}

}  // namespace

JsonWriter::JsonWriter(Style style) : impl_(std::make_unique<Impl>(style)) {}
JsonWriter::~JsonWriter() = default;
JsonWriter::JsonWriter(JsonWriter&&) noexcept = default;
JsonWriter& JsonWriter::operator=(JsonWriter&&) noexcept = default;

JsonWriter& JsonWriter::begin_object() {
  impl_->with([](auto& to) { to.StartObject(); });
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  impl_->with([](auto& to) { to.EndObject(); });
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  impl_->with([](auto& to) { to.StartArray(); });
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  impl_->with([](auto& to) { to.EndArray(); });
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  with_utf8(name, [&](std::string_view text) {
    impl_->with([&](auto& to) { to.Key(data_of(text), size_of(text)); });
  });
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  with_utf8(text, [&](std::string_view valid) {
    impl_->with([&](auto& to) { to.String(data_of(valid), size_of(valid)); });
  });
  return *this;
}

JsonWriter& JsonWriter::value(bool flag) {
  impl_->with([&](auto& to) { to.Bool(flag); });
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  impl_->with([&](auto& to) { to.Double(number); });
  return *this;
}

JsonWriter& JsonWriter::value(std::int64_t number) {
  impl_->with([&](auto& to) { to.Int64(number); });
  return *this;
}

JsonWriter& JsonWriter::value(std::uint64_t number) {
  impl_->with([&](auto& to) { to.Uint64(number); });
  return *this;
}

JsonWriter& JsonWriter::null() {
  impl_->with([](auto& to) { to.Null(); });
  return *this;
}

std::string JsonWriter::take() {
  return std::string{impl_->buffer.GetString(), impl_->buffer.GetSize()};
}

// --- reader --------------------------------------------------------------------------------------

struct Json::Document {
  rapidjson::Document root;
};

namespace {

constexpr int k_max_depth = 64;

const rapidjson::Value& as_value(const void* value) {
  return *static_cast<const rapidjson::Value*>(value);
}

// RapidJSON's sentence as the end of one of ours.
std::string reason_of(rapidjson::ParseErrorCode code) {
  std::string reason = rapidjson::GetParseError_En(code);
  if (!reason.empty()) reason.front() = ascii_lower(reason.substr(0, 1)).front();
  if (reason.ends_with('.')) reason.pop_back();
  return reason;
}

// Passes the parser's events on to the document and stops at the depth limit: the parser calls
// itself, and a hostile text could exhaust the stack.
template <class Handler> struct Checked {
  Handler& to;
  std::string fault{};
  int depth = 0;

  bool enter() {
    if (++depth <= k_max_depth) return true;
    fault = "nested deeper than " + std::to_string(k_max_depth) + " levels";
    return false;
  }
  // RapidJSON lets the second half of a surrogate pair pass alone.
  bool is_text(const char* text, rapidjson::SizeType size) {
    if (is_utf8({text, size})) return true;
    fault = reason_of(rapidjson::kParseErrorStringUnicodeSurrogateInvalid);
    return false;
  }
  bool Null() { return to.Null(); }
  bool Bool(bool b) { return to.Bool(b); }
  bool Int(int i) { return to.Int(i); }
  bool Uint(unsigned u) { return to.Uint(u); }
  bool Int64(std::int64_t i) { return to.Int64(i); }
  bool Uint64(std::uint64_t u) { return to.Uint64(u); }
  bool Double(double d) { return to.Double(d); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool copy) {
    return to.RawNumber(text, size, copy);
  }
  bool String(const char* text, rapidjson::SizeType size, bool copy) {
    return is_text(text, size) && to.String(text, size, copy);
  }
  bool Key(const char* text, rapidjson::SizeType size, bool copy) {
    return is_text(text, size) && to.Key(text, size, copy);
  }
  bool StartObject() { return enter() && to.StartObject(); }
  bool EndObject(rapidjson::SizeType count) { return --depth, to.EndObject(count); }
  bool StartArray() { return enter() && to.StartArray(); }
  bool EndArray(rapidjson::SizeType count) { return --depth, to.EndArray(count); }
};

Error error_at(std::string_view text, std::size_t offset, std::string_view origin,
               std::string_view what) {
  const std::string_view before = text.substr(0, offset);
  std::size_t line = 1;
  for (const char c : before) line += c == '\n';
  const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 == 0
  return Error{Errc::invalid_argument, std::string{origin} + ":" + std::to_string(line) + ":" +
                                           std::to_string(column) + ": " + std::string{what}};
}

}  // namespace

Result<Json> Json::parse(std::string_view text, std::string_view origin) {
  // The parser takes a NUL for the end and would not see what follows it.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    return error_at(text, nul, origin, "JSON text must not contain NUL");
  const auto document = std::make_shared<Document>();
  rapidjson::MemoryStream stream{data_of(text), text.size()};
  rapidjson::Reader reader;
  std::string fault;
  auto parse_into = [&](auto& handler) {
    Checked<std::remove_reference_t<decltype(handler)>> checked{handler};
    constexpr unsigned k_flags =
        rapidjson::kParseFullPrecisionFlag | rapidjson::kParseValidateEncodingFlag;
    const bool done = !reader.Parse<k_flags>(stream, checked).IsError();
    fault = std::move(checked.fault);
    return done;
  };
  document->root.Populate(parse_into);
  if (reader.HasParseError()) {
    if (fault.empty()) fault = reason_of(reader.GetParseErrorCode());
    return error_at(text, reader.GetErrorOffset(), origin, fault);
  }
  const void* const value = static_cast<const rapidjson::Value*>(&document->root);
  return Json{document, value};
}

Json::Json(std::shared_ptr<const Document> document, const void* value)
    : document_(std::move(document)), value_(value) {}
Json::Json(const Json&) = default;
Json& Json::operator=(const Json&) = default;
Json::~Json() = default;

bool Json::is_null() const { return as_value(value_).IsNull(); }
bool Json::is_object() const { return as_value(value_).IsObject(); }
bool Json::is_array() const { return as_value(value_).IsArray(); }
bool Json::is_string() const { return as_value(value_).IsString(); }
bool Json::is_number() const { return as_value(value_).IsNumber(); }
bool Json::is_bool() const { return as_value(value_).IsBool(); }

std::string_view Json::type_name() const {
  switch (as_value(value_).GetType()) {
    case rapidjson::kNullType: return "null";
    case rapidjson::kFalseType:
    case rapidjson::kTrueType: return "a boolean";
    case rapidjson::kObjectType: return "an object";
    case rapidjson::kArrayType: return "an array";
    case rapidjson::kStringType: return "a string";
    case rapidjson::kNumberType: return "a number";
  }
  return "null";
}

std::string_view Json::as_string() const {
  const auto& value = as_value(value_);
  if (!value.IsString()) return {};
  return {value.GetString(), value.GetStringLength()};
}

double Json::as_double() const {
  const auto& value = as_value(value_);
  return value.IsNumber() ? value.GetDouble() : 0;
}

std::optional<std::int64_t> Json::as_integer() const {
  const auto& value = as_value(value_);
  if (value.IsInt64()) return value.GetInt64();
  // JSON does not tell 5 from 5.0 (RFC 8259 §6); beyond 2^53 a double no longer names one integer.
  if (!value.IsDouble()) return std::nullopt;
  const double number = value.GetDouble();
  if (std::trunc(number) != number || std::abs(number) > 9007199254740992.0) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

bool Json::as_bool() const { return as_value(value_).IsTrue(); }

std::size_t Json::size() const {
  const auto& value = as_value(value_);
  if (value.IsArray()) return value.Size();
  return value.IsObject() ? value.MemberCount() : 0;
}

Json Json::at(std::size_t index) const {
  return {document_, &as_value(value_)[static_cast<rapidjson::SizeType>(index)]};
}

std::optional<Json> Json::find(std::string_view key) const {
  const auto& value = as_value(value_);
  if (!value.IsObject()) return std::nullopt;
  const rapidjson::Value name{rapidjson::StringRef(data_of(key), size_of(key))};
  const auto member = value.FindMember(name);
  if (member == value.MemberEnd()) return std::nullopt;
  return Json{document_, &member->value};
}

std::vector<std::string> Json::keys() const {
  const auto& value = as_value(value_);
  std::vector<std::string> names;
  if (!value.IsObject()) return names;
  names.reserve(value.MemberCount());
  for (const auto& member : value.GetObject())
    names.emplace_back(member.name.GetString(), member.name.GetStringLength());
  return names;
}

}}  // namespace opus::uws0
