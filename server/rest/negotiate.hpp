#pragma once
// In which form a resource is shown: RESPONSEFORMAT (DALI 1.2 §4.3.3), else Accept (RFC 9110
// §12.5.1), else the form that UWS 1.1 §2.2.2 wants.

#include <array>
#include <initializer_list>
#include <string_view>

#include <opus/error.hpp>

#include "server/rest/request.hpp"
#include "server/rest/response.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// A form that a resource offers: its short name and its media types.
struct Offer {
  std::string_view word;
  std::array<std::string_view, 2> media_types{};
};

enum class Format { standard, json };

inline constexpr Offer k_xml_offer{"xml", {"text/xml", "application/xml"}};
inline constexpr Offer k_text_offer{"text", {"text/plain"}};
inline constexpr Offer k_votable_offer{"votable", {"application/x-votable+xml"}};
inline constexpr Offer k_json_offer{"json", {"application/json"}};

/// Place of the form that the request asks for; 0, the default, if it does not say.
/// invalid_argument names what there is: RESPONSEFORMAT is something else. Accept is weighed by its
/// q; of equals, one asked for by name comes before one let in by a wildcard, which asks for
/// nothing (UWS-HTTP-04), and then the one named first. What names none of them gets the default,
/// not 406. A client that asks for XML or plain text and means the standard's own form gets the
/// default too: programs ask for application/xml everywhere.
Result<std::size_t> choose(const Request& request, std::initializer_list<Offer> offers);

/// The same where there is `standard`, the default, and JSON.
Result<Format> choose_format(const Request& request, const Offer& standard);

/// Do errors go to this client as JSON? As choose_format(), but whatever else RESPONSEFORMAT says.
bool wants_json_errors(const Request& request);

/// A document in a form that was chosen: caches must not mix them up.
Response chosen(Response response);

}}}  // namespace opus::uws0::rest
