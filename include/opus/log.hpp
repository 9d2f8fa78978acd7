#pragma once
// The library writes nothing to stdout or stderr; it tells a sink that the host may set.

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <opus/export.hpp>

namespace opus { inline namespace uws0 {

enum class LogLevel { debug, info, warning, error };

OPUS_UWS_API std::string_view to_string(LogLevel level) noexcept;

struct LogRecord {
  LogLevel level = LogLevel::info;
  std::string message{};
  std::vector<std::pair<std::string, std::string>> fields{};  ///< e.g. {"job", id}
};

/// Called from any of the library's threads, also at the same time: must be thread-safe, must not
/// block for long, must not call the Service. An empty function = no log.
using LogSink = std::function<void(const LogRecord&)>;

}}  // namespace opus::uws0
