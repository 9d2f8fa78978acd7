#include "libopus/store/sqlite/sqlite_store.hpp"

#include <fcntl.h>

#include <cerrno>
#include <string>
#include <utility>

#include "libopus/core/descriptor.hpp"
#include "libopus/core/files.hpp"
#include "libopus/store/sqlite/group_commit.hpp"
#include "libopus/store/sqlite/reader.hpp"
#include "libopus/store/sqlite/schema.hpp"

namespace opus { inline namespace uws0 { namespace store {
namespace sqlite { namespace {

class SqliteStore final : public Store {
 public:
  SqliteStore(StoreConfig config, std::unique_ptr<Connection> connection)
      : file_(connection->path()),
        commits_(std::move(connection), config.max_batch, std::move(config.log)),
        pool_(file_, config.max_readers, config.busy_timeout) {}
  ~SqliteStore() override { close(); }

  Reader& reader() noexcept override { return reader_; }
  DefinitionReader& definitions() noexcept override { return reader_; }
  ContentReader& contents() noexcept override { return reader_; }
  ShareReader& shares() noexcept override { return reader_; }
  UsageReader& usage() noexcept override { return reader_; }
  Result<std::unique_ptr<ArchiveReader>> archive() override {
    OPUS_UWS_TRY(std::unique_ptr<SqliteReader> reader, reader_.hold());
    return std::unique_ptr<ArchiveReader>{std::move(reader)};
  }
  void write(Change change, Committed committed) override {
    commits_.write(std::move(change), std::move(committed));
  }
  CommitStatistics commit_statistics() const override { return commits_.statistics(); }
  void close() noexcept override { commits_.close(); }

 private:
  const std::filesystem::path file_;
  GroupCommit commits_;  // before the readers: the last connection to close tidies the files up
  ReaderPool pool_;
  SqliteReader reader_{pool_};
};

/// The first reason why the file could not be opened: SQLite tells that of its last attempt, which
/// was to read a file that is not there.
Error why_not_opened(const std::filesystem::path& file, Error error) {
  const Descriptor opened{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)};
  if (!opened) error.message = system_error("cannot open database", file, errno).message;
  return error;
}

Result<std::unique_ptr<Connection>> open_writer(const StoreConfig& config) {
  if (auto made = make_directories(config.data_dir); !made)
    return Error{Errc::unavailable, made.error().message};
  const std::filesystem::path file = config.data_dir / "opus.db";
  const std::int64_t newest = migrations().back().version;
  OPUS_UWS_CHECK(check_header(file, newest));
  auto opened =
      Connection::open(file, Connection::Access::read_write, config.busy_timeout, config.faults);
  if (!opened) return why_not_opened(file, std::move(opened).error());
  std::unique_ptr<Connection> connection = *std::move(opened);
  if (connection->is_read_only())
    return Error{Errc::unavailable, "database '" + file.string() + "' cannot be written"};
  connection->checkpoint_on_close(false);
  OPUS_UWS_TRY(const std::int64_t version, migrate(*connection, migrations()));
  OPUS_UWS_CHECK(configure_writer(*connection));
  connection->checkpoint_on_close(true);
  if (config.log && version != newest)
    config.log({LogLevel::info,
                version == 0 ? "store: database created" : "store: database brought up to date",
                {{"path", file.string()}, {"schema", std::to_string(newest)}}});
  return connection;
}

}}  // namespace sqlite

Result<std::unique_ptr<Store>> open_sqlite_store(StoreConfig config) {
  OPUS_UWS_TRY(std::unique_ptr<sqlite::Connection> connection, sqlite::open_writer(config));
  return std::unique_ptr<Store>{
      std::make_unique<sqlite::SqliteStore>(std::move(config), std::move(connection))};
}

}}}  // namespace opus::uws0::store
