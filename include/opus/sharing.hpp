#pragma once
// One job, shown to somebody who may not see it by himself: to look at, nothing more.

#include <optional>
#include <string>

#include <opus/id.hpp>
#include <opus/time.hpp>

namespace opus { inline namespace uws0 {

struct Share {
  std::string id{};                    ///< 16 hexadecimal digits; not secret
  std::string with{};                  ///< "account:NAME", "group:NAME", a role, or "any" (whoever
                                       ///< has authenticated); empty = whoever has the link
  std::string by{};                    ///< who shared it; empty = nobody knows
  TimePoint created{};                 ///< when
  std::optional<TimePoint> expires{};  ///< from then on it shows nothing; nullopt = never
  bool operator==(const Share&) const = default;
};

struct ShareRequest {
  std::string with{};                  ///< as Share::with
  std::string by{};                    ///< as Share::by
  std::optional<TimePoint> expires{};  ///< not in the past; links must have one
};

struct NewShare {
  Share share{};
  std::string secret{};  ///< of a link, told only now: "<id>-<64 hexadecimal digits>"
};

}}  // namespace opus::uws0
