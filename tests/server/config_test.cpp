// The server's configuration where it is more than single values.
#include "server/command_line.hpp"
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
