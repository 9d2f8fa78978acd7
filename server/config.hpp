#pragma once
// The server's configuration: one table of keys, read from a TOML file, the environment and flags,
// in this order; the last one to set a key wins, and where each value came from is kept.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <opus/error.hpp>
#include <opus/executors.hpp>
#include <opus/log.hpp>
#include <opus/service.hpp>

#include "server/access.hpp"
#include "server/http/server.hpp"
#include "server/oidc_section.hpp"
#include "server/owner_limits.hpp"
#include "server/rest/api.hpp"

namespace opus { inline namespace uws0 { namespace server {

enum class LogFormat { text, json };

/// The executor `slurm`, in texts: "name=value" for maps.
struct SlurmSection {
  bool enabled = false;
  SlurmExecutorConfig executor{};
  std::vector<std::string> options{}, limits{};
};

/// The same for `pbs`.
struct PbsSection {
  bool enabled = false;
  PbsExecutorConfig executor{};
  std::string dialect = "detect";
  std::vector<std::string> options{}, limits{};
};

/// What keeps codes of local jobs apart from the machine; 0 = no limit.
struct IsolationSection {
  std::string sandbox = "never";
  std::filesystem::path bubblewrap{};
  std::vector<std::filesystem::path> paths{};
  bool network = false;
  std::uint64_t memory = 0, file_size = 0, open_files = 0, processes = 0;
  std::chrono::seconds cpu_time{0};
};

struct ServerConfig {
  ServerConfig();

  std::string listen = "127.0.0.1:8080";
  std::string redirect{};
  std::vector<std::filesystem::path> descriptions{};
  bool skip_bad_descriptions = false;
  std::vector<std::string> trusted_proxies{};
  std::filesystem::path port_file{};
  std::filesystem::path launcher{};
  std::chrono::milliseconds drain{0};
  std::chrono::milliseconds stop_grace{10'000};
  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::text;
  bool log_access = true;
  ServiceConfig service{};
  rest::ApiConfig api{};
  http::HttpConfig http{};
  SlurmSection slurm{};
  PbsSection pbs{};
  AccessSection access{};
  LimitSections owner_limits{};
  IsolationSection isolation{};
  LocalExecutorConfig local{};  ///< as finish() makes it of `isolation` and the rest
  OidcSection oidc{};

  /// Key -> "default", "file:line", name of the environment variable, or flag.
  std::map<std::string, std::string, std::less<>> origins{};
};

/// How a key is named elsewhere: "http.max_connections" is OPUS_UWS_HTTP_MAX_CONNECTIONS and
/// --http-max-connections.
std::string environment_name(std::string_view key);
std::string flag_name(std::string_view key);

/// The known flag that looks most like this one.
std::string nearest_flag(std::string_view flag);

struct KeyInfo {
  std::string_view name;
  std::string_view help;
  bool is_switch;  ///< true or false: its flag needs no value
  bool is_secret;  ///< has no flag, as everybody on the machine can read those; never printed
};
/// All keys, those of one section together.
std::vector<KeyInfo> config_keys();

/// Sets one key from texts; only lists take more than one. Relative paths are below `folder`.
/// invalid_argument: unknown key (names the nearest), or not a value of its kind.
Result<void> set_key(ServerConfig& config, std::string_view key,
                     const std::vector<std::string>& values, std::string origin,
                     const std::filesystem::path& folder = {});

/// Reads a TOML file; all its faults in one error, each with its line.
Result<void> read_toml(ServerConfig& config, const std::filesystem::path& file);

/// Reads every OPUS_UWS_* of an environment ("NAME=value" texts); an unknown one is an error.
/// OPUS_UWS_CONFIG is left to the caller.
Result<void> read_environment(ServerConfig& config, const char* const* environment);

/// What goes beyond single values: the listen address is taken apart.
Result<void> finish(ServerConfig& config);

/// The whole configuration as TOML, each line with its origin.
std::string to_toml(const ServerConfig& config);

}}}  // namespace opus::uws0::server
