#pragma once
// Which names parameters, inputs and results may have: they become variables of scripts and fields
// of UWS requests.

#include <string_view>

namespace opus { inline namespace uws0 {

/// [A-Za-z_][A-Za-z0-9_]*
bool is_variable_name(std::string_view name) noexcept;

/// What a name of a parameter, input or result should be instead, as an end of "a name ...": "that
/// is not a control parameter of UWS"; empty if it may be used. UWS and DALI control parameters in
/// any case; environment variables that steer the shell, the loader or an interpreter, and our own
/// OPUS_UWS_*, as they are spelled (`path` and `home` are harmless).
std::string_view reserved_name_reason(std::string_view name) noexcept;

}}  // namespace opus::uws0
