#pragma once
// The tables of accounts, tokens and the audit log, as rows. What they mean is the business of
// libopus/access.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/accounts.hpp>

#include "libopus/store/sqlite/db.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

/// A token, and its secret as it is kept.
struct TokenRow {
  Token token{};
  std::string hash{};
};

/// A connection of its own to opus.db, beside that of the store, in this process or another. One
/// thread at a time. Errors: as of the store; conflict: the name is taken; not_found.
class AccountRows {
 public:
  /// Creates the database or brings it up to date as the store does, if nobody has yet.
  static Result<AccountRows> open(const std::filesystem::path& data_dir);

  /// Runs `work` in one transaction, which also counts version() up. It writes the entry about what
  /// is done, too.
  Result<void> change(const AuditEntry& entry, const std::function<Result<void>()>& work);
  /// Differs after every change, whoever made it.
  Result<std::int64_t> version();

  Result<Account> account(std::string_view name);
  Result<std::vector<Account>> accounts();
  Result<bool> empty();
  Result<TokenRow> token(std::string_view id);
  Result<std::vector<Token>> tokens(std::string_view account);  ///< empty = of all
  Result<std::vector<AuditEntry>> audit(std::size_t limit, std::int64_t before);

  // Within change().
  Result<void> insert(const Account& account);
  Result<void> update(const Account& account);
  Result<void> remove(std::string_view account);
  Result<void> insert(const TokenRow& row);
  Result<void> set_hash(std::string_view id, std::string_view hash);
  Result<void> set_revoked(std::string_view id, TimePoint at);

  /// Outside of it: nobody needs to notice.
  Result<void> set_last_used(const std::vector<std::pair<std::string, TimePoint>>& uses);
  Result<void> append(const AuditEntry& entry);

 private:
  explicit AccountRows(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)) {}
  Result<std::int64_t> key_of(std::string_view account);
  Result<void> insert_words(std::int64_t key, const Account& account);
  Result<void> read_words(std::int64_t key, Account& account);

  std::unique_ptr<Connection> connection_;
};

}}}}  // namespace opus::uws0::store::sqlite
