#pragma once
// Structured log on stderr: one record per line, as text or JSON.

#include <opus/log.hpp>

#include "server/config.hpp"
#include "server/http/server.hpp"

namespace opus { inline namespace uws0 { namespace server {

/// One line without its end. `time` is ISO 8601.
std::string format_record(const LogRecord& record, LogFormat format, std::string_view time);

/// Threads: any. Records below `level` are dropped.
LogSink make_log(LogLevel level, LogFormat format);

/// Empty if access is not to be logged: then it costs nothing.
http::AccessLog make_access_log(const ServerConfig& config, const LogSink& log);

}}}  // namespace opus::uws0::server
