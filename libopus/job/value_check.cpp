#include "libopus/job/value_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "libopus/core/strings.hpp"
#include "libopus/job/value_words.hpp"
#include "libopus/job/xtype_check.hpp"

namespace opus { inline namespace uws0 {

namespace {

std::optional<bool> parse_boolean(std::string_view text) {
  for (const std::string_view word : {"true", "t", "1"})
    if (ascii_iequals(text, word)) return true;
  for (const std::string_view word : {"false", "f", "0"})
    if (ascii_iequals(text, word)) return false;
  return std::nullopt;
}

template <class Int> std::optional<Scalar> parse_in_range(std::string_view text) {
  const auto value = parse_integer(text);
  if (!value || *value < std::int64_t{std::numeric_limits<Int>::min()} ||
      *value > std::int64_t{std::numeric_limits<Int>::max()})
    return std::nullopt;
  return *value;
}

std::optional<Scalar> parse_floating(std::string_view text, double largest) {
  const bool minus = !text.empty() && text.front() == '-';
  const bool sign = minus || (!text.empty() && text.front() == '+');
  if (ascii_iequals(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
  if (ascii_iequals(sign ? text.substr(1) : text, "inf"))
    return minus ? -std::numeric_limits<double>::infinity()
                 : std::numeric_limits<double>::infinity();
  const auto value = parse_number(text);
  if (!value || std::abs(*value) > largest) return std::nullopt;
  return *value;
}

struct Limits {
  std::optional<Scalar> min{}, max{};
  std::vector<Scalar> options{};
};

std::optional<Scalar> limit(Datatype datatype, const std::optional<std::string>& text) {
  return text ? parse_scalar(datatype, *text) : std::nullopt;
}

Limits limits_of(const ParameterDescription& description) {
  Limits limits{limit(description.datatype, description.min),
                limit(description.datatype, description.max)};
  for (const std::string& option : description.options)
    if (auto value = parse_scalar(description.datatype, option))
      limits.options.push_back(std::move(*value));
  return limits;
}

bool allows(const Limits& limits, const Scalar& value) {
  if (limits.min && !(compare(value, *limits.min) >= 0)) return false;
  if (limits.max && !(compare(value, *limits.max) <= 0)) return false;
  return limits.options.empty() ||
         std::any_of(limits.options.begin(), limits.options.end(),
                     [&](const Scalar& option) { return compare(value, option) == 0; });
}

std::string expected_count(const ArraySize& size) {
  if (size.min == size.max) return std::to_string(size.min) + " values separated by blanks";
  return "at most " + std::to_string(*size.max) + " values separated by blanks";
}

}  // namespace

std::optional<Scalar> parse_scalar(Datatype datatype, std::string_view text) {
  if (datatype == Datatype::text) return Scalar{std::string{text}};
  text = trim(text);
  switch (datatype) {
    case Datatype::boolean:
      if (const auto value = parse_boolean(text)) return Scalar{*value};
      return std::nullopt;
    case Datatype::unsigned_byte: return parse_in_range<std::uint8_t>(text);
    case Datatype::short_integer: return parse_in_range<std::int16_t>(text);
    case Datatype::integer: return parse_in_range<std::int32_t>(text);
    case Datatype::long_integer: return parse_in_range<std::int64_t>(text);
    case Datatype::float_number: return parse_floating(text, std::numeric_limits<float>::max());
    case Datatype::double_number: return parse_floating(text, std::numeric_limits<double>::max());
    case Datatype::text: break;
  }
  return std::nullopt;
}

std::partial_ordering compare(const Scalar& a, const Scalar& b) {
  if (a.index() != b.index()) return std::partial_ordering::unordered;
  if (const auto* text = std::get_if<std::string>(&a)) return *text <=> std::get<std::string>(b);
  if (const auto* number = std::get_if<double>(&a)) return *number <=> std::get<double>(b);
  if (const auto* integer = std::get_if<std::int64_t>(&a))
    return *integer <=> std::get<std::int64_t>(b);
  return std::get<bool>(a) <=> std::get<bool>(b);
}

std::string_view expected_scalar(Datatype datatype) noexcept {
  switch (datatype) {
    case Datatype::boolean: return "true or false";
    case Datatype::unsigned_byte: return "an integer from 0 to 255";
    case Datatype::short_integer: return "an integer from -32768 to 32767";
    case Datatype::integer: return "an integer from -2147483648 to 2147483647";
    case Datatype::long_integer: return "an integer of 64 bits";
    case Datatype::float_number: return "a number (single precision)";
    case Datatype::double_number: return "a number";
    case Datatype::text: return "a text";
  }
  return "a value";
}

std::string expected_value(const ParameterDescription& description) {
  std::string out{description.options.empty() ? expected_scalar(description.datatype)
                                              : std::string_view{"one of "}};
  if (!description.options.empty()) {
    out += join(description.options, ", ");
  } else if (description.min && description.max) {
    const bool integral = out.starts_with("an integer");
    out = std::string{integral ? "an integer" : out} + " from " + *description.min + " to " +
          *description.max;
  } else if (description.min) {
    out += ", at least " + *description.min;
  } else if (description.max) {
    out += ", at most " + *description.max;
  }
  return out;
}

std::optional<Fault> value_fault(const ParameterDescription& description, std::string_view value) {
  if (value.find('\0') != std::string_view::npos)
    return Fault{description.name, "a text without NUL", shown_value(value)};
  std::vector<std::string_view> elements{value};
  if (!description.arraysize.empty()) {
    elements = blank_separated(value);
    const auto size = parse_arraysize(description.arraysize);
    if (size && (elements.size() < size->min || (size->max && elements.size() > *size->max)))
      return Fault{description.name, expected_count(*size), shown_value(value)};
  }
  const Limits limits = limits_of(description);
  for (const std::string_view element : elements) {
    const auto scalar = parse_scalar(description.datatype, element);
    if (!scalar || !allows(limits, *scalar))
      return Fault{description.name, expected_value(description), shown_value(element)};
  }
  if (const auto expected = expected_of_xtype(description.xtype, value))
    return Fault{description.name, std::string{*expected}, shown_value(value)};
  return std::nullopt;
}

Result<void> check_value(const ParameterDescription& description, std::string_view value) {
  if (auto fault = value_fault(description, value)) return faults_error({}, {std::move(*fault)});
  return {};
}

std::string shown_value(std::string_view value) { return value.empty() ? "''" : printable(value); }

}}  // namespace opus::uws0
