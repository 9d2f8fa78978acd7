#include "server/config.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "server/config_keys.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace server {
namespace {

using rest::in_quotes;

/// The first key for which this holds; null if there is none.
template <class Holds> const ConfigKey* find_key_if(Holds holds) {
  for (const ConfigKey& key : config_key_table())
    if (holds(key)) return &key;
  return nullptr;
}

/// Insertions, deletions and replacements that turn one text into the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

/// The nearest key as `spelled` writes it, for "did you mean".
template <class Spell> std::string nearest_key(std::string_view name, Spell spelled) {
  std::string best;
  std::size_t best_distance = std::string::npos;
  for (const ConfigKey& key : config_key_table()) {
    const std::string candidate = spelled(key.name);
    if (candidate == name) continue;  // a secret, which has no flag
    // A key in the wrong section is as near as can be.
    const auto dot = key.name.rfind('.');
    const std::size_t d =
        std::min(distance(name, candidate), 1 + distance(name, key.name.substr(dot + 1)));
    if (d < best_distance) {
      best_distance = d;
      best = candidate;
    }
  }
  return best;
}

Error unknown_key(std::string_view name, const std::string& nearest) {
  return {Errc::invalid_argument,
          "unknown key " + in_quotes(name) + "; the nearest known one is '" + nearest + "'"};
}

constexpr std::string_view k_prefix = "OPUS_UWS_";

/// "name=value" texts as a map.
Result<std::map<std::string, std::string>> pairs_of(const ServerConfig& config,
                                                    const std::string& key,
                                                    const std::vector<std::string>& texts) {
  std::map<std::string, std::string> pairs;
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    if (equals == 0 || equals >= text.size() - 1)
      return Error{Errc::invalid_argument, key + " (" + config.origins.at(key) +
                                               "): expected name=value, got " + in_quotes(text)};
    pairs[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return pairs;
}

/// "127.0.0.1:8080", "[::1]:8080" or "localhost:8080".
Result<void> split_address(const ServerConfig& config, std::string_view key, std::string_view text,
                           std::string& address, std::uint16_t& port) {
  const auto colon = text.rfind(':');
  const std::string_view digits = colon == text.npos ? "" : text.substr(colon + 1);
  std::string_view host = text.substr(0, colon == text.npos ? 0 : colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const char* const end = digits.data() + digits.size();
  const auto [stop, fault] = std::from_chars(digits.data(), end, port);
  if (digits.empty() || fault != std::errc{} || stop != end || host.empty() ||
      (!bracketed && host.find(':') != host.npos))
    return Error{Errc::invalid_argument,
                 std::string(key) + " (" + config.origins.find(key)->second +
                     "): expected address:port like 127.0.0.1:8080 or [::1]:8080, got " +
                     in_quotes(text)};
  address = host == "localhost" ? "127.0.0.1" : std::string(host);
  return {};
}

Result<void> check_tls(const ServerConfig& config) {
  const http::HttpConfig& http = config.http;
  if (http.certificate.empty() != http.key.empty())
    return Error{Errc::invalid_argument,
                 "http.certificate and http.key: expected both or none, got only " +
                     in_quotes((http.key.empty() ? http.certificate : http.key).string())};
  if (http.certificate.empty() && !config.redirect.empty())
    return Error{Errc::invalid_argument,
                 "http.redirect: expected http.certificate, too; without TLS there is nowhere to "
                 "send to"};
  return {};
}

/// The executor `local`, from what other keys say.
Result<void> finish_local(ServerConfig& config) {
  const IsolationSection& isolation = config.isolation;
  LocalExecutorConfig& local = config.local;
  local.launcher = config.launcher;
  local.kill_grace = config.service.cancel_grace;
  local.bubblewrap = isolation.bubblewrap;
  local.sandbox_paths = isolation.paths;
  local.sandbox_network = isolation.network;
  const auto limit = [](std::uint64_t most) {
    return most == 0 ? std::nullopt : std::optional{most};
  };
  local.limits.memory_bytes = limit(isolation.memory);
  local.limits.file_size_bytes = limit(isolation.file_size);
  local.limits.open_files = limit(isolation.open_files);
  local.limits.processes = limit(isolation.processes);
  local.limits.cpu_seconds = limit(static_cast<std::uint64_t>(isolation.cpu_time.count()));
  if (isolation.sandbox == "never")
    local.sandbox = SandboxUse::never;
  else if (isolation.sandbox == "submitted")
    local.sandbox = SandboxUse::from_outside;
  else if (isolation.sandbox == "always")
    local.sandbox = SandboxUse::always;
  else
    return Error{Errc::invalid_argument,
                 "isolation.sandbox (" + config.origins.at("isolation.sandbox") +
                     "): expected never, submitted or always, got " + in_quotes(isolation.sandbox)};
  return {};
}

}  // namespace

ServerConfig::ServerConfig() {
  service.data_dir = "/var/lib/opus-uws";
  for (const ConfigKey& key : config_key_table()) origins.emplace(key.name, "default");
}

std::string environment_name(std::string_view key) {
  std::string name(k_prefix);
  name += rest::to_upper(key);
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

std::string flag_name(std::string_view key) {
  std::string name = "--" + std::string(key);
  std::replace(name.begin(), name.end(), '.', '-');
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::string nearest_flag(std::string_view flag) { return nearest_key(flag, flag_name); }

std::vector<KeyInfo> config_keys() {
  ServerConfig scratch;
  std::vector<KeyInfo> keys;
  for (const ConfigKey& key : config_key_table())
    keys.push_back({key.name, key.help, std::holds_alternative<bool*>(key.field(scratch)),
                    std::holds_alternative<Secret>(key.field(scratch))});
  return keys;
}

Result<void> set_key(ServerConfig& config, std::string_view name,
                     const std::vector<std::string>& values, std::string origin,
                     const std::filesystem::path& folder) {
  const ConfigKey* const key = find_key_if([&](const ConfigKey& one) { return one.name == name; });
  if (key == nullptr && LimitSections::owns(name))
    return config.owner_limits.set(name, values, std::move(origin));
  if (key == nullptr)
    return unknown_key(
        name, nearest_key(name, [](std::string_view known) { return std::string(known); }));
  if (auto done = assign(key->field(config), values, folder); !done)
    return Error{Errc::invalid_argument, std::string(name) + ": " + done.error().message};
  config.origins.find(name)->second = std::move(origin);
  return {};
}

Result<void> read_environment(ServerConfig& config, const char* const* environment) {
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    const std::string_view variable = entry.substr(0, entry.find('='));
    if (variable.substr(0, k_prefix.size()) != k_prefix || variable == "OPUS_UWS_CONFIG") continue;
    const std::string value(entry.substr(std::min(variable.size() + 1, entry.size())));
    const ConfigKey* const found =
        find_key_if([&](const ConfigKey& key) { return environment_name(key.name) == variable; });
    if (found == nullptr)
      return Error{Errc::invalid_argument, "unknown environment variable " + std::string(variable) +
                                               "; the nearest known one is " +
                                               nearest_key(variable, environment_name)};
    std::vector<std::string> values{value};
    if (std::holds_alternative<std::vector<std::filesystem::path>*>(found->field(config))) {
      values.clear();  // a list is separated by ':' as in PATH
      for (std::string_view rest = value; !rest.empty();) {
        const auto end = std::min(rest.find(':'), rest.size());
        values.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    if (auto done = set_key(config, found->name, values, std::string(variable)); !done)
      return Error{Errc::invalid_argument, std::string(variable) + ": " + done.error().message};
  }
  return {};
}

Result<void> finish(ServerConfig& config) {
  OPUS_UWS_CHECK(
      split_address(config, "listen", config.listen, config.http.address, config.http.port));
  if (!config.redirect.empty())
    OPUS_UWS_CHECK(split_address(config, "http.redirect", config.redirect,
                                 config.http.redirect_address, config.http.redirect_port));
  OPUS_UWS_CHECK(check_tls(config));

  const std::string& base = config.api.base_url;
  const bool web = base.rfind("http://", 0) == 0 || base.rfind("https://", 0) == 0;
  if (!base.empty() && (!web || base.find_first_of("?# \t\"<>") != base.npos))
    return Error{Errc::invalid_argument, "base_url (" + config.origins.at("base_url") +
                                             "): expected http(s)://host[:port][/path], got " +
                                             in_quotes(base)};
  if (const auto good = check_rules(config.api.browser); !good)
    return Error{Errc::invalid_argument, "cors.origins (" + config.origins.at("cors.origins") +
                                             "): " + good.error().message};
  auto proxies = rest::TrustedProxies::parse(config.trusted_proxies);
  if (!proxies)
    return Error{Errc::invalid_argument, "trusted_proxies (" +
                                             config.origins.at("trusted_proxies") +
                                             "): " + proxies.error().message};
  config.api.trusted_proxies = *std::move(proxies);
  OPUS_UWS_CHECK(finish_access(config));
  OPUS_UWS_CHECK(finish_local(config));
  OPUS_UWS_CHECK(finish_oidc(config));
  auto& slurm = config.slurm;
  slurm.executor.batch.kill_grace = config.service.cancel_grace;
  OPUS_UWS_TRY(slurm.executor.batch.options, pairs_of(config, "slurm.options", slurm.options));
  OPUS_UWS_TRY(slurm.executor.batch.limits, pairs_of(config, "slurm.limits", slurm.limits));
  auto& pbs = config.pbs;
  pbs.executor.batch.kill_grace = config.service.cancel_grace;
  OPUS_UWS_TRY(pbs.executor.batch.options, pairs_of(config, "pbs.options", pbs.options));
  OPUS_UWS_TRY(pbs.executor.batch.limits, pairs_of(config, "pbs.limits", pbs.limits));
  if (pbs.dialect == "openpbs") {
    pbs.executor.dialect = PbsDialect::openpbs;
  } else if (pbs.dialect == "torque") {
    pbs.executor.dialect = PbsDialect::torque;
  } else if (pbs.dialect != "detect") {
    return Error{Errc::invalid_argument, "pbs.dialect (" + config.origins.at("pbs.dialect") +
                                             "): expected openpbs, torque or detect, got " +
                                             in_quotes(pbs.dialect)};
  }
  if (config.service.data_dir.empty())
    return Error{Errc::invalid_argument, "data_dir: expected a folder, got nothing"};
  return {};
}

std::string to_toml(const ServerConfig& given) {
  ServerConfig config = given;  // fields are reached through non-const accessors
  constexpr std::size_t k_comment_column = 44;
  std::string out;
  std::string_view section;
  for (const ConfigKey& key : config_key_table()) {
    const auto dot = key.name.find('.');
    const std::string_view mine = dot == key.name.npos ? "" : key.name.substr(0, dot);
    if (mine != section) out += "\n[" + std::string(mine) + "]\n";
    section = mine;
    std::string line(key.name.substr(dot == key.name.npos ? 0 : dot + 1));
    line += " = " + to_toml_value(key.field(config));
    line.resize(std::max(line.size() + 1, k_comment_column), ' ');
    out += line + "# " + config.origins.find(key.name)->second + '\n';
  }
  return out + config.owner_limits.to_toml();
}

}}}  // namespace opus::uws0::server
