#pragma once
// What the VOTable form calls things, in one place for its reader and its writer. The layout is
// that of OPUS (voprov:ActivityDescription); what OPUS does not know is in further PARAMs with a
// utype that begins with "opus:", which OPUS reads and ignores.

#include <string_view>

namespace opus { inline namespace uws0 { namespace description {

inline constexpr std::string_view k_resource_utype = "voprov:ActivityDescription";
inline constexpr std::string_view k_our_prefix = "opus:";

inline constexpr std::string_view k_parameters_group = "InputParams";
inline constexpr std::string_view k_inputs_group = "Used";
inline constexpr std::string_view k_results_group = "Generated";

/// The url of an input that is a file the client uploads or names.
inline constexpr std::string_view k_file_url = "file://$ID";

}}}  // namespace opus::uws0::description
