#include <opus/accounts.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "libopus/access/account_names.hpp"
#include "libopus/access/last_uses.hpp"
#include "libopus/access/secrets.hpp"
#include "libopus/core/hash.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/store/sqlite/account_rows.hpp"

namespace opus { inline namespace uws0 {
namespace {

using store::sqlite::AccountRows;
using store::sqlite::TokenRow;

constexpr std::size_t k_most_cached = 4096;

/// One answer for every reason: what is wrong with a token tells a thief something.
Error token_refused() { return {Errc::unauthenticated, "the token is not valid"}; }

std::string words_of(const Account& account) {
  std::string text = "roles: " + join(account.roles, " ");
  if (!account.groups.empty()) text += "; groups: " + join(account.groups, " ");
  if (account.disabled) text += "; disabled";
  return text;
}

void sort_words(std::vector<std::string>& words) {
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
}

}  // namespace

std::string_view to_string(TokenScope scope) noexcept {
  return scope == TokenScope::full ? "full" : "read";
}

std::optional<TokenScope> parse_token_scope(std::string_view word) noexcept {
  if (word == "full") return TokenScope::full;
  if (word == "read") return TokenScope::read;
  return std::nullopt;
}

class Accounts::Impl {
 public:
  Impl(AccountsConfig config, AccountRows rows, AccountRows use_rows, std::string key)
      : config_(std::move(config)),
        key_(std::move(key)),
        rows_(std::move(rows)),
        use_rows_(std::move(use_rows)),
        uses_(config_.last_use, [this](const access::LastUses::Uses& uses) {
          // If it fails, what the next use notes is written instead.
          (void)use_rows_.set_last_used(uses);
        }) {}

  TimePoint now() const { return config_.clock->now(); }
  std::string hash_of(std::string_view secret) const { return hmac_sha256_hex(key_, secret); }

  /// Something that only reads or notes.
  template <class Work> auto with_rows(Work work) {
    const std::lock_guard lock(rows_mutex_);
    return work(rows_);
  }

  /// conflict: it is revoked.
  Result<Token> live_token(std::string_view id) {
    OPUS_UWS_TRY(TokenRow row, with_rows([&](AccountRows& rows) { return rows.token(id); }));
    if (row.token.revoked)
      return Error{Errc::conflict, "the token '" + printable(id) + "' is revoked"};
    return std::move(row.token);
  }

  Result<void> change(const AuditActor& by, std::string action, std::string subject,
                      std::string detail, const std::function<Result<void>(AccountRows&)>& work) {
    const AuditEntry entry{0, now(), by, std::move(action), std::move(subject), std::move(detail)};
    const std::lock_guard lock(rows_mutex_);
    auto done = rows_.change(entry, [&] { return work(rows_); });
    forget();
    return done;
  }

  Result<Identity> authenticate(std::string_view secret, std::string_view account) {
    const auto id = access::token_id_of(secret);
    if (!id) return token_refused();
    OPUS_UWS_TRY(const Known known, find(std::string(*id)));
    const TimePoint at = now();
    if (!equal_in_constant_time(hash_of(secret), known.hash)) return token_refused();
    if (known.refused || (known.expires && *known.expires <= at)) return token_refused();
    if (!account.empty() && account != known.identity.account) return token_refused();
    if (!known.noted || *known.noted + config_.last_use <= at) note_use(*id, at);
    return known.identity;
  }

  Result<bool> empty() {
    const std::uint64_t generation = refresh();
    {
      const std::lock_guard lock(cache_mutex_);
      if (empty_) return *empty_;
    }
    OPUS_UWS_TRY(const bool none, with_rows([](AccountRows& rows) { return rows.empty(); }));
    const std::lock_guard lock(cache_mutex_);
    if (generation == generation_) empty_ = none;
    return none;
  }

  /// nullopt: there is none.
  Result<std::optional<Account>> find_account(const std::string& name) {
    const std::uint64_t generation = refresh();
    {
      const std::lock_guard lock(cache_mutex_);
      if (const auto found = accounts_.find(name); found != accounts_.end()) return found->second;
    }
    auto read = with_rows([&](AccountRows& rows) { return rows.account(name); });
    if (!read && read.error().code != Errc::not_found) return read.error();
    std::optional<Account> account;
    if (read) account = *std::move(read);
    const std::lock_guard lock(cache_mutex_);
    if (generation == generation_) {
      if (accounts_.size() >= k_most_cached) accounts_.clear();
      accounts_.emplace(name, account);
    }
    return account;
  }

 private:
  /// A token as it is remembered.
  struct Known {
    std::string hash{};
    Identity identity{};
    bool refused = false;  ///< revoked, or its account disabled
    std::optional<TimePoint> expires{};
    std::optional<TimePoint> noted{};  ///< when its use was noted last
  };

