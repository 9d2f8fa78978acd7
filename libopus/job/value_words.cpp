#include "libopus/job/value_words.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 {

namespace {

struct DatatypeWord {
  std::string_view word;
  Datatype datatype;
};

// The first word of a datatype is the one that is written.
constexpr DatatypeWord k_datatypes[] = {
    {"boolean", Datatype::boolean},
    {"unsignedByte", Datatype::unsigned_byte},
    {"short", Datatype::short_integer},
    {"int", Datatype::integer},
    {"long", Datatype::long_integer},
    {"float", Datatype::float_number},
    {"double", Datatype::double_number},
    {"char", Datatype::text},
    {"unicodeChar", Datatype::text},
    {"xs:boolean", Datatype::boolean},
    {"xs:unsignedByte", Datatype::unsigned_byte},
    {"xs:short", Datatype::short_integer},
    {"xs:int", Datatype::integer},
    {"xs:integer", Datatype::integer},
    {"xs:long", Datatype::long_integer},
    {"xs:float", Datatype::float_number},
    {"xs:double", Datatype::double_number},
    {"xs:string", Datatype::text},
    {"xs:anyURI", Datatype::text},
};

// Digits only: no sign, no blanks.
std::optional<unsigned> parse_count(std::string_view text) noexcept {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  const auto value = parse_integer(text);
  if (!value || *value > std::numeric_limits<unsigned>::max()) return std::nullopt;
  return static_cast<unsigned>(*value);
}

}  // namespace

std::string_view to_string(Datatype datatype) noexcept {
  for (const auto& entry : k_datatypes)
    if (entry.datatype == datatype) return entry.word;
  return "char";
}

std::optional<Datatype> datatype_from(std::string_view word) noexcept {
  for (const auto& entry : k_datatypes)
    if (entry.word == word) return entry.datatype;
  return std::nullopt;
}

std::optional<ArraySize> parse_arraysize(std::string_view text) noexcept {
  if (text == "*") return ArraySize{0, std::nullopt};
  const bool variable = !text.empty() && text.back() == '*';
  if (variable) text.remove_suffix(1);
  const auto count = parse_count(text);
  if (!count || *count == 0) return std::nullopt;
  return ArraySize{variable ? 0u : *count, *count};
}

std::vector<std::string_view> blank_separated(std::string_view text) {
  constexpr std::string_view k_blanks = " \t\n\r";
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t begin = text.find_first_not_of(k_blanks);
    if (begin == std::string_view::npos) return words;
    const std::size_t end = std::min(text.find_first_of(k_blanks, begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    text.remove_prefix(end);
  }
}

std::string to_string(const Multiplicity& multiplicity) {
  std::string out = std::to_string(multiplicity.min);
  if (multiplicity.max == multiplicity.min) return out;
  return out + ".." + (multiplicity.max ? std::to_string(*multiplicity.max) : "*");
}

std::optional<Multiplicity> parse_multiplicity(std::string_view text) noexcept {
  if (text.empty()) return Multiplicity{};
  if (text == "*") return Multiplicity{0, std::nullopt};
  const std::size_t dots = text.find("..");
  const auto min = parse_count(text.substr(0, dots));
  if (!min) return std::nullopt;
  Multiplicity multiplicity{*min, *min};
  if (dots != std::string_view::npos) {
    const std::string_view upper = text.substr(dots + 2);
    multiplicity.max = parse_count(upper);
    if (!multiplicity.max && upper != "*") return std::nullopt;
  }
  if (multiplicity.max && (*multiplicity.max == 0 || *multiplicity.max < *min)) return std::nullopt;
  return multiplicity;
}

}}  // namespace opus::uws0
