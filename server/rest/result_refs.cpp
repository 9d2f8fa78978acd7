#include "server/rest/result_refs.hpp"

#include <algorithm>

#include "server/rest/request.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

bool is_file_input(const JobDescription& description, std::string_view name) noexcept {
  return std::any_of(description.inputs.begin(), description.inputs.end(),
                     [&](const InputDescription& input) {
                       return input.kind == InputKind::file && iequals(input.name, name);
                     });
}

}  // namespace

std::optional<std::string> own_result_ref(std::string_view url, std::string_view base_url) {
  url = trim(url);
  if (base_url.empty() || url.substr(0, base_url.size()) != base_url) return std::nullopt;
  url.remove_prefix(base_url.size());
  if (url.find_first_of("?#") != url.npos) return std::nullopt;
  const auto path = Path::parse(url);
  if (!path || path->size() != 5 || (*path)[0] != "rest" || (*path)[3] != "results")
    return std::nullopt;
  return "job:" + std::string((*path)[2]) + '/' + std::string((*path)[4]);
}

void refer_to_own_results(Pairs& values, const JobDescription& description,
                          std::string_view base_url) {
  for (auto& [name, value] : values) {
    if (!is_file_input(description, name)) continue;
    if (auto ref = own_result_ref(value, base_url)) value = *std::move(ref);
  }
}

bool mentions(const Pairs& values, std::string_view base_url) noexcept {
  return std::any_of(values.begin(), values.end(), [&](const auto& pair) {
    return trim(pair.second).substr(0, base_url.size()) == base_url;
  });
}

}}}  // namespace opus::uws0::rest
