#include "libopus/store/sqlite/shares.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

Error no_share(std::string_view id) {
  return {Errc::not_found, "there is no share '" + std::string{id} + "'"};
}

/// The key of a job that its readers can see.
Result<std::int64_t> key_of_shared(Connection& connection, const JobId& job) {
  OPUS_UWS_TRY(Query query,
               connection.query("SELECT key FROM job WHERE id = ?1 AND destroyed = 0"));
  OPUS_UWS_TRY(const bool found, query.bind_all(job).step());
  if (!found) return Error{Errc::not_found, "no job " + job.value, {}};
  return query.get<std::int64_t>(0);
}

ShareRow read_row(const Query& query, JobId job) {
  ShareRow row;
  query.read(0, row.share.id);
  query.read(1, row.share.with);
  query.read(2, row.hash);
  query.read(3, row.share.by);
  query.read(4, row.share.created);
  query.read(5, row.share.expires);
  row.job = std::move(job);
  return row;
}

}  // namespace

Result<std::vector<ShareRow>> read_shares(Connection& connection, const JobId& job) {
  OPUS_UWS_TRY(const std::int64_t key, key_of_shared(connection, job));
  OPUS_UWS_TRY(Query query,
               connection.query("SELECT id, word, hash, author, created, expires FROM share"
                                " WHERE job = ?1 ORDER BY created, id"));
  query.bind_all(key);
  std::vector<ShareRow> rows;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return rows;
    rows.push_back(read_row(query, job));
  }
}

Result<ShareRow> read_share(Connection& connection, std::string_view id) {
  OPUS_UWS_TRY(Query query,
               connection.query("SELECT share.id, word, hash, author, share.created, expires,"
                                " job.id FROM share JOIN job ON job.key = share.job"
                                " WHERE share.id = ?1 AND job.destroyed = 0"));
  OPUS_UWS_TRY(const bool found, query.bind_all(id).step());
  if (!found) return no_share(id);
  return read_row(query, query.get<JobId>(6));
}

Result<void> insert_share_row(Connection& connection, const ShareRow& row, std::size_t most) {
  OPUS_UWS_TRY(const std::int64_t key, key_of_shared(connection, row.job));
  OPUS_UWS_TRY(const std::int64_t count,
               connection.value<std::int64_t>("SELECT count(*) FROM share WHERE job = ?1", key));
  if (static_cast<std::size_t>(count) >= most)
    return Error{Errc::limit_exceeded,
                 "a job has at most " + std::to_string(most) + " shares; take one back first"};
  OPUS_UWS_TRY(Query query,
               connection.query("INSERT INTO share (id, job, word, hash, author, created, expires)"
                                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
  const Share& share = row.share;
  return query.bind_all(share.id, key, share.with, row.hash, share.by, share.created, share.expires)
      .run();
}

Result<Share> delete_share_row(Connection& connection, const JobId& job, std::string_view id) {
  OPUS_UWS_TRY(ShareRow row, read_share(connection, id));
  if (row.job != job) return no_share(id);
  OPUS_UWS_TRY(Query query, connection.query("DELETE FROM share WHERE id = ?1"));
  OPUS_UWS_CHECK(query.bind_all(id).run());
  return std::move(row.share);
}

}}}}  // namespace opus::uws0::store::sqlite
