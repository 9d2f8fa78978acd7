#pragma once
// The commands `provenance export` and `provenance import`.

#include <string>

#include <opus/error.hpp>

#include "server/config.hpp"

namespace opus { inline namespace uws0 { namespace server {

/// Writes all provenance of the data folder into a new file, readable by its owner alone, which is
/// whole or not there; "-" is stdout. Says on stderr how much it was. unavailable: a server runs on
/// the folder, or the file cannot be written.
Result<void> export_provenance(const ServerConfig& config, const std::string& file);

/// Takes in what export_provenance() wrote; "-" is stdin. not_found: no such file; invalid_argument
/// names the line.
Result<void> import_provenance(const ServerConfig& config, const std::string& file);

}}}  // namespace opus::uws0::server
