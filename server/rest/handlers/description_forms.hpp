#pragma once
// The forms in which a description is served.

#include <opus/description.hpp>

#include "server/rest/request.hpp"
#include "server/rest/response.hpp"

namespace opus { inline namespace uws0 { namespace rest {

enum class DescriptionForm {
  votable,
  xml,     ///< the same as text/xml
  json,    ///
  schema,  ///< JSON Schema of its parameters
};

/// RESPONSEFORMAT (DALI 1.2 §4.3.3), else Accept, else VOTable.
Result<DescriptionForm> wanted_form(const Request& request);
Response description_response(const JobDescription& description, DescriptionForm form);

}}}  // namespace opus::uws0::rest
