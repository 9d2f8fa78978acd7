#pragma once
// The process's limit of open files, which connections count against.

#include <cstddef>

#include <opus/log.hpp>

namespace opus { inline namespace uws0 { namespace server {

/// Raises the soft limit to what so many connections and the server's own files need, as far as
/// the hard limit allows; warns if that is less.
void allow_connections(std::size_t connections, const LogSink& log);

}}}  // namespace opus::uws0::server
