#include "libopus/uws/by_reference.hpp"

#include <opus/uws.hpp>

#include "libopus/core/strings.hpp"

#include <algorithm>

namespace opus { inline namespace uws0 {

bool is_xml_text(std::string_view text) noexcept {
  bool ascii = true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') return false;
    ascii = ascii && byte < 0x80;
  }
  // Beyond ASCII, XML's Char lacks only the surrogates, which are no UTF-8, and U+FFFE and U+FFFF.
  return ascii || (is_utf8(text) && text.find("\xEF\xBF\xBE") == std::string_view::npos &&
                   text.find("\xEF\xBF\xBF") == std::string_view::npos);
}

namespace uws {

bool is_by_reference(const Job& job, const Parameter& parameter) noexcept {
  const auto same_name = [&](const JobInput& input) { return input.name == parameter.name; };
  return std::any_of(job.inputs.begin(), job.inputs.end(), same_name) ||
         !is_xml_text(parameter.value);
}

std::vector<std::string_view> unnamed_inputs(const Job& job) {
  std::vector<std::string_view> names;
  for (const JobInput& input : job.inputs) {
    const auto same_name = [&](const Parameter& p) { return p.name == input.name; };
    if (std::none_of(job.parameters.begin(), job.parameters.end(), same_name) &&
        std::find(names.begin(), names.end(), input.name) == names.end())
      names.emplace_back(input.name);
  }
  return names;
}

}  // namespace uws
}}  // namespace opus::uws0
