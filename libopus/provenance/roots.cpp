// Which things the ids of provenance documents name.
#include "libopus/provenance/lineage.hpp"
#include "libopus/provenance/names.hpp"

namespace opus { inline namespace uws0 { namespace provenance {

std::vector<Root> roots_named(std::string_view id, std::string_view base) {
  const auto take = [&id](std::string_view prefix) {
    if (prefix.empty() || id.substr(0, prefix.size()) != prefix) return false;
    id.remove_prefix(prefix.size());
    return true;
  };
  if (!take("id:")) take(base);
  const auto named = [&id](auto make) -> std::vector<Root> {
    const auto text = decode_name(id);
    if (!text || text->empty()) return {};
    return {make(*text)};
  };
  if (take("job-")) return named([](const std::string& text) { return JobId{text}; });
  if (take("store-")) return named([](const std::string& text) { return EntityId{text}; });
  if (take("user-")) return named([](const std::string& text) { return ProvOwner{text}; });
  const std::string bare{id};
  return {JobId{bare}, EntityId{bare}};
}

}}}  // namespace opus::uws0::provenance
