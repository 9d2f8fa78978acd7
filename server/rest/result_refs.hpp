#pragma once
// Results of this service as inputs of its jobs, named by their URL.

#include <optional>
#include <string>
#include <string_view>

#include <opus/description.hpp>

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// "{base}/rest/{name}/{id}/results/{result}" as the library writes it, "job:{id}/{result}";
/// nullopt: the URL is no such one. Nothing is fetched, and the result need not exist yet.
std::optional<std::string> own_result_ref(std::string_view url, std::string_view base_url);

/// Replaces such URLs among the values of the description's inputs; parameters that are plain
/// values keep theirs.
void refer_to_own_results(Pairs& values, const JobDescription& description,
                          std::string_view base_url);

/// Might refer_to_own_results() change anything?
bool mentions(const Pairs& values, std::string_view base_url) noexcept;

}}}  // namespace opus::uws0::rest
