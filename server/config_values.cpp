#include "server/config_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace server {
namespace {

using rest::in_quotes;

Error expected(std::string_view what, std::string_view got) {
  return {Errc::invalid_argument, "expected " + std::string(what) + ", got " + in_quotes(got)};
}

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};
constexpr std::array k_times{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000},
                             Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};
constexpr std::array k_sizes{Unit{"", 1}, Unit{"KiB", 1 << 10}, Unit{"MiB", 1 << 20},
                             Unit{"GiB", 1 << 30}, Unit{"TiB", 1ull << 40}};

/// A whole number and one of the units, multiplied; nullopt if it is not that, or too large.
template <std::size_t N>
std::optional<std::uint64_t> with_unit(std::string_view text, const std::array<Unit, N>& units) {
  std::uint64_t number = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{}) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(stop - text.data()));
  for (const Unit& candidate : units) {
    if (candidate.name != unit) continue;
    constexpr auto k_largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (number > k_largest / candidate.factor) return std::nullopt;
    return number * candidate.factor;
  }
  return std::nullopt;
}

/// The value with the largest unit that divides it.
template <std::size_t N>
std::string in_units(std::uint64_t value, const std::array<Unit, N>& units) {
  if (value == 0) return "\"0\"";
  const Unit* best = &units.front();
  for (const Unit& unit : units)
    if (value % unit.factor == 0) best = &unit;
  return '"' + std::to_string(value / best->factor) + std::string(best->name) + '"';
}

std::string duration_text(std::chrono::milliseconds value) {
  return in_units(static_cast<std::uint64_t>(value.count()), k_times);
}

std::string string_text(std::string_view text) {
  std::string out;
  rest::append_json_string(out, text);  // a JSON string is a TOML basic string
  return out;
}

std::filesystem::path below(const std::filesystem::path& folder, const std::string& text) {
  return text.empty() ? std::filesystem::path() : folder / text;
}

/// Assigns one text to a field that holds one value.
struct AssignOne {
  const std::string& text;
  const std::filesystem::path& folder;

  Result<void> operator()(std::string* field) const {
    *field = text;
    return {};
  }
  Result<void> operator()(std::filesystem::path* field) const {
    *field = below(folder, text);
    return {};
  }
  Result<void> operator()(bool* field) const {
    if (text != "true" && text != "false") return expected("true or false", text);
    *field = text == "true";
    return {};
  }
  Result<void> operator()(unsigned* field) const {
    const auto number = rest::parse_integer(text);
    if (!number || *number < 0 || *number > 1'000'000)
      return expected("a whole number from 0 to 1000000", text);
    *field = static_cast<unsigned>(*number);
    return {};
  }
  Result<void> operator()(std::uint64_t* field) const {
    const auto number = rest::parse_integer(text);
    if (!number || *number < 0) return expected("a whole number from 0", text);
    *field = static_cast<std::uint64_t>(*number);
    return {};
  }
  Result<void> operator()(const Secret& field) const {
    constexpr std::size_t k_shortest = 16;
    const auto is_token = [](char c) { return c > 0x20 && c < 0x7F; };
    if (!text.empty() &&
        (text.size() < k_shortest || !std::all_of(text.begin(), text.end(), is_token)))
      return Error{Errc::invalid_argument,
                   "expected at least 16 printable characters without blanks, got " +
                       std::to_string(text.size()) + " characters"};
    *field.value = text;
    return {};
  }
  Result<void> operator()(const Bytes& field) const {
    OPUS_UWS_TRY(*field.value, parse_bytes(text));
    return {};
  }
  Result<void> operator()(std::chrono::milliseconds* field) const {
    OPUS_UWS_TRY(*field, parse_duration(text));
    return {};
  }
  Result<void> operator()(std::chrono::seconds* field) const {
    OPUS_UWS_TRY(const auto time, parse_duration(text));
    if (time.count() % 1000 != 0) return expected("a duration of whole seconds", text);
    *field = std::chrono::duration_cast<std::chrono::seconds>(time);
    return {};
  }
  Result<void> operator()(LogLevel* field) const {
    for (const LogLevel level :
         {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error}) {
      if (text != to_string(level)) continue;
      *field = level;
      return {};
    }
    return expected("debug, info, warning or error", text);
  }
  Result<void> operator()(LogFormat* field) const {
    if (text != "text" && text != "json") return expected("text or json", text);
    *field = text == "json" ? LogFormat::json : LogFormat::text;
    return {};
  }
  Result<void> operator()(std::vector<std::filesystem::path>*) const { return {}; }
  Result<void> operator()(std::vector<std::string>*) const { return {}; }
};

struct ToToml {
  std::string operator()(const std::string* field) const { return string_text(*field); }
  std::string operator()(const std::filesystem::path* field) const {
    return string_text(field->string());
  }
  template <class Text> std::string operator()(const std::vector<Text>* field) const {
    std::string out = "[";
    for (const auto& element : *field) {
      if (out.size() > 1) out += ", ";
      out += string_text(std::filesystem::path(element).string());
    }
    return out + ']';
  }
  std::string operator()(const bool* field) const { return *field ? "true" : "false"; }
  std::string operator()(const unsigned* field) const { return std::to_string(*field); }
  std::string operator()(const std::uint64_t* field) const { return std::to_string(*field); }
  std::string operator()(const Secret& field) const {
    return field.value->empty() ? "\"\"" : "\"***\"";
  }
  std::string operator()(const Bytes& field) const { return in_units(*field.value, k_sizes); }
  std::string operator()(const std::chrono::seconds* field) const { return duration_text(*field); }
  std::string operator()(const std::chrono::milliseconds* field) const {
    return duration_text(*field);
  }
  std::string operator()(const LogLevel* field) const { return string_text(to_string(*field)); }
  std::string operator()(const LogFormat* field) const {
    return *field == LogFormat::json ? "\"json\"" : "\"text\"";
  }
};

}  // namespace

Result<void> assign(const Field& field, const std::vector<std::string>& values,
                    const std::filesystem::path& folder) {
  if (const auto* list = std::get_if<std::vector<std::filesystem::path>*>(&field)) {
    (*list)->clear();
    for (const std::string& value : values)
      if (!value.empty()) (*list)->push_back(below(folder, value));
    return {};
  }
  if (const auto* list = std::get_if<std::vector<std::string>*>(&field)) {
    (*list)->clear();
    for (std::string_view left : values) {
      while (!left.empty()) {  // one value may be a list with commas
        const auto end = std::min(left.find(','), left.size());
        const std::string_view one = rest::trim(left.substr(0, end));
        if (!one.empty()) (*list)->emplace_back(one);
        left.remove_prefix(std::min(end + 1, left.size()));
      }
    }
    return {};
  }
  if (values.size() != 1)
    return Error{Errc::invalid_argument,
                 "expected one value, got " + std::to_string(values.size())};
  return std::visit(AssignOne{values.front(), folder}, field);
}

std::string to_toml_value(const Field& field) { return std::visit(ToToml{}, field); }

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::milliseconds{0};
  const auto value = with_unit(text, k_times);
  if (!value) return expected("a duration like 500ms, 30s, 5m, 2h or 7d", text);
  return std::chrono::milliseconds{*value};
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
  const auto value = with_unit(text, k_sizes);
  if (!value) return expected("a number of bytes like 512, 16KiB, 4MiB or 2GiB", text);
  return *value;
}

}}}  // namespace opus::uws0::server
