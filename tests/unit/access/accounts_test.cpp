// opus/accounts.hpp: accounts, tokens and the audit log in the data folder.
#include <opus/accounts.hpp>
#include <opus/testing.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "libopus/core/hash.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace opus;
using namespace std::chrono_literals;

namespace {

const AuditActor k_by{"test", "here"};

/// Two of them on one folder are two processes as far as they know.
struct Folder {
  opus_test::TempFolder folder{};
  std::shared_ptr<testing::ManualClock> clock = std::make_shared<testing::ManualClock>();

  Accounts open(std::chrono::milliseconds last_use = 1h) const {
    return Accounts::open(
               {.data_dir = folder / "data", .notice = 0ms, .last_use = last_use, .clock = clock})
        .value();
  }
};

Account account(std::string name, std::vector<std::string> roles = {"user"}) {
  Account made;
  made.name = std::move(name);
  made.roles = std::move(roles);
  return made;
}

std::string content(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

Errc code_of(const auto& result) { return result ? Errc::internal : result.error().code; }

}  // namespace

TEST_CASE("a token is told once, and proves its account from then on") {
  Folder folder;
  Accounts accounts = folder.open();
  CHECK(accounts.empty().value());
  const Account made = accounts.add(account("alice", {"user", "author", "user"}), k_by).value();
  CHECK(made.roles == std::vector<std::string>{"author", "user"});
  CHECK_FALSE(accounts.empty().value());
  const NewToken token =
      accounts.create_token({.account = "alice", .name = "laptop"}, k_by).value();
  CHECK(token.secret.size() == 5 + 16 + 1 + 64);  // 256 bits of it secret
  const Identity who = accounts.authenticate(token.secret).value();
  CHECK(who.account == "alice");
  CHECK(who.roles == made.roles);
  CHECK(who.by == AuthenticatedBy::token);
  CHECK_FALSE(who.read_only);
  CHECK(accounts.authenticate(token.secret, "alice"));
  CHECK(code_of(accounts.authenticate(token.secret, "bob")) == Errc::unauthenticated);
}

TEST_CASE("no file of the data folder has the secret (OPUS S11)") {
  Folder folder;
  std::string secret;
  {
    Accounts accounts = folder.open();
    REQUIRE(accounts.add(account("alice"), k_by));
    secret = accounts.create_token({.account = "alice"}, k_by)->secret;
    REQUIRE(accounts.authenticate(secret));
  }
  const std::string proof = secret.substr(secret.rfind('-') + 1);
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder.folder.path())) {
    INFO(file.path());
    if (!file.is_regular_file()) continue;
    CHECK(content(file.path()).find(proof) == std::string::npos);
    CHECK(content(file.path()).find(sha256_hex(secret)) == std::string::npos);
  }
  struct stat facts {};
  REQUIRE(::stat((folder.folder / "data/access.key").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  CHECK(folder.open().authenticate(secret));  // the key is the same one at the next start
}

TEST_CASE("whatever is wrong with a token, the answer is the same") {
  Folder folder;
  Accounts accounts = folder.open();
  REQUIRE(accounts.add(account("alice"), k_by));
  const TimePoint expiry = folder.clock->now() + 1h;
  const NewToken token =
      accounts.create_token({.account = "alice", .expires = expiry}, k_by).value();
  const auto refused = [&](std::string_view secret) {
    const auto who = accounts.authenticate(secret);
    REQUIRE_FALSE(who);
    CHECK(who.error().code == Errc::unauthenticated);
    CHECK(who.error().message == "the token is not valid");
  };
  std::string other = token.secret;
  other.back() = other.back() == '0' ? '1' : '0';
  for (const std::string& bad : {std::string(), std::string("test_"), other, token.token.id,
                                 token.secret + "0", token.secret.substr(1)})
    refused(bad);
  std::string unknown = token.secret;
  unknown[5] = unknown[5] == '0' ? '1' : '0';
  refused(unknown);
  CHECK(accounts.authenticate(token.secret));

  SECTION("it expires") {
    folder.clock->advance(1h);
    refused(token.secret);
  }
  SECTION("it is revoked, once") {
    CHECK(accounts.revoke_token(token.token.id, k_by)->revoked);
    refused(token.secret);
    CHECK(code_of(accounts.revoke_token(token.token.id, k_by)) == Errc::conflict);
    CHECK(code_of(accounts.rotate_token(token.token.id, k_by)) == Errc::conflict);
  }
  SECTION("it is rotated: the new secret is good") {
    const NewToken next = accounts.rotate_token(token.token.id, k_by).value();
    refused(token.secret);
    CHECK(accounts.authenticate(next.secret));
    CHECK(next.token.id == token.token.id);
  }
  SECTION("its account is disabled, and enabled again") {
    Account off = accounts.account("alice").value();
    off.disabled = true;
    REQUIRE(accounts.change(off, k_by));
    refused(token.secret);
    off.disabled = false;
    REQUIRE(accounts.change(off, k_by));
    CHECK(accounts.authenticate(token.secret));
  }
  SECTION("its account is removed, and made again") {
    REQUIRE(accounts.remove("alice", k_by));
    refused(token.secret);
    REQUIRE(accounts.add(account("alice"), k_by));
    refused(token.secret);
  }
}

TEST_CASE("what another process changes counts at once") {
  Folder folder;
  Accounts server = folder.open();
  Accounts command = folder.open();
  CHECK(server.empty().value());
  REQUIRE(command.add(account("alice"), k_by));
  CHECK_FALSE(server.empty().value());
  const NewToken token = command.create_token({.account = "alice"}, k_by).value();
  CHECK(server.authenticate(token.secret)->roles == std::vector<std::string>{"user"});
  REQUIRE(command.change(account("alice", {"operator"}), k_by));
  CHECK(server.authenticate(token.secret)->roles == std::vector<std::string>{"operator"});
  REQUIRE(command.revoke_token(token.token.id, k_by));
  CHECK_FALSE(server.authenticate(token.secret));
}

TEST_CASE("the last use of a token is written in passing") {
  Folder folder;
  NewToken token;
  {
    Accounts accounts = folder.open();
    REQUIRE(accounts.add(account("alice"), k_by));
    token = accounts.create_token({.account = "alice", .scope = TokenScope::read}, k_by).value();
    CHECK(accounts.authenticate(token.secret)->read_only);
  }
  Accounts accounts = folder.open(0ms);
  const auto last_used = [&] { return accounts.tokens("alice")->front().last_used; };
  CHECK(last_used() == folder.clock->now());
  folder.clock->advance(2min);
  REQUIRE(accounts.authenticate(token.secret));
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (last_used() != folder.clock->now() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  CHECK(last_used() == folder.clock->now());
}

TEST_CASE("names, roles and tokens that cannot be are refused with what was expected") {
  Folder folder;
  Accounts accounts = folder.open();
  for (const std::string& name : {std::string(), std::string("a:b"), std::string(" a"),
                                  std::string("a\n"), std::string("\xff"), std::string(129, 'a')}) {
    INFO(name);
    CHECK(code_of(accounts.add(account(name), k_by)) == Errc::invalid_argument);
  }
  for (const std::string role : {"", "a b", "any", "anonymous", "group:x"})
    CHECK(code_of(accounts.add(account("bob", {role}), k_by)) == Errc::invalid_argument);
  REQUIRE(accounts.add(account("bob@example.org"), k_by));
  CHECK(code_of(accounts.add(account("bob@example.org"), k_by)) == Errc::conflict);
  CHECK(code_of(accounts.account("nobody")) == Errc::not_found);
  CHECK(code_of(accounts.change(account("nobody"), k_by)) == Errc::not_found);
  CHECK(code_of(accounts.remove("nobody", k_by)) == Errc::not_found);
  CHECK(code_of(accounts.create_token({.account = "nobody"}, k_by)) == Errc::not_found);
  CHECK(code_of(accounts.tokens("nobody")) == Errc::not_found);
  CHECK(code_of(accounts.create_token(
            {.account = "bob@example.org", .expires = folder.clock->now()}, k_by)) ==
        Errc::invalid_argument);
  CHECK(code_of(accounts.revoke_token("0123456789abcdef", k_by)) == Errc::not_found);
  CHECK(accounts.list()->size() == 1);
}

TEST_CASE("agents act for end users, and get no rights of the service by it") {
  Folder folder;
  Accounts accounts = folder.open();
  REQUIRE(accounts.add(account("platform", {"agent", "admin"}), k_by));
  REQUIRE(accounts.add(account("olga", {"operator", "user", "expert"}), k_by));
  const auto agent = accounts.identity_of("platform", AuthenticatedBy::token).value();
  const Identity alice = accounts.acting_for(agent, "alice@example.org").value();
  CHECK(alice.account == "platform");
  CHECK(alice.owner() == "alice@example.org");
  CHECK(alice.roles == std::vector<std::string>{"user"});
  CHECK(accounts.acting_for(agent, "olga")->roles == std::vector<std::string>{"expert", "user"});
  CHECK(code_of(accounts.acting_for(alice, "bob")) == Errc::forbidden);
  CHECK(code_of(accounts.acting_for(agent, "a:b")) == Errc::invalid_argument);
  Account off = accounts.account("olga").value();
  off.disabled = true;
  REQUIRE(accounts.change(off, k_by));
  CHECK(code_of(accounts.acting_for(agent, "olga")) == Errc::forbidden);
}

TEST_CASE("every change is in the audit log, with who and from where, and no secret") {
  Folder folder;
  Accounts accounts = folder.open();
  REQUIRE(accounts.add(account("alice"), k_by));
  const NewToken token = accounts.create_token({.account = "alice"}, k_by).value();
  REQUIRE(accounts.rotate_token(token.token.id, k_by));
  REQUIRE(accounts.revoke_token(token.token.id, k_by));
  CHECK_FALSE(accounts.add(account("alice"), k_by));  // what failed was not done
  REQUIRE(accounts.remove("alice", k_by));
  const auto entries = accounts.audit(10).value();
  std::vector<std::string> actions;
  for (const AuditEntry& entry : entries) {
    actions.push_back(entry.action);
    CHECK(entry.by.account == "test");
    CHECK(entry.by.from == "here");
    CHECK(entry.subject == "alice");
    CHECK(entry.detail.find(token.secret) == std::string::npos);
  }
  CHECK(actions == std::vector<std::string>{"account removed", "token revoked", "token rotated",
                                            "token created", "account added"});
  const auto older = accounts.audit(2, entries[2].number).value();
  REQUIRE(older.size() == 2);
  CHECK(older.front().action == "token created");
}

TEST_CASE("a key that others can read, or that is none, is refused") {
  Folder folder;
  (void)folder.open();
  const auto key = folder.folder / "data/access.key";
  const auto reopen = [&] { return Accounts::open({.data_dir = folder.folder / "data"}); };
  std::filesystem::permissions(key, std::filesystem::perms(0644));
  CHECK(code_of(reopen()) == Errc::corrupt);
  std::filesystem::permissions(key, std::filesystem::perms(0600));
  REQUIRE(reopen());
  std::ofstream(key) << "short";
  CHECK(code_of(reopen()) == Errc::corrupt);
  CHECK(code_of(Accounts::open({})) == Errc::invalid_argument);
}

TEST_CASE("HMAC-SHA-256 is that of RFC 4231") {
  CHECK(hmac_sha256_hex(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", "abd"));
  CHECK_FALSE(equal_in_constant_time("abc", "ab"));
}
