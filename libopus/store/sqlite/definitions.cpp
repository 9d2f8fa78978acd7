#include "libopus/store/sqlite/definitions.hpp"

#include <string>
#include <utility>

#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

constexpr std::string_view k_select =
    "SELECT definition.name, number, saved.version, saved.hash, origin, state, author, submitted,"
    " decided, reason FROM definition JOIN description AS saved ON saved.key = description ";

VersionOrigin origin_of(std::string_view word) {
  for (const VersionOrigin origin :
       {VersionOrigin::host, VersionOrigin::submitted, VersionOrigin::restored})
    if (to_string(origin) == word) return origin;
  return VersionOrigin::host;  // the schema keeps every other word out
}

Result<std::vector<DescriptionVersion>> read_rows(Query& query) {
  std::vector<DescriptionVersion> versions;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return versions;
    DescriptionVersion& version = versions.emplace_back();
    query.read(0, version.name);
    query.read(1, version.number);
    query.read(2, version.version);
    query.read(3, version.hash);
    version.origin = origin_of(query.get<std::string>(4));
    version.state = parse_version_state(query.get<std::string>(5)).value_or(VersionState::rejected);
    query.read(6, version.author);
    query.read(7, version.submitted);
    query.read(8, version.decided);
    query.read(9, version.reason);
  }
}

}  // namespace

Result<std::vector<DescriptionVersion>> read_versions_of(Connection& connection,
                                                         std::string_view name) {
  static const std::string sql =
      std::string{k_select} + "WHERE definition.name = ?1 ORDER BY number";
  OPUS_UWS_TRY(Query query, connection.query(sql));
  query.bind_all(name);
  return read_rows(query);
}

Result<std::vector<DescriptionVersion>> read_all_versions(Connection& connection) {
  static const std::string sql = std::string{k_select} + "ORDER BY definition.name, number";
  OPUS_UWS_TRY(Query query, connection.query(sql));
  return read_rows(query);
}

Result<std::vector<DescriptionVersion>> read_versions_with(Connection& connection,
                                                           std::string_view hash) {
  static const std::string sql =
      std::string{k_select} + "WHERE saved.hash = ?1 ORDER BY definition.name, number";
  OPUS_UWS_TRY(Query query, connection.query(sql));
  query.bind_all(hash);
  return read_rows(query);
}

Result<unsigned> count_pending_versions(Connection& connection) {
  OPUS_UWS_TRY(const std::int64_t count,
               connection.value<std::int64_t>("SELECT count(*) FROM definition INDEXED BY"
                                              " definition_pending WHERE state = 'pending'"));
  return static_cast<unsigned>(count);
}

Result<DescriptionVersion> insert_version_row(Connection& connection, DescriptionVersion version) {
  OPUS_UWS_TRY(Query query,
               connection.query("INSERT INTO definition (name, number, description, origin, state,"
                                " author, submitted, decided, reason) VALUES (?1,"
                                " (SELECT coalesce(max(number), 0) + 1 FROM definition"
                                " WHERE name = ?1), (SELECT key FROM description WHERE hash = ?2),"
                                " ?3, ?4, ?5, ?6, ?7, ?8) RETURNING number"));
  query.bind_all(version.name, version.hash, to_string(version.origin), to_string(version.state),
                 version.author, version.submitted, version.decided, version.reason);
  OPUS_UWS_TRY(const bool inserted, query.step());
  if (!inserted) return Error{Errc::internal, "a version of '" + version.name + "' was not kept"};
  query.read(0, version.number);
  OPUS_UWS_CHECK(query.run());
  return version;
}

Result<void> update_version_row(Connection& connection, const DescriptionVersion& version) {
  OPUS_UWS_TRY(Query query,
               connection.query("UPDATE definition SET state = ?3, decided = ?4, reason = ?5"
                                " WHERE name = ?1 AND number = ?2"));
  query.bind_all(version.name, version.number, to_string(version.state), version.decided,
                 version.reason);
  OPUS_UWS_CHECK(query.run());
  if (connection.changes() == 0)
    return Error{Errc::not_found, "there is no version " + std::to_string(version.number) +
                                      " of the description '" + printable(version.name) + "'"};
  return {};
}

}}}}  // namespace opus::uws0::store::sqlite
