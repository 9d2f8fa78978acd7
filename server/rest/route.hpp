#pragma once
// Routes: which handler answers which method on which path, and what it needs.

#include <cstdint>
#include <string>
#include <string_view>

#include <opus/access.hpp>

#include "server/rest/body.hpp"
#include "server/rest/call.hpp"
#include "server/rest/request.hpp"

namespace opus { inline namespace uws0 { namespace rest {

class Api;

enum class Runs {
  inline_,  ///< on the serving thread: it never blocks for long
  aside,    ///< on a thread for work that may block
};

using Handler = void (*)(Api& api, CallPtr call);
/// Says before the body is read whether it is worth reading.
using Guard = Result<void> (*)(Api& api, const Call& call);

struct Route {
  Method method;
  std::string_view pattern;  ///< "/rest/{name}": a segment in braces matches any text
  Action action;             ///< what one must be allowed to do: see authorisation.hpp
  Handler handler;
  BodyKind body = BodyKind::none;
  Runs runs = Runs::inline_;
  Guard guard = nullptr;
};

constexpr std::size_t depth_of(std::string_view pattern) noexcept {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) depth += pattern[i] == '/';
  return pattern == "/" ? 0 : depth;
}

bool matches(std::string_view pattern, const Path& path) noexcept;

}}}  // namespace opus::uws0::rest