  Result<Known> find(const std::string& id) {
    const std::uint64_t generation = refresh();
    {
      const std::lock_guard lock(cache_mutex_);
      if (const auto found = tokens_.find(id); found != tokens_.end()) return found->second;
    }
    Known known;
    const auto read = with_rows([&](AccountRows& rows) -> Result<void> {
      OPUS_UWS_TRY(TokenRow row, rows.token(id));
      OPUS_UWS_TRY(Account account, rows.account(row.token.account));
      known.hash = std::move(row.hash);
      known.refused = account.disabled || row.token.revoked.has_value();
      known.expires = row.token.expires;
      known.identity.account = std::move(account.name);
      known.identity.roles = std::move(account.roles);
      known.identity.groups = std::move(account.groups);
      known.identity.by = AuthenticatedBy::token;
      known.identity.read_only = row.token.scope == TokenScope::read;
      return {};
    });
    if (!read) return read.error().code == Errc::not_found ? token_refused() : read.error();
    const std::lock_guard lock(cache_mutex_);
    if (generation == generation_) {
      if (tokens_.size() >= k_most_cached) tokens_.clear();
      tokens_.emplace(id, known);
    }
    return known;
  }

  void note_use(std::string_view id, TimePoint at) {
    uses_.note(id, at);
    const std::lock_guard lock(cache_mutex_);
    if (const auto found = tokens_.find(std::string(id)); found != tokens_.end())
      found->second.noted = at;
  }

  /// Forgets everything if another process has changed something, and says for which generation of
  /// the cache what is read from now on holds.
  std::uint64_t refresh() {
    const auto steady = std::chrono::steady_clock::now().time_since_epoch();
    if (steady - std::chrono::steady_clock::duration(checked_.load()) >= config_.notice) {
      // Who has it is changing something, and will make us forget himself.
      const std::unique_lock rows_lock(rows_mutex_, std::try_to_lock);
      if (rows_lock.owns_lock()) {
        checked_ = steady.count();
        const auto version = rows_.version();
        const std::int64_t seen = version ? *version : -1;  // unknown: do not rely on the old
        if (seen < 0 || std::exchange(version_, seen) != seen) forget();
      }
    }
    const std::lock_guard lock(cache_mutex_);
    return generation_;
  }

  void forget() {
    const std::lock_guard lock(cache_mutex_);
    ++generation_;
    tokens_.clear();
    accounts_.clear();
    empty_.reset();
  }

  AccountsConfig config_;
  const std::string key_;

  std::mutex rows_mutex_;  // before cache_mutex_
  AccountRows rows_;
  std::int64_t version_ = -1;  // of the rows, when they were looked at last

  std::mutex cache_mutex_;
  std::uint64_t generation_ = 0;
  std::unordered_map<std::string, Known> tokens_;
  std::unordered_map<std::string, std::optional<Account>> accounts_;
  std::optional<bool> empty_;
  std::atomic<std::chrono::steady_clock::rep> checked_ = 0;

