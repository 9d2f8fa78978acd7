#pragma once
// Which texts may stand in a description: both file forms must be able to carry them.

#include <string_view>

namespace opus { inline namespace uws0 { namespace description {

/// UTF-8 that XML 1.0 can carry: no control characters but tab, line feed and carriage return.
bool is_text(std::string_view text) noexcept;
/// A text without tabs and line ends.
bool is_line(std::string_view text) noexcept;
/// A line without blanks at its ends or two in a row (xs:token: units, UCDs, utypes).
bool is_token(std::string_view text) noexcept;

/// Empty, or made of what VOTable allows in a UCD: letters, digits and _ . : ; -
bool is_ucd(std::string_view text) noexcept;

/// [A-Za-z0-9_][A-Za-z0-9_.-]{0,63}: a description's name, a path element under /rest.
bool is_description_name(std::string_view text) noexcept;
/// [A-Za-z0-9_.-]{1,64}: an executor, or a key of its options.
bool is_option_name(std::string_view text) noexcept;
/// "type/subtype", perhaps with parameters (RFC 9110 §8.3.1); with `ranges` also "image/*", "*/*".
/// Lists of them are separated by commas and blanks, so there is no comma, and a blank only after
/// a semicolon.
bool is_media_type(std::string_view text, bool ranges) noexcept;
/// Empty, relative, or of a scheme that is safe to offer as a link (http, https, ftp, doi, urn).
bool is_link(std::string_view text) noexcept;
/// Does the shell expand it (* ? [)?
bool is_glob(std::string_view path) noexcept;

}}}  // namespace opus::uws0::description
