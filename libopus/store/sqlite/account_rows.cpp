#include "libopus/store/sqlite/account_rows.hpp"

#include <chrono>
#include <limits>
#include <utility>

#include "libopus/core/files.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/store/sqlite/schema.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

constexpr std::chrono::milliseconds k_account_busy_timeout{5'000};

constexpr std::string_view k_select_account =
    "SELECT key, name, disabled, created FROM account WHERE name = ?1";
constexpr std::string_view k_select_accounts =
    "SELECT key, name, disabled, created FROM account ORDER BY name";
constexpr std::string_view k_select_token =
    "SELECT token.id, account.name, token.name, scope, token.created, expires, last_used, revoked,"
    " hash FROM token JOIN account ON account.key = token.account ";

Error no_account(std::string_view name) {
  return {Errc::not_found, "there is no account '" + printable(name) + "'"};
}

Error no_token(std::string_view id) {
  return {Errc::not_found, "there is no token '" + printable(id) + "'"};
}

TokenRow read_token(const Query& query) {
  TokenRow row;
  query.read(0, row.token.id);
  query.read(1, row.token.account);
  query.read(2, row.token.name);
  // The schema keeps other words out; one of a newer version may do least.
  row.token.scope = parse_token_scope(query.get<std::string>(3)).value_or(TokenScope::read);
  query.read(4, row.token.created);
  query.read(5, row.token.expires);
  query.read(6, row.token.last_used);
  query.read(7, row.token.revoked);
  query.read(8, row.hash);
  return row;
}

std::int64_t read_account(const Query& query, Account& account) {
  query.read(1, account.name);
  account.disabled = query.get<std::int64_t>(2) != 0;
  query.read(3, account.created);
  return query.get<std::int64_t>(0);
}

}  // namespace

Result<AccountRows> AccountRows::open(const std::filesystem::path& data_dir) {
  if (auto made = make_directories(data_dir, 0700); !made)
    return Error{Errc::unavailable, made.error().message};
  OPUS_UWS_TRY(auto connection,
               Connection::open(data_dir / "opus.db", Connection::Access::read_write,
                                k_account_busy_timeout));
  if (connection->is_read_only())
    return Error{Errc::unavailable,
                 "database '" + connection->path().string() + "' cannot be written"};
  OPUS_UWS_CHECK(migrate(*connection, migrations()));
  OPUS_UWS_CHECK(configure_writer(*connection));
  return AccountRows(std::move(connection));
}

Result<void> AccountRows::change(const AuditEntry& entry,
                                 const std::function<Result<void>()>& work) {
  OPUS_UWS_TRY(Transaction transaction, Transaction::begin(*connection_, Transaction::Kind::write));
  OPUS_UWS_CHECK(work());
  OPUS_UWS_CHECK(append(entry));
  {
    OPUS_UWS_TRY(Query query, connection_->query("UPDATE access_state SET version = version + 1"));
    OPUS_UWS_CHECK(query.run());
  }
  return transaction.commit();
}

Result<std::int64_t> AccountRows::version() {
  return connection_->value<std::int64_t>("SELECT version FROM access_state");
}

Result<std::int64_t> AccountRows::key_of(std::string_view account) {
  OPUS_UWS_TRY(Query query, connection_->query("SELECT key FROM account WHERE name = ?1"));
  OPUS_UWS_TRY(const bool found, query.bind_all(account).step());
  if (!found) return no_account(account);
  return query.get<std::int64_t>(0);
}

Result<void> AccountRows::read_words(std::int64_t key, Account& account) {
  OPUS_UWS_TRY(Query query, connection_->query("SELECT kind, word FROM account_word WHERE"
                                               " account = ?1 ORDER BY kind, word"));
  query.bind_all(key);
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return {};
    auto& words = query.get<std::string>(0) == "role" ? account.roles : account.groups;
    words.push_back(query.get<std::string>(1));
  }
}

Result<Account> AccountRows::account(std::string_view name) {
  Account account;
  std::int64_t key = 0;
  {
    OPUS_UWS_TRY(Query query, connection_->query(k_select_account));
    OPUS_UWS_TRY(const bool found, query.bind_all(name).step());
    if (!found) return no_account(name);
    key = read_account(query, account);
  }
  OPUS_UWS_CHECK(read_words(key, account));
  return account;
}

Result<std::vector<Account>> AccountRows::accounts() {
  OPUS_UWS_TRY(const Transaction snapshot,
               Transaction::begin(*connection_, Transaction::Kind::read));
  OPUS_UWS_TRY(Query query, connection_->query(k_select_accounts));
  std::vector<Account> all;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return all;
    Account& account = all.emplace_back();
    OPUS_UWS_CHECK(read_words(read_account(query, account), account));
  }
}

Result<bool> AccountRows::empty() {
  OPUS_UWS_TRY(const std::int64_t some,
               connection_->value<std::int64_t>("SELECT EXISTS (SELECT 1 FROM account)"));
  return some == 0;
}

Result<TokenRow> AccountRows::token(std::string_view id) {
  static const std::string sql = std::string(k_select_token) + "WHERE token.id = ?1";
  OPUS_UWS_TRY(Query query, connection_->query(sql));
  OPUS_UWS_TRY(const bool found, query.bind_all(id).step());
  if (!found) return no_token(id);
  return read_token(query);
}

