#pragma once
// How datatypes, array sizes and multiplicities are spelled in documents.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/description.hpp>

namespace opus { inline namespace uws0 {

/// VOTable's word: "boolean", "unsignedByte", "short", "int", "long", "float", "double", "char".
std::string_view to_string(Datatype datatype) noexcept;
/// A VOTable word; also unicodeChar and the XML Schema names that OPUS knows ("xs:string" ...).
std::optional<Datatype> datatype_from(std::string_view word) noexcept;

/// How many elements an array may have.
struct ArraySize {
  std::size_t min = 0;
  std::optional<std::size_t> max{};  ///< nullopt = any number
};
/// "3" = exactly 3, "*" = any number, "5*" = up to 5; nullopt for anything else.
std::optional<ArraySize> parse_arraysize(std::string_view text) noexcept;

/// The elements of an array: the words between blanks, tabs and line ends, parts of `text`.
std::vector<std::string_view> blank_separated(std::string_view text);

/// "1", "0..1", "1..*", "2..4", "3" (ProvenanceDM §1.2).
std::string to_string(const Multiplicity& multiplicity);
/// The same, and "" = "1", "*" = "0..*". nullopt unless min <= max and max >= 1.
std::optional<Multiplicity> parse_multiplicity(std::string_view text) noexcept;
inline constexpr std::string_view k_multiplicity_expected =
    "a multiplicity such as 1, 0..1, 1..*, 2..4 or *";

}}  // namespace opus::uws0
