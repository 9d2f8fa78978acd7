#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <opus/description.hpp>

#include "libopus/core/files.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/description/forms.hpp"
#include "libopus/job/value_check.hpp"

namespace opus { inline namespace uws0 {

namespace {

constexpr std::uint64_t k_max_file_bytes = 4u << 20;
constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

namespace description {

std::string without_carriage_returns(std::string_view script) {
  std::string out;
  out.reserve(script.size());
  for (std::size_t i = 0; i < script.size(); ++i)
    if (script[i] != '\r' || i + 1 == script.size() || script[i + 1] != '\n') out += script[i];
  return out;
}

}  // namespace description

Result<JobDescription> parse_description(std::string_view text, std::string_view origin) {
  if (text.starts_with(k_byte_order_mark)) text.remove_prefix(k_byte_order_mark.size());
  const std::string_view content = trim(text);
  if (content.starts_with('<')) return description::read_votable(text, origin);
  if (content.starts_with('{')) return description::read_json(text, origin);
  return faults_error(origin,
                      {{{},
                        "a job description: a VOTable, beginning with '<', or a JSON "
                        "object, beginning with '{'",
                        content.empty() ? std::string{} : shown_value(content.substr(0, 40))}});
}

Result<JobDescription> load_description(const std::filesystem::path& file) {
  OPUS_UWS_TRY(const std::string text, read_file(file, k_max_file_bytes));
  return parse_description(text, file.string());
}

}}  // namespace opus::uws0
