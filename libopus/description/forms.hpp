#pragma once
// The two file forms. Both readers report every fault they find, then those of check().

#include <string>
#include <string_view>

#include <opus/description.hpp>
#include <opus/error.hpp>

namespace opus { inline namespace uws0 { namespace description {

Result<JobDescription> read_json(std::string_view text, std::string_view origin);
Result<JobDescription> read_votable(std::string_view text, std::string_view origin);

/// Scripts have lines ended by LF: forms and editors of other systems add CR.
std::string without_carriage_returns(std::string_view script);

}}}  // namespace opus::uws0::description