  AccountRows use_rows_;   // of uses_ alone, so that no request waits for its commits
  access::LastUses uses_;  // gone before its rows
};

Accounts::Accounts(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Accounts::Accounts(Accounts&&) noexcept = default;
Accounts& Accounts::operator=(Accounts&&) noexcept = default;
Accounts::~Accounts() = default;

Result<Accounts> Accounts::open(AccountsConfig config) {
  if (config.data_dir.empty())
    return Error{Errc::invalid_argument, "data_dir: expected the path of a folder, got nothing"};
  if (!config.clock) config.clock = system_clock();
  OPUS_UWS_TRY(AccountRows rows, AccountRows::open(config.data_dir));
  OPUS_UWS_TRY(AccountRows use_rows, AccountRows::open(config.data_dir));
  OPUS_UWS_TRY(std::string key, access::load_key(config.data_dir));
  return Accounts(std::make_unique<Impl>(std::move(config), std::move(rows), std::move(use_rows),
                                         std::move(key)));
}

Result<Account> Accounts::add(Account account, const AuditActor& by) {
  OPUS_UWS_CHECK(access::check_account(account));
  sort_words(account.roles);
  sort_words(account.groups);
  account.created = impl_->now();
  OPUS_UWS_CHECK(impl_->change(by, "account added", account.name, words_of(account),
                               [&](AccountRows& rows) { return rows.insert(account); }));
  return account;
}

Result<Account> Accounts::change(const Account& account, const AuditActor& by) {
  OPUS_UWS_CHECK(access::check_account(account));
  OPUS_UWS_CHECK(impl_->change(by, "account changed", account.name, words_of(account),
                               [&](AccountRows& rows) { return rows.update(account); }));
  return this->account(account.name);
}

Result<void> Accounts::remove(std::string_view name, const AuditActor& by) {
  return impl_->change(by, "account removed", printable(name), "",
                       [&](AccountRows& rows) { return rows.remove(name); });
}

Result<Account> Accounts::account(std::string_view name) const {
  return impl_->with_rows([&](AccountRows& rows) { return rows.account(name); });
}

Result<std::vector<Account>> Accounts::list() const {
  return impl_->with_rows([](AccountRows& rows) { return rows.accounts(); });
}

Result<bool> Accounts::empty() const { return impl_->empty(); }

Result<NewToken> Accounts::create_token(TokenRequest request, const AuditActor& by) {
  const TimePoint now = impl_->now();
  OPUS_UWS_CHECK(access::check_token_request(request, now));
  OPUS_UWS_TRY(std::string id, access::make_token_id());
  OPUS_UWS_TRY(access::TokenText text, access::make_token_text(std::move(id)));
  NewToken made;
  made.token.id = std::move(text.id);
  made.token.account = std::move(request.account);
  made.token.name = std::move(request.name);
  made.token.scope = request.scope;
  made.token.created = now;
  made.token.expires = request.expires;
  made.secret = std::move(text.text);
  const TokenRow row{made.token, impl_->hash_of(made.secret)};
  OPUS_UWS_CHECK(impl_->change(by, "token created", made.token.account,
                               made.token.id + ' ' + made.token.name,
                               [&](AccountRows& rows) { return rows.insert(row); }));
  return made;
}

Result<std::vector<Token>> Accounts::tokens(std::string_view account) const {
  return impl_->with_rows([&](AccountRows& rows) -> Result<std::vector<Token>> {
    if (!account.empty()) OPUS_UWS_CHECK(rows.account(account));
    return rows.tokens(account);
  });
}

Result<Token> Accounts::revoke_token(std::string_view id, const AuditActor& by) {
  OPUS_UWS_TRY(Token token, impl_->live_token(id));
  token.revoked = impl_->now();
  OPUS_UWS_CHECK(
      impl_->change(by, "token revoked", token.account, token.id + ' ' + token.name,
                    [&](AccountRows& rows) { return rows.set_revoked(id, *token.revoked); }));
  return token;
}

Result<NewToken> Accounts::rotate_token(std::string_view id, const AuditActor& by) {
  NewToken made;
  OPUS_UWS_TRY(made.token, impl_->live_token(id));
  OPUS_UWS_TRY(access::TokenText text, access::make_token_text(made.token.id));
  made.secret = std::move(text.text);
  OPUS_UWS_CHECK(impl_->change(
      by, "token rotated", made.token.account, made.token.id + ' ' + made.token.name,
      [&](AccountRows& rows) { return rows.set_hash(id, impl_->hash_of(made.secret)); }));
  return made;
}

Result<Identity> Accounts::authenticate(std::string_view secret, std::string_view account) const {
  return impl_->authenticate(secret, account);
}

Result<Identity> Accounts::identity_of(std::string_view name, AuthenticatedBy by) const {
  OPUS_UWS_CHECK(access::check_account_name(name));
  OPUS_UWS_TRY(std::optional<Account> account, impl_->find_account(std::string(name)));
  Identity identity;
  identity.account = name;
  identity.by = by;
  if (!account) {
    identity.roles = {std::string(k_user)};
    return identity;
  }
  if (account->disabled)
    return Error{Errc::forbidden, "the account '" + printable(name) + "' is disabled"};
  identity.roles = std::move(account->roles);
  identity.groups = std::move(account->groups);
  return identity;
}

Result<Identity> Accounts::acting_for(const Identity& agent, std::string_view name) const {
  if (!agent.has_role(k_agent))
    return Error{Errc::forbidden,
                 "'" + printable(agent.account) + "' may not act for others: it has no role agent"};
  OPUS_UWS_TRY(Identity identity, identity_of(name, agent.by));
  identity.acting_for = std::exchange(identity.account, agent.account);
  identity.read_only = agent.read_only;
  // Whom it acts for has jobs, not the service: an agent does not become an administrator.
  std::erase_if(identity.roles, [](const std::string& role) {
    return role == k_admin || role == k_operator || role == k_agent;
  });
  return identity;
}

Result<void> Accounts::record(AuditEntry entry) {
  entry.at = impl_->now();
  return impl_->with_rows([&](AccountRows& rows) { return rows.append(entry); });
}

Result<std::vector<AuditEntry>> Accounts::audit(std::size_t limit, std::int64_t before) const {
  return impl_->with_rows([&](AccountRows& rows) { return rows.audit(limit, before); });
}

}}  // namespace opus::uws0
