#include "libopus/job/xtype_check.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include <opus/time.hpp>

#include "libopus/core/strings.hpp"
#include "libopus/job/value_check.hpp"
#include "libopus/job/value_words.hpp"

namespace opus { inline namespace uws0 {
namespace {

using Numbers = std::span<const double>;

std::optional<std::vector<double>> numbers_of(std::string_view text) {
  std::vector<double> numbers;
  for (const std::string_view word : blank_separated(text)) {
    const auto number = parse_scalar(Datatype::double_number, word);
    if (!number) return std::nullopt;
    numbers.push_back(std::get<double>(*number));
  }
  return numbers;
}

bool is_longitude(double value) { return value >= 0 && value <= 360; }
bool is_latitude(double value) { return value >= -90 && value <= 90; }

bool is_interval(Numbers n) { return n.size() == 2 && n[0] <= n[1]; }  // NaN is none

bool is_point(Numbers n) { return n.size() == 2 && is_longitude(n[0]) && is_latitude(n[1]); }

bool is_circle(Numbers n) {
  return n.size() == 3 && is_point(n.first(2)) && n[2] > 0 && n[2] <= 180;
}

/// Longitudes, then latitudes; infinite = to the end of the sky.
bool is_range(Numbers n) {
  const auto within = [](double value, bool (*is_good)(double)) {
    return std::isinf(value) || is_good(value);
  };
  return n.size() == 4 && is_interval(n.first(2)) && is_interval(n.last(2)) &&
         within(n[0], is_longitude) && within(n[1], is_longitude) && within(n[2], is_latitude) &&
         within(n[3], is_latitude);
}

bool is_polygon(Numbers n) {
  if (n.size() < 6 || n.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < n.size(); i += 2)
    if (!is_point(n.subspan(i, 2))) return false;
  return true;
}

struct Region {
  std::string_view name;
  bool (*is_one)(Numbers);
  std::string_view expected;
};

constexpr Region k_regions[] = {
    {"interval", is_interval, "two numbers, the lower bound first"},
    {"point", is_point, "a longitude from 0 to 360 and a latitude from -90 to 90"},
    {"circle", is_circle, "a longitude from 0 to 360, a latitude from -90 to 90 and a radius"},
    {"range", is_range, "two longitudes and two latitudes, each time the lower bound first"},
    {"polygon", is_polygon, "three or more pairs of a longitude and a latitude"},
};

const Region* find_region(std::string_view name) {
  const auto* const found = std::find_if(std::begin(k_regions), std::end(k_regions),
                                         [&](const Region& one) { return one.name == name; });
  return found == std::end(k_regions) ? nullptr : found;
}

const Region* find_shape(std::string_view word) {
  const std::string name = ascii_lower(word);  // SODA writes POS=CIRCLE
  return name == "circle" || name == "range" || name == "polygon" ? find_region(name) : nullptr;
}

bool is_of(const Region& region, std::string_view text) {
  const auto numbers = numbers_of(text);
  return numbers && region.is_one(*numbers);
}

/// The first word, and what follows.
std::pair<std::string_view, std::string_view> keyword_of(std::string_view shape) {
  const std::string_view text = trim(shape);
  const std::size_t end = std::min(text.find_first_of(" \t\n\r"), text.size());
  return {text.substr(0, end), text.substr(end)};
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_uuid(std::string_view text) {
  constexpr std::string_view k_pattern = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::equal(text.begin(), text.end(), k_pattern.begin(), k_pattern.end(),
                    [](char c, char wanted) { return wanted == '-' ? c == '-' : is_hex(c); });
}

/// With a scheme, and only characters that RFC 3986 §2 knows.
bool is_uri(std::string_view text) {
  constexpr std::string_view k_letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const std::size_t colon =
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");
  if (colon == 0 || colon == std::string_view::npos || text[colon] != ':') return false;
  if (k_letters.find(text.front()) == std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < '\x7f' && std::string_view("<>\"{}|\\^`").find(c) == std::string::npos;
  });
}

}  // namespace

std::optional<std::string_view> expected_of_xtype(std::string_view xtype, std::string_view value) {
  const std::string_view text = trim(value);
  if (text.empty()) return std::nullopt;
  const auto unless = [](bool good, std::string_view expected) {
    return good ? std::nullopt : std::optional(expected);
  };
  if (xtype == "timestamp")
    return unless(parse_iso8601(text).has_value(), "a UTC time like 2030-01-02T03:04:05Z");
  if (xtype == "uuid") return unless(is_uuid(text), "a UUID");
  if (xtype == "uri") return unless(is_uri(text), "a URI with its scheme");
  if (xtype == "shape") {
    const auto [word, numbers] = keyword_of(text);
    const Region* const shape = find_shape(word);
    if (shape == nullptr) return "circle, range or polygon, followed by its numbers";
    return unless(is_of(*shape, numbers), shape->expected);
  }
  const Region* const region = find_region(xtype);
  return region == nullptr ? std::nullopt : unless(is_of(*region, text), region->expected);
}

std::optional<std::string> unsupported_shape(std::string_view xtype, std::string_view value) {
  if (xtype != "shape") return std::nullopt;
  const auto [word, numbers] = keyword_of(value);
  if (word.empty() || find_shape(word) != nullptr) return std::nullopt;
  return ascii_lower(printable(word));
}

}}  // namespace opus::uws0
