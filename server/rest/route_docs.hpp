#pragma once
// What the OpenAPI document says of each route, beside the route table: a new route needs a line in
// route_docs.cpp, else the test "every route is documented" fails and names it.

#include <span>
#include <string_view>
#include <vector>

#include "server/rest/route.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// Path parameters come from the route's pattern, and what follows from its kind is added by the
/// document: the errors of HTTP itself, 403 and 404 below a job, 413 and 415 where there is a body.
struct RouteDoc {
  Method method;
  std::string_view pattern;  ///< as in the route table
  std::string_view id;       ///< operationId: a name for generated clients
  std::string_view summary;
  /// Media types of a 200, "type=Schema" where there is a schema in openapi_components.cpp. Empty =
  /// there is no 200.
  std::string_view content{};
  std::string_view statuses{};  ///< others that are its own: "303 429"
  std::string_view query{};     ///< names of parameters in openapi_components.cpp
  std::string_view body{};      ///< name of the form's schema there; "*" = any bytes
};

std::span<const RouteDoc> route_docs() noexcept;
/// Null: the route is not documented.
const RouteDoc* find_doc(const Route& route) noexcept;

/// Every status that the document has for the route: the errors of HTTP, those that follow from the
/// route's kind, its own.
std::vector<int> statuses_of(const Route& route, const RouteDoc& doc);

}}}  // namespace opus::uws0::rest
