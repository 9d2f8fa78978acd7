#include "libopus/store/sqlite/usage.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

// The conditions repeat those of the partial indexes, without which SQLite does not use them.
constexpr std::string_view k_jobs_of_owner =
    "SELECT count(*) FROM job INDEXED BY job_by_owner"
    " WHERE destroyed = 0 AND owner IS NOT NULL AND owner = ?1 AND phase IN ";
constexpr std::string_view k_jobs_of_owner_and_description =
    "SELECT count(*) FROM job INDEXED BY job_by_description_owner"
    " WHERE destroyed = 0 AND owner IS NOT NULL AND owner = ?1 AND description = ?2 AND phase IN ";
constexpr std::string_view k_jobs_of_nobody =
    "SELECT count(*) FROM job INDEXED BY job_unowned"
    " WHERE destroyed = 0 AND owner IS NULL AND phase IN ('QUEUED', 'HELD', 'EXECUTING')"
    " AND phase IN ";
constexpr std::string_view k_jobs_of_nobody_and_description =
    "SELECT count(*) FROM job INDEXED BY job_unowned"
    " WHERE destroyed = 0 AND owner IS NULL AND phase IN ('QUEUED', 'HELD', 'EXECUTING')"
    " AND description = ?2 AND phase IN ";

std::string count_statement(UsageOf which, bool has_owner, bool has_description) {
  std::string sql{has_owner
                      ? (has_description ? k_jobs_of_owner_and_description : k_jobs_of_owner)
                      : (has_description ? k_jobs_of_nobody_and_description : k_jobs_of_nobody)};
  return sql += which == UsageOf::waiting ? "('QUEUED', 'HELD')" : "('EXECUTING')";
}

}  // namespace

Result<std::uint64_t> count_jobs_of(Connection& connection, UsageOf which,
                                    const std::optional<std::string>& owner,
                                    std::string_view description) {
  OPUS_UWS_TRY(Query query,
               connection.query(count_statement(which, owner.has_value(), !description.empty())));
  if (owner) query.bind(1, *owner);
  if (!description.empty()) query.bind(2, description);
  OPUS_UWS_CHECK(query.step());
  return query.get<std::uint64_t>(0);
}

Result<std::uint64_t> read_disk_bytes(Connection& connection,
                                      const std::optional<std::string>& owner) {
  const std::string key = owner ? "o" + *owner : std::string{};
  return connection.value<std::uint64_t>("SELECT bytes FROM disk_use WHERE owner = ?1", key);
}

}}}}  // namespace opus::uws0::store::sqlite