Result<std::vector<Token>> AccountRows::tokens(std::string_view account) {
  static const std::string of_one =
      std::string(k_select_token) + "WHERE account.name = ?1 ORDER BY token.created, token.id";
  static const std::string of_all =
      std::string(k_select_token) + "ORDER BY token.created, token.id";
  OPUS_UWS_TRY(Query query, connection_->query(account.empty() ? of_all : of_one));
  if (!account.empty()) query.bind_all(account);
  std::vector<Token> tokens;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return tokens;
    tokens.push_back(read_token(query).token);
  }
}

Result<std::vector<AuditEntry>> AccountRows::audit(std::size_t limit, std::int64_t before) {
  OPUS_UWS_TRY(Query query,
               connection_->query("SELECT key, at, account, address, action, subject, detail"
                                  " FROM audit WHERE key < ?1 ORDER BY key DESC LIMIT ?2"));
  query.bind_all(before > 0 ? before : std::numeric_limits<std::int64_t>::max(), limit);
  std::vector<AuditEntry> entries;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return entries;
    AuditEntry& entry = entries.emplace_back();
    query.read(0, entry.number);
    query.read(1, entry.at);
    query.read(2, entry.by.account);
    query.read(3, entry.by.from);
    query.read(4, entry.action);
    query.read(5, entry.subject);
    query.read(6, entry.detail);
  }
}

Result<void> AccountRows::insert_words(std::int64_t key, const Account& account) {
  for (const auto& [kind, words] : {std::pair(std::string_view("role"), &account.roles),
                                    std::pair(std::string_view("group"), &account.groups)})
    for (const std::string& word : *words) {
      OPUS_UWS_TRY(Query query, connection_->query("INSERT OR IGNORE INTO account_word"
                                                   " (account, kind, word) VALUES (?1, ?2, ?3)"));
      OPUS_UWS_CHECK(query.bind_all(key, kind, word).run());
    }
  return {};
}

Result<void> AccountRows::insert(const Account& account) {
  {
    OPUS_UWS_TRY(Query query, connection_->query("INSERT OR IGNORE INTO account"
                                                 " (name, disabled, created) VALUES (?1, ?2, ?3)"));
    OPUS_UWS_CHECK(query.bind_all(account.name, account.disabled ? 1 : 0, account.created).run());
  }
  if (connection_->changes() == 0)
    return Error{Errc::conflict, "there is an account '" + printable(account.name) + "' already"};
  return insert_words(connection_->last_insert_key(), account);
}

Result<void> AccountRows::update(const Account& account) {
  OPUS_UWS_TRY(const std::int64_t key, key_of(account.name));
  {
    OPUS_UWS_TRY(Query query,
                 connection_->query("UPDATE account SET disabled = ?2 WHERE key = ?1"));
    OPUS_UWS_CHECK(query.bind_all(key, account.disabled ? 1 : 0).run());
  }
  {
    OPUS_UWS_TRY(Query query, connection_->query("DELETE FROM account_word WHERE account = ?1"));
    OPUS_UWS_CHECK(query.bind_all(key).run());
  }
  return insert_words(key, account);
}

Result<void> AccountRows::remove(std::string_view account) {
  OPUS_UWS_TRY(const std::int64_t key, key_of(account));
  OPUS_UWS_TRY(Query query, connection_->query("DELETE FROM account WHERE key = ?1"));
  return query.bind_all(key).run();
}

Result<void> AccountRows::insert(const TokenRow& row) {
  OPUS_UWS_TRY(const std::int64_t key, key_of(row.token.account));
  OPUS_UWS_TRY(Query query,
               connection_->query("INSERT INTO token (id, account, name, scope, hash, created,"
                                  " expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
  const Token& token = row.token;
  return query
      .bind_all(token.id, key, token.name, to_string(token.scope), row.hash, token.created,
                token.expires)
      .run();
}

Result<void> AccountRows::set_hash(std::string_view id, std::string_view hash) {
  OPUS_UWS_TRY(Query query, connection_->query("UPDATE token SET hash = ?2 WHERE id = ?1"));
  return query.bind_all(id, hash).run();
}

Result<void> AccountRows::set_revoked(std::string_view id, TimePoint at) {
  OPUS_UWS_TRY(Query query, connection_->query("UPDATE token SET revoked = ?2 WHERE id = ?1"));
  return query.bind_all(id, at).run();
}

Result<void> AccountRows::set_last_used(
    const std::vector<std::pair<std::string, TimePoint>>& uses) {
  OPUS_UWS_TRY(Transaction transaction, Transaction::begin(*connection_, Transaction::Kind::write));
  for (const auto& [id, at] : uses) {
    OPUS_UWS_TRY(Query query, connection_->query("UPDATE token SET last_used = ?2 WHERE id = ?1"));
    OPUS_UWS_CHECK(query.bind_all(id, at).run());
  }
  return transaction.commit();
}

Result<void> AccountRows::append(const AuditEntry& entry) {
  OPUS_UWS_TRY(Query query,
               connection_->query("INSERT INTO audit (at, account, address, action, subject,"
                                  " detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
  return query
      .bind_all(entry.at, entry.by.account, entry.by.from, entry.action, entry.subject,
                entry.detail)
      .run();
}

}}}}  // namespace opus::uws0::store::sqlite
