#pragma once
// File name patterns as shells know them, for one element of a path.

#include <string_view>

namespace opus { inline namespace uws0 { namespace entity {

/// Is any of * ? [ in it?
bool is_glob(std::string_view pattern) noexcept;

/// `*` any text, `?` one character, `[a-z_]` one of a set, `[!a-z]` one not of a set; all else, a
/// "[" without "]" too, stands for itself. A dot at the beginning must be written. Characters are
/// those of UTF-8, independent of the locale; a byte that is not UTF-8 is a character of its own.
bool glob_matches(std::string_view pattern, std::string_view name) noexcept;

}}}  // namespace opus::uws0::entity
