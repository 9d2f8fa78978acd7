#pragma once
// All keys of the configuration: what they are called, what they mean, and where their values are
// kept.

#include <span>
#include <string_view>

#include "server/config_values.hpp"

namespace opus { inline namespace uws0 { namespace server {

struct ConfigKey {
  std::string_view name;
  Field (*field)(ServerConfig&);
  std::string_view help;
};

/// Those of one section together.
std::span<const ConfigKey> config_key_table() noexcept;

}}}  // namespace opus::uws0::server
