#include <opus/description_history.hpp>

#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 {

std::string_view to_string(VersionState state) noexcept {
  switch (state) {
    case VersionState::pending: return "pending";
    case VersionState::offered: return "offered";
    case VersionState::replaced: return "replaced";
    case VersionState::removed: return "removed";
    case VersionState::rejected: return "rejected";
  }
  return "";
}

std::optional<VersionState> parse_version_state(std::string_view word) noexcept {
  for (const VersionState state :
       {VersionState::pending, VersionState::offered, VersionState::replaced, VersionState::removed,
        VersionState::rejected})
    if (ascii_iequals(to_string(state), word)) return state;
  return std::nullopt;
}

std::string_view to_string(VersionOrigin origin) noexcept {
  switch (origin) {
    case VersionOrigin::host: return "host";
    case VersionOrigin::submitted: return "submitted";
    case VersionOrigin::restored: return "restored";
  }
  return "";
}

}}  // namespace opus::uws0
