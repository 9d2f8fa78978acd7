#pragma once
// Values as text: is this a value of that datatype (VOTable 1.3 §6), and does the description allow
// it?

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <opus/description.hpp>
#include <opus/error.hpp>

namespace opus { inline namespace uws0 {

/// One value read: a boolean, an integer of any width, a float or double, or a text.
using Scalar = std::variant<bool, std::int64_t, double, std::string>;

/// nullopt if `text` is not one value of the type or does not fit into it. Booleans: true, false,
/// t, f, 1, 0 in any case; numbers may be NaN, Inf, +Inf, -Inf in any case.
std::optional<Scalar> parse_scalar(Datatype datatype, std::string_view text);

/// Of two values of one datatype. Texts are compared byte by byte, so that ISO 8601 times may have
/// ranges; NaN is unordered.
std::partial_ordering compare(const Scalar& a, const Scalar& b);

/// "an integer from 0 to 255", "a number", "true or false" ...
std::string_view expected_scalar(Datatype datatype) noexcept;

/// What is wrong with the value (a single one, or the elements of an array separated by blanks);
/// nullopt = nothing. No value may contain NUL: it could not reach a program. Fault::field is the
/// parameter's name. A description with faults of its own (min, max or options that are no values)
/// does not restrict.
std::optional<Fault> value_fault(const ParameterDescription& description, std::string_view value);

/// The same as an error.
Result<void> check_value(const ParameterDescription& description, std::string_view value);

/// What one value should be, e.g. "a number, at least 0", "one of linear, log".
std::string expected_value(const ParameterDescription& description);

/// A value for Fault::got: shortened, without control characters, '' if empty.
std::string shown_value(std::string_view value);

}}  // namespace opus::uws0
