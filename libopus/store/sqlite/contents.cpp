#include "libopus/store/sqlite/contents.hpp"

#include <algorithm>
#include <limits>

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

template <class Value> Result<std::vector<Value>> read_column(Query& query) {
  std::vector<Value> values;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return values;
    query.read(0, values.emplace_back());
  }
}

}  // namespace

Result<std::vector<EntityId>> read_uploads_with(Connection& connection, std::string_view sha256) {
  OPUS_UWS_TRY(Query query,
               connection.query("SELECT id FROM entity INDEXED BY entity_by_content"
                                " WHERE sha256 = ?1 AND generated_by IS NULL ORDER BY key"));
  query.bind_all(sha256);
  return read_column<EntityId>(query);
}

Result<std::vector<EntityId>> read_expired_uploads(Connection& connection, TimePoint until,
                                                   std::size_t limit) {
  OPUS_UWS_TRY(Query query, connection.query("SELECT id FROM entity INDEXED BY entity_by_expiry"
                                             " WHERE expires IS NOT NULL AND expires <= ?1"
                                             " ORDER BY expires LIMIT ?2"));
  query.bind_all(until, std::min<std::size_t>(limit, std::numeric_limits<std::int64_t>::max()));
  return read_column<EntityId>(query);
}

Result<std::optional<TimePoint>> read_next_expiry(Connection& connection) {
  OPUS_UWS_TRY(Query query,
               connection.query("SELECT expires FROM entity INDEXED BY entity_by_expiry"
                                " WHERE expires IS NOT NULL ORDER BY expires LIMIT 1"));
  OPUS_UWS_TRY(const bool found, query.step());
  if (!found) return std::optional<TimePoint>{};
  return std::optional{query.get<TimePoint>(0)};
}

Result<std::vector<std::string>> read_garbage(Connection& connection) {
  OPUS_UWS_TRY(Query query, connection.query("SELECT path FROM garbage ORDER BY path"));
  return read_column<std::string>(query);
}

Result<void> add_garbage_row(Connection& connection, std::string_view path) {
  OPUS_UWS_TRY(Query query, connection.query("INSERT INTO garbage (path) VALUES (?1)"
                                             " ON CONFLICT (path) DO NOTHING"));
  return query.bind_all(path).run();
}

Result<void> forget_garbage_row(Connection& connection, std::string_view path) {
  OPUS_UWS_TRY(Query query, connection.query("DELETE FROM garbage WHERE path = ?1"));
  return query.bind_all(path).run();
}

}}}}  // namespace opus::uws0::store::sqlite
