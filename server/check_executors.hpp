#pragma once
// `opus-uws-server check`: does each executor of the configuration run a job, end to end?

#include <iosfwd>

#include <opus/error.hpp>

#include "server/config.hpp"

namespace opus { inline namespace uws0 { namespace server {

/// Runs one trivial job by each, in a folder of its own below the data folder (which compute nodes
/// must share), and prints what is right and what is wrong. An error when anything is wrong.
Result<void> check_executors(const ServerConfig& config, std::ostream& out);

/// Takes the executors that the configuration asks for.
Result<void> add_executors(Service& service, const ServerConfig& config);

}}}  // namespace opus::uws0::server
