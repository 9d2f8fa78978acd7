#include "server/logging.hpp"

#include <algorithm>
#include <memory>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <opus/time.hpp>

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace server {
namespace {

/// name=value; quoted where a reader could not tell the end.
void append_value(std::string& out, std::string_view value) {
  const bool plain = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != '"' && c != '=' && c != '\\' && c != 0x7F;
  });
  if (plain)
    out += value;
  else
    rest::append_json_string(out, value);
}

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

std::string format_record(const LogRecord& record, LogFormat format, std::string_view time) {
  std::string out;
  if (format == LogFormat::json) {
    const auto member = [&out](std::string_view name, std::string_view value) {
      out += out.empty() ? '{' : ',';
      rest::append_json_string(out, name);
      out += ':';
      rest::append_json_string(out, value);
    };
    member("time", time);
    member("level", to_string(record.level));
    member("message", record.message);
    for (const auto& [name, value] : record.fields) member(name, value);
    return out + '}';
  }
  out.append(time).append(" ").append(to_string(record.level)).append(" ");
  for (const char c : record.message) out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  for (const auto& [name, value] : record.fields) {
    out.append(" ").append(name).append("=");
    append_value(out, value);
  }
  return out;
}

LogSink make_log(LogLevel level, LogFormat format) {
  // A logger of our own, not in spdlog's registry: nothing global.
  auto logger = std::make_shared<spdlog::logger>("opus-uws-server",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%v");
  logger->set_level(level_of(level));
  return [logger = std::move(logger), format](const LogRecord& record) {
    const auto record_level = level_of(record.level);
    if (!logger->should_log(record_level)) return;
    const std::string line = format_record(record, format, to_iso8601(system_clock()->now()));
    logger->log(record_level, spdlog::string_view_t(line));
  };
}

http::AccessLog make_access_log(const ServerConfig& config, const LogSink& log) {
  if (!config.log_access || config.log_level > LogLevel::info) return {};
  return [log](const http::AccessRecord& access) {
    log({LogLevel::info,
         "request",
         {{"method", std::string(access.method)},
          {"target", std::string(access.target)},
          {"status", std::to_string(access.status)},
          {"bytes", std::to_string(access.bytes)},
          {"ms", std::to_string(access.time.count() / 1000) + '.' +
                     std::to_string(access.time.count() % 1000 / 100)},
          {"remote", std::string(access.remote)}}});
  };
}

}}}  // namespace opus::uws0::server
