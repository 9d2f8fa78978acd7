#pragma once
// The OpenAPI 3.1 document: made of the route table, of what route_docs.hpp says of each route, and
// of the job descriptions, whose parameters are the fields of their creation forms.

#include <span>
#include <string>
#include <string_view>

#include <opus/description.hpp>

#include "server/rest/route.hpp"

namespace opus { inline namespace uws0 { namespace rest {

std::string openapi_document(std::span<const Route> routes,
                             std::span<const JobDescription> descriptions,
                             std::string_view base_url);

/// The fields of a job's creation form as a JSON Schema: the description's parameters and inputs,
/// then what every creation takes (PHASE, RUNID ...).
std::string creation_schema(const JobDescription& description);

/// {"schemas": ..., "parameters": ..., "responses": ...}: what does not depend on any route.
std::string_view openapi_components() noexcept;

}}}  // namespace opus::uws0::rest
