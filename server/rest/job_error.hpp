#pragma once
// Why a job failed, as a document: {job}/error and the end of a synchronous request.

#include <opus/job.hpp>

#include "server/rest/request.hpp"
#include "server/rest/response.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// 200. A VOTable, because STILTS reads the error from here and nowhere else (UWS-ERR-09), or plain
/// text or JSON for who asks for it. not_found: the job has no error; unsupported: nor has the
/// document such a form.
Result<Response> job_error_document(const Request& request, const Job& job);

}}}  // namespace opus::uws0::rest
