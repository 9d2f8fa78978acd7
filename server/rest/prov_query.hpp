#pragma once
// What a request for provenance asks: names and values of the ProvSAP draft, and those of OPUS.

#include <string>
#include <string_view>
#include <vector>

#include <opus/provenance_formats.hpp>

#include "server/rest/request.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// A form in which provenance is served.
struct ProvForm {
  std::string_view ending;  ///< of {job}/prov.{ending} and of file names
  ProvFormat format;
  std::string_view word;    ///< of RESPONSEFORMAT: "PROV-XML"
  std::string_view second;  ///< another word for it; the ending is one, too
  std::string_view media_type;
};

/// Null: there is none.
const ProvForm* form_of_ending(std::string_view ending) noexcept;

struct ProvQuery {
  LineageQuery lineage{};
  ProvPicture picture{};
  bool ivoa_records = false;  ///< MODEL=IVOA: JSON with the records of that model
};

/// invalid_argument lists all that is wrong. `model`: MODEL unless it is given.
Result<ProvQuery> read_prov_query(const Request& request, std::string_view model);

/// By RESPONSEFORMAT, else Accept, else PROV-JSON. invalid_argument: RESPONSEFORMAT is something
/// else; unsupported: nothing that Accept lists is here (406).
Result<const ProvForm*> choose_prov_form(const Request& request);

}}}  // namespace opus::uws0::rest
