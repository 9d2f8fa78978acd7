#pragma once
// The accounts of a service, their tokens, and the log of what was done to them. They are kept in
// the data folder, where several processes may work on them at once: a server, and commands beside
// it.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/access.hpp>
#include <opus/error.hpp>
#include <opus/export.hpp>
#include <opus/time.hpp>

namespace opus { inline namespace uws0 {

struct Account {
  std::string name{};                 ///< 1 to 128 bytes of text without ':' and control characters
  std::vector<std::string> roles{};   ///< words of letters, digits, '.', '_', '-', '@', '/'
  std::vector<std::string> groups{};  ///< the same
  bool disabled = false;              ///< its tokens are refused
  TimePoint created{};
  bool operator==(const Account&) const = default;
};

enum class TokenScope {
  full,
  read,  ///< for looking only: is_change()
};
OPUS_UWS_API std::string_view to_string(TokenScope scope) noexcept;
OPUS_UWS_API std::optional<TokenScope> parse_token_scope(std::string_view word) noexcept;

/// All that is known of a token: the secret itself is not.
struct Token {
  std::string id{};  ///< 16 hexadecimal digits, part of the secret's text, not secret
  std::string account{};
  std::string name{};  ///< what it is for, at most 128 bytes
  TokenScope scope = TokenScope::full;
  TimePoint created{};
  std::optional<TimePoint> expires{};
  std::optional<TimePoint> last_used{};  ///< may be some seconds late
  std::optional<TimePoint> revoked{};
  bool operator==(const Token&) const = default;
};

struct TokenRequest {
  std::string account{};
  std::string name{};
  TokenScope scope = TokenScope::full;
  std::optional<TimePoint> expires{};  ///< not in the past; nullopt = never
};

/// The only time that the secret is told.
struct NewToken {
  Token token{};
  std::string secret{};  ///< "opus-<id>-<64 hexadecimal digits>"
};

/// Who does something to accounts, for the log.
struct AuditActor {
  std::string account{};  ///< or "command line", ...
  std::string from{};     ///< address; empty = this machine
};

struct AuditEntry {
  std::int64_t number = 0;  ///< ascending
  TimePoint at{};
  AuditActor by{};
  std::string action{};   ///< "account added", "token revoked", ...
  std::string subject{};  ///< the account or token
  std::string detail{};
};

struct AccountsConfig {
  std::filesystem::path data_dir{};           ///< as ServiceConfig::data_dir
  std::chrono::milliseconds notice{250};      ///< a change by another process counts after this
  std::chrono::milliseconds last_use{5'000};  ///< how late Token::last_used may be written
  std::shared_ptr<Clock> clock{};             ///< null = system_clock()
};

/// Threads: any. Blocking: what changes something returns when it is on disk; authenticate(),
/// identity_of() and empty() mostly answer from memory, in microseconds. In a process that has a
/// Service of the same folder, open the service first. Secrets are kept as HMAC-SHA-256 with
/// a key of the data folder (access.key, mode 0600): who reads the database alone has none of them.
class OPUS_UWS_API Accounts final {
 public:
  /// Creates what is missing. unavailable: the folder cannot be written; corrupt: as
  /// Service::open(), or access.key is readable by others or has another size.
  static Result<Accounts> open(AccountsConfig config);
  Accounts(Accounts&&) noexcept;
  Accounts& operator=(Accounts&&) noexcept;
  ~Accounts();

  /// invalid_argument; conflict: there is one of this name.
  Result<Account> add(Account account, const AuditActor& by);
  /// Replaces roles and groups, and whether it is disabled. not_found.
  Result<Account> change(const Account& account, const AuditActor& by);
  /// With its tokens. Its jobs stay. not_found.
  Result<void> remove(std::string_view name, const AuditActor& by);
  Result<Account> account(std::string_view name) const;  ///< not_found
  Result<std::vector<Account>> list() const;             ///< by name
  Result<bool> empty() const;

  /// not_found: no such account; invalid_argument.
  Result<NewToken> create_token(TokenRequest request, const AuditActor& by);
  /// Of one account, or of all; oldest first, revoked ones too.
  Result<std::vector<Token>> tokens(std::string_view account = {}) const;
  /// For good. not_found; conflict: it is revoked.
  Result<Token> revoke_token(std::string_view id, const AuditActor& by);
  /// A new secret in place of the old one, which is refused from now on. The same errors.
  Result<NewToken> rotate_token(std::string_view id, const AuditActor& by);

  /// Whose token it is; `account`, if not empty, must be its account. unauthenticated, and no more:
  /// no such token, revoked, expired, of a disabled or other account.
  Result<Identity> authenticate(std::string_view secret, std::string_view account = {}) const;
  /// Somebody of whom another, trusted means says that it is him: with the roles of his account,
  /// else as a user. forbidden: his account is disabled. invalid_argument: no name.
  Result<Identity> identity_of(std::string_view name, AuthenticatedBy by) const;
  /// An agent, on behalf of somebody. forbidden: `agent` has no such role, or his account is
  /// disabled; invalid_argument: no name.
  Result<Identity> acting_for(const Identity& agent, std::string_view name) const;

  /// Something that was done, not to an account.
  Result<void> record(AuditEntry entry);
  /// Newest first, those with smaller numbers than `before`; 0 = from the newest.
  Result<std::vector<AuditEntry>> audit(std::size_t limit, std::int64_t before = 0) const;

 private:
  class OPUS_UWS_LOCAL Impl;
  explicit Accounts(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}}  // namespace opus::uws0
