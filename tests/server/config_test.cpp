// The server's configuration where it is more than single values.
#include <sstream>

#include "server/check_executors.hpp"
#include "server/command_line.hpp"
#include "server/provenance_files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using opus::server::ServerConfig;

namespace {

/// The configuration that these arguments and variables make, or the message of what is wrong.
opus::Result<ServerConfig> config_of(std::vector<const char*> arguments,
                                     std::vector<const char*> environment = {}) {
  arguments.insert(arguments.begin(), "opus-uws-server");
  environment.push_back(nullptr);
  auto line = opus::server::read_command_line(static_cast<int>(arguments.size()), arguments.data(),
                                              environment.data());
  if (!line) return line.error();
  return (*line)->config;
}

void refused(std::vector<const char*> arguments, std::string_view said) {
  const auto config = config_of(std::move(arguments));
  REQUIRE_FALSE(config);
  INFO(config.error().message);
  CHECK(config.error().message.find(said) != std::string::npos);
}

}  // namespace

TEST_CASE("trusted proxies come as a list from a file, with commas from a flag or variable") {
  const opus_test::TempFolder folder;
  const std::string file = (folder / "server.toml").string();
  folder.write("server.toml", "trusted_proxies = [\"127.0.0.1\", \"fd00::/8\"]\n");
  const auto trusts = [](const opus::Result<ServerConfig>& config, std::string_view address) {
    REQUIRE(config);
    return config->api.trusted_proxies.trusts(address);
  };
  const auto from_file = config_of({"--config", file.c_str()});
  CHECK(trusts(from_file, "127.0.0.1"));
  CHECK(trusts(from_file, "fd00::1"));
  CHECK(to_toml(*from_file).find("trusted_proxies = [\"127.0.0.1\", \"fd00::/8\"]") !=
        std::string::npos);
  const auto from_variable =
      config_of({"--config", file.c_str()}, {"OPUS_UWS_TRUSTED_PROXIES=10.0.0.0/8, ::1"});
  CHECK(trusts(from_variable, "10.1.2.3"));
  CHECK(trusts(from_variable, "::1"));
  CHECK_FALSE(trusts(from_variable, "127.0.0.1"));
  const auto from_flags =
      config_of({"--trusted-proxies", "10.0.0.1", "--trusted-proxies=10.0.0.2,10.0.0.3"});
  for (const char* address : {"10.0.0.1", "10.0.0.2", "10.0.0.3"})
    CHECK(trusts(from_flags, address));
  CHECK_FALSE(trusts(config_of({}), "127.0.0.1"));
}

