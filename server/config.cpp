#include "server/config.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "server/config_values.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace server {
namespace {

using rest::in_quotes;

struct Key {
  std::string_view name;
  Field (*field)(ServerConfig&);
  std::string_view help;
};

// clang-format off
constexpr Key k_keys[] = {
    {"listen", [](ServerConfig& c) -> Field { return &c.listen; },
     "address and port to listen on; port 0 = a free one"},
    {"data_dir", [](ServerConfig& c) -> Field { return &c.service.data_dir; },
     "folder of the database and of all files of jobs; created if absent"},
    {"descriptions", [](ServerConfig& c) -> Field { return &c.descriptions; },
     "job descriptions: files, or folders whose *.xml and *.json are read"},
    {"skip_bad_descriptions", [](ServerConfig& c) -> Field { return &c.skip_bad_descriptions; },
     "start without descriptions that cannot be read, instead of not at all"},
    {"base_url", [](ServerConfig& c) -> Field { return &c.api.base_url; },
     "public URL of the service, where a proxy stands before it; empty = as clients call it"},
    {"trusted_proxies", [](ServerConfig& c) -> Field { return &c.trusted_proxies; },
     "addresses and networks of proxies whose Forwarded and X-Forwarded-* headers count"},
    {"port_file", [](ServerConfig& c) -> Field { return &c.port_file; },
     "file into which the port is written once the server listens"},
    {"launcher", [](ServerConfig& c) -> Field { return &c.launcher; },
     "path of opus-uws-launcher; empty = the installed one"},

    {"admin_token", [](ServerConfig& c) -> Field { return Secret{&c.api.access.admin_token}; },
     "token of an administrator without an account, sent as Authorization: Bearer; empty = none"},

    {"access.mode", [](ServerConfig& c) -> Field { return &c.access.mode; },
     "open: nobody needs an account; accounts; auto: open on a loopback address without accounts"},
    {"access.anonymous", [](ServerConfig& c) -> Field { return &c.api.access.policy.anonymous; },
     "may those without an account see descriptions and create jobs, where rules do not say else?"},
    {"access.see", [](ServerConfig& c) -> Field { return &c.access.see; },
     "who may see a description: name=words, of anonymous, any, group:NAME, account:NAME and roles; "
     "name * = all others"},
    {"access.create", [](ServerConfig& c) -> Field { return &c.access.create; },
     "who may create jobs of a description, in the same words"},
    {"access.see_jobs", [](ServerConfig& c) -> Field { return &c.access.see_jobs; },
     "who may see the jobs of others, in the same words"},
    {"access.front_end_header", [](ServerConfig& c) -> Field { return &c.api.access.front_end_header; },
     "header in which a front end says who asks, like X-Remote-User; empty = none"},
    {"access.front_ends", [](ServerConfig& c) -> Field { return &c.access.front_ends; },
     "addresses and networks of front ends whose word on that header is taken"},

    {"oidc.issuers", [](ServerConfig& c) -> Field { return &c.oidc.issuers; },
     "OpenID Connect issuers whose signed tokens are taken: NAME=URL, as their tokens have it (iss)"},
    {"oidc.audiences", [](ServerConfig& c) -> Field { return &c.oidc.audiences; },
     "audiences (aud) that mean this service: NAME=AUDIENCE, at least one for each issuer"},
    {"oidc.identity", [](ServerConfig& c) -> Field { return &c.oidc.identities; },
     "what is the account's name: NAME=subject (SUB@NAME, default), email (if verified), or a claim"},
    {"oidc.groups", [](ServerConfig& c) -> Field { return &c.oidc.groups; },
     "the claim with somebody's groups, NAME=CLAIM; here they are named NAME/GROUP"},
    {"oidc.roles", [](ServerConfig& c) -> Field { return &c.oidc.roles; },
     "roles of groups: NAME/GROUP=ROLE"},
    {"oidc.algorithms", [](ServerConfig& c) -> Field { return &c.oidc.verifier.rules.algorithms; },
     "accepted signatures: RS, PS and ES with 256, 384 and 512, and EdDSA"},
    {"oidc.clock_skew", [](ServerConfig& c) -> Field { return &c.oidc.verifier.rules.clock_skew; },
     "how much the clocks of issuers may differ from ours"},
    {"oidc.refresh", [](ServerConfig& c) -> Field { return &c.oidc.verifier.least_pause; },
     "least time between two questions for the keys of an issuer, when a token names an unknown one"},
    {"oidc.ca_file", [](ServerConfig& c) -> Field { return &c.oidc.verifier.ca_file; },
     "certificates of authorities that issuers are trusted by; empty = those of the system"},

    {"cors.origins", [](ServerConfig& c) -> Field { return &c.api.browser.cors_origins; },
     "sites whose scripts may use the service in a browser, like https://portal.example.org; * = all"},
    {"cors.credentials", [](ServerConfig& c) -> Field { return &c.api.browser.cors_credentials; },
     "may requests of these sites carry cookies and passwords?"},

    {"jobs.max_executing", [](ServerConfig& c) -> Field { return &c.service.max_executing; },
     "jobs that run at once; 0 = one per hardware thread"},
    {"jobs.retention", [](ServerConfig& c) -> Field { return &c.service.retention; },
     "destruction time of new jobs, from now; 0 = never"},
    {"jobs.retention_min", [](ServerConfig& c) -> Field { return &c.service.retention_min; },
     "soonest destruction time that a client can set, from then; 0 = no limit"},
    {"jobs.retention_max", [](ServerConfig& c) -> Field { return &c.service.retention_max; },
     "latest destruction time that a client can set, from then; 0 = no limit"},
    {"jobs.execution_duration_min", [](ServerConfig& c) -> Field { return &c.service.execution_duration_min; },
     "shortest execution duration that a client can set; 0 = no limit"},
    {"jobs.execution_duration_max", [](ServerConfig& c) -> Field { return &c.service.execution_duration_max; },
     "longest execution of any job; 0 = no limit"},
    {"jobs.cancel_grace", [](ServerConfig& c) -> Field { return &c.service.cancel_grace; },
     "between SIGTERM and SIGKILL when a job is stopped"},
    {"jobs.sweep_max", [](ServerConfig& c) -> Field { return &c.service.sweep_max; },
     "most jobs of one sweep"},
    {"jobs.parameters_at_job", [](ServerConfig& c) -> Field { return &c.api.parameters_at_job; },
     "take parameters POSTed to a job itself, as uws-client sends them"},
    {"jobs.synchronous", [](ServerConfig& c) -> Field { return &c.api.synchronous; },
     "offer /sync, where also a GET starts a job"},
    {"jobs.wait_max", [](ServerConfig& c) -> Field { return &c.api.wait_max; },
     "longest WAIT of a client; keep it below the idle limit of proxies"},
    {"jobs.heartbeat", [](ServerConfig& c) -> Field { return &c.api.heartbeat; },
     "sign of life of an event stream that has nothing to tell"},
    {"jobs.log_look", [](ServerConfig& c) -> Field { return &c.api.log_look; },
     "how often the logs of watched jobs are looked at"},

    {"submissions.accept", [](ServerConfig& c) -> Field { return &c.api.accept_submissions; },
     "may clients submit job descriptions? They are pending until an administrator validates them"},
    {"submissions.max_pending", [](ServerConfig& c) -> Field { return &c.service.max_pending_descriptions; },
     "descriptions that may be pending at once"},
    {"submissions.trials", [](ServerConfig& c) -> Field { return &c.api.trials; },
     "may authors run what they submitted before it is validated? It is their code on this machine"},
    {"submissions.trial_duration_max", [](ServerConfig& c) -> Field { return &c.service.trial_duration_max; },
     "longest execution of a job that tries a pending description; 0 = as for every other"},

    {"store.retention", [](ServerConfig& c) -> Field { return &c.service.upload_retention; },
     "how long an upload to /store stays while no job uses it; 0 = for ever"},

    {"provenance.retention", [](ServerConfig& c) -> Field { return &c.service.provenance_retention; },
     "how long provenance still tells of a deleted job, its inputs and results; 0 = for ever"},

    {"fetch.max_size", [](ServerConfig& c) -> Field { return Bytes{&c.service.fetch_max_bytes}; },
     "largest input that is fetched by URL"},
    {"fetch.timeout", [](ServerConfig& c) -> Field { return &c.service.fetch_timeout; },
     "longest fetch of one input"},
    {"fetch.private_addresses", [](ServerConfig& c) -> Field { return &c.service.fetch_private_addresses; },
     "may inputs be fetched from loopback and private networks?"},

    {"isolation.sandbox", [](ServerConfig& c) -> Field { return &c.isolation.sandbox; },
     "which local jobs run in a sandbox (bubblewrap): never, submitted (those of descriptions that "
     "came over REST), always"},
    {"isolation.bubblewrap", [](ServerConfig& c) -> Field { return &c.isolation.bubblewrap; },
     "path of bwrap; empty = /usr/bin/bwrap"},
    {"isolation.paths", [](ServerConfig& c) -> Field { return &c.isolation.paths; },
     "files and folders that can be read in the sandbox, besides /usr, /opt and a little of /etc"},
    {"isolation.network", [](ServerConfig& c) -> Field { return &c.isolation.network; },
     "may codes in the sandbox use the network?"},
    {"isolation.memory", [](ServerConfig& c) -> Field { return Bytes{&c.isolation.memory}; },
     "most memory (address space) of a process of a local job; 0 = no limit"},
    {"isolation.file_size", [](ServerConfig& c) -> Field { return Bytes{&c.isolation.file_size}; },
     "largest file that it can write; 0 = no limit"},
    {"isolation.open_files", [](ServerConfig& c) -> Field { return &c.isolation.open_files; },
     "most files that it can have open; 0 = no limit"},
    {"isolation.processes", [](ServerConfig& c) -> Field { return &c.isolation.processes; },
     "most processes of the server's user, unless that is root; 0 = no limit"},
    {"isolation.cpu_time", [](ServerConfig& c) -> Field { return &c.isolation.cpu_time; },
     "most processor time of a process; 0 = no limit"},

    {"slurm.enabled", [](ServerConfig& c) -> Field { return &c.slurm.enabled; },
     "run descriptions whose executor is slurm on a Slurm cluster"},
    {"slurm.command_prefix", [](ServerConfig& c) -> Field { return &c.slurm.executor.batch.command_prefix; },
     "words before each Slurm command, like ssh,-o,BatchMode=yes,user@login"},
    {"slurm.remote_dir", [](ServerConfig& c) -> Field { return &c.slurm.executor.batch.remote_dir; },
     "folder on the host that command_prefix ends with, to which what jobs need is copied; empty = the "
     "data folder is shared"},
    {"slurm.runner", [](ServerConfig& c) -> Field { return &c.slurm.executor.batch.runner; },
     "path of opus-uws-launcher on compute nodes; empty = as on this machine"},
    {"slurm.accounting", [](ServerConfig& c) -> Field { return &c.slurm.executor.accounting; },
     "ask sacct about jobs that squeue has forgotten"},
    {"slurm.options", [](ServerConfig& c) -> Field { return &c.slurm.options; },
     "name=value for descriptions that do not set the option: partition, account, qos, nodes, tasks, "
     "cpus, memory, gpus, features, reservation, licenses, exclusive"},
    {"slurm.allowed_options", [](ServerConfig& c) -> Field { return &c.slurm.executor.batch.allowed_options; },
     "options that descriptions may set; empty = all"},
    {"slurm.allowed_arguments", [](ServerConfig& c) -> Field { return &c.slurm.executor.batch.allowed_arguments; },
     "options of sbatch, like --mail-type, that descriptions may give as arguments; empty = none"},
    {"slurm.limits", [](ServerConfig& c) -> Field { return &c.slurm.limits; },
     "largest number or allowed words of an option: nodes=4, memory=64G, partition=short long"},
    {"slurm.extra_arguments", [](ServerConfig& c) -> Field { return &c.slurm.executor.batch.extra_arguments; },
     "more arguments of every sbatch"},
    {"slurm.poll_interval", [](ServerConfig& c) -> Field { return &c.slurm.executor.batch.poll_interval; },
     "between two questions to Slurm while there are jobs"},
    {"slurm.command_timeout", [](ServerConfig& c) -> Field { return &c.slurm.executor.batch.command_timeout; },
     "longest run of one Slurm command"},
    {"slurm.unreachable_after", [](ServerConfig& c) -> Field { return &c.slurm.executor.batch.unreachable_after; },
     "jobs are UNKNOWN when Slurm has not answered for this long"},
    {"slurm.file_grace", [](ServerConfig& c) -> Field { return &c.slurm.executor.batch.file_grace; },
     "how long files of compute nodes may take to be seen here"},

    {"pbs.enabled", [](ServerConfig& c) -> Field { return &c.pbs.enabled; },
     "run descriptions whose executor is pbs on OpenPBS (PBS Pro) or Torque"},
    {"pbs.command_prefix", [](ServerConfig& c) -> Field { return &c.pbs.executor.batch.command_prefix; },
     "words before each PBS command, like ssh,-o,BatchMode=yes,user@login"},
    {"pbs.remote_dir", [](ServerConfig& c) -> Field { return &c.pbs.executor.batch.remote_dir; },
     "folder on the host that command_prefix ends with, to which what jobs need is copied; empty = the "
     "data folder is shared"},
    {"pbs.runner", [](ServerConfig& c) -> Field { return &c.pbs.executor.batch.runner; },
     "path of opus-uws-launcher on compute nodes; empty = as on this machine"},
    {"pbs.dialect", [](ServerConfig& c) -> Field { return &c.pbs.dialect; },
     "openpbs, torque, or detect"},
    {"pbs.options", [](ServerConfig& c) -> Field { return &c.pbs.options; },
     "name=value for descriptions that do not set the option: queue, account, nodes, tasks, cpus, "
     "memory, gpus, features"},
    {"pbs.allowed_options", [](ServerConfig& c) -> Field { return &c.pbs.executor.batch.allowed_options; },
     "options that descriptions may set; empty = all"},
    {"pbs.allowed_arguments", [](ServerConfig& c) -> Field { return &c.pbs.executor.batch.allowed_arguments; },
     "options of qsub, like -m, that descriptions may give as arguments; empty = none"},
    {"pbs.limits", [](ServerConfig& c) -> Field { return &c.pbs.limits; },
     "largest number or allowed words of an option: nodes=4, memory=64G, queue=short long"},
    {"pbs.extra_arguments", [](ServerConfig& c) -> Field { return &c.pbs.executor.batch.extra_arguments; },
     "more arguments of every qsub"},
    {"pbs.poll_interval", [](ServerConfig& c) -> Field { return &c.pbs.executor.batch.poll_interval; },
     "between two questions to PBS while there are jobs"},
    {"pbs.command_timeout", [](ServerConfig& c) -> Field { return &c.pbs.executor.batch.command_timeout; },
     "longest run of one PBS command"},
    {"pbs.unreachable_after", [](ServerConfig& c) -> Field { return &c.pbs.executor.batch.unreachable_after; },
     "jobs are UNKNOWN when PBS has not answered for this long"},
    {"pbs.file_grace", [](ServerConfig& c) -> Field { return &c.pbs.executor.batch.file_grace; },
     "how long files of compute nodes may take to be seen here"},

    {"http.threads", [](ServerConfig& c) -> Field { return &c.http.threads; },
     "threads that serve connections; 0 = one per hardware thread"},
    {"http.workers", [](ServerConfig& c) -> Field { return &c.http.workers; },
     "threads for lists and provenance"},
    {"http.max_connections", [](ServerConfig& c) -> Field { return &c.http.max_connections; },
     "open connections; more are answered 503"},
    {"http.idle_timeout", [](ServerConfig& c) -> Field { return &c.http.idle; },
     "an idle connection is closed after this"},
    {"http.header_timeout", [](ServerConfig& c) -> Field { return &c.http.header; },
     "a request's header has to come within this"},
    {"http.read_timeout", [](ServerConfig& c) -> Field { return &c.http.read; },
     "longest pause within a request's body"},
    {"http.write_timeout", [](ServerConfig& c) -> Field { return &c.http.write; },
     "longest pause of a client that takes an answer"},
    {"http.min_body_rate", [](ServerConfig& c) -> Field { return Bytes{&c.http.min_body_rate}; },
     "slowest upload, bytes per second; 0 = any"},
    {"http.certificate", [](ServerConfig& c) -> Field { return &c.http.certificate; },
     "PEM file for TLS, with those that vouch for it; new files are used at once; empty = plain HTTP"},
    {"http.key", [](ServerConfig& c) -> Field { return &c.http.key; },
     "PEM file with the certificate's private key, without passphrase"},
    {"http.redirect", [](ServerConfig& c) -> Field { return &c.redirect; },
     "address:port where plain HTTP is sent to TLS, like 0.0.0.0:80; empty = at http.listen alone"},
    {"http.hsts", [](ServerConfig& c) -> Field { return &c.api.browser.hsts; },
     "how long browsers shall come back by https only, once they came by it; 0 = not said"},
    {"http.stop_grace", [](ServerConfig& c) -> Field { return &c.stop_grace; },
     "for requests in flight when the server stops"},

    {"limits.header", [](ServerConfig& c) -> Field { return Bytes{&c.http.header_bytes}; },
     "request line and header"},
    {"limits.body", [](ServerConfig& c) -> Field { return Bytes{&c.api.limits.body_bytes}; },
     "body of one request, with its files"},
    {"limits.form", [](ServerConfig& c) -> Field { return Bytes{&c.api.limits.fields_bytes}; },
     "all parameters of one form, without its files"},
    {"limits.field", [](ServerConfig& c) -> Field { return Bytes{&c.api.limits.field_bytes}; },
     "one parameter"},
    {"limits.parts", [](ServerConfig& c) -> Field { return &c.api.limits.parts; },
     "parameters and files of one form"},
    {"limits.requests", [](ServerConfig& c) -> Field { return &c.access.request_limits; },
     "requests in a minute, word=number with words as in access.see; the first that fits counts"},
    {"limits.uploads", [](ServerConfig& c) -> Field { return &c.access.upload_limits; },
     "largest body of a class, word=size, as limits.requests; never more than limits.body"},
    {"limits.document_cache", [](ServerConfig& c) -> Field { return Bytes{&c.api.cached_document_bytes}; },
     "memory for rendered job documents"},

    {"log.level", [](ServerConfig& c) -> Field { return &c.log_level; },
     "debug, info, warning or error"},
    {"log.format", [](ServerConfig& c) -> Field { return &c.log_format; },
     "text (name=value) or json, one record per line, on stderr"},
    {"log.access", [](ServerConfig& c) -> Field { return &c.log_access; },
     "a record for each request, at level info"},
};
// clang-format on

const Key* find_key(std::string_view name) {
  const auto found = std::find_if(std::begin(k_keys), std::end(k_keys),
                                  [&](const Key& key) { return key.name == name; });
  return found == std::end(k_keys) ? nullptr : found;
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
  for (const Key& key : k_keys) {
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
  for (const Key& key : k_keys) origins.emplace(key.name, "default");
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
  for (const Key& key : k_keys)
    keys.push_back({key.name, key.help, std::holds_alternative<bool*>(key.field(scratch)),
                    std::holds_alternative<Secret>(key.field(scratch))});
  return keys;
}

Result<void> set_key(ServerConfig& config, std::string_view name,
                     const std::vector<std::string>& values, std::string origin,
                     const std::filesystem::path& folder) {
  const Key* const key = find_key(name);
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
    const auto found = std::find_if(std::begin(k_keys), std::end(k_keys), [&](const Key& key) {
      return environment_name(key.name) == variable;
    });
    if (found == std::end(k_keys))
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
  for (const Key& key : k_keys) {
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
