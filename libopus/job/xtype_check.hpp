#pragma once
// Values of the types that DALI 1.2 §3 builds on datatypes: times, intervals, regions, identifiers.

#include <optional>
#include <string>
#include <string_view>

namespace opus { inline namespace uws0 {

/// What should be there if `value` is not of this xtype: "a longitude from 0 to 360 and ...".
/// nullopt: it is, or the xtype is none of timestamp, interval, point, circle, range, polygon,
/// shape, uri and uuid, which are all that are checked; nor is an empty value, which says nothing.
std::optional<std::string_view> expected_of_xtype(std::string_view xtype, std::string_view value);

/// The kind of region that a `shape` names and that is not known here ("ellipse"), for a message as
/// DALI 1.2 §3 (Unsupported Types) wants it; nullopt for everything else.
std::optional<std::string> unsupported_shape(std::string_view xtype, std::string_view value);

}}  // namespace opus::uws0