TEST_CASE("a trusted proxy that is no address is refused with the place it comes from") {
  const auto refused = config_of({"--trusted-proxies", "10.0.0.1,proxy.example"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message ==
        "trusted_proxies (--trusted-proxies): expected addresses like 127.0.0.1 or ::1 and "
        "networks like 10.0.0.0/8, got 'proxy.example'");
}

TEST_CASE("sites for browsers are a list, and one that is no site is refused") {
  const auto config = config_of({"--cors-origins", "https://a.example,https://b.example:8443",
                                 "--cors-credentials", "--http-hsts", "1d"});
  REQUIRE(config);
  CHECK(config->api.browser.cors_origins ==
        std::vector<std::string>{"https://a.example", "https://b.example:8443"});
  CHECK(config->api.browser.cors_credentials);
  CHECK(config->api.browser.hsts == std::chrono::hours{24});
  const auto refused = config_of({"--cors-origins", "a.example"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message ==
        "cors.origins (--cors-origins): expected '*' or a site like https://portal.example.org, "
        "got 'a.example'");
}

TEST_CASE("clusters are configured by options and limits as name=value") {
  const opus_test::TempFolder folder;
  const std::string file = (folder / "server.toml").string();
  folder.write("server.toml",
               "[slurm]\nenabled = true\noptions = [\"partition=short\"]\n"
               "limits = [\"partition=short long\", \"nodes=4\"]\npoll_interval = \"5s\"\n"
               "command_prefix = [\"ssh\", \"login\"]\n[pbs]\ndialect = \"torque\"\n");
  const auto config = config_of({"--config", file.c_str(), "--jobs-cancel-grace=9s"});
  REQUIRE(config);
  const opus::BatchConfig& batch = config->slurm.executor.batch;
  CHECK(config->slurm.enabled);
  CHECK(batch.options.at("partition") == "short");
  CHECK(batch.limits.at("partition") == "short long");
  CHECK(batch.limits.at("nodes") == "4");
  CHECK(batch.poll_interval == std::chrono::seconds{5});
  CHECK(batch.kill_grace == std::chrono::seconds{9});
  CHECK(batch.command_prefix == std::vector<std::string>{"ssh", "login"});
  CHECK(config->pbs.executor.dialect == opus::PbsDialect::torque);
  CHECK_FALSE(config->pbs.enabled);

  const auto no_pair = config_of({"--slurm-limits=4"});
  REQUIRE_FALSE(no_pair);
  CHECK(no_pair.error().message == "slurm.limits (--slurm-limits): expected name=value, got '4'");
  const auto no_dialect = config_of({"--pbs-dialect=lsf"});
  REQUIRE_FALSE(no_dialect);
  CHECK(no_dialect.error().message ==
        "pbs.dialect (--pbs-dialect): expected openpbs, torque or detect, got 'lsf'");
}

TEST_CASE("check runs a job by each executor, and says which fails and why") {
  const opus_test::TempFolder folder;
  const std::string data = "--data-dir=" + (folder / "data").string();
  const char* arguments[] = {"opus-uws-server", "check", data.c_str()};
  const char* const environment[] = {nullptr};
  const auto line = opus::server::read_command_line(3, arguments, environment);
  REQUIRE(line);
  CHECK((*line)->task == opus::server::Task::check_executors);
  auto config = (*line)->config;
  std::filesystem::create_directory(folder / "data");
  std::ostringstream good;
  CHECK(opus::server::check_executors(config, good));
  CHECK(good.str().find("  COMPLETED") != std::string::npos);
  CHECK(std::filesystem::is_empty(folder / "data"));

  folder.write("bin/sbatch", "#!/bin/sh\necho 'sbatch: error: Invalid account' >&2; exit 1\n");
  std::filesystem::permissions(folder / "bin/sbatch", std::filesystem::perms::owner_all);
  config.slurm.enabled = true;
  config.slurm.executor.batch.command_prefix = {"/usr/bin/env",
                                                "PATH=" + (folder / "bin").string() + ":/bin"};
  std::ostringstream bad;
  const auto checked = opus::server::check_executors(config, bad);
  REQUIRE_FALSE(checked);
  CHECK(checked.error().message.find("check failed: slurm;") == 0);
  CHECK(bad.str().find("WRONG: Slurm refuses the job: Invalid account") != std::string::npos);
}

TEST_CASE("access: a loopback address without accounts is open, another one never by itself") {
  const opus_test::TempFolder folder;
  const auto access_of = [&](std::vector<const char*> arguments, const std::string& name,
                             std::string& said) {
    const std::string data = (folder / name).string();
    arguments.insert(arguments.end(), {"--data-dir", data.c_str()});
    const ServerConfig config = config_of(std::move(arguments)).value();
    const auto service = opus::Service::open({.data_dir = config.service.data_dir});
    REQUIRE(service);
    std::ostringstream out;
    opus::rest::AccessConfig access = config.api.access;
    REQUIRE(open_accounts(
        access, config, *service, [](const opus::LogRecord&) {}, out));
    said = out.str();
    return opus::rest::Authenticator(std::move(access));
  };
  std::string said;
  CHECK(access_of({}, "local", said).policy().open);
  CHECK(access_of({"--listen", "[::1]:80"}, "local", said).policy().open);
  CHECK(said.empty());
  CHECK_FALSE(access_of({"--access-mode", "accounts"}, "asked", said).policy().open);
  CHECK(said.find("opus-") != std::string::npos);
  const auto reachable = access_of({"--listen", "0.0.0.0:80"}, "public", said);
  CHECK_FALSE(reachable.policy().open);
  CHECK(reachable.has_means());
  CHECK(said.find("opus-") != std::string::npos);
  CHECK_FALSE(access_of({"--listen", "0.0.0.0:80"}, "public", said).policy().open);
  CHECK(said.empty());  // not the first start
  CHECK(
      access_of({"--listen", "0.0.0.0:80", "--access-mode", "open"}, "other", said).policy().open);
  CHECK(said.empty());
}

TEST_CASE("access: rules are words per description, those of * where there are none") {
  const auto config = config_of({"--access-mode", "accounts", "--access-see", "a=group:team,*=any",
                                 "--access-create", "a=user account:eve", "--access-see-jobs",
                                 "b=reviewer", "--access-anonymous"});
  REQUIRE(config);
  const opus::AccessPolicy& policy = config->api.access.policy;
  using Words = std::vector<std::string>;
  CHECK_FALSE(policy.open);
  CHECK(policy.anonymous);
  CHECK(policy.rules_of("a").see == Words{"group:team"});
  CHECK(policy.rules_of("a").create == Words{"user", "account:eve"});
  CHECK(policy.rules_of("b").see == Words{"any"});
  CHECK(policy.rules_of("b").see_jobs == Words{"reviewer"});
  CHECK(policy.rules_of("c").see == Words{"any"});
  CHECK(policy.rules_of("c").create.empty());
}

TEST_CASE("access: what cannot be is refused with its key and place") {
  refused({"--access-mode", "shut"},
          "access.mode (--access-mode): expected open, accounts or auto");
  for (const char* rule : {"a", "=user", "a=", "a=role:x", "a=group:"})
    refused({"--access-create", rule},
            "access.create (--access-create): expected description=words");
  refused({"--access-front-ends", "proxy"}, "access.front_ends (--access-front-ends): expected");
  refused({"--access-front-end-header", "X-Remote-User"}, "expected access.front_ends with it");
  const auto good = config_of(
      {"--access-front-end-header", "X-Remote-User", "--access-front-ends", "192.0.2.0/24"});
  REQUIRE(good);
  CHECK(good->api.access.front_ends.trusts("192.0.2.1"));
}

TEST_CASE("limits of classes are word=number, sizes with their units") {
  const auto config = config_of(
      {"--limits-requests", "account:bot=30,user=600", "--limits-uploads", "anonymous=10MiB"});
  REQUIRE(config);
  REQUIRE(config->api.request_limits.size() == 2);
  CHECK(config->api.request_limits[0].word == "account:bot");
  CHECK(config->api.request_limits[1].most == 600);
  REQUIRE(config->api.upload_limits.size() == 1);
  CHECK(config->api.upload_limits[0].most == 10u << 20);
  for (const char* bad : {"user", "user=", "user=many", "=5", "role:x=5"}) {
    INFO(bad);
    const auto refused = config_of({"--limits-requests", bad});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("limits.requests (--limits-requests): expected word=") == 0);
  }
}

TEST_CASE("provenance is exported from one data folder and imported into another") {
  const opus_test::TempFolder folder;
  const std::string file = (folder / "all.jsonl").string();
  const auto command = [&](std::vector<const char*> words, const char* data) {
    const std::string flag = "--data-dir=" + (folder / data).string();
    words.insert(words.begin(), {"opus-uws-server", flag.c_str()});
    const char* const environment[] = {nullptr};
    return opus::server::read_command_line(static_cast<int>(words.size()), words.data(),
                                           environment);
  };
  const auto exports = command({"provenance", "export", file.c_str()}, "a");
  REQUIRE(exports);
  CHECK((*exports)->task == opus::server::Task::export_provenance);
  CHECK((*exports)->file == file);
  const auto imports = command({"provenance", "import", file.c_str()}, "b");
  REQUIRE(imports);
  CHECK((*imports)->task == opus::server::Task::import_provenance);
  for (std::vector<const char*> words : {std::vector<const char*>{"provenance"},
                                         {"provenance", "move", "x"},
                                         {"provenance", "export"}}) {
    const auto bad = command(words, "a");
    REQUIRE_FALSE(bad);
    CHECK(bad.error().message.find("expected provenance export FILE") == 0);
  }

  const auto& from = (*exports)->config;
  const auto& to = (*imports)->config;
  CHECK(opus::server::import_provenance(to, file).error().code == opus::Errc::not_found);
  REQUIRE(opus::server::export_provenance(from, file));
  CHECK(opus_test::TempFolder::read(file).find("{\"kind\":\"head\"") == 0);
  namespace fs = std::filesystem;
  CHECK((fs::status(file).permissions() & fs::perms::all) ==
        (fs::perms::owner_read | fs::perms::owner_write));
  CHECK_FALSE(fs::exists(file + ".new"));
  CHECK(opus::server::import_provenance(to, file));
  folder.write("bad", "{}\n");
  const auto bad = opus::server::import_provenance(to, (folder / "bad").string());
  REQUIRE_FALSE(bad);
  CHECK(bad.error().message.find("bad: line 1: kind: expected") != std::string::npos);
  const auto unwritable = opus::server::export_provenance(from, (folder / "no/all").string());
  REQUIRE_FALSE(unwritable);
  CHECK(unwritable.error().message.find("cannot write") == 0);
}

TEST_CASE("limits of classes: the most specific section that says something counts") {
  const opus_test::TempFolder folder;
  const std::string file = (folder / "server.toml").string();
  folder.write("server.toml", R"(
[limits.guest]
executing = 1
execution_duration = "10m"
[limits.guest.description.pick]
values = ["branch=low", "n=1..10"]
[limits.user]
executing = 4
disk = "1GiB"
[limits.role.expert]
executing = 8
[limits.group.team]
executing = "unlimited"
[limits.account."alice@example.org"]
executing = 2
retention = "7d"
)");
  const auto config = config_of({"--config", file.c_str()});
  INFO((config ? "" : config.error().message));
  REQUIRE(config);
  const auto limits = [&](std::string account, std::vector<std::string> roles,
                          std::vector<std::string> groups = {}, std::string_view description = {}) {
    opus::Identity who;
    who.account = std::move(account);
    who.roles = std::move(roles);
    who.groups = std::move(groups);
    return config->owner_limits.limits_of(who, description);
  };
  CHECK(limits("", {}).executing == 1u);
  CHECK(limits("", {}).execution_duration_max == std::chrono::minutes{10});
  const opus::OwnerLimits pick = limits("", {}, {}, "pick");
  CHECK_FALSE(pick.executing);
  REQUIRE(pick.values.size() == 2);
  CHECK(pick.values[0] == opus::ValueRule{"branch", {"low"}, {}, {}});
  CHECK(pick.values[1] == opus::ValueRule{"n", {}, "1", "10"});
  CHECK(limits("", {}, {}, "other").values.empty());
  CHECK(limits("bob", {"user"}).executing == 4u);
  CHECK(limits("bob", {"user"}).disk_bytes == 1ull << 30);
  CHECK(limits("bob", {"user", "expert"}).executing == 8u);
  CHECK(limits("bob", {"user", "expert"}).disk_bytes == 1ull << 30);
  CHECK_FALSE(limits("bob", {"expert"}, {"team"}).executing);
  CHECK(limits("alice@example.org", {"expert"}, {"team"}).executing == 2u);
  CHECK(limits("alice@example.org", {"user"}).retention_max == std::chrono::hours{24 * 7});
  const std::string text = to_toml(*config);
  for (const char* part :
       {"[limits.account.\"alice@example.org\"]\n", "retention = \"7d\"",
        "[limits.guest.description.\"pick\"]", "values = [\"branch=low\", \"n=1..10\"]"})
    CHECK(text.find(part) != std::string::npos);

  const auto refused = [&](const std::string& content) {
    folder.write("bad.toml", content);
    const std::string bad = (folder / "bad.toml").string();
    const auto read = config_of({"--config", bad.c_str()});
    REQUIRE_FALSE(read);
    return read.error().message;
  };
  const auto names = [](const std::string& message, const std::string& part) {
    INFO(message);
    return message.find(part) != std::string::npos;
  };
  CHECK(names(refused("[limits.guest]\nexecuting = \"many\"\n"),
              "limits.guest.executing: expected a whole number from 0, or unlimited, got 'many'"));
  CHECK(names(refused("[limits.user]\nretention = \"0\"\n"), "expected a duration of whole"));
  CHECK(names(refused("[limits.user]\nresults = \"big\"\n"), "expected a number of bytes"));
  CHECK(names(refused("[limits.role.x]\njobs = 3\n"), "expected queued, executing"));
  CHECK(names(refused("[limits.guest.description.pick]\ndisk = 3\n"), "expected queued"));
  CHECK(names(refused("[limits.guest]\nvalues = [\"branch\"]\n"),
              "expected parameter=value value ... or parameter=min..max, got 'branch'"));
}

TEST_CASE("the owner of a job has the limits of his account's roles as they are now") {
  const opus_test::TempFolder folder;
  opus::server::LimitSections sections;
  sections.set("limits.guest.queued", {"1"}, "here").value();
  sections.set("limits.user.queued", {"2"}, "here").value();
  sections.set("limits.role.expert.queued", {"3"}, "here").value();
  opus::server::OwnerDirectory owners(sections);
  CHECK(owners.limits_of(std::nullopt, {}).queued == 1u);
  CHECK(owners.limits_of("alice", {}).queued == 2u);
  auto accounts =
      std::make_shared<opus::Accounts>(opus::Accounts::open({.data_dir = folder / "data"}).value());
  owners.set_accounts(accounts);
  CHECK(owners.limits_of("alice", {}).queued == 2u);
  accounts->add({.name = "alice", .roles = {"expert"}}, {"test", ""}).value();
  CHECK(owners.limits_of("alice", {}).queued == 3u);
  accounts->change({.name = "alice", .roles = {"expert"}, .disabled = true}, {"test", ""}).value();
  CHECK(owners.limits_of("alice", {}).queued == 2u);
}

TEST_CASE("the isolation of local jobs is read, and a word for it that is none is refused") {
  const auto config = config_of({"--isolation-sandbox", "submitted", "--isolation-memory", "2GiB",
                                 "--isolation-cpu-time", "1h", "--isolation-network"});
  REQUIRE(config);
  CHECK(config->local.sandbox == opus::SandboxUse::from_outside);
  CHECK(config->local.limits.memory_bytes == 2ull << 30);
  CHECK(config->local.limits.cpu_seconds == 3600u);
  CHECK_FALSE(config->local.limits.processes);
  CHECK(config->local.sandbox_network);
  const auto refused = config_of({"--isolation-sandbox=sometimes"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message ==
        "isolation.sandbox (--isolation-sandbox): expected never, submitted or always, got "
        "'sometimes'");
}

TEST_CASE("issuers of tokens are told apart by name, and what would let anybody in is refused") {
  const char* const issuer = "iam=https://iam.example.org";
  refused({"--oidc-issuers", "https://iam.example.org"},
          "oidc.issuers (--oidc-issuers): expected name");
  refused({"--oidc-issuers", "a=https://iam.example.org,b=https://iam.example.org"},
          "this one has a name already");
  refused({"--oidc-issuers", "a=https://iam.example.org,a=https://b.example.org"},
          "this one is there already");
  refused({"--oidc-issuers", "iam/x=https://iam.example.org"}, "letters, digits");
  refused({"--oidc-issuers", "iam=http://iam.example.org"}, "expected https://... after '='");
  refused({"--oidc-issuers", "iam=https://u:p@iam.example.org"}, "expected https://... after '='");
  refused({"--oidc-issuers", "iam=file:///etc/passwd"}, "expected https://... after '='");
  refused({"--oidc-issuers", issuer}, "oidc.audiences (default): expected one for the issuer iam");
  refused({"--oidc-issuers", issuer, "--oidc-audiences", "other=a"}, "a name of oidc.issuers");
  refused({"--oidc-issuers", issuer, "--oidc-audiences", "iam=a", "--oidc-roles", "iam/x=admin"},
          "expected oidc.groups for this issuer, too, got 'iam/x=admin'");
  refused({"--oidc-algorithms", "none"}, "expected RS256, RS384, RS512, PS256, ..., ES512, EdDSA");
  refused({"--oidc-algorithms", "HS256"}, "got 'HS256'");
  const auto good =
      config_of({"--oidc-issuers", issuer, "--oidc-audiences", "iam=a", "--oidc-groups",
                 "iam=groups", "--oidc-roles", "iam/x=admin", "--access-mode", "auto"});
  REQUIRE(good);
  REQUIRE(good->oidc.verifier.issuers.size() == 1);
  CHECK(good->oidc.verifier.issuers[0].url == "https://iam.example.org");
  CHECK(good->oidc.verifier.issuers[0].audiences == std::vector<std::string>{"a"});
  CHECK_FALSE(good->api.access.open_until_accounts);
}
