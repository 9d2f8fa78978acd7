#pragma once
// A request that a description would accept, made from the description alone.

#include <opus/description.hpp>
#include <opus/error.hpp>

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// Names and values for a job that can be run as it is: the defaults; for what is required and has
/// none, an allowed value. not_found: the description does not tell one, e.g. for a file.
Result<Pairs> sample_request(const JobDescription& description);

}}}  // namespace opus::uws0::rest
