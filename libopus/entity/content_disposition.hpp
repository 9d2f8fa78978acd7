#pragma once
// The file name that a server suggests (RFC 6266).

#include <string>
#include <string_view>

namespace opus { inline namespace uws0 { namespace entity {

/// The `filename*` (RFC 8187: UTF-8 or ISO-8859-1) or else the `filename` of a Content-Disposition
/// value, as sent: not sanitised. Empty if there is none that can be read.
std::string content_disposition_name(std::string_view value);

}}}  // namespace opus::uws0::entity
