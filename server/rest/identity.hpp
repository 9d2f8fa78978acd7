#pragma once
// Who asks, and what that one may see. The one place that authentication has to change.

#include <optional>
#include <string>

#include <opus/job.hpp>

#include "server/rest/request.hpp"

namespace opus { inline namespace uws0 { namespace rest {

struct Identity {
  std::optional<std::string> name{};  ///< nullopt = anonymous
};

/// Everybody is anonymous: no means of authentication is offered yet.
inline Identity identify(const Request&) { return {}; }

/// Anonymous jobs are open to whoever knows their unguessable URL; others to their owner.
inline bool may_access(const Identity& identity, const std::optional<std::string>& owner) {
  return !owner || owner == identity.name;
}

}}}  // namespace opus::uws0::rest
