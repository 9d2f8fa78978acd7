#pragma once
// A provenance graph as the answer to a request.

#include <memory>
#include <string_view>

#include <opus/provenance_formats.hpp>

#include "server/rest/call.hpp"
#include "server/rest/prov_query.hpp"
#include "server/rest/response.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// 200 with the document, or 304 if the client has it already. A small document is whole and has an
/// ETag; a large one is made while it is sent. `name`: of the file, without ending.
Result<Response> prov_response(Host& host, const Request& request,
                               std::shared_ptr<const ProvenanceGraph> graph, const ProvForm& form,
                               const ProvQuery& query, std::string_view name);

/// An error as a VOTable (DALI 1.1 §4.4), for who asked for one.
Response votable_error(Response error);

}}}  // namespace opus::uws0::rest
