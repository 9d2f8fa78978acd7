#include "libopus/store/sqlite/inspection.hpp"

#include <string>
#include <utility>

#include <opus/time.hpp>

#include "libopus/store/sqlite/db.hpp"
#include "libopus/store/sqlite/schema.hpp"

namespace opus { inline namespace uws0 { namespace store {
namespace {

// A copy holds no lock, but the end of a writer's log may.
constexpr std::chrono::milliseconds k_inspection_patience{10'000};

// An entity whose file must be there. Of jobs that are being deleted, or are due to be, files go
// first.
constexpr const char* k_must_be_there =
    " location <> '' AND NOT EXISTS (SELECT 1 FROM job WHERE job.key = entity.generated_by"
    " AND (job.destroyed = 1 OR job.destruction <= ?1))";

TimePoint now_for_inspection() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

Result<std::vector<std::string>> texts_of(sqlite::Connection& connection, std::string_view sql) {
  OPUS_UWS_TRY(sqlite::Query query, connection.query(sql));
  std::vector<std::string> texts;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return texts;
    query.read(0, texts.emplace_back());
  }
}

}  // namespace

Inspection::Inspection(std::unique_ptr<sqlite::Connection> connection)
    : connection_(std::move(connection)) {}
Inspection::Inspection(Inspection&&) noexcept = default;
Inspection::~Inspection() = default;

Result<Inspection> Inspection::open(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored))
    return Error{Errc::not_found, "there is no database " + file.string()};
  // Not by check_header(): somebody in this process may have it open.
  using sqlite::Connection;
  OPUS_UWS_TRY(std::unique_ptr<Connection> connection,
               Connection::open(file, Connection::Access::read_only, k_inspection_patience));
  OPUS_UWS_TRY(const auto id, connection->value<std::int64_t>("PRAGMA application_id"));
  OPUS_UWS_TRY(const auto version, connection->value<std::int64_t>("PRAGMA user_version"));
  if (id != sqlite::k_application_id)
    return Error{Errc::corrupt, file.string() + " is not a database of this program"};
  const std::int64_t newest = sqlite::migrations().back().version;
  if (version > newest)
    return Error{Errc::corrupt, file.string() + " has schema " + std::to_string(version) +
                                    ", newer than " + std::to_string(newest) +
                                    ", the newest that this version of the program knows"};
  return Inspection(std::move(connection));
}

Result<void> Inspection::copy_to(const std::filesystem::path& target) {
  const std::string name = target.string();
  OPUS_UWS_TRY(sqlite::Query query, connection_->query("VACUUM INTO ?1"));
  return query.bind_all(std::string_view(name)).run();
}

Result<std::vector<std::string>> Inspection::faults() {
  OPUS_UWS_TRY(std::vector<std::string> faults,
               texts_of(*connection_, "PRAGMA integrity_check(100)"));
  if (faults == std::vector<std::string>{"ok"}) faults.clear();
  OPUS_UWS_TRY(const std::vector<std::string> tables,
               texts_of(*connection_,
                        "SELECT 'a row of ' || \"table\" || ' refers to a row of ' || parent || "
                        "' that is not there' FROM pragma_foreign_key_check LIMIT 100"));
  faults.insert(faults.end(), tables.begin(), tables.end());
  return faults;
}

Result<std::uint64_t> Inspection::jobs() {
  return connection_->value<std::uint64_t>("SELECT count(*) FROM job WHERE destroyed <= 1");
}

Result<void> Inspection::each_file(const std::function<Result<void>(const NamedFile&)>& look) {
  OPUS_UWS_TRY(sqlite::Query query,
               connection_->query("SELECT id, location, size, sha256 FROM entity WHERE" +
                                  std::string(k_must_be_there) + " ORDER BY key"));
  query.bind_all(now_for_inspection());
  for (NamedFile file;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return {};
    query.read(0, file.entity);
    query.read(1, file.location);
    query.read(2, file.size);
    query.read(3, file.sha256);
    OPUS_UWS_CHECK(look(file));
  }
}

Result<bool> Inspection::needs(const NamedFile& file) {
  OPUS_UWS_TRY(const auto found,
               connection_->value<std::int64_t>(
                   "SELECT count(*) FROM entity WHERE id = ?2 AND location = ?3 AND" +
                       std::string(k_must_be_there),
                   now_for_inspection(), file.entity, std::string_view(file.location)));
  return found != 0;
}

Result<bool> Inspection::has_job(const JobId& id) {
  OPUS_UWS_TRY(const auto found,
               connection_->value<std::int64_t>(
                   "SELECT count(*) FROM job WHERE id = ?1 AND destroyed <= 1", id));
  return found != 0;
}

}}}  // namespace opus::uws0::store
